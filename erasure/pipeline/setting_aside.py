"""What the pipeline does with a row that spoils the work on it: flag it, and look at it again later."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from audit.trail import audited
from erasure import lifecycle, lots
from erasure.choices import Attention
from erasure.lots import DATABASE_TROUBLE
from erasure.models import Submission
from erasure.pipeline.claims import still_ours

logger = logging.getLogger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")
SET_ASIDE = timedelta(minutes=10)


def by_itself_if_need_be(
    items: Sequence[Item],
    together: Callable[[Sequence[Item]], list[Result]],
    *,
    row_of: Callable[[Item], Submission],
    now: datetime,
) -> list[Result]:
    """Do it for all together; if that fails, for each alone, and set aside those for which it fails again.

    Raises what says that the database is in trouble: then the leases run out, and the rows are taken again.
    """

    def set_aside(item: Item, error: Exception) -> None:
        row = row_of(item)
        logger.error("row_set_aside", exc_info=error, extra={"error": type(error).__name__, "row": row.pk})
        _set_aside(row, now=now)

    done = lots.by_itself_if_need_be(items, together, leave=set_aside)
    return [result for found in done for result in found]


def _set_aside(row: Submission, *, now: datetime) -> None:
    """Flag it and look at it again later.

    If even that cannot be stored, its lease keeps it away for a while.
    """
    try:
        with audited() as log:
            for current in still_ours([row]):
                lifecycle.raise_attention(log, current, Attention.POISONED)
                lifecycle.reschedule(current, next_attempt_at=now + SET_ASIDE)
    except DATABASE_TROUBLE:
        raise
    except Exception as error:
        logger.exception("row_not_flagged", extra={"error": type(error).__name__, "row": row.pk})
