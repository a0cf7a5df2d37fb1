"""Work on several rows in one transaction, and what to do when one of them spoils it.

The others must not wait for it.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import InterfaceError, OperationalError

from audit.trail import audited
from erasure import lifecycle
from erasure.choices import Attention
from erasure.models import Submission
from erasure.pipeline.claims import still_ours

logger = logging.getLogger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")
SET_ASIDE = timedelta(minutes=10)
#: The database is busy or away: nothing was stored, the leases run out, and the rows are taken again.
DATABASE_TROUBLE = (OperationalError, InterfaceError)


def by_itself_if_need_be(
    items: Sequence[Item],
    together: Callable[[Sequence[Item]], list[Result]],
    *,
    row_of: Callable[[Item], Submission],
    now: datetime,
) -> list[Result]:
    """Do it for all together; if that fails, for each alone, and set aside those for which it fails again.

    Raises what says that the database is in trouble.
    """
    try:
        return together(items) if items else []
    except DATABASE_TROUBLE:
        raise
    except Exception as error:
        logger.exception("wave_failed_as_a_whole", extra={"error": type(error).__name__})
    return [result for item in items for result in _alone(item, together, row_of(item), now=now)]


def _alone(
    item: Item, together: Callable[[Sequence[Item]], list[Result]], row: Submission, *, now: datetime
) -> list[Result]:
    try:
        return together([item])
    except DATABASE_TROUBLE:
        raise
    except Exception as error:
        logger.exception("row_set_aside", extra={"error": type(error).__name__, "row": row.pk})
    _set_aside(row, now=now)
    return []


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
