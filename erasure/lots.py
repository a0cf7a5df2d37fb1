"""Work on many rows, some hundred in a transaction, where one that spoils it keeps no other back."""

import logging
from collections.abc import Callable, Sequence

from django.db import InterfaceError, OperationalError

logger = logging.getLogger(__name__)

#: The database is busy or away: nothing was stored, and the next round tries again.
DATABASE_TROUBLE = (OperationalError, InterfaceError)


def in_lots(keys: Sequence[int], carry_out: Callable[[Sequence[int]], int], *, at_once: int) -> int:
    """Carry it out for all keys, lot by lot; the sum of what each lot gave.

    A lot that fails is done key by key; a key that fails is told in the program's log and left. Raises what
    says that the database is in trouble.
    """
    lots = (keys[start : start + at_once] for start in range(0, len(keys), at_once))
    return sum(_by_itself_if_need_be(lot, carry_out) for lot in lots)


def _by_itself_if_need_be(lot: Sequence[int], carry_out: Callable[[Sequence[int]], int]) -> int:
    try:
        return carry_out(lot)
    except DATABASE_TROUBLE:
        raise
    except Exception as error:
        logger.exception("lot_failed", extra={"error": type(error).__name__, "row": list(lot)})
    return sum(_by_itself_if_need_be([key], carry_out) for key in lot) if len(lot) > 1 else 0
