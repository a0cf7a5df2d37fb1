"""Certificates: what they prove, what they say and to whom, and when there is none to give."""

import base64
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import LazySettings
from django.utils import timezone

from audit.events import Event
from audit.log_format import leaf_hash, parse_line, subject_tag
from audit.models import AuditEvent
from audit.signing.continuation import continue_log
from audit.signing.signer import sign_head
from audit.trail import audited
from audit.verifier.proof_text import Proof, parse_proof
from audit.verifier.signed_note import signers, vkeys_of
from audit.verifier.tree_proofs import root_of_inclusion
from erasure import filing, lifecycle, overrides, shredding
from erasure.asked import Identifier
from erasure.certificates import (
    REPORT_ALONE,
    Certificate,
    CertificateRefused,
    Copy,
    contents_of,
    take,
    taking,
)
from erasure.certificates.words import moment_words
from erasure.choices import Outcome, OverrideReason
from erasure.deadlines import long_date
from erasure.encryption import salt_bytes
from erasure.models import LegalHold, PrivacyRequest, SubjectIdentifier, Submission
from erasure.reconcile import differences
from privacyadmin.models import User
from tests.audit.grown_log import lift_the_triggers
from tests.erasure import made_requests as made
from tests.erasure.at_work import event_data

pytestmark = pytest.mark.django_db

PERSONS_FILES = ["README.txt", "opening.json", "proof.txt", "report.html", "vkey"]
JUSTIFICATION = "The minor’s parent has withdrawn consent to the analysis."
DECISION = "Counsel says that RET-1 makes no exception."
MATTER = "Kovacs v. Northwind"


@pytest.fixture
def done(officer: User) -> PrivacyRequest:
    """Lena's request, carried out and answered."""
    request = made.filed(officer)
    made.completed(made.only(request), records=1284)
    return made.answered(request, officer)


def persons(request: PrivacyRequest, by: User) -> Certificate:
    return take(PrivacyRequest.objects.get(pk=request.pk), copy=Copy.PERSON, by=by, via="zip")


def auditors(request: PrivacyRequest, by: User) -> Certificate:
    return take(PrivacyRequest.objects.get(pk=request.pk), copy=Copy.AUDIT, by=by, via="zip")


def text(certificate: Certificate, name: str = "report.html") -> str:
    return certificate.files[name].decode()


def everything(certificate: Certificate) -> str:
    """All that the files say, the proven lines included."""
    proofs = [parse_proof(text(certificate, name)).line for name in certificate.files if "proof" in name]
    return "\n".join([*(text(certificate, name) for name in certificate.files), *proofs])


