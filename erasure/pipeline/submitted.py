"""What one POST's outcome means for its submission (contract, Submit and Errors)."""

import random
from datetime import datetime, timedelta

from django.conf import settings

from audit.trail import Trail
from erasure import lifecycle
from erasure.choices import Attention
from erasure.cxone import errors
from erasure.cxone.answers import Accepted
from erasure.models import Submission
from erasure.pipeline.callbacks import note_callbacks
from erasure.pipeline.calls import Submitted

UNCLEAR_BASE_SECONDS = 5.0
SERVER_TROUBLE_BASE_SECONDS = 30.0
LONGEST_RETRY_SECONDS = 900.0
#: After so many unclear answers a person is told; the repeats go on.
UNCLEAR_BEFORE_ATTENTION = 3


def apply_submit(log: Trail, row: Submission, outcome: Submitted, now: datetime) -> None:
    """Move the submission as the outcome says; a row that is no longer being sent is left as it is."""
    if row.status != lifecycle.S.SUBMITTING:
        return
    result = outcome.result
    if isinstance(result, Accepted):
        _accept(log, row, result, now=now)
    elif isinstance(result, errors.Refused):
        _fail(log, row, result, now=now)
    elif isinstance(result, errors.NotTaken) and not outcome.ready.in_doubt:
        wait = retry_seconds(result, attempts=row.attempts)
        lifecycle.requeue(log, row, reason=reason_code(result), next_attempt_at=now + timedelta(seconds=wait))
    else:
        _leave_in_doubt(log, row, result, now=now)


def _accept(log: Trail, row: Submission, accepted: Accepted, *, now: datetime) -> None:
    # A callback that came before the id was known makes the question due at once.
    wait = 0 if row.callback_at else settings.CXONE_POLL_SECONDS
    lifecycle.accept(log, row, cxone_id=accepted.id, next_poll_at=now + timedelta(seconds=wait), now=now)


def _fail(log: Trail, row: Submission, refused: errors.Refused, *, now: datetime) -> None:
    # Only what may have been taken by an earlier attempt can have been called back about.
    claims = note_callbacks(log, row)
    lifecycle.fail(log, row, code="refused_by_cxone", message=refused.message, now=now)
    if claims - {"FAILED"}:
        lifecycle.contradict(log, row)


def _leave_in_doubt(log: Trail, row: Submission, error: errors.CXoneError, *, now: datetime) -> None:
    """It may have been taken, now or by an earlier attempt: the very same bytes are repeated later."""
    lifecycle.note_unclear(log, row, reason=reason_code(error))
    if row.attempts >= UNCLEAR_BEFORE_ATTENTION:
        lifecycle.raise_attention(log, row, Attention.UNCLEAR)
    wait = retry_seconds(error, attempts=row.attempts)
    lifecycle.reschedule(row, next_attempt_at=now + timedelta(seconds=wait))


def reason_code(error: errors.CXoneError) -> str:
    """The kind of trouble as the log names it, such as `rate_limited`."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in type(error).__name__).lstrip("_")


def retry_seconds(error: errors.CXoneError, *, attempts: int) -> float:
    """When to try this row again, in seconds: what CXone asked for, else growing with jitter.

    The fleet's own pause (`upstream`) stands beside this: a row whose time has come still waits for it.
    """
    asked: float | None = getattr(error, "retry_after", None)
    if asked is not None:
        return asked
    if isinstance(error, errors.TokenBusy):
        return 1.0
    base = SERVER_TROUBLE_BASE_SECONDS if isinstance(error, errors.ServerTrouble) else UNCLEAR_BASE_SECONDS
    if isinstance(error, errors.NotTaken):
        base = 1.0
    grown: float = min(LONGEST_RETRY_SECONDS, base * 2 ** min(max(0, attempts - 1), 10))
    return grown * random.uniform(1.0, 1.25)  # noqa: S311 - it spreads repeats, and hides nothing.
