"""Who is told what by mail, by the program's own moves: those whom it concerns, and nothing personal."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.urls import reverse
from django.utils import timezone

from audit.trail import Trail, audited
from erasure import lifecycle, overrides, suspending
from erasure.choices import OverrideReason
from erasure.models import LegalHold, Notice, Override, Submission
from privacyadmin.models import User
from privacyadmin.roles import OFFICERS, REVIEWERS
from tests.audit.mail_server import MailServer
from tests.cast import person
from tests.erasure.made_holds import placed
from tests.erasure.made_requests import CXONE_ID, filed, only
from tests.erasure.mail_desk import WRITTEN, delivered, told

pytestmark = pytest.mark.django_db

HALF = timedelta(days=7)


@pytest.fixture
def both(db: None) -> User:
    """Paula files as an officer and decides as a reviewer."""
    return person("paula", OFFICERS, REVIEWERS)


def held(by: User, *, owner: User | None = None) -> Submission:
    """A submission that RET-1 stops; its request may be with somebody else."""
    request = filed(by, categories=["ANALYTICS"], scope="CONTACT")
    if owner:
        with audited() as log:
            lifecycle.assign(log, request, to=owner, by=by)
    return only(request)


def ask(submission: Submission, *, by: User) -> Override:
    with audited() as log:
        return ask_in(log, submission, by=by)


def ask_in(log: Trail, submission: Submission, *, by: User) -> Override:
    return overrides.ask(
        log,
        submission,
        by=by,
        reason=OverrideReason.EVIDENCE_PRESERVED,
        justification=WRITTEN,
        now=timezone.now(),
    )


def ask_in_vain(submission: Submission, *, by: User) -> None:
    with audited() as log:
        ask_in(log, submission, by=by)
        raise lifecycle.MoveRefused("On second thoughts.")


def decide(override: Override, *, by: User, approve: bool, delay: timedelta = timedelta(0)) -> None:
    now = timezone.now()
    with audited() as log:
        overrides.decide(log, override, by=by, approve=approve, reason=WRITTEN, now=now, send_at=now + delay)


def survey_hold(by: User) -> LegalHold:
    """A hold of somebody's own, on this person's surveys."""
    return placed(by, CXONE_ID, category="SURVEY")


# Overrides ------------------------------------------------------------------------------------------------


def test_reviewers_who_can_decide_are_told_that_an_override_waits(
    mail_server: MailServer, officer: User, reviewer: User, other_reviewer: User, auditor: User
) -> None:
    override = ask(held(officer), by=officer)
    first, second = delivered(mail_server)
    assert {first.to, second.to} == {"marek@example.org", "ines@example.org"}
    assert first.subject == f"An override waits for a decision: {override.submission}"
    page = reverse("admin:override_decide", args=[override.pk])
    assert f"\nhttp://127.0.0.1:8000{page}\n" in first.text


@pytest.mark.parametrize("part", ["filed", "asked"])
def test_a_reviewer_who_filed_or_asked_is_not_told_that_it_waits(
    mail_server: MailServer, officer: User, reviewer: User, both: User, part: str
) -> None:
    filer, asker = (both, officer) if part == "filed" else (officer, both)
    override = ask(held(filer), by=asker)
    assert told(mail_server) == {("marek", f"An override waits for a decision: {override.submission}")}


def test_who_placed_the_hold_is_told_of_the_question_instead_and_of_the_approval(
    mail_server: MailServer, officer: User, reviewer: User, other_reviewer: User
) -> None:
    survey_hold(reviewer)
    submission = only(filed(officer, categories=["SURVEY"], scope="CONTACT"))
    override = ask(submission, by=officer)
    assert told(mail_server) == {
        ("ines", f"An override waits for a decision: {submission}"),
        ("marek", f"Somebody asks for an override of your hold: {submission}"),
    }
    decide(override, by=other_reviewer, approve=True)
    assert told(mail_server) == {
        ("lena", f"Your override was decided: {submission}"),
        ("marek", f"An override of your hold was approved: {submission}"),
    }


def test_half_its_time_gone_all_reviewers_are_told_once(
    mail_server: MailServer, officer: User, reviewer: User, both: User
) -> None:
    override = ask(held(both), by=both)
    delivered(mail_server)
    overrides.press_due(override.asked_at + HALF - timedelta(minutes=1))
    assert delivered(mail_server, after=HALF) == []
    overrides.press_due(override.asked_at + HALF)
    overrides.press_due(override.asked_at + HALF)
    mails = delivered(mail_server, after=HALF + timedelta(minutes=1))
    assert sorted(mail.to for mail in mails) == ["marek@example.org", "paula@example.org"]
    assert {mail.subject.partition(",")[0] for mail in mails} == {"An override is still undecided"}


def test_nobody_is_asked_to_decide_what_was_decided_before_the_mail_left(
    mail_server: MailServer, officer: User, reviewer: User, other_reviewer: User
) -> None:
    override = ask(held(officer), by=officer)
    overrides.press_due(override.asked_at + HALF)
    decide(override, by=reviewer, approve=False)
    mails = delivered(mail_server, after=HALF + timedelta(minutes=1))
    assert [mail.to for mail in mails] == ["lena@example.org"]
    assert set(Notice.objects.filter(sent_at=None).values_list("error_code", "next_attempt_at")) == {
        ("settled", None)
    }


@pytest.mark.parametrize("decision", ["approve", "deny"])
def test_who_asked_and_the_owner_are_told_of_the_decision(
    mail_server: MailServer, officer: User, other_officer: User, reviewer: User, decision: str
) -> None:
    override = ask(held(officer, owner=other_officer), by=officer)
    delivered(mail_server)
    decide(override, by=reviewer, approve=decision == "approve")
    subject = f"Your override was decided: {override.submission}"
    assert told(mail_server) == {("lena", subject), ("anna", subject)}


def test_who_asked_is_told_that_nobody_decided_in_time(
    mail_server: MailServer, officer: User, reviewer: User
) -> None:
    override = ask(held(officer), by=officer)
    delivered(mail_server)
    over = override.expires_at
    overrides.expire_due(over)
    (mail,) = delivered(mail_server, after=over - timezone.now() + timedelta(minutes=1))
    assert (mail.to, mail.subject) == (
        "lena@example.org",
        f"Nobody decided on your override in time: {override.submission}",
    )


def test_an_approval_taken_back_is_told_to_who_asked_and_to_who_looks_after_it(
    mail_server: MailServer, officer: User, other_officer: User, reviewer: User
) -> None:
    override = ask(held(officer, owner=other_officer), by=officer)
    decide(override, by=reviewer, approve=True, delay=timedelta(minutes=15))
    delivered(mail_server)
    override.refresh_from_db()
    with audited() as log:
        overrides.revoke(log, override, by=reviewer, now=timezone.now())
    suspended = f"Put on hold before it was sent: {override.submission}"
    assert told(mail_server) == {
        ("lena", f"An approval was taken back: {override.submission}"),
        ("lena", suspended),
        ("anna", suspended),
    }


# Holds ----------------------------------------------------------------------------------------------------


def test_who_filed_and_the_owner_are_told_what_a_hold_put_on_hold(
    mail_server: MailServer, officer: User, other_officer: User, reviewer: User
) -> None:
    request = filed(officer, categories=["SURVEY"], scope="CONTACT", delay=timedelta(minutes=15))
    with audited() as log:
        lifecycle.assign(log, request, to=other_officer, by=officer)
    survey_hold(reviewer)
    first, second = delivered(mail_server)
    assert {first.to, second.to} == {"lena@example.org", "anna@example.org"}
    assert first.subject == f"Put on hold before it was sent: {only(request)}"
    page = reverse("admin:request_page", args=[request.reference])
    assert f"http://127.0.0.1:8000{page}" in first.text


def test_what_is_held_already_when_it_is_filed_is_told_on_the_page_alone(
    mail_server: MailServer, officer: User, reviewer: User
) -> None:
    held(officer)
    suspending.suspend_held(timezone.now())
    assert delivered(mail_server) == []


# No way out -----------------------------------------------------------------------------------------------


def test_nothing_is_stored_while_mail_is_not_set_up(
    settings: LazySettings, officer: User, reviewer: User
) -> None:
    settings.EMAIL_HOST = ""
    ask(held(officer), by=officer)
    assert not Notice.objects.exists()


def test_a_question_that_was_not_asked_after_all_tells_nobody(
    mail_server: MailServer, officer: User, reviewer: User
) -> None:
    submission = held(officer)
    with pytest.raises(lifecycle.MoveRefused):
        ask_in_vain(submission, by=officer)
    assert delivered(mail_server) == []
