"""Work on many rows, some hundred in a transaction, where one that spoils it keeps no other back."""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import InterfaceError, OperationalError

logger = logging.getLogger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")

#: The database is busy or away: nothing was stored, and the next round tries again.
DATABASE_TROUBLE = (OperationalError, InterfaceError)


def in_lots(keys: Sequence[int], carry_out: Callable[[Sequence[int]], int], *, at_once: int) -> int:
    """Carry it out for all keys, lot by lot; the sum of what each lot gave.

    A lot that fails is done key by key; a key that fails is told in the program's log and left. Raises what
    says that the database is in trouble.
    """
    lots = (keys[start : start + at_once] for start in range(0, len(keys), at_once))
    return sum(sum(by_itself_if_need_be(lot, carry_out, leave=_tell)) for lot in lots)


def by_itself_if_need_be(
    items: Sequence[Item],
    together: Callable[[Sequence[Item]], Result],
    *,
    leave: Callable[[Item, Exception], object],
) -> list[Result]:
    """Do it for all together; if that fails, for each alone, and `leave` those for which it fails again.

    `together` stores all of what it is given or nothing. Raises what says that the database is in trouble.
    """
    if not items:
        return []
    try:
        return [together(items)]
    except DATABASE_TROUBLE:
        raise
    except Exception as error:
        logger.exception("lot_failed", extra={"error": type(error).__name__, "rows": len(items)})
    return [result for item in items for result in _alone(item, together, leave)]


def _alone(
    item: Item, together: Callable[[Sequence[Item]], Result], leave: Callable[[Item, Exception], object]
) -> list[Result]:
    try:
        return [together([item])]
    except DATABASE_TROUBLE:
        raise
    except Exception as error:
        leave(item, error)
    return []


def _tell(key: int, error: Exception) -> None:
    logger.error("row_failed", exc_info=error, extra={"error": type(error).__name__, "row": key})
