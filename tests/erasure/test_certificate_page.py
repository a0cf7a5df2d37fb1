"""The certificate on the pages: who sees and takes what, what goes on record, and the warning in time."""

import re
import zipfile
from datetime import UTC, datetime, timedelta
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import TimeMachineFixture

from audit.events import Event
from audit.models import AuditEvent
from audit.verifier.proof_text import parse_proof
from erasure import attention, shredding
from erasure.choices import Outcome
from erasure.deadlines import long_date
from erasure.models import LegalHold, PrivacyRequest
from privacyadmin.models import User
from tests.audit.grown_log import lift_the_triggers
from tests.erasure import made_requests as made
from tests.erasure.at_work import event_data
from tests.erasure.filing_desk import said, text_of
from tests.erasure.test_certificate import Words

pytestmark = pytest.mark.django_db

EVERYBODY = ("officer", "reviewer", "auditor", "operator", "stranger", "superuser")
TAKERS = {
    "certificate_take_person": {"officer", "superuser"},
    "certificate_take_audit": {"auditor", "superuser"},
}


@pytest.fixture
def done(officer: User) -> PrivacyRequest:
    return done_for(officer)


def done_for(officer: User, *identifiers: str, **facts: Any) -> PrivacyRequest:
    request = made.filed(officer, *identifiers, **facts)
    made.completed(made.only(request), records=12)
    return made.answered(request, officer, outcome=Outcome.DONE)


def address(request: PrivacyRequest, name: str = "request_certificate") -> str:
    return reverse(f"admin:{name}", args=[request.reference])


def events_taken() -> int:
    return AuditEvent.objects.filter(act=Event.REQUEST_CERTIFIED).count()


def zipped(answer: Any) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


# Who may --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_page_is_for_officers_and_auditors(
    who: str, done: PrivacyRequest, signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    answer = signed_in(request.getfixturevalue(who)).get(address(done))
    assert answer.status_code == (200 if who in {"officer", "auditor", "superuser"} else 403)


@pytest.mark.parametrize("name", TAKERS)
@pytest.mark.parametrize("who", EVERYBODY)
def test_each_copy_is_taken_by_its_own_role(
    who: str, name: str, done: PrivacyRequest, signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    answer = signed_in(request.getfixturevalue(who)).post(address(done, name))
    assert answer.status_code == (200 if who in TAKERS[name] else 403)
    assert events_taken() == (1 if who in TAKERS[name] else 0)


@pytest.mark.parametrize("name", ["request_certificate", *TAKERS])
def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_page(name: str, done: PrivacyRequest) -> None:
    for answer in (Client().get(address(done, name)), Client().post(address(done, name))):
        assert answer.status_code == 302
        assert "/admin/login/" in answer["Location"]
    assert events_taken() == 0


@pytest.mark.parametrize("name", TAKERS)
def test_nothing_is_taken_by_looking(
    name: str, done: PrivacyRequest, superuser: User, signed_in: made.SignIn
) -> None:
    assert signed_in(superuser).get(address(done, name)).status_code == 405
    assert signed_in(superuser).get(address(done)).status_code == 200
    assert events_taken() == 0


def test_a_form_of_elsewhere_takes_nothing(done: PrivacyRequest, officer: User) -> None:
    answer = made.guarded(officer).post(address(done, "certificate_take_person"), {"as": "zip"})
    assert answer.status_code == 403
    assert events_taken() == 0


def test_an_unknown_reference_is_not_found(officer: User, signed_in: made.SignIn) -> None:
    for name in ("certificate/", "certificate/person/"):
        client = signed_in(officer)
        path = f"/admin/requests/PR-2026-999999/{name}"
        assert (client.post(path) if "person" in name else client.get(path)).status_code == 404


# What the page says ---------------------------------------------------------------------------------------


def test_it_says_what_each_copy_would_hold_and_reveals_nothing(
    officer: User, auditor: User, superuser: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer, categories=["CONTACT", "ANALYTICS"])
    made.completed(made.only(request, 1))
    event = AuditEvent.objects.get(act=Event.REQUEST_COMPLETED)

    page = text_of(signed_in(officer).get(address(request)))
    assert f"It proves 1 entry of the audit log: #{event.seq} , in which CXone’s report" in page
    assert "Analytics: On hold: nothing was sent to CXone. Ground: analytics records" in page
    assert "The person has not been answered yet." in page
    assert "For auditors" not in page

    seen = text_of(signed_in(auditor).get(address(request)))
    entries = AuditEvent.objects.filter(obj=request.obj).count()
    assert f"The full report: {entries} entries of the audit log" in seen
    assert "Without an end so far: submission 2." in seen
    assert "For the person" not in seen

    both = text_of(signed_in(superuser).get(address(request)))
    assert "For the person" in both
    assert "For auditors" in both
    for words in (page, seen, both):
        assert made.CXONE_ID not in words
        assert str(request.salt) not in words
        assert "What it cannot show What CXone did: only what it reported." in words


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (made.registered, "there is nothing to certify"),
        (lambda officer: made.filed(officer, type="ACCESS"), "asked for access"),
    ],
)
def test_it_says_why_there_is_none(
    make: Any, words: str, officer: User, auditor: User, signed_in: made.SignIn
) -> None:
    request = make(officer)
    client = signed_in(officer)
    answer = client.get(address(request))
    assert words in text_of(answer)
    assert b'<button type="submit" class="pa-button pa-primary"' not in answer.content
    assert "Not available" in text_of(signed_in(auditor).get(address(request)))

    refused = client.post(address(request, "certificate_take_person"))
    assert refused.status_code == 302
    assert refused["Location"] == address(request)
    assert words in said(refused)
    assert events_taken() == 0


