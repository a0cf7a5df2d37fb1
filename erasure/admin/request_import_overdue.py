"""Which rows of a list would be overdue the moment they are filed: said before anybody has them filed."""

from datetime import date

from django.utils.translation import ngettext

from erasure.asked import Filing, clock_of, controllers_today
from erasure.choices import ImportVerdict
from erasure.deadlines import ClockError
from erasure.imports.rows import Terms, row_of
from erasure.imports.table import Line
from erasure.imports.uploads import lines_in
from erasure.models import ImportRun

#: What becomes a request, or does as soon as a reason is given for the list.
MAY_BE_FILED = frozenset(
    {ImportVerdict.FILE, ImportVerdict.SPLIT, ImportVerdict.BLOCKED, ImportVerdict.DUPLICATE}
)
#: The date of a request follows from these cells alone: rows that agree in them are computed once.
DATED_BY = ("regulation", "type", "received_on")


def days_overdue(run: ImportRun) -> dict[int, int]:
    """By how many days each line that may be filed is past its date today; those in time are left out."""
    today = controllers_today()
    known: dict[tuple[str, ...], int] = {}
    late: dict[int, int] = {}
    for lot in run.lots.order_by("number").only("cells", "verdicts").iterator():
        may_be_filed = {line for line, verdict, *_rest in lot.verdicts if verdict in MAY_BE_FILED}
        for line in lines_in(lot):
            if line.number in may_be_filed and (days := _days_late(line, known, today)) > 0:
                late[line.number] = days
    return late


def overdue_words(days: int) -> str:
    """That a row is late already; empty for one in time."""
    if not days:
        return ""
    words = ngettext("Already overdue by %(count)d day", "Already overdue by %(count)d days", days)
    return words % {"count": days}


def _days_late(line: Line, known: dict[tuple[str, ...], int], today: date) -> int:
    cells = tuple(line.cell(name) for name in DATED_BY)
    if cells not in known:
        known[cells] = _past_due(row_of(line, Terms()).filing, today)
    return known[cells]


def _past_due(filing: Filing, today: date) -> int:
    try:
        return (today - clock_of(filing).due_on).days
    except ClockError:
        # A regulation switched off since the list was looked at: filing it refuses the row and says so.
        return 0
