"""What must never be is refused by the database itself, whoever writes past the application."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from audit.trail import audited
from erasure import filing, lifecycle, overrides
from erasure.guards import GUARDS, check_guards, guards_missing, installing
from erasure.models import (
    CallbackReceipt,
    HoldRegister,
    HoldRelease,
    LateHold,
    LegalHold,
    Override,
    Subject,
    SubjectIdentifier,
    Submission,
    Upstream,
)
from privacyadmin.models import User
from privacyadmin.roles import REVIEWERS
from tests.audit.tampering import run
from tests.cast import person
from tests.erasure.lifted_guards import lifted_guards
from tests.erasure.made_holds import decided, placed, proposed, released
from tests.erasure.made_overrides import asked as asked_about
from tests.erasure.made_requests import (
    accepted,
    answered,
    completed,
    failed,
    filed,
    filing_of,
    hold_on,
    only,
    registered,
    sent,
)

pytestmark = pytest.mark.django_db

NOW = timezone.now()
Change = dict[str, Any]


def refused(change: Callable[[], Any], *, by: str) -> None:
    """The change ends in a database error that names the constraint or says the guard's words."""
    with pytest.raises((IntegrityError, DatabaseError), match=by), transaction.atomic():
        change()


def updating(row: Any, **change: Any) -> Callable[[], int]:
    return lambda: type(row).objects.filter(pk=row.pk).update(**change)


# Submissions ---------------------------------------------------------------------------------------------


@pytest.fixture
def rows(officer: User) -> dict[str, Submission]:
    """A submission in each status."""
    made = {
        "queued": only(filed(officer, "USR-1")),
        "blocked": only(filed(officer, "USR-2", categories=["ANALYTICS"])),
        "submitting": sent(only(filed(officer, "USR-3"))),
        "processing": accepted(only(filed(officer, "USR-4"))),
        "completed": completed(only(filed(officer, "USR-5"))),
        "failed": failed(only(filed(officer, "USR-6"))),
        "cancelled": only(filed(officer, "USR-7")),
        "refused": only(filed(officer, "USR-8", categories=["ANALYTICS"])),
    }
    with audited() as log:
        lifecycle.cancel(log, made["cancelled"], by=officer, because="stopped", now=NOW)
        lifecycle.refuse(log, made["refused"], by=officer, now=NOW)
    return made


@pytest.mark.parametrize(
    ("status", "change", "constraint"),
    [
        ("queued", {"status": "done", "closed_at": None}, "submission_status_known|closed_iff|sent_iff"),
        ("queued", {"closed_at": NOW}, "submission_closed_iff_ended"),
        ("queued", {"status": "cancelled"}, "submission_closed_iff_ended|submission_ended_has_no_work"),
        ("completed", {"closed_at": None}, "submission_closed_iff_ended"),
        ("queued", {"first_sent_at": NOW}, "submission_sent_iff_status_says_so"),
        ("submitting", {"first_sent_at": None}, "submission_sent_iff_status_says_so"),
        ("processing", {"cxone_id": None}, "submission_processing_has_cxone_id"),
        ("completed", {"cxone_id": None}, "submission_processing_has_cxone_id"),
        ("failed", {"next_attempt_at": NOW}, "submission_ended_has_no_work"),
        ("refused", {"lease_until": NOW}, "submission_ended_has_no_work"),
        ("submitting", {"frozen_payload": None}, "submission_sent_is_frozen"),
        ("queued", {"next_attempt_at": None}, "submission_open_has_a_time"),
        ("submitting", {"next_attempt_at": None}, "submission_open_has_a_time"),
        ("processing", {"next_attempt_at": None}, "submission_open_has_a_time"),
        ("blocked", {"status": "queued"}, "submission_open_has_a_time"),
        ("queued", {"attempts": -1}, "attempts"),
    ],
)
def test_a_submission_that_contradicts_itself_is_refused(
    rows: dict[str, Submission], status: str, change: Change, constraint: str
) -> None:
    refused(updating(rows[status], **change), by=constraint)


def test_a_status_that_nobody_knows_is_refused(rows: dict[str, Submission]) -> None:
    # Everything else about the row fits an open submission that was sent.
    refused(updating(rows["processing"], status="done"), by="submission_status_known")


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled", "refused"])
@pytest.mark.parametrize("to", ["queued", "processing", "failed", "completed", "cancelled"])
def test_terminal_is_terminal(rows: dict[str, Submission], status: str, to: str) -> None:
    if status == to:
        updating(rows[status], error_code="still_writable")()
        return
    refused(updating(rows[status], status=to, **fitting(to)), by="a submission that has ended cannot move")


