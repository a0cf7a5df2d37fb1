"""The days that figures are about: whole days in the controller's zone, both ends included."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.utils import timezone

#: Longer periods are drawn by months: more bars than this nobody can tell apart.
MOST_DAYS_DRAWN = 92


@dataclass(frozen=True)
class Period:
    """From `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def is_by_month(self) -> bool:
        """Whether it is too long to be drawn day by day."""
        return self.days > MOST_DAYS_DRAWN

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """The moment at which it begins, and the one at which it is over."""
        zone = timezone.get_default_timezone()
        after = self.last + timedelta(days=1)
        return datetime.combine(self.first, time(), zone), datetime.combine(after, time(), zone)

    def within(self, column: str) -> Mapping[str, date]:
        """The condition that a column of dates lies in it."""
        return {f"{column}__gte": self.first, f"{column}__lte": self.last}

    def parts(self) -> list["Period"]:
        """Its days; its months, the first and the last perhaps not whole, where it is drawn by months."""
        return list(self._months() if self.is_by_month else self._days())

    def _days(self) -> Iterator["Period"]:
        for ahead in range(self.days):
            day = self.first + timedelta(days=ahead)
            yield Period(day, day)

    def _months(self) -> Iterator["Period"]:
        first = self.first
        while first <= self.last:
            last = min(month_of(first).last, self.last)
            yield Period(first, last)
            first = last + timedelta(days=1)


class Preset(StrEnum):
    """The periods that can be chosen by name."""

    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    LAST_30_DAYS = "last_30_days"
    LAST_90_DAYS = "last_90_days"
    THIS_YEAR = "this_year"


def month_of(day: date) -> Period:
    """The whole calendar month of a day."""
    return Period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def year_of(year: int) -> Period:
    """A whole calendar year."""
    return Period(date(year, 1, 1), date(year, 12, 31))


def period_of(preset: Preset, today: date) -> Period:
    """The days that a name stands for today. This month and this year end with today."""
    month = month_of(today)
    periods = {
        Preset.THIS_MONTH: Period(month.first, today),
        Preset.LAST_MONTH: month_of(month.first - timedelta(days=1)),
        Preset.LAST_30_DAYS: Period(today - timedelta(days=29), today),
        Preset.LAST_90_DAYS: Period(today - timedelta(days=89), today),
        Preset.THIS_YEAR: Period(date(today.year, 1, 1), today),
    }
    return periods[preset]
