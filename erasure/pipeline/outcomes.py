"""Applying what the calls brought.

In one transaction: rows locked in key order, the shared row after them, the log last.

A row that is no longer ours (its fence has moved) is dropped with its event.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from audit.trail import Trail, audited
from erasure import lifecycle, upstream
from erasure.cxone.answers import Accepted
from erasure.models import Submission
from erasure.pipeline.calls import Polled, Submitted
from erasure.pipeline.claims import locked
from erasure.pipeline.polled import apply_poll
from erasure.pipeline.setting_aside import by_itself_if_need_be
from erasure.pipeline.submitted import apply_submit
from erasure.pipeline.tally import tally

Outcome = TypeVar("Outcome", Submitted, Polled)


def apply_submits(outcomes: Sequence[Submitted], *, now: datetime) -> None:
    """Apply what came of some POSTs."""
    _apply(outcomes, apply_submit, now=now)


def apply_polls(outcomes: Sequence[Polled], *, now: datetime) -> None:
    """Apply what came of some GETs."""
    _apply(outcomes, apply_poll, now=now)


def _apply(
    outcomes: Sequence[Outcome],
    apply: Callable[[Trail, Submission, Outcome, datetime], None],
    *,
    now: datetime,
) -> None:
    def together(some: Sequence[Outcome]) -> list[None]:
        _apply_together(some, apply, now=now)
        return []

    by_itself_if_need_be(outcomes, together, row_of=lambda outcome: outcome.submission, now=now)


def _apply_together(
    outcomes: Sequence[Outcome],
    apply: Callable[[Trail, Submission, Outcome, datetime], None],
    *,
    now: datetime,
) -> None:
    by_row = {outcome.submission.pk: outcome for outcome in outcomes}
    with audited() as log:
        for row in locked([outcome.submission for outcome in outcomes]).prefetch_related("callbacks"):
            outcome = by_row[row.pk]
            if row.fence == outcome.submission.fence:
                apply(log, row, outcome, now)
            elif isinstance(outcome.result, Accepted):
                # The row belongs to another worker by now. An id that CXone gave us all the same is not
                # forgotten.
                lifecycle.keep_other_id(log, row, cxone_id=outcome.result.id)
        upstream.note(log, tally([outcome.result for outcome in outcomes]), now=now)