def fitting(status: str) -> Change:
    """What else a row of this status needs for the constraints, so that only the guard is left to refuse."""
    ended = status in {"completed", "failed", "cancelled"}
    unsent = status in {"queued", "cancelled"}
    return {
        "closed_at": NOW if ended else None,
        "next_attempt_at": None if ended else NOW,
        "first_sent_at": None if unsent else NOW,
        "cxone_id": "cx-1",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"categories": ["CONTACT"]},
        {"scope": "ALL"},
        {"type": "ACCESS"},
        {"number": 2},
        {"filed_at": NOW},
        {"public_id": "6f2f1c1e-0000-4000-8000-000000000000"},
    ],
    ids=lambda change: next(iter(change)),
)
@pytest.mark.parametrize("status", ["queued", "blocked", "processing", "completed"])
def test_a_payload_never_changes_once_filed(rows: dict[str, Submission], status: str, change: Change) -> None:
    refused(updating(rows[status], **change), by="the payload of a submission never changes")


def test_a_submission_keeps_its_request_its_person_and_who_filed_it(
    rows: dict[str, Submission], other_officer: User
) -> None:
    row, other = rows["queued"], rows["processing"]
    words = "the payload of a submission never changes"
    refused(updating(row, request=other.request, number=9), by=words)
    refused(updating(row, identifier=other.identifier), by=words)
    refused(updating(row, filed_by=other_officer), by=words)
    refused(updating(row, replaces=other), by=words)


def test_a_number_is_given_once_in_a_request(rows: dict[str, Submission], officer: User) -> None:
    twin = Submission.objects.get(pk=rows["queued"].pk)
    twin.pk, twin.public_id = None, "6f2f1c1e-0000-4000-8000-000000000000"
    refused(lambda: twin.save(force_insert=True), by="submission_number_unique|number")


def test_a_callback_is_recorded_once(rows: dict[str, Submission]) -> None:
    facts = {"submission": rows["processing"], "body_hash": "a" * 64, "received_at": NOW}
    CallbackReceipt.objects.create(**facts)
    refused(lambda: CallbackReceipt.objects.create(**facts), by="callback_recorded_once|body_hash")


# Requests ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "by"),
    [
        (
            {"received_on": F("received_on") + timedelta(days=1)},
            "move with a recorded correction alone",
        ),
        (
            {"received_on": F("received_on") - timedelta(days=1)},
            "move with a recorded correction alone",
        ),
        ({"regulation": "utah"}, "move with a recorded correction alone"),
        ({"reference": "PR-2026-999999"}, "never changes"),
        ({"type": "ACCESS"}, "never changes"),
        ({"first_due_on": F("due_on") + timedelta(days=1)}, "request_first_period_before_due"),
        ({"late_reason": "cxone"}, "request_late_once_answered"),
        ({"acknowledged_on": NOW.date()}, "request_acknowledgement_is_whole"),
        (
            {"due_on": F("received_on") - timedelta(days=1)},
            "request_due_after_receipt|request_target_before_due",
        ),
        ({"target_on": F("due_on") + timedelta(days=1)}, "request_target_before_due"),
        ({"outcome": "done"}, "request_answer_is_whole"),
        ({"answered_on": NOW.date()}, "request_answer_is_whole"),
        ({"answer_channel": "email"}, "request_answer_is_whole"),
        ({"answer_recorded_at": NOW}, "request_answer_is_whole"),
    ],
)
def test_a_request_that_contradicts_itself_is_refused(officer: User, change: Change, by: str) -> None:
    refused(updating(filed(officer), **change), by=by)


def test_an_answer_is_not_older_than_the_receipt(officer: User) -> None:
    request = filed(officer)
    whole = {
        "outcome": "refused",
        "answer_channel": "email",
        "answered_by": officer,
        "answer_recorded_at": NOW,
        "answered_on": request.received_on - timedelta(days=1),
    }
    refused(updating(request, **whole), by="request_answered_after_receipt")


def test_an_answer_is_final(officer: User, other_officer: User) -> None:
    request = filed(officer)
    completed(only(request))
    answered(request, officer)
    undone = {
        "outcome": "",
        "answered_on": None,
        "answered_by": None,
        "answer_recorded_at": None,
        "answer_channel": "",
    }
    changes: list[Change] = [undone, {"outcome": "refused"}, {"answered_by": other_officer}]
    for change in changes:
        refused(updating(request, **change), by="an answered request stays answered")


