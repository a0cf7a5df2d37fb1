"""On its way: from the gate to what CXone reports in the end."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from audit.events import Event
from audit.trail import Trail
from erasure.choices import Attention, Occasion, RequestType
from erasure.lifecycle.flags import raise_attention
from erasure.lifecycle.moves import (
    MoveRefused,
    S,
    ended,
    loggable,
    move,
    record,
    set_unless_changed,
    without_passing,
)
from erasure.lifecycle.reporting import report_end
from erasure.models import Submission


def begin_sending(log: Trail, submission: Submission, *, payload: str, now: datetime) -> None:
    """The gate is passed: from here on it may reach CXone, so it can no longer be stopped.

    The payload is frozen the first time; what was frozen once is what goes out however often it is tried.
    """
    frozen = {} if submission.frozen_payload else {"frozen_payload": payload}
    move(
        log,
        submission,
        S.SUBMITTING,
        event=Event.REQUEST_SENDING,
        evidence={"attempt": submission.attempts + 1},
        changes={"first_sent_at": now, "attempts": submission.attempts + 1, **frozen},
    )


def repeat_sending(log: Trail, submission: Submission) -> None:
    """The very same bytes go out once more, since nobody knows whether CXone took them; the status stays."""
    if submission.status != S.SUBMITTING:
        raise MoveRefused(
            _("%(submission)s is “%(status)s”: there is nothing to repeat.")
            % {"submission": submission, "status": submission.get_status_display()}
        )
    set_unless_changed(submission, attempts=submission.attempts + 1)
    record(log, submission, Event.REQUEST_SENDING, attempt=submission.attempts)


def note_unclear(log: Trail, submission: Submission, *, reason: str) -> None:
    """Put on record that the answer to a sending was lost; unclear is not failed, so the status stays."""
    record(log, submission, Event.REQUEST_UNCLEAR, reason=reason)


def accept(
    log: Trail, submission: Submission, *, cxone_id: str, next_poll_at: datetime, now: datetime
) -> None:
    """CXone took it and gave its id; from here on its status is asked for."""
    strangers = [other for other in submission.other_cxone_ids if other != cxone_id]
    move(
        log,
        submission,
        S.PROCESSING,
        event=Event.REQUEST_SUBMITTED,
        evidence={"cxone_id": loggable(cxone_id), "attempt": submission.attempts},
        changes={
            "cxone_id": cxone_id,
            "accepted_at": now,
            "next_attempt_at": next_poll_at,
            "lease_until": None,
            "attention": without_passing(submission.attention),
        },
    )
    for _stranger in strangers:
        raise_attention(log, submission, Attention.SECOND_ID)


def keep_other_id(log: Trail, submission: Submission, *, cxone_id: str) -> None:
    """A late answer brought an id after the row had been taken over: it is kept.

    While the row is still being sent, the next answer shows whether it is a second one; later it always is.
    """
    if cxone_id in {submission.cxone_id, *submission.other_cxone_ids}:
        return
    set_unless_changed(submission, other_cxone_ids=[*submission.other_cxone_ids, cxone_id])
    if submission.status != S.SUBMITTING:
        raise_attention(log, submission, Attention.SECOND_ID)


def requeue(log: Trail, submission: Submission, *, reason: str, next_attempt_at: datetime) -> None:
    """CXone provably did not take it: it may be stopped again, and goes through the gate anew.

    An approval that let it through has not been used by that, and its time runs again.
    """
    move(
        log,
        submission,
        S.QUEUED,
        out_of=S.SUBMITTING,
        event=Event.REQUEST_REQUEUED,
        evidence={"reason": reason},
        changes={"first_sent_at": None, "next_attempt_at": next_attempt_at, "lease_until": None},
    )
    submission.overrides.filter(used_at__isnull=False).update(used_at=None)


def complete(log: Trail, submission: Submission, *, records: int | None, body: str, now: datetime) -> None:
    """CXone's status, asked for by us, says that it has finished."""
    evidence: dict[str, Any] = {
        "completion_time_ms": _milliseconds(submission.filed_at, now),
        "records_deleted": records if submission.type == RequestType.ERASURE else None,
        "categories": submission.categories,
        "scope": submission.scope,
        "cxone_id": loggable(submission.cxone_id),
        "callback": submission.callback_at is not None,
    }
    if submission.type == RequestType.ERASURE:
        evidence["event_type"] = "PRIVACY_DELETION_COMPLETED"
    move(
        log,
        submission,
        S.COMPLETED,
        event=Event.REQUEST_COMPLETED,
        evidence=evidence,
        changes={"records_affected": records, "upstream_body": body, **ended(now, submission.attention)},
    )
    report_end(log, submission, Occasion.COMPLETED, now=now)


def fail(
    log: Trail,
    submission: Submission,
    *,
    code: str,
    message: str,
    now: datetime,
    records: int | None = None,
    body: str | None = None,
) -> None:
    """CXone refused it (400) or reports that it failed; its own words are kept for the officer."""
    move(
        log,
        submission,
        S.FAILED,
        event=Event.REQUEST_FAILED,
        res="failed",
        evidence={"reason": code, "records_deleted": records, "cxone_id": loggable(submission.cxone_id)},
        changes={
            "error_code": code,
            "error_message": message,
            "records_affected": records,
            "upstream_body": body,
            **ended(now, submission.attention),
        },
    )
    report_end(log, submission, Occasion.FAILED, now=now)


def keep_answer(submission: Submission, *, body: str) -> None:
    """Keep what CXone said, encrypted, though it closed nothing."""
    set_unless_changed(submission, upstream_body=body)


def reschedule(submission: Submission, *, next_attempt_at: datetime, **counts: Any) -> None:
    """Give the row back with a later time. The status stays, so there is no event."""
    set_unless_changed(submission, next_attempt_at=next_attempt_at, lease_until=None, **counts)


def _milliseconds(since: datetime, until: datetime) -> int:
    return max(0, round((until - since).total_seconds() * 1000))
