"""What one status answer means for its submission (contract, Status and Callback)."""

import json
import random
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from audit.trail import Trail
from erasure import lifecycle
from erasure.choices import Attention
from erasure.cxone import errors
from erasure.cxone.answers import StatusReport
from erasure.models import CallbackReceipt, Submission
from erasure.pipeline.calls import Polled
from erasure.pipeline.submitted import retry_seconds

#: The contract's ten polls: after them the submission is shown as stalled, and asked for all the same.
POLLS_BEFORE_STALLED = 10
LONGEST_POLL_SECONDS = 3600.0


def apply_poll(log: Trail, row: Submission, outcome: Polled, now: datetime) -> None:
    """Close the submission when CXone says so in an answer to our own question; else ask again later."""
    if row.status != lifecycle.S.PROCESSING:
        return
    claims = _audit_callbacks(log, row)
    result = outcome.result
    if isinstance(result, errors.CXoneError):
        _ask_again_after_trouble(log, row, result, now=now)
    elif _is_about_another(row, result) or result.status is None:
        lifecycle.keep_answer(row, body=result.body)
        lifecycle.raise_attention(log, row, Attention.UNEXPECTED_ANSWER)
        _ask_again(row, outcome, now=now)
    elif result.status == "PROCESSING":
        _still_processing(log, row, outcome, claims, now=now)
    else:
        _close(log, row, result, claims, now=now)


def _close(log: Trail, row: Submission, report: StatusReport, claims: set[str], *, now: datetime) -> None:
    if report.status == "COMPLETED":
        lifecycle.complete(log, row, records=report.records_affected, body=report.body, now=now)
    else:
        lifecycle.fail(
            log,
            row,
            code="failed_at_cxone",
            message=report.error_message,
            records=report.records_affected,
            body=report.body,
            now=now,
        )
    if claims - {report.status}:
        lifecycle.contradict(log, row)


def _still_processing(
    log: Trail, row: Submission, outcome: Polled, claims: set[str], *, now: datetime
) -> None:
    if claims & {"COMPLETED", "FAILED"}:
        lifecycle.contradict(log, row)
    elif row.polls + 1 >= POLLS_BEFORE_STALLED:
        lifecycle.raise_attention(log, row, Attention.STALLED)
    _ask_again(row, outcome, now=now)


def _ask_again(row: Submission, outcome: Polled, *, now: datetime) -> None:
    """Later, at growing intervals; at once when a callback came while we were asking, so that its wake-up is not lost."""
    seen = outcome.submission.callback_at
    fresh_callback = row.callback_at is not None and (seen is None or row.callback_at > seen)
    wait = 0.0 if fresh_callback else poll_seconds(row.polls + 1)
    lifecycle.reschedule(row, next_attempt_at=now + timedelta(seconds=wait), polls=row.polls + 1)


def _ask_again_after_trouble(log: Trail, row: Submission, error: errors.CXoneError, *, now: datetime) -> None:
    polls = row.polls
    wait = retry_seconds(error, attempts=polls + 1)
    if isinstance(error, errors.UnknownRequest):
        lifecycle.raise_attention(log, row, Attention.UNKNOWN_AT_CXONE)
        polls, wait = polls + 1, poll_seconds(polls + 1)
    elif isinstance(error, errors.UnreadableAnswer):
        lifecycle.raise_attention(log, row, Attention.UNEXPECTED_ANSWER)
        polls, wait = polls + 1, max(wait, poll_seconds(polls + 1))
    lifecycle.reschedule(row, next_attempt_at=now + timedelta(seconds=wait), polls=polls)


def poll_seconds(polls: int) -> float:
    """The wait after so many polls, in seconds: half as long again each time, at most an hour, with a little jitter."""
    grown: float = min(LONGEST_POLL_SECONDS, settings.CXONE_POLL_SECONDS * 1.5 ** min(polls, 40))
    return grown * random.uniform(0.9, 1.1)  # noqa: S311 - it spreads questions in time; nothing secret hangs on it.


def _is_about_another(row: Submission, report: StatusReport) -> bool:
    """Whether CXone's answer names another request or another person than we asked about."""
    other_id = report.id is not None and report.id != row.cxone_id
    other_subject = report.subject_id is not None and report.subject_id != row.identifier.value
    return other_id or other_subject


def _audit_callbacks(log: Trail, row: Submission) -> set[str]:
    """Put callbacks that were only recorded so far into the log; give all the statuses that callbacks have claimed.

    The view that takes a callback does not write to the log, so that CXone is answered without waiting for the log's one lock.
    """
    claims: set[str] = set()
    if row.callback_at is None:
        return claims
    for receipt in CallbackReceipt.objects.filter(submission=row).order_by("pk"):
        status = _claimed_status(receipt)
        claims.add(status)
        if not receipt.audited:
            lifecycle.note_callback(log, row, status=status)
            CallbackReceipt.objects.filter(pk=receipt.pk).update(audited=True)
    return claims


def _claimed_status(receipt: CallbackReceipt) -> str:
    body: Any = json.loads(receipt.body or "{}")
    return str(body.get("status", ""))
