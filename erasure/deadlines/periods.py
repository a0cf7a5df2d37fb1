"""Where a period ends: calendar months or days from its start, longer by the days that are not counted.

A pause counts with those of its days that lie after the start and that begin before the period is over. The
pauses are replayed on the whole each time, in the order of their days, whatever the order they were recorded
in; days in which two pauses overlap count once.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from erasure.deadlines.dates_in_words import long_date
from erasure.deadlines.refusals import ClockError, DateOutOfReach
from erasure.regulations import Unit

LAST_YEAR = 9998


@dataclass(frozen=True, kw_only=True)
class Paused:
    """The clock stood still: from the day the controller asked to the day the answer came.

    Without `until_day` the answer is awaited. Both days are in the controller's time zone. Raises ClockError
    when the answer precedes the question.
    """

    ground: str
    from_day: date
    until_day: date | None

    def __post_init__(self) -> None:
        if self.until_day is not None and self.until_day < self.from_day:
            raise ClockError(
                _("An answer of %(until)s cannot have come before the question of %(asked)s.")
                % {"until": long_date(self.until_day), "asked": long_date(self.from_day)}
            )


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Days that are not counted, both included, and what was waited for."""

    first: date
    last: date
    ground: str

    @property
    def days(self) -> int:
        """How many days are not counted."""
        return (self.last - self.first).days + 1


def counted(start: date, length: int, unit: Unit | None) -> date:
    """The end of `length` months or days that begin on `start`, before any pause or working day is looked at.

    Raises DateOutOfReach where the calendar ends before.
    """
    if start.year > LAST_YEAR:
        raise DateOutOfReach(
            _("No due date can be computed for the year %(year)d. Check the date of receipt.")
            % {"year": start.year}
        )
    if unit == "months":
        return same_day_months_later(start, months=length)
    return start + timedelta(days=length)


def same_day_months_later(day: date, *, months: int) -> date:
    """The day of the same number `months` later, or that month's last day (Reg. 1182/71 Art. 3(2)(c))."""
    years, month_index = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month_index + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def without_overlaps(pauses: Iterable[Paused]) -> list[Stretch]:
    """The stretches of the pauses that are over, in order, and none twice."""
    found: list[Stretch] = []
    over = [(one.from_day, one.until_day, one.ground) for one in pauses if one.until_day is not None]
    for first, last, ground in sorted(over):
        if found and first <= found[-1].last:
            previous = found[-1]
            found[-1] = Stretch(first=previous.first, last=max(previous.last, last), ground=previous.ground)
        else:
            found.append(Stretch(first=first, last=last, ground=ground))
    return found


def replayed(end: date, *, start: date, stretches: Sequence[Stretch]) -> tuple[date, list[Stretch]]:
    """The end of a period after its pauses, and what of them counts. Raises DateOutOfReach.

    The day of the start is not counted anyway, so a pause takes nothing away with it.
    """
    applied: list[Stretch] = []
    for stretch in stretches:
        first = max(stretch.first, start + timedelta(days=1))
        if first > stretch.last or first > end:
            continue
        part = Stretch(first=first, last=stretch.last, ground=stretch.ground)
        end = _days_later(end, part.days)
        applied.append(part)
    return end, applied


def _days_later(day: date, days: int) -> date:
    if day.toordinal() + days > date(LAST_YEAR + 1, 12, 1).toordinal():
        raise DateOutOfReach(
            _("The pauses move the due date beyond the end of the calendar. Check the days of the answers.")
        )
    return day + timedelta(days=days)
