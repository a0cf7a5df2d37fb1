"""On which days the controller's establishment works, and what makes the others days off.

HOLIDAYS names the establishment's place: a country, or a country and its subdivision, such as DE-BY. Without
it Saturdays and Sundays are the only days off. The days come from the package `holidays`, which also knows
the countries whose weekend lies on other days.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

import holidays
from django.conf import settings
from django.utils.translation import gettext as _

from erasure.deadlines.dates_in_words import long_date
from erasure.deadlines.refusals import DateOutOfReach

# No office closes for a month of public holidays: a calendar that says so is broken.
LONGEST_CLOSURE_DAYS = 31
#: The languages in which the names of holidays are kept, where the package has them.
NAME_LANGUAGES = ("en", "de")


class UnknownPlace(ValueError):  # noqa: N818 - reads as what it is where it is caught.
    """There is no such country, or it has no such subdivision; `known` are the codes there are."""

    def __init__(self, message: str, *, known: list[str]) -> None:
        super().__init__(message)
        self.known = known


@dataclass(frozen=True)
class DayOff:
    """A day on which nobody works: a public holiday with its names by language; without any, a weekend."""

    day: date
    names: Mapping[str, str]


@dataclass(frozen=True)
class WorkingCalendar:
    """The working days of a place; an empty place knows weekends alone."""

    place: str = ""

    def day_off(self, day: date) -> DayOff | None:
        """What makes `day` a day off; None on a working day."""
        if not self.place:
            return DayOff(day, {}) if day.weekday() >= 5 else None
        return _days_off(self.place, day.year).get(day)

    def is_working_day(self, day: date) -> bool:
        """Whether the establishment works on `day`."""
        return self.day_off(day) is None

    def next_working_day(self, day: date) -> tuple[date, list[DayOff]]:
        """`day` itself or the first working day after it, with the days off before that one.

        Raises DateOutOfReach where there is none within a month, or before the calendar ends.
        """
        passed: list[DayOff] = []
        for candidate in _days_from(day):
            off = self.day_off(candidate)
            if off is None:
                return candidate, passed
            passed.append(off)
        raise DateOutOfReach(
            _(
                "No working day within %(days)d days of %(day)s. Check the public holidays that are "
                "configured (HOLIDAYS)."
            )
            % {"days": LONGEST_CLOSURE_DAYS, "day": long_date(day)}
        )

    def business_days_after(self, day: date, count: int) -> tuple[date, list[DayOff]]:
        """The last of `count` working days after `day`, with the days off that were passed over."""
        passed: list[DayOff] = []
        for _number in range(count):
            day, off = self.next_working_day(day + timedelta(days=1))
            passed += off
        return day, passed


def configured_calendar() -> WorkingCalendar:
    """The calendar of the place that HOLIDAYS names."""
    return WorkingCalendar(settings.HOLIDAYS)


def check_place(place: str) -> None:
    """Raises UnknownPlace, with what is known instead, unless `place` is one that HOLIDAYS may name."""
    if not place:
        return
    countries = holidays.list_supported_countries(include_aliases=False)
    country, _dash, subdivision = place.partition("-")
    if country not in countries:
        raise UnknownPlace(
            f"{country} is no country whose public holidays are known", known=sorted(countries)
        )
    if "-" in place and subdivision not in countries[country]:
        known = [f"{country}-{code}" for code in countries[country]]
        raise UnknownPlace(f"{country} has no subdivision {subdivision!r}", known=known)


@lru_cache(maxsize=256)
def _days_off(place: str, year: int) -> Mapping[date, DayOff]:
    """All days off of a year; each year is worked out when it is first asked for."""
    country, _dash, subdivision = place.partition("-")
    named = {
        language: holidays.country_holidays(
            country, subdiv=subdivision or None, years=year, expand=False, language=code
        )
        for language, code in _languages_of(country).items()
    }
    plain = holidays.country_holidays(country, subdiv=subdivision or None, years=year, expand=False)
    return MappingProxyType(
        {
            day: DayOff(day, {language: names[day] for language, names in named.items() if day in names})
            for day in _days_of(year)
            if not plain.is_working_day(day)
        }
    )


def _languages_of(country: str) -> dict[str, str | None]:
    """Our languages, each with the package's code for it; the country's own where it has no English."""
    supported = holidays.country_holidays(country).supported_languages
    found: dict[str, str | None] = {
        language: next(code for code in supported if code.startswith(language))
        for language in NAME_LANGUAGES
        if any(code.startswith(language) for code in supported)
    }
    return {"en": None, **found}


def _days_of(year: int) -> Iterator[date]:
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    return map(date.fromordinal, range(first, last + 1))


def _days_from(day: date) -> Iterator[date]:
    last = min(day.toordinal() + LONGEST_CLOSURE_DAYS, date.max.toordinal())
    return map(date.fromordinal, range(day.toordinal(), last + 1))
