"""An approval lets go what was approved, through the holds of that moment, and nothing else: whatever changes
afterwards, by whatever route, nothing is sent and the submission waits again.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from audit.trail import audited
from erasure import lifecycle, overrides
from erasure.models import Override, SubjectIdentifier, Submission
from privacyadmin.models import User
from tests.audit.mail_server import MailServer
from tests.erasure.at_work import Work, cxone, events, fresh, work
from tests.erasure.lifted_guards import lifted_guards
from tests.erasure.made_holds import placed, released
from tests.erasure.made_overrides import asked, decided, revoked
from tests.erasure.mail_desk import delivered

__all__ = ["cxone", "work"]

NO_DELAY = timedelta(0)
Change = Callable[[Submission], Any]


@pytest.fixture
def approved(work: Work, reviewer: User) -> Submission:
    """An officer's ANALYTICS, held by RET-1, let through by a reviewer and due now."""
    row = work.file(categories=["ANALYTICS"], description="Ticket 118")
    decided(asked(row, by=work.officer), by=reviewer, send_delay=NO_DELAY)
    return fresh(row)


def rows(row: Submission) -> Any:
    return Submission.objects.filter(pk=row.pk)


def another_person(row: Submission) -> int:
    other = SubjectIdentifier.objects.create(
        subject=row.identifier.subject, kind="cxone_id", value="USR-somebody-else", fingerprint="e" * 64
    )
    return other.pk


CHANGES: dict[str, Change] = {
    "description": lambda row: rows(row).update(description="Ticket 119"),
    "no description": lambda row: rows(row).update(description=None),
    "identifier": lambda row: SubjectIdentifier.objects.filter(pk=row.identifier_id).update(value="USR-9"),
    "another identifier": lambda row: rows(row).update(identifier=another_person(row)),
    "categories": lambda row: rows(row).update(categories=["ANALYTICS", "CONTACT"]),
    "scope": lambda row: rows(row).update(scope="ALL"),
    "bytes to be sent": lambda row: rows(row).update(frozen_payload=frozen(row, categories=["CONTACT"])),
    "bytes for another": lambda row: rows(row).update(frozen_payload=frozen(row, subjectId="USR-9")),
    "an approval that ran out": lambda row: row.overrides.update(expires_at=timezone.now()),
    "the approval's digest": lambda row: row.overrides.update(digest="0" * 64),
}


def frozen(row: Submission, **changed: Any) -> str:
    payload = {
        "subjectId": row.identifier.value,
        "type": row.type,
        "categories": row.categories,
        "scope": row.scope,
        "description": row.description,
    }
    return json.dumps({**payload, **changed})


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_changes_after_the_approval_voids_it(work: Work, approved: Submission, what: str) -> None:
    with lifted_guards():
        assert CHANGES[what](approved)
    work.send()
    row = fresh(approved)
    assert (row.status, row.held_by, row.first_sent_at) == ("blocked", ["RET-1"], None)
    assert events(row)[-1] == "request.suspended"
    assert not Override.objects.filter(used_at__isnull=False).exists()
    assert work.sandbox.requests == []


def test_the_mail_about_one_that_ran_out_says_what_happened_and_what_helps(
    mail_server: MailServer, work: Work, approved: Submission
) -> None:
    with lifted_guards():
        approved.overrides.update(expires_at=timezone.now())
    work.send()
    (mail,) = [one for one in delivered(mail_server) if one.subject.startswith("Put on hold before")]
    words = " ".join(mail.text.split())
    assert "the approval that let it through one was taken back, ran out or no longer fits" in words
    assert "an officer can ask for an override, anew where one was approved before" in words


def test_the_very_bytes_that_were_approved_pass_a_second_time(work: Work, approved: Submission) -> None:
    """A refused connection brings a row back to the queue with its bytes frozen."""
    with audited() as log:
        lifecycle.begin_sending(log, approved, payload=frozen(approved), now=timezone.now())
        lifecycle.requeue(log, approved, reason="unreachable", next_attempt_at=timezone.now())
    work.send()
    assert fresh(approved).status == "processing"


