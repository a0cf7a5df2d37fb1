"""Applying what the calls brought: in one transaction per wave, rows locked in key order, the shared row after them, the log last.

A row that is no longer ours (its fence has moved) is dropped with its event. If a wave cannot be applied as a whole, it is applied
row by row, and the row at fault is flagged and set aside.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import OperationalError

from audit.trail import Trail, audited
from erasure import lifecycle, upstream
from erasure.choices import Attention
from erasure.cxone.answers import Accepted
from erasure.models import Submission
from erasure.pipeline.calls import Polled, Submitted
from erasure.pipeline.claims import locked
from erasure.pipeline.polled import apply_poll
from erasure.pipeline.submitted import apply_submit
from erasure.pipeline.tally import tally

logger = logging.getLogger(__name__)

Outcome = TypeVar("Outcome", Submitted, Polled)
SET_ASIDE = timedelta(minutes=10)


def apply_submits(outcomes: Sequence[Submitted], *, now: datetime) -> None:
    """Apply a wave of POSTs."""
    _apply_wave(outcomes, apply_submit, now=now)


def apply_polls(outcomes: Sequence[Polled], *, now: datetime) -> None:
    """Apply a wave of GETs."""
    _apply_wave(outcomes, apply_poll, now=now)


def _apply_wave(
    outcomes: Sequence[Outcome], apply: Callable[[Trail, Submission, Outcome, datetime], None], *, now: datetime
) -> None:
    if not outcomes:
        return
    try:
        _apply(outcomes, apply, now=now)
    except OperationalError:
        # The database is busy or away: nothing was applied, the leases run out, and the rows are taken again.
        raise
    except Exception as error:
        logger.exception("wave_not_applied_as_a_whole", extra={"error": type(error).__name__})
        for outcome in outcomes:
            _apply_alone(outcome, apply, now=now)


def _apply(
    outcomes: Sequence[Outcome], apply: Callable[[Trail, Submission, Outcome, datetime], None], *, now: datetime
) -> None:
    by_row = {outcome.submission.pk: outcome for outcome in outcomes}
    with audited() as log:
        for row in locked([outcome.submission for outcome in outcomes]):
            apply(log, row, by_row.pop(row.pk), now)
        # What is left belongs to others by now. An id that CXone gave us all the same is not forgotten.
        for outcome in by_row.values():
            _keep_late_id(log, outcome)
        upstream.note(log, tally([outcome.result for outcome in outcomes]), now=now)


def _keep_late_id(log: Trail, outcome: Submitted | Polled) -> None:
    if isinstance(outcome.result, Accepted):
        row = Submission.objects.select_for_update(of=("self",)).select_related("request", "identifier")
        lifecycle.keep_other_id(log, row.get(pk=outcome.submission.pk), cxone_id=outcome.result.id)


def _apply_alone(
    outcome: Outcome, apply: Callable[[Trail, Submission, Outcome, datetime], None], *, now: datetime
) -> None:
    try:
        _apply([outcome], apply, now=now)
    except OperationalError:
        raise
    except Exception as error:
        logger.exception("row_set_aside", extra={"error": type(error).__name__, "row": outcome.submission.pk})
        with audited() as log:
            for row in locked([outcome.submission]):
                lifecycle.raise_attention(log, row, Attention.POISONED)
                lifecycle.reschedule(row, next_attempt_at=now + SET_ASIDE)