def test_a_log_that_does_not_hold_together_is_said_on_the_page(
    done: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    client = signed_in(officer)
    client.post(address(done, "certificate_take_person"))
    lift_the_triggers()
    AuditEvent.objects.filter(act=Event.REQUEST_FILED).update(leaf=b"\x00" * 32)
    refused = client.post(address(done, "certificate_take_person"))
    assert "The log is damaged" in said(refused)
    assert events_taken() == 1


# Taking it ------------------------------------------------------------------------------------------------


def test_the_files_come_as_a_download_that_is_not_kept(
    done: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    answer = signed_in(officer).post(address(done, "certificate_take_person"), {"as": "zip"})
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == f'attachment; filename="{done.reference}-certificate.zip"'
    assert "no-store" in answer["Cache-Control"]
    files = zipped(answer)
    assert sorted(files) == ["README.txt", "opening.json", "proof.txt", "report.html", "vkey"]
    assert done.obj in parse_proof(files["proof.txt"].decode()).line
    assert PrivacyRequest.objects.get(pk=done.pk).certified_at is not None
    (data,) = event_data(done.obj, Event.REQUEST_CERTIFIED)
    assert (data["copy"], data["via"]) == ("person", "zip")


def test_auditors_take_theirs_without_the_opening(
    done: PrivacyRequest, auditor: User, signed_in: made.SignIn
) -> None:
    answer = signed_in(auditor).post(address(done, "certificate_take_audit"), {"as": "zip"})
    assert answer["Content-Disposition"] == f'attachment; filename="{done.reference}-audit-copy.zip"'
    assert sorted(zipped(answer)) == ["README.txt", "proof.txt", "report.html", "vkey"]
    assert made.CXONE_ID.encode() not in b"".join(zipped(answer).values())
    assert AuditEvent.objects.get(act=Event.REQUEST_CERTIFIED).actor == auditor.actor


def test_the_report_opens_under_a_policy_that_runs_and_loads_nothing(
    done: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    answer = signed_in(officer).post(address(done, "certificate_take_person"), {"as": "report"})
    assert answer["Content-Type"].startswith("text/html")
    assert "no-store" in answer["Cache-Control"]
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert made.CXONE_ID in Words(answer.content.decode()).said
    assert PrivacyRequest.objects.get(pk=done.pk).certified_at is None
    assert events_taken() == 1


# On the request's page ------------------------------------------------------------------------------------


def card_of(client: Client, request: PrivacyRequest) -> str:
    """The words of the card; empty where there is none."""
    page = client.get(reverse("admin:request_page", args=[request.reference])).content.decode()
    found = re.search(r'aria-labelledby="certificate-heading">(.*?)</section>', page, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split()) if found else ""


def test_the_card_follows_the_certificate(
    done: PrivacyRequest, officer: User, auditor: User, reviewer: User, signed_in: made.SignIn
) -> None:
    officers, auditors = signed_in(officer), signed_in(auditor)
    assert "Ready" in card_of(officers, done)
    assert "Take the certificate" in card_of(officers, done)
    assert "Take the auditors’ copy" in card_of(auditors, done)
    assert card_of(signed_in(reviewer), done) == ""

    officers.post(address(done, "certificate_take_person"))
    assert f"First taken on {long_date(made.today())}." in card_of(officers, done)

    assert shredding.shred([done.pk], 1, because="test", now=timezone.now())
    assert "No longer possible" in card_of(officers, done)
    assert "One was taken before." in card_of(officers, done)
    assert "Take" not in card_of(officers, done)
    assert "Take the auditors’ copy" in card_of(auditors, done)


@pytest.mark.parametrize("facts", [{}, {"type": "ACCESS"}])
def test_there_is_no_card_before_anything_is_done_or_for_access(
    facts: dict[str, str], officer: User, auditor: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer, **facts)
    if facts:
        made.completed(made.only(request))
    for reader in (officer, auditor):
        assert card_of(signed_in(reader), request) == ""


def test_the_timeline_tells_who_took_what(
    done: PrivacyRequest, officer: User, auditor: User, signed_in: made.SignIn
) -> None:
    signed_in(officer).post(address(done, "certificate_take_person"), {"as": "report"})
    signed_in(officer).post(address(done, "certificate_take_person"), {"as": "zip"})
    signed_in(auditor).post(address(done, "certificate_take_audit"), {"as": "zip"})
    page = text_of(signed_in(officer).get(reverse("admin:request_page", args=[done.reference])))
    assert "Report of the certificate looked at, with the identifier in full" in page
    assert "Certificate for the person taken" in page
    assert "Auditors’ copy taken" in page


# The warning ----------------------------------------------------------------------------------------------

ANSWERED = datetime(2099, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def answered(officer: User, time_machine: TimeMachineFixture, settings: LazySettings) -> PrivacyRequest:
    """Carried out and answered on the first of March; its identifiers go on the last of March."""
    settings.SUBJECT_RETENTION_DAYS = 30
    time_machine.move_to(ANSWERED, tick=False)
    return done_for(officer)


def days_later(days: int, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(ANSWERED + timedelta(days=days), tick=False)


def landing(client: Client) -> str:
    return text_of(client.get(reverse("admin:index")))


def warned(client: Client, request: PrivacyRequest) -> tuple[bool, bool]:
    """Whether the landing page and the request's own warn."""
    page = text_of(client.get(reverse("admin:request_page", args=[request.reference])))
    return "Soon shredded, without a certificate" in landing(client), "No certificate was taken" in page


@pytest.mark.parametrize(("days", "expected"), [(22, False), (23, True), (29, True), (35, True)])
def test_officers_are_warned_a_week_before_the_shredding(
    days: int,
    expected: bool,  # noqa: FBT001 - a parameter of the test.
    answered: PrivacyRequest,
    officer: User,
    signed_in: made.SignIn,
    time_machine: TimeMachineFixture,
) -> None:
    days_later(days, time_machine)
    client = signed_in(officer)
    assert warned(client, answered) == (expected, expected)
    if expected:
        assert "Shredded from 31 Mar" in landing(client)
        page = text_of(client.get(reverse("admin:request_page", args=[answered.reference])))
        assert "From 31 March 2099 on its identifiers are shredded." in page
        assert made.CXONE_ID not in page


def test_the_warning_leads_to_the_certificate_and_ends_with_it(
    answered: PrivacyRequest, officer: User, signed_in: made.SignIn, time_machine: TimeMachineFixture
) -> None:
    days_later(25, time_machine)
    client = signed_in(officer)
    assert address(answered) in client.get(reverse("admin:index")).content.decode()
    client.post(address(answered, "certificate_take_person"), {"as": "report"})
    assert warned(client, answered) == (True, True)
    client.post(address(answered, "certificate_take_person"), {"as": "zip"})
    assert warned(client, answered) == (False, False)


def test_nobody_else_is_warned(
    answered: PrivacyRequest,
    auditor: User,
    reviewer: User,
    signed_in: made.SignIn,
    time_machine: TimeMachineFixture,
) -> None:
    days_later(25, time_machine)
    for reader in (auditor, reviewer):
        assert warned(signed_in(reader), answered) == (False, False)


def test_what_cannot_or_need_not_be_certified_is_not_warned_of(
    answered: PrivacyRequest, officer: User, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(ANSWERED, tick=False)
    failed = made.filed(officer, "cust-failed")
    made.failed(made.only(failed))
    made.answered(failed, officer, outcome=Outcome.REFUSED)
    copied = made.filed(officer, "cust-copied", type="ACCESS")
    made.completed(made.only(copied))
    made.answered(copied, officer)
    unanswered = made.filed(officer, "cust-open")
    made.completed(made.only(unanswered))
    held = done_for(officer, "cust-held")
    LegalHold.objects.create(
        code="LIT-1", kind="litigation", ground="claims", subject=held.subject, placed_at=ANSWERED
    )
    shredded = done_for(officer, "cust-gone")
    assert shredding.shred([shredded.pk], 1, because="test", now=timezone.now())

    days_later(25, time_machine)
    assert list(attention.uncertified(timezone.now())) == [answered]


def test_the_list_behind_the_warning_has_them_all(
    answered: PrivacyRequest, officer: User, signed_in: made.SignIn, time_machine: TimeMachineFixture
) -> None:
    more = [done_for(officer, f"cust-{number}") for number in range(6)]
    taken = more.pop()
    signed_in(officer).post(address(taken, "certificate_take_person"))
    days_later(25, time_machine)
    client = signed_in(officer)
    landing_page = client.get(reverse("admin:index")).content.decode()
    assert "See all 6" in unescape(landing_page)
    assert "certificate=to_be_taken" in landing_page
    found = client.get(reverse("admin:erasure_privacyrequest_changelist"), {"certificate": "to_be_taken"})
    assert set(found.context["cl"].queryset) == {answered, *more}


def test_the_first_to_be_shredded_stands_first(
    answered: PrivacyRequest, officer: User, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(ANSWERED - timedelta(days=2), tick=False)
    earlier = done_for(officer, "cust-earlier")
    days_later(25, time_machine)
    group = attention.to_be_certified(timezone.now(), shown=1)
    assert group is not None
    assert group.count == 2
    assert [todo.request for todo in group.todos] == [earlier]
