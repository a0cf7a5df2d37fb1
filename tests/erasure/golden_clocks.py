"""The dates of ten years computed another way, and the golden file that they were once reviewed against.

Independent of the program: months by python-dateutil's relativedelta, Bavaria's holidays from its law and
dateutil's Easter, the move to a working day by a loop of its own. The golden file has a digest of all dates
of each year, and in words every date of the EU that is hard: cut short by a short month, or moved by a
holiday. Write it anew, and review every line that changed, with

    python -m tests.erasure.golden_clocks
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from dateutil.easter import easter
from dateutil.relativedelta import relativedelta
from dateutil.rrule import DAILY, FR, MO, TH, TU, WE, rrule

GOLDEN = Path(__file__).with_name("golden_clocks.csv")
YEARS = range(2024, 2034)
PLACES = ("", "DE-BY")
REGULATIONS = ("gdpr", "uk-gdpr", "ccpa", "utah")
#: Bavaria's holidays on fixed days, and by their distance from Easter Sunday (Bavarian Holidays Act, Art. 1);
#: the Assumption is left out, since it is one only where most people are Catholic.
FIXED = ((1, 1), (1, 6), (5, 1), (10, 3), (11, 1), (12, 25), (12, 26))
AFTER_EASTER = (-2, 1, 39, 50, 60)


@dataclass(frozen=True)
class Dates:
    """What a regulation asks for by when."""

    due: date
    extended: date
    acknowledge: date | None

    def __str__(self) -> str:
        return f"{self.due},{self.extended},{self.acknowledge or ''}"


@cache
def expected(regulation: str, received_on: date, place: str) -> Dates:
    """The dates by the independent way."""
    if regulation in ("gdpr", "uk-gdpr"):
        ends = (received_on + relativedelta(months=count) for count in (1, 3))
        return Dates(*(_moved(end, place) for end in ends), None)
    ends = (received_on + relativedelta(days=count) for count in (45, 90))
    return Dates(*ends, _tenth_working_day(received_on, place) if regulation == "ccpa" else None)


def days_of(year: int) -> Iterator[date]:
    """All days of a year."""
    return (day.date() for day in rrule(DAILY, dtstart=date(year, 1, 1), until=date(year, 12, 31)))


@cache
def bavarian_holidays(year: int) -> frozenset[date]:
    """The public holidays of all Bavaria."""
    by_easter = {easter(year) + timedelta(days=distance) for distance in AFTER_EASTER}
    return frozenset({date(year, month, day) for month, day in FIXED} | by_easter)


def digest(lines: Iterator[str]) -> str:
    """A digest of lines, short enough to be compared by eye."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def golden_lines() -> Iterator[str]:
    """The golden file: the digests, then the hard days of the EU in Bavaria."""
    yield "place,year,digest of every day: regulation,received,due,extended,acknowledge"
    for place in PLACES:
        for year in YEARS:
            yield f"{place},{year},{digest(lines_of(place, year))}"
    yield "received,month ends,due,why"
    for year in YEARS:
        for day in days_of(year):
            if why := _why_hard(day):
                end = day + relativedelta(months=1)
                yield f"{_short(day)},{_short(end)},{_short(_moved(end, 'DE-BY'))},{why}"


def lines_of(place: str, year: int) -> Iterator[str]:
    """Every date of a year, a line for each regulation and day."""
    for regulation in REGULATIONS:
        for day in days_of(year):
            yield f"{regulation},{day},{expected(regulation, day, place)}"


def _why_hard(received_on: date) -> str:
    end = received_on + relativedelta(months=1)
    why = ["short month"] if end.day != received_on.day else []
    passed = [end + timedelta(days=number) for number in range((_moved(end, "DE-BY") - end).days)]
    weekdays = [day for day in passed if day.weekday() < 5]
    return " and ".join([*why, *(f"holiday on {day:%a %d %b}" for day in weekdays)])


def _short(day: date) -> str:
    return f"{day:%a} {day}"


def _works(day: date, place: str) -> bool:
    return day.weekday() < 5 and not (place and day in bavarian_holidays(day.year))


def _moved(day: date, place: str) -> date:
    while not _works(day, place):
        day += relativedelta(days=1)
    return day


def _tenth_working_day(received_on: date, place: str) -> date:
    weekdays = rrule(DAILY, dtstart=received_on + timedelta(days=1), count=40, byweekday=(MO, TU, WE, TH, FR))
    working = [day.date() for day in weekdays if _works(day.date(), place)]
    return working[9]


if __name__ == "__main__":
    GOLDEN.write_text("\n".join(golden_lines()) + "\n", encoding="utf-8")