def test_a_reference_is_given_once(officer: User) -> None:
    one, other = filed(officer, "USR-1"), filed(officer, "USR-2")
    with lifted_guards():
        refused(updating(one, reference=other.reference), by="reference")


# People and holds ----------------------------------------------------------------------------------------


def test_an_identifier_is_one_persons() -> None:
    facts = {"kind": "cxone_id", "fingerprint": "f" * 64}
    SubjectIdentifier.objects.create(subject=Subject.objects.create(), **facts)
    second = Subject.objects.create()
    refused(
        lambda: SubjectIdentifier.objects.create(subject=second, **facts),
        by="identifier_belongs_to_one_subject|fingerprint",
    )


def test_an_identifier_in_clear_can_be_found() -> None:
    person_on_record = Subject.objects.create()
    refused(
        lambda: SubjectIdentifier.objects.create(subject=person_on_record, kind="email", value="a@b.example"),
        by="identifier_in_clear_is_findable",
    )


def test_a_hold_reaches_something() -> None:
    facts = {"code": "LIT-1", "kind": "litigation", "ground": "a claim", "placed_at": NOW}
    refused(lambda: LegalHold.objects.create(**facts), by="hold_reaches_something")


@pytest.mark.parametrize(
    "change",
    [
        {"code": "LIT-2"},
        {"ground": "something else"},
        {"category": "EMAIL"},
        {"subject": None, "category": "EMAIL"},
        {"placed_at": NOW - timedelta(days=9)},
        {"valid_until": NOW},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_hold_never_changes_but_for_its_end(officer: User, change: Change) -> None:
    hold = hold_on(filed(officer))
    refused(updating(hold, **change), by="a hold never changes, but for its end")
    released(hold)
    refused(updating(hold, released_at=None), by="a hold never changes, but for its end")


@pytest.mark.parametrize("model", [HoldRegister, Upstream])
def test_a_row_that_all_share_is_alone(model: Any) -> None:
    refused(lambda: model.objects.create(id=2), by="_is_one_row")


# Overrides -----------------------------------------------------------------------------------------------


@pytest.fixture
def question(officer: User, other_officer: User) -> Override:
    """Lena filed; Anna asked."""
    held = only(filed(officer, categories=["ANALYTICS"]))
    return asked_about(held, by=other_officer, now=NOW)


@pytest.mark.parametrize("decision", ["approved", "denied"])
def test_nobody_decides_on_what_they_filed_or_asked_for(
    question: Override, officer: User, other_officer: User, decision: str
) -> None:
    for decider in (officer, other_officer, None):
        change = {"decision": decision, "decided_by": decider, "decided_at": NOW}
        refused(updating(question, **change), by="override_four_eyes|nobody decides for a request")


def test_a_superuser_is_bound_by_it_too(superuser: User) -> None:
    filed(superuser, categories=["ANALYTICS"])
    asked = asked_about(only_held(superuser), by=superuser, now=NOW)
    change = {"decision": "approved", "decided_by": superuser, "decided_at": NOW}
    refused(updating(asked, **change), by="override_four_eyes|nobody decides for a request")
    with lifted_guards():
        refused(updating(asked, **change), by="override_four_eyes")


def test_nobody_decides_for_a_request_that_they_had_a_hand_in(
    officer: User, other_officer: User, reviewer: User, other_reviewer: User
) -> None:
    """Registered it, filed another part of it, or asked about it before: each is refused by itself."""
    request = registered(other_reviewer, "USR-1")
    asked_for = filing_of("USR-1", categories=["ANALYTICS"])
    (held,) = filing.send(request, asked_for, by=officer, send_delay=timedelta(0))
    withdrawn = asked_about(held, by=reviewer, now=NOW)
    with audited() as log:
        overrides.withdraw(log, withdrawn, by=reviewer, now=NOW)
    more = filing_of("USR-1", categories=["SMS"])
    filing.send(request, more, by=superuser_who_files(), send_delay=timedelta(0))
    asked = asked_about(held, by=other_officer, now=NOW)
    for barred in (other_reviewer, reviewer, superuser_who_files()):
        change = {"decision": "approved", "decided_by": barred, "decided_at": NOW}
        refused(updating(asked, **change), by="nobody decides for a request that they")
        assert overrides.bar(asked, barred) is not None
    nobody_of_them = person("ada", REVIEWERS)
    assert overrides.bar(asked, nobody_of_them) is None
    updating(asked, decision="approved", decided_by=nobody_of_them, decided_at=NOW)()


def superuser_who_files() -> User:
    return User.objects.filter(username="root").first() or User.objects.create_superuser("root")


def only_held(by: User) -> Submission:
    return Submission.objects.select_related("request", "identifier").get(filed_by=by, status="blocked")


def test_a_decision_has_a_time(question: Override, reviewer: User) -> None:
    change = {"decision": "approved", "decided_by": reviewer, "decided_at": None}
    refused(updating(question, **change), by="override_four_eyes")


def test_who_filed_cannot_be_exchanged_to_let_them_decide(
    question: Override, reviewer: User, officer: User
) -> None:
    refused(updating(question, filed_by=reviewer), by="an override is asked and decided once")
    refused(updating(question, asked_by=reviewer), by="an override is asked and decided once")
    updating(question, decision="withdrawn", decided_at=NOW)()
    question.pk, question.filed_by = None, reviewer
    refused(lambda: question.save(force_insert=True), by="an override names who filed its submission")


def test_a_decision_stands(question: Override, reviewer: User, other_reviewer: User) -> None:
    updating(question, decision="denied", decided_by=reviewer, decided_at=NOW)()
    changes: list[Change] = [{"decision": "approved"}, {"decision": ""}, {"decided_by": other_reviewer}]
    for change in changes:
        refused(updating(question, **change), by="an override is asked and decided once")


def test_holds_releases_and_overrides_are_never_deleted(
    question: Override, reviewer: User, officer: User
) -> None:
    hold = placed(reviewer, category="SURVEY")
    release = proposed(hold, by=reviewer)
    late = LateHold.objects.create(hold=hold, submission=question.submission)
    for row in (late, release, question, hold):
        rows = type(row).objects.filter(pk=row.pk)
        refused(lambda rows=rows: rows._raw_delete("default"), by="kept for ever")


def test_nobody_is_taken_out_from_under_a_hold(officer: User) -> None:
    request, other = filed(officer, "USR-1"), Subject.objects.create()
    refused(updating(request, subject=other), by="who asked, for what and when it was filed never changes")
    identifier = request.subject.identifiers.get()
    refused(updating(identifier, subject=other), by="an identifier stays with its person")


def test_only_an_approved_one_is_used_and_that_once(question: Override, reviewer: User) -> None:
    refused(updating(question, used_at=NOW), by="override_used_only_when_approved")
    updating(question, decision="approved", decided_by=reviewer, decided_at=NOW)()
    updating(question, used_at=NOW)()
    refused(updating(question, used_at=NOW + timedelta(hours=1)), by="an override is used once")
    # What never left was no use of it; what left was.
    updating(question, used_at=None)()
    updating(question, used_at=NOW)()
    row = only(question.submission.request)
    with audited() as log:
        lifecycle.resume(log, row, actor="sys", because="override", send_at=NOW)
    sent(row)
    refused(updating(question, used_at=None), by="an override is used once")


def test_its_life_is_not_prolonged(question: Override) -> None:
    refused(
        updating(question, expires_at=NOW + timedelta(days=90)), by="an override is asked and decided once"
    )
    updating(question, expires_at=NOW)()


def test_one_question_is_open_at_a_time(question: Override) -> None:
    question.pk = None
    refused(lambda: question.save(force_insert=True), by="override_one_question_at_a_time|submission_id")


@pytest.mark.parametrize("decision", ["approved", "denied"])
def test_nobody_decides_on_a_hold_that_they_placed(
    officer: User, reviewer: User, other_reviewer: User, decision: str
) -> None:
    placed(reviewer, category="SURVEY")
    asked = asked_about(only(filed(officer, categories=["SURVEY"])), by=officer, now=NOW)
    change = {"decision": decision, "decided_by": reviewer, "decided_at": NOW}
    refused(updating(asked, **change), by="nobody decides on an override of a hold that they placed")
    updating(asked, **{**change, "decided_by": other_reviewer})()


def test_an_override_is_not_born_decided(question: Override, reviewer: User) -> None:
    question.pk, question.decision = None, "approved"
    question.decided_by, question.decided_at = reviewer, NOW
    refused(lambda: question.save(force_insert=True), by="an override is asked for before it is decided")


def test_an_approval_is_taken_back_once_and_only_before_its_use(question: Override, reviewer: User) -> None:
    taken_back = {"revoked_at": NOW, "revoked_by": reviewer}
    refused(updating(question, **taken_back), by="override_revoked_before_its_use")
    updating(question, decision="approved", decided_by=reviewer, decided_at=NOW)()
    refused(updating(question, revoked_at=NOW), by="override_revoked_before_its_use")
    updating(question, **taken_back)()
    refused(updating(question, revoked_at=None, revoked_by=None), by="an override is asked and decided once")
    refused(updating(question, used_at=NOW), by="override_revoked_before_its_use")


# Releases ------------------------------------------------------------------------------------------------


@pytest.fixture
def release(officer: User, reviewer: User) -> HoldRelease:
    """Marek's proposal to release his hold, which stops what Lena filed."""
    hold = placed(reviewer, category="SURVEY")
    filed(officer, categories=["SURVEY"])
    return proposed(hold, by=reviewer)


def approval(by: User | None) -> Change:
    return {"decision": "approved", "decided_by": by, "decided_at": NOW}


def test_a_hold_is_not_released_by_a_word_alone(release: HoldRelease) -> None:
    refused(updating(release.hold, released_at=NOW), by="by the decision of a second reviewer")
    refused(
        lambda: LegalHold.objects.create(
            code="LIT-9", kind="litigation", ground="g", category="SMS", placed_at=NOW, released_at=NOW
        ),
        by="by the decision of a second reviewer",
    )


def test_another_holds_release_releases_no_hold(
    release: HoldRelease, reviewer: User, other_reviewer: User
) -> None:
    other = placed(reviewer, category="SMS")
    decided(release, by=other_reviewer)
    refused(updating(other, released_at=NOW), by="by the decision of a second reviewer")


@pytest.mark.parametrize("decision", ["approved", "denied"])
def test_who_proposed_a_release_does_not_decide_on_it(
    release: HoldRelease, reviewer: User, decision: str
) -> None:
    for decider in (reviewer, None):
        change = {**approval(decider), "decision": decision}
        refused(updating(release, **change), by="release_four_eyes")


def test_nobody_releases_a_hold_on_what_they_filed(
    release: HoldRelease, officer: User, superuser: User
) -> None:
    refused(updating(release, **approval(officer)), by="nobody releases a hold that stops what they filed")
    filed(superuser, "USR-7", categories=["SURVEY"])
    refused(updating(release, **approval(superuser)), by="nobody releases a hold that stops what they filed")


def test_a_proposal_by_who_has_filed_since_is_not_approved(
    release: HoldRelease, reviewer: User, other_reviewer: User
) -> None:
    filed(reviewer, "USR-8", categories=["SURVEY"])
    change = approval(other_reviewer)
    refused(updating(release, **change), by="nobody releases a hold that stops what they filed")
    updating(release, **{**change, "decision": "denied"})()


def test_what_another_hold_stops_keeps_nobody_from_a_release(
    release: HoldRelease, other_reviewer: User, reviewer: User
) -> None:
    # A code that begins with this one's: it has to be told apart.
    LegalHold.objects.create(
        code=f"{release.hold.code}1", kind="litigation", ground="g", category="SMS", placed_at=NOW
    )
    filed(other_reviewer, "USR-9", categories=["SMS"])
    updating(release, **approval(other_reviewer))()


def test_a_release_is_decided_once_and_is_not_born_decided(
    release: HoldRelease, other_reviewer: User
) -> None:
    twin = HoldRelease.objects.get(pk=release.pk)
    twin.pk = None
    refused(lambda: twin.save(force_insert=True), by="release_one_proposal_at_a_time|hold_id")
    decided(release, by=other_reviewer)
    refused(updating(release, decision="denied"), by="a release is proposed and decided once")
    twin.decision, twin.decided_by, twin.decided_at = "approved", other_reviewer, NOW
    refused(lambda: twin.save(force_insert=True), by="a release is proposed before it is decided")


# The guards themselves -----------------------------------------------------------------------------------


def test_the_guards_are_in_place_after_the_migrations() -> None:
    assert guards_missing(connection) == []
    assert check_guards(app_configs=None, databases=["default"]) == []


def test_a_guard_that_was_lifted_is_missed_and_put_back() -> None:
    with lifted_guards():
        assert guards_missing(connection) == [guard.name for guard in GUARDS]
        (error,) = check_guards(app_configs=None, databases=["default"])
        assert error.id == "erasure.E001"
        assert "install_guards" in str(error.hint)
        call_command("install_guards", stdout=StringIO())
        assert guards_missing(connection) == []


def test_a_guard_that_reads_otherwise_is_missed() -> None:
    with lifted_guards():
        changed = [statement.replace("status", "scope") for statement in installing(connection.vendor)]
        run(*changed)
        assert "submission_terminal_is_terminal" in guards_missing(connection)


def test_the_check_asks_no_database_that_it_was_not_given() -> None:
    assert check_guards(app_configs=None, databases=None) == []
