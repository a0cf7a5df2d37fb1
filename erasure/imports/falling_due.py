"""By when the rows of a list have to be answered: some are late already when the list is given."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from erasure.asked import Filing
from erasure.choices import ImportVerdict
from erasure.deadlines import ClockError, clock
from erasure.models import ImportRun

#: What becomes a request, or does as soon as a reason is given for the list.
MAY_BE_FILED = frozenset(
    {ImportVerdict.FILE, ImportVerdict.SPLIT, ImportVerdict.BLOCKED, ImportVerdict.DUPLICATE}
)


def due_on_of(filing: Filing) -> str:
    """The statutory date of what a row asks for, as a verdict keeps it; empty where none is computed."""
    return _due_on(filing.regulation, filing.type, filing.received_on)


@lru_cache(maxsize=4096)
def _due_on(regulation: str, request_type: str, received_on: date) -> str:
    try:
        return clock(regulation, received_on, request_type=request_type).due_on.isoformat()
    except ClockError:
        # A regulation that is off: filing the row refuses it and says so.
        return ""


def days_overdue(run: ImportRun, today: date) -> dict[int, int]:
    """By how many days each line that may be filed is past its date; those in time are left out."""
    late: dict[int, int] = {}
    for verdicts in run.lots.order_by("number").values_list("verdicts", flat=True).iterator():
        late |= dict(_late(verdicts, today))
    return late


def _late(verdicts: Iterable[list[Any]], today: date) -> Iterable[tuple[int, int]]:
    for line, _verdict, _names, _like_line, due_on in verdicts:
        if due_on and (days := (today - date.fromisoformat(due_on)).days) > 0:
            yield line, days