class Words(HTMLParser):
    """A strict reading: every element is closed in its turn; what is loaded or run is noted."""

    EMPTY = frozenset({"meta", "link", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.elements: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.found.append(data)

    @property
    def said(self) -> str:
        """The words as a reader has them."""
        return " ".join(" ".join(self.found).split()).replace(" ,", ",").replace(" .", ".")


def said(certificate: Certificate) -> str:
    return Words(text(certificate)).said


def proofs_of(certificate: Certificate) -> list[Proof]:
    return [parse_proof(text(certificate, name)) for name in certificate.files if name.startswith("proof")]


def assert_proven(proof: Proof, vkeys: str) -> dict[str, Any]:
    """The proof leads to the root of a checkpoint that the log's key signed; gives the line."""
    checkpoint = proof.note.checkpoint
    found = root_of_inclusion(leaf_hash(proof.line), index=proof.index, size=checkpoint.size, path=proof.path)
    assert found == checkpoint.root
    assert signers(proof.note, vkeys_of(vkeys))
    entry: dict[str, Any] = dict(parse_line(proof.line))
    assert entry["seq"] == proof.index
    return entry


def ask_and_deny(held: Submission, officer: User, reviewer: User) -> None:
    now = timezone.now()
    with audited() as log:
        question = overrides.ask(
            log,
            held,
            by=officer,
            reason=OverrideReason.HOLD_DOES_NOT_REACH,
            justification=JUSTIFICATION,
            now=now,
        )
    with audited() as log:
        overrides.decide(log, question, by=reviewer, approve=False, reason=DECISION, now=now, send_at=now)


def hold_on_surveys(by: User, ground: str = "claims about a survey") -> LegalHold:
    return LegalHold.objects.create(
        code="LIT-9",
        kind="litigation",
        ground=ground,
        matter=MATTER,
        category="SURVEY",
        placed_by=by,
        placed_at=timezone.now(),
    )


def stop(submission: Submission, by: User) -> None:
    with audited() as log:
        lifecycle.cancel(log, submission, by=by, because="stopped", now=timezone.now())


# What is proven -----------------------------------------------------------------------------------------


def test_the_proof_is_of_the_completion_and_the_opening_links_it_to_the_person(
    done: PrivacyRequest, officer: User
) -> None:
    certificate = persons(done, officer)

    assert sorted(certificate.files) == PERSONS_FILES
    (proof,) = proofs_of(certificate)
    entry = assert_proven(proof, text(certificate, "vkey"))
    assert (entry["act"], entry["obj"]) == (Event.REQUEST_COMPLETED, done.obj)
    assert entry["data"]["event_type"] == "PRIVACY_DELETION_COMPLETED"
    opening = json.loads(text(certificate, "opening.json"))
    assert opening == {"ident": made.CXONE_ID, "kind": "cxone_id", "salt": done.salt}
    salt = base64.b64decode(opening["salt"], validate=True)
    assert entry["sub"] == subject_tag(salt=salt, kind=opening["kind"], ident=opening["ident"])


def test_each_submission_has_a_proof_and_an_opening_of_its_own(officer: User) -> None:
    request = made.filed(officer, "cust-1", "cust-2")
    for number in (1, 2):
        made.completed(made.only(request, number), records=number)

    certificate = persons(request, officer)

    assert sorted(certificate.files) == sorted([*PERSONS_FILES, "proof-2.txt", "opening-2.json"])
    for name, opening, ident in [
        ("proof.txt", "opening.json", "cust-1"),
        ("proof-2.txt", "opening-2.json", "cust-2"),
    ]:
        entry = assert_proven(parse_proof(text(certificate, name)), text(certificate, "vkey"))
        opened = json.loads(text(certificate, opening))
        assert opened["ident"] == ident
        assert entry["sub"] == subject_tag(salt=salt_bytes(opened["salt"]), kind="cxone_id", ident=ident)
    assert event_data(request.obj, Event.REQUEST_CERTIFIED)[0]["submissions"] == [1, 2]


def test_taking_it_is_on_record_with_the_checkpoint_it_carries(done: PrivacyRequest, officer: User) -> None:
    certificate = persons(done, officer)

    event = AuditEvent.objects.get(seq=certificate.seq)
    (proof,) = proofs_of(certificate)
    told = proof.note.checkpoint
    assert (event.act, event.obj, event.actor) == (Event.REQUEST_CERTIFIED, done.obj, officer.actor)
    assert event.facts == {
        "copy": "person",
        "via": "zip",
        "submissions": [1],
        "size": told.size,
        "root": base64.b64encode(told.root).decode(),
    }
    # The checkpoint was there before the event, so it cannot cover it.
    assert told.size == certificate.seq


def test_when_the_first_one_was_taken_is_kept(done: PrivacyRequest, officer: User, auditor: User) -> None:
    auditors(done, auditor)
    assert PrivacyRequest.objects.get(pk=done.pk).certified_at is None
    first = persons(done, officer)
    persons(done, officer)
    assert PrivacyRequest.objects.get(pk=done.pk).certified_at == first.taken_at
    assert [data["copy"] for data in event_data(done.obj, Event.REQUEST_CERTIFIED)] == [
        "audit",
        "person",
        "person",
    ]


def test_who_only_looks_at_the_report_has_not_taken_it(done: PrivacyRequest, officer: User) -> None:
    take(done, copy=Copy.PERSON, by=officer, via=REPORT_ALONE)
    assert PrivacyRequest.objects.get(pk=done.pk).certified_at is None
    (data,) = event_data(done.obj, Event.REQUEST_CERTIFIED)
    assert (data["copy"], data["via"]) == ("person", "report")


def test_a_look_at_the_report_leaves_log_and_row_agreeing(done: PrivacyRequest, officer: User) -> None:
    take(done, copy=Copy.PERSON, by=officer, via=REPORT_ALONE)
    assert list(differences()) == []
    persons(done, officer)
    assert list(differences()) == []


def test_a_look_at_the_report_does_not_stand_for_a_certificate(done: PrivacyRequest, officer: User) -> None:
    take(done, copy=Copy.PERSON, by=officer, via=REPORT_ALONE)
    PrivacyRequest.objects.filter(pk=done.pk).update(certified_at=timezone.now())
    assert list(differences()) == [
        f"{done.reference} is certified to the person, and the log has no event of it (request.certified)."
    ]


def test_a_second_one_does_not_need_a_new_checkpoint(done: PrivacyRequest, officer: User) -> None:
    (first,), (second,) = proofs_of(persons(done, officer)), proofs_of(persons(done, officer))
    assert first == second


@pytest.fixture
def key_of_its_own(settings: LazySettings, tmp_path: Path) -> None:
    """What continues a log remembers it beside the key, which the other tests share."""
    copy = tmp_path / "audit.key"
    copy.write_bytes(settings.AUDIT_KEY_FILE.read_bytes())
    copy.chmod(0o600)
    settings.AUDIT_KEY_FILE = copy


def test_an_entry_of_a_log_that_ended_is_proven_under_that_log(
    done: PrivacyRequest, officer: User, auditor: User, key_of_its_own: None
) -> None:
    last = sign_head()
    continue_log(reason="restored_backup", new_key=True)

    certificate = persons(done, officer)

    (proof,) = proofs_of(certificate)
    assert assert_proven(proof, text(certificate, "vkey"))["obj"] == done.obj
    assert proof.note.text() == last.note
    (data,) = event_data(done.obj, Event.REQUEST_CERTIFIED)
    assert (data["size"], data["root"]) == (last.size, base64.b64encode(bytes(last.root)).decode())
    # That it was taken is an entry of the log that goes on: the auditors' copy lists both.
    page = said(auditors(done, auditor))
    assert f"in the ended log {last.origin}" in page
    assert f"#{certificate.seq} " in page


def test_an_entry_that_no_checkpoint_of_its_ended_log_covers_is_not_certified(
    done: PrivacyRequest, officer: User, key_of_its_own: None
) -> None:
    continue_log(reason="restored_backup")
    assert "a log that ended before any checkpoint covered it" in refusal(done, officer)


# What the person reads ----------------------------------------------------------------------------------


def test_the_report_says_what_cxone_reported_and_what_that_shows(
    done: PrivacyRequest, officer: User, settings: LazySettings
) -> None:
    settings.PROOF_RETENTION_DAYS = 1000
    certificate = persons(done, officer)

    page, completed = said(certificate), made.only(done)
    event = AuditEvent.objects.get(act=Event.REQUEST_COMPLETED)
    assert (
        f"On {moment_words(event.occurred_at)}, CXone reported that it had finished request "
        f"{completed.cxone_id} for the identifier {made.CXONE_ID}, categories Contact, Email, "
        "scope this contact, counting 1,284 records."
    ) in page
    assert (
        "This shows that we recorded that report and, measured against a checkpoint kept outside our "
        "control, have not changed it. It cannot show what CXone did."
    ) in page
    assert "Backups, in which data can remain until they expire. Other systems than CXone." in page
    until = made.today() + timedelta(days=1000)
    assert (
        f"We keep a record of this request until {long_date(until)}, or longer while a legal hold or a later "
        "request of yours needs it. Then we remove from it what leads to you."
    ) in page
    assert "no longer links to you" not in page
    assert "erased by" not in page


def test_times_are_the_controllers_whoever_takes_it(
    done: PrivacyRequest, officer: User, settings: LazySettings
) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    completed_at = datetime(2026, 11, 20, 23, 5, 38, tzinfo=UTC)
    assert moment_words(completed_at) == "21 November 2026 at 08:05:38 (Asia/Tokyo)"
    with timezone.override("America/New_York"):
        assert moment_words(completed_at) == "21 November 2026 at 08:05:38 (Asia/Tokyo)"
        page = said(persons(done, officer))
    assert "(Asia/Tokyo), CXone reported" in page
    assert "All times are in Asia/Tokyo." in page
    assert "New_York" not in page


@pytest.mark.parametrize(
    ("records", "words"),
    [
        (
            0,
            "counting 0 records. In other words: CXone reported that it found nothing under this identifier.",
        ),
        (1, "counting 1 record."),
        (None, "without saying how many records."),
    ],
)
def test_what_cxone_counted_is_said_as_it_was_said(records: int | None, words: str, officer: User) -> None:
    request = made.filed(officer)
    made.completed(made.only(request), records=records)
    assert words in said(persons(request, officer))


def test_before_the_answer_it_says_from_when_the_record_is_kept(officer: User) -> None:
    request = made.filed(officer)
    made.completed(made.only(request))
    assert "until 1,095 days after the day on which you are answered, or longer" in said(
        persons(request, officer)
    )


def test_what_is_still_held_is_named_with_its_ground_and_nothing_else(officer: User, reviewer: User) -> None:
    request = made.filed(officer, categories=["CONTACT", "ANALYTICS"])
    made.completed(made.only(request, 1))

    page = said(persons(request, officer))

    assert "Analytics: On hold: nothing was sent to CXone." in page
    assert "Ground: analytics records are under a standing retention rule" in page
    assert "RET-1" not in page


def test_what_was_refused_is_named_with_its_ground_and_no_word_of_colleagues(
    officer: User, reviewer: User, other_reviewer: User
) -> None:
    hold = hold_on_surveys(other_reviewer)
    request = made.filed(
        officer, categories=["CONTACT", "SURVEY"], note="Rang twice.", description="As agreed by phone"
    )
    made.completed(made.only(request, 1))
    ask_and_deny(made.only(request, 2), officer, reviewer)
    made.answered(request, officer, outcome=Outcome.PARTLY_DONE, note="Spoke to her on Monday.")

    certificate = persons(request, officer)

    page = said(certificate)
    assert "Survey: Refused: nothing was sent to CXone." in page
    assert f"Ground: {hold.ground}" in page
    for secret in (
        officer.staff_id,
        reviewer.staff_id,
        other_reviewer.staff_id,
        "Lena",
        "Hofmann",
        "Marek",
        MATTER,
        JUSTIFICATION,
        DECISION,
        "Rang twice",
        "agreed by phone",
        "Spoke to her",
        "LIT-9",
        "Litigation",
    ):
        assert secret not in everything(certificate)


def test_what_failed_was_stopped_or_is_under_way_is_said(officer: User) -> None:
    request = made.filed(officer, "cust-1", "cust-2", "cust-3", "cust-4", "cust-5")
    made.completed(made.only(request, 1))
    made.failed(made.only(request, 2), message="Record of cust-2 is locked by Ms Grey.", records=12)
    stop(made.only(request, 3), officer)
    made.accepted(made.only(request, 4), cxone_id="7f1c-4")

    certificate = persons(request, officer)

    page = said(certificate)
    for words in (
        "CXone reported that it failed after 12 records were removed.",
        "Stopped before it was sent to CXone.",
        "Under way at CXone, which has not reported an end.",
        "Not sent to CXone yet.",
    ):
        assert words in page
    assert "Ms Grey" not in everything(certificate)


def test_what_was_sent_under_a_wrong_identifier_is_not_in_the_persons_copy(officer: User) -> None:
    request = made.filed(officer, "cust-of-another")
    wrong = made.completed(made.only(request), records=0)
    filing.correct_identifier(
        wrong, Identifier("cxone_id", "cust-right"), by=officer, send_delay=timedelta(0)
    )
    made.completed(made.only(request, 2), records=3)

    certificate = persons(request, officer)

    assert "cust-of-another" not in everything(certificate)
    assert [proof.index for proof in proofs_of(certificate)] == [
        AuditEvent.objects.filter(act=Event.REQUEST_COMPLETED).latest("seq").seq
    ]
    assert "What was sent under an identifier that was corrected afterwards." in said(certificate)


def correct(submission: Submission, identifier: str, by: User) -> None:
    filing.correct_identifier(submission, Identifier("cxone_id", identifier), by=by, send_delay=timedelta(0))


def test_a_retry_under_the_same_identifier_is_told_and_is_no_correction(officer: User) -> None:
    request = made.filed(officer, "cust-1")
    correct(made.failed(made.only(request), records=12), "cust-1", officer)
    made.completed(made.only(request, 2))

    page = said(persons(request, officer))

    assert "CXone reported that it failed after 12 records were removed." in page
    assert "corrected afterwards" not in page


def test_a_retry_that_was_corrected_takes_what_it_retried_with_it(officer: User) -> None:
    request = made.filed(officer, "cust-wrong")
    correct(made.failed(made.only(request), records=12), "cust-wrong", officer)
    correct(made.failed(made.only(request, 2)), "cust-right", officer)
    made.completed(made.only(request, 3))

    page = said(persons(request, officer))

    assert contents_of(request, copy=Copy.PERSON).replaced == 2
    assert "12 records" not in page
    assert "What was sent under an identifier that was corrected afterwards." in page


ANOTHERS = "under an identifier that is on record for another person; it is not part of this report."


def test_what_was_done_under_an_identifier_of_another_person_is_not_for_this_one(
    officer: User, reviewer: User, auditor: User
) -> None:
    other = made.registered(reviewer, "cust-other")
    request = made.filed(officer, "cust-1", "cust-2")
    made.completed(made.only(request, 1), records=3)
    correct(made.failed(made.only(request, 2)), "cust-other", officer)
    wrong = made.completed(made.only(request, 3), records=8765)
    assert wrong.identifier.subject_id == other.subject_id

    certificate = persons(request, officer)

    held = everything(certificate)
    for secret in ("cust-other", "8,765", "8765", str(wrong.cxone_id), str(wrong.sub), other.reference):
        assert secret not in held
    assert sorted(certificate.files) == PERSONS_FILES
    assert event_data(request.obj, Event.REQUEST_CERTIFIED)[0]["submissions"] == [1]
    assert f"Something was also sent {ANOTHERS}" in said(certificate)
    assert "8765" in everything(auditors(request, auditor))


def test_what_was_done_only_under_an_identifier_of_another_person_has_no_certificate(
    officer: User, reviewer: User
) -> None:
    made.registered(reviewer, "cust-other")
    request = made.filed(officer, "cust-1")
    correct(made.failed(made.only(request)), "cust-other", officer)
    made.completed(made.only(request, 2))
    assert "there is nothing to certify" in refusal(request, officer)


def test_what_was_never_sent_under_an_identifier_of_another_person_is_not_said_to_be(
    officer: User, reviewer: User
) -> None:
    made.registered(reviewer, "cust-other")
    request = made.filed(officer, "cust-1", "cust-2")
    made.completed(made.only(request, 1))
    correct(made.failed(made.only(request, 2)), "cust-other", officer)
    assert f"Something was also filed {ANOTHERS}" in said(persons(request, officer))


def test_the_ground_of_a_hold_on_another_person_is_not_told(officer: User, reviewer: User) -> None:
    hold = made.hold_on(made.registered(reviewer, "cust-other"))
    request = made.filed(officer, categories=["CONTACT", "ANALYTICS"])
    made.completed(made.only(request, 1))
    Submission.objects.filter(request=request, number=2).update(held_by=[hold.code])

    certificate = persons(request, officer)

    assert hold.ground not in everything(certificate)
    assert "On hold: nothing was sent to CXone. Ground: a legal hold." in said(certificate)


def test_the_ground_of_a_hold_on_the_person_is_told(officer: User) -> None:
    request = made.filed(officer, "cust-1", "cust-2")
    made.completed(made.only(request, 1))
    hold = made.hold_on(request)
    correct(made.failed(made.only(request, 2)), "cust-3", officer)
    assert f"Ground: {hold.ground}." in said(persons(request, officer))


@pytest.mark.parametrize(
    ("repeated", "words"),
    [(0, "CXone refused it; nothing was taken up."), (1, "CXone refused it.")],
)
def test_what_cxone_refused_after_a_lost_answer_is_not_said_to_be_without_effect(
    repeated: int, words: str, officer: User
) -> None:
    request = made.filed(officer, "cust-1", "cust-2")
    made.completed(made.only(request, 1))
    refused = made.sent(made.only(request, 2))
    with audited() as log:
        for _ in range(repeated):
            lifecycle.repeat_sending(log, refused)
        lifecycle.fail(log, refused, code="refused_by_cxone", message="No.", now=timezone.now())
    assert f"Email: {words} " in said(persons(request, officer))


def test_nothing_about_anybody_else_is_in_any_file(
    done: PrivacyRequest, officer: User, reviewer: User, auditor: User
) -> None:
    others = [made.filed(reviewer, f"cust-other-{number}") for number in range(3)]
    for other in others:
        made.completed(made.only(other), records=5)
    for certificate in (persons(done, officer), auditors(done, auditor)):
        held = everything(certificate)
        for other in others:
            submission = made.only(other)
            assert other.reference not in held
            assert str(submission.cxone_id) not in held
            assert str(submission.sub) not in held
        assert "cust-other" not in held
        assert reviewer.staff_id not in held


# The page itself ----------------------------------------------------------------------------------------


def test_the_reports_stand_alone_and_run_nothing(done: PrivacyRequest, officer: User, auditor: User) -> None:
    for certificate in (persons(done, officer), auditors(done, auditor)):
        page = Words(text(certificate))
        assert text(certificate).lstrip().lower().startswith("<!doctype html>")
        assert ("html", "lang", "en-gb") in page.attributes
        assert page.elements.count("h1") == page.elements.count("main") == page.elements.count("title") == 1
        assert not {"script", "img", "iframe", "object", "form", "a", "base"} & set(page.elements)
        loaded = [value for _tag, name, value in page.attributes if name in {"src", "href", "action"}]
        assert loaded == ["data:,"]
        assert not [name for _tag, name, _value in page.attributes if name.startswith("on")]
        assert "url(" not in text(certificate)
        assert "@import" not in text(certificate)


def test_whatever_was_typed_is_shown_and_not_run(
    officer: User, auditor: User, settings: LazySettings
) -> None:
    attack = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>"
    settings.ORGANISATION = f"Northwind {attack}"
    hold_on_surveys(officer, ground=f"Rule {attack}")
    request = made.filed(officer, categories=["CONTACT", "SURVEY"])
    # Filing takes no such identifier; what was stored by an earlier version may be anything.
    SubjectIdentifier.objects.update(value=f"cust-{attack}")
    made.accepted(made.only(request), cxone_id=f"7f-{attack}")
    with audited() as log:
        lifecycle.complete(log, made.only(request), records=3, body="{}", now=timezone.now())

    person, audit = persons(request, officer), auditors(request, auditor)

    for certificate in (person, audit):
        page = Words(text(certificate))
        assert not {"script", "img"} & set(page.elements)
        assert f"Rule {attack}" in page.said
        assert f"Northwind {attack}" in page.said
        assert f"7f-{attack}" in page.said
    assert f"cust-{attack}" in said(person)
    assert json.loads(text(person, "opening.json"))["ident"] == f"cust-{attack}"


# The auditors' copy -------------------------------------------------------------------------------------


def test_the_auditors_copy_tells_everything_masked_and_opens_nothing(
    officer: User, reviewer: User, other_reviewer: User, auditor: User
) -> None:
    hold_on_surveys(other_reviewer)
    request = made.filed(
        officer, categories=["CONTACT", "SURVEY"], note="Rang twice.", description="As agreed by phone"
    )
    made.completed(made.only(request, 1))
    ask_and_deny(made.only(request, 2), officer, reviewer)
    made.answered(request, officer, outcome=Outcome.PARTLY_DONE, note="Spoke to her on Monday.")

    certificate = auditors(request, auditor)

    assert sorted(certificate.files) == ["README.txt", "proof-2.txt", "proof.txt", "report.html", "vkey"]
    acts = [assert_proven(proof, text(certificate, "vkey"))["act"] for proof in proofs_of(certificate)]
    assert acts == [Event.REQUEST_COMPLETED, Event.REQUEST_REFUSED]
    page = said(certificate)
    submission = made.only(request)
    assert submission.identifier.masked in page
    for event in AuditEvent.objects.filter(obj=request.obj, seq__lt=certificate.seq):
        assert f"#{event.seq} " in page
        assert bytes(event.leaf).hex() in page
    for words in (
        officer.actor,
        reviewer.actor,
        other_reviewer.actor,
        "LIT-9",
        "The hold does not reach this data",
        "Denied",
    ):
        assert words in page
    for secret in (
        made.CXONE_ID,
        str(request.salt),
        MATTER,
        JUSTIFICATION,
        DECISION,
        "Rang twice",
        "agreed by phone",
        "Spoke to her",
        "Hofmann",
    ):
        assert secret not in everything(certificate)


def test_the_auditors_checkpoint_covers_every_entry_that_is_listed(
    done: PrivacyRequest, officer: User, auditor: User
) -> None:
    persons(done, officer)
    last = AuditEvent.objects.filter(obj=done.obj).latest("seq")
    (proof,) = proofs_of(auditors(done, auditor))
    assert proof.note.checkpoint.size > last.seq


def test_the_auditors_copy_proves_how_anything_ended(officer: User, auditor: User) -> None:
    request = made.filed(officer, "cust-1", "cust-2", "cust-3")
    made.failed(made.only(request, 1))
    stop(made.only(request, 2), officer)
    certificate = auditors(request, auditor)
    acts = [parse_line(proof.line)["act"] for proof in proofs_of(certificate)]
    assert acts == [Event.REQUEST_FAILED, Event.REQUEST_CANCELLED]
    assert "Without an end so far: submission 3." in said(certificate)


def test_a_try_to_stop_that_came_too_late_is_no_end(officer: User, auditor: User) -> None:
    request = made.filed(officer, "cust-1", "cust-2")
    late = made.sent(made.only(request, 1))
    with audited() as log:
        lifecycle.note_stop_refused(log, late, by=officer)
    stop(made.only(request, 2), officer)
    PrivacyRequest.objects.get(pk=request.pk)
    (proof,) = proofs_of(auditors(request, auditor))
    assert parse_line(proof.line)["data"] == {"because": "stopped", "submission": 2}


def test_auditors_still_have_a_copy_after_the_shredding(
    officer: User, auditor: User, done: PrivacyRequest
) -> None:
    persons(done, officer)
    salt = str(done.salt)
    shredded(done)
    certificate = auditors(done, auditor)
    (proof,) = proofs_of(certificate)
    assert_proven(proof, text(certificate, "vkey"))
    assert made.CXONE_ID not in everything(certificate)
    assert salt not in everything(certificate)
    assert "Shredded on" in said(certificate)


def shredded(request: PrivacyRequest) -> None:
    assert shredding.shred([request.pk], 1, because="test", now=timezone.now())


# The archive --------------------------------------------------------------------------------------------


def test_the_archive_holds_the_files_in_a_folder_of_their_own(done: PrivacyRequest, officer: User) -> None:
    certificate = persons(done, officer)
    with zipfile.ZipFile(BytesIO(certificate.as_zip())) as archive:
        assert archive.testzip() is None
        folder = f"{done.reference}-certificate"
        assert sorted(archive.namelist()) == [f"{folder}/{name}" for name in PERSONS_FILES]
        assert archive.read(f"{folder}/proof.txt") == certificate.files["proof.txt"]
        assert {entry.external_attr >> 16 & 0o777 for entry in archive.infolist()} == {0o600}


def test_the_readme_names_every_file_and_how_to_check_it(done: PrivacyRequest, officer: User) -> None:
    readme = text(persons(done, officer), "README.txt")
    assert "--vkey vkey --proof proof.txt --opening opening.json" in readme
    for name in PERSONS_FILES[1:]:
        assert name in readme
    assert made.CXONE_ID not in readme
    assert max(map(len, readme.splitlines())) <= 110


# When there is none -------------------------------------------------------------------------------------


def refusal(request: PrivacyRequest, by: User, copy: Copy = Copy.PERSON) -> str:
    """Why it is refused; nothing may have been written for it."""
    before = AuditEvent.objects.count()
    with pytest.raises(CertificateRefused) as refused:
        take(PrivacyRequest.objects.get(pk=request.pk), copy=copy, by=by, via="zip")
    assert AuditEvent.objects.count() == before
    assert PrivacyRequest.objects.get(pk=request.pk).certified_at is None
    return str(refused.value)


@pytest.mark.parametrize("copy", Copy)
def test_a_request_for_access_has_none(copy: Copy, officer: User) -> None:
    request = made.filed(officer, type="ACCESS")
    made.completed(made.only(request))
    words = refusal(request, officer, copy)
    assert "asked for access" in words
    assert "Hand over the copy that CXone made" in words


def test_what_was_only_registered_has_none(officer: User) -> None:
    request = made.registered(officer)
    assert "CXone has reported nothing done" in refusal(request, officer)
    assert "Nothing that was asked with" in refusal(request, officer, Copy.AUDIT)


def test_what_is_under_way_or_failed_has_none_for_the_person(officer: User) -> None:
    under_way, failed = made.filed(officer, "cust-1"), made.filed(officer, "cust-2")
    made.accepted(made.only(under_way))
    made.failed(made.only(failed))
    for request in (under_way, failed):
        assert "there is nothing to certify" in refusal(request, officer)


def test_what_was_done_only_under_a_corrected_identifier_has_none(officer: User) -> None:
    request = made.filed(officer, "cust-of-another")
    wrong = made.completed(made.only(request), records=0)
    filing.correct_identifier(
        wrong, Identifier("cxone_id", "cust-right"), by=officer, send_delay=timedelta(0)
    )
    assert "nothing to certify" in refusal(request, officer)


def test_after_the_shredding_there_is_none_for_the_person(done: PrivacyRequest, officer: User) -> None:
    shredded(done)
    words = refusal(done, officer)
    assert "have been shredded" in words
    assert "Auditors can still take a copy" in words


def test_a_shredding_in_between_is_noticed(
    done: PrivacyRequest, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = taking.files_of

    def shred_meanwhile(*given: Any, **more: Any) -> dict[str, bytes]:
        files = make(*given, **more)
        PrivacyRequest.objects.filter(pk=done.pk).update(
            shredded_at=timezone.now(), note=None, answer_note=None
        )
        return files

    monkeypatch.setattr(taking, "files_of", shred_meanwhile)
    assert "have just been shredded; nothing was handed out" in refusal(done, officer)


def test_a_log_that_is_not_signed_proves_nothing(
    done: PrivacyRequest, officer: User, settings: LazySettings, tmp_path: Path
) -> None:
    another = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    settings.AUDIT_KEY_FILE = tmp_path / "another.key"
    settings.AUDIT_KEY_FILE.write_bytes(another)
    settings.AUDIT_KEY_FILE.chmod(0o600)
    assert "The log is not signed as far as this needs it" in refusal(done, officer)


def test_a_changed_entry_is_not_certified(done: PrivacyRequest, officer: User) -> None:
    persons(done, officer)
    PrivacyRequest.objects.filter(pk=done.pk).update(certified_at=None)
    lift_the_triggers()
    event = AuditEvent.objects.get(act=Event.REQUEST_COMPLETED)
    event.body = event.body.replace('"records_deleted":1284', '"records_deleted":12')
    AuditEvent.objects.filter(pk=event.pk).update(body=event.body, leaf=leaf_hash(event.body))
    words = refusal(done, officer)
    assert f"event {event.seq} does not lead to the root" in words
    assert "verify_audit" in words


def test_an_entry_that_cannot_be_read_is_not_certified(done: PrivacyRequest, officer: User) -> None:
    lift_the_triggers()
    AuditEvent.objects.filter(act=Event.REQUEST_COMPLETED).update(body="{}")
    assert "cannot be read" in refusal(done, officer)


def test_a_record_without_its_entry_is_not_certified(done: PrivacyRequest, officer: User) -> None:
    lift_the_triggers()
    AuditEvent.objects.filter(act=Event.REQUEST_COMPLETED).update(act="request.failed")
    words = refusal(done, officer)
    assert f"no entry that says how {done.reference}/1 ended" in words
    assert "verify_audit" in words


def test_an_identifier_that_the_entry_is_not_about_is_not_certified(
    done: PrivacyRequest, officer: User
) -> None:
    SubjectIdentifier.objects.filter(value__isnull=False).update(value="cust-of-another")
    words = refusal(done, officer)
    assert "was not written for the identifier on record" in words
    assert "cust-of-another" not in words


def test_what_it_would_hold_is_known_without_taking_it(done: PrivacyRequest) -> None:
    before = AuditEvent.objects.count()
    contents = contents_of(done, copy=Copy.PERSON)
    assert [end.event.act for end in contents.proven] == [Event.REQUEST_COMPLETED]
    assert contents.kept_until == made.today() + timedelta(days=1095)
    assert isinstance(contents.kept_until, date)
    assert AuditEvent.objects.count() == before
