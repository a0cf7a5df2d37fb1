"""What one status answer means for its submission (contract, Status and Callback)."""

import random
from datetime import datetime, timedelta

from django.conf import settings

from audit.trail import Trail
from erasure import lifecycle
from erasure.choices import Attention
from erasure.cxone import errors
from erasure.cxone.answers import StatusReport
from erasure.models import Submission
from erasure.pipeline.callbacks import note_callbacks
from erasure.pipeline.calls import Polled
from erasure.pipeline.submitted import retry_seconds

#: The contract's ten polls: after them the submission is shown as stalled, and asked for all the same.
POLLS_BEFORE_STALLED = 10
LONGEST_POLL_SECONDS = 3600.0


def apply_poll(log: Trail, row: Submission, outcome: Polled, now: datetime) -> None:
    """Close the submission when CXone says so in an answer to our own question; else ask again later."""
    if row.status != lifecycle.S.PROCESSING:
        return
    claims = note_callbacks(log, row)
    result = outcome.result
    if isinstance(result, errors.CXoneError):
        _ask_again_after_trouble(log, row, outcome, result, now=now)
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
        # Flagged after the end, whose move takes passing flags away: this one is for a person to read.
        lifecycle.contradict(log, row)


def _still_processing(
    log: Trail, row: Submission, outcome: Polled, claims: set[str], *, now: datetime
) -> None:
    if claims:
        lifecycle.contradict(log, row)
    elif row.polls + 1 >= POLLS_BEFORE_STALLED:
        lifecycle.raise_attention(log, row, Attention.STALLED)
    _ask_again(row, outcome, now=now)


def _ask_again_after_trouble(
    log: Trail, row: Submission, outcome: Polled, error: errors.CXoneError, *, now: datetime
) -> None:
    if isinstance(error, errors.NotTaken):
        # CXone was not asked at all, so it is no poll; what keeps everybody from asking is the shared row's
        # business.
        _reschedule(row, outcome, wait=retry_seconds(error, attempts=1), polls=row.polls, now=now)
        return
    if isinstance(error, errors.UnknownRequest):
        lifecycle.raise_attention(log, row, Attention.UNKNOWN_AT_CXONE)
    elif isinstance(error, errors.UnreadableAnswer):
        lifecycle.raise_attention(log, row, Attention.UNEXPECTED_ANSWER)
    _ask_again(row, outcome, at_least=retry_seconds(error, attempts=1), now=now)


def _ask_again(row: Submission, outcome: Polled, *, now: datetime, at_least: float = 0.0) -> None:
    """Later, at growing intervals."""
    polls = row.polls + 1
    _reschedule(row, outcome, wait=max(at_least, poll_seconds(polls)), polls=polls, now=now)


def _reschedule(row: Submission, outcome: Polled, *, wait: float, polls: int, now: datetime) -> None:
    """At once when a callback came while we were asking, so that its wake-up is not lost.

    Else after `wait` seconds.
    """
    seen = outcome.submission.callback_at
    fresh_callback = row.callback_at is not None and (seen is None or row.callback_at > seen)
    due_at = now if fresh_callback else now + timedelta(seconds=wait)
    lifecycle.reschedule(row, next_attempt_at=due_at, polls=polls)


def poll_seconds(polls: int) -> float:
    """The wait after so many polls, in seconds.

    Half as long again each time, at most an hour, with a little jitter.
    """
    grown: float = min(LONGEST_POLL_SECONDS, settings.CXONE_POLL_SECONDS * 1.5 ** min(polls, 40))
    return grown * random.uniform(0.9, 1.1)  # noqa: S311 - it spreads questions, and hides nothing.


def _is_about_another(row: Submission, report: StatusReport) -> bool:
    """Whether CXone's answer names another request or another person than we asked about."""
    other_id = report.id is not None and report.id != row.cxone_id
    other_subject = report.subject_id is not None and report.subject_id != row.identifier.value
    return other_id or other_subject