def test_a_new_hold_voids_it_until_that_hold_is_released(
    work: Work, approved: Submission, reviewer: User
) -> None:
    hold = placed(reviewer, approved.identifier.value or "")
    row = fresh(approved)
    assert (row.status, row.held_by) == ("blocked", [hold.code, "RET-1"])
    work.send()
    assert work.sandbox.requests == []
    released(hold)
    work.resume()
    assert events(row)[-1] == "request.resumed"
    work.send()
    assert fresh(approved).status == "processing"


def test_what_waits_again_can_be_asked_about_again_and_goes(
    work: Work, approved: Submission, reviewer: User, other_reviewer: User
) -> None:
    hold = placed(reviewer, approved.identifier.value or "")
    question = asked(fresh(approved), by=work.officer)
    assert question.holds == [hold.code, "RET-1"]
    decided(question, by=other_reviewer, send_delay=NO_DELAY)
    work.send()
    assert fresh(approved).status == "processing"
    assert [one.used_at is not None for one in Override.objects.order_by("pk")] == [False, True]


def test_it_serves_no_other_submission_of_the_same_content(
    work: Work, approved: Submission, reviewer: User
) -> None:
    work.send()
    other = work.file(approved.identifier.value, categories=["ANALYTICS"], description="Ticket 118")
    assert other.status == "blocked"
    with audited() as log:
        lifecycle.resume(log, other, actor="sys", because="override", send_at=timezone.now())
    work.send()
    assert fresh(other).status == "blocked"
    assert len(work.sandbox.requests) == 1


def test_it_is_void_once_its_time_has_passed_unused(work: Work, approved: Submission) -> None:
    assert overrides.covers(approved, ["RET-1"], now=timezone.now()) is not None
    late = timezone.now() + overrides.lifetime() + timedelta(seconds=1)
    assert overrides.covers(approved, ["RET-1"], now=late) is None


# Taken back, and not used --------------------------------------------------------------------------------


def test_what_cxone_provably_did_not_take_used_no_approval(
    work: Work, approved: Submission, reviewer: User
) -> None:
    override = approved.overrides.get()
    work.sandbox.faults = ["429@submit:1"]
    work.send()
    row = fresh(approved)
    assert (row.status, row.first_sent_at) == ("queued", None)
    override.refresh_from_db()
    assert override.used_at is None
    revoked(override, by=reviewer)
    work.let_time_pass()
    work.send()
    assert fresh(approved).status == "blocked"
    assert work.sandbox.requests == []


def test_an_approval_that_came_to_nothing_for_long_is_void(work: Work, approved: Submission) -> None:
    work.sandbox.faults = ["429@submit:1"]
    work.send()
    with lifted_guards():
        approved.overrides.update(expires_at=timezone.now() - timedelta(days=1))
    work.let_time_pass()
    work.send()
    assert (fresh(approved).status, work.sandbox.requests) == ("blocked", [])


def test_a_voided_approval_can_be_taken_back_before_it_comes_to_life_again(
    work: Work, approved: Submission, reviewer: User
) -> None:
    hold = placed(reviewer, approved.identifier.value or "")
    assert fresh(approved).status == "blocked"
    revoked(approved.overrides.get(), by=reviewer)
    assert (fresh(approved).status, fresh(approved).held_by) == ("blocked", [hold.code, "RET-1"])
    released(hold)
    assert work.resume() == 0
    work.send()
    assert (fresh(approved).status, work.sandbox.requests) == ("blocked", [])


def test_what_goes_on_by_an_approval_can_still_be_stopped(
    work: Work, approved: Submission, reviewer: User, settings: LazySettings
) -> None:
    settings.SEND_DELAY_SECONDS = 900
    released(placed(reviewer, approved.identifier.value or ""))
    assert work.resume() == 1
    row = fresh(approved)
    assert row.status == "queued"
    assert (row.next_attempt_at or timezone.now()) > timezone.now() + timedelta(minutes=14)
    work.send()
    assert work.sandbox.requests == []
