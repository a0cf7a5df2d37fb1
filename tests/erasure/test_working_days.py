"""Days off by place: each has its name, weekends are the country's own, and years are worked out lazily."""

from datetime import date

import pytest
from django.conf import LazySettings
from django.utils import translation

from erasure.deadlines import WorkingCalendar, clock, configured_calendar
from erasure.deadlines.working_days import _days_off

BAVARIA = WorkingCalendar("DE-BY")
ENGLAND = WorkingCalendar("GB-ENG")


def rolled(calendar: WorkingCalendar, received_on: date, regulation: str = "gdpr") -> str:
    return clock(regulation, received_on, calendar=calendar).steps["due"][-1].words


def test_without_a_place_only_saturday_and_sunday_are_days_off(settings: LazySettings) -> None:
    settings.HOLIDAYS = ""
    calendar = configured_calendar()
    assert not calendar.is_working_day(date(2026, 12, 26))
    assert not calendar.is_working_day(date(2026, 12, 27))
    assert calendar.is_working_day(date(2026, 12, 25))


def test_the_configured_place_is_read_when_it_is_asked(settings: LazySettings) -> None:
    settings.HOLIDAYS = "DE-BY"
    assert clock("gdpr", date(2026, 12, 6)).due_on == date(2027, 1, 7)
    settings.HOLIDAYS = "DE-BE"
    assert clock("gdpr", date(2026, 12, 6)).due_on == date(2027, 1, 6)


def test_a_date_on_a_holiday_moves_and_names_it() -> None:
    assert rolled(ENGLAND, date(2026, 11, 25), "uk-gdpr") == (
        "That is a public holiday (Christmas Day), so it moves to the next working day: Tuesday 29 December "
        "2026. On the way: Boxing Day (26 December 2026), Boxing Day (observed) (28 December 2026)."
    )


def test_a_holiday_after_a_weekend_is_named_on_the_way() -> None:
    assert rolled(BAVARIA, date(2026, 3, 4)) == (
        "That is a Saturday, so it moves to the next working day: Tuesday 7 April 2026. On the way: Easter "
        "Monday (6 April 2026)."
    )


def test_holidays_have_their_names_in_the_readers_language() -> None:
    with translation.override("de"):
        said = rolled(BAVARIA, date(2026, 11, 25))
        assert "Erster Weihnachtstag" in said
        assert "Montag, 28. Dezember 2026" in said
        # Where the country's list has no German, the English name stands.
        assert "Thanksgiving Day" in rolled(WorkingCalendar("US-CA"), date(2026, 10, 26))


def test_a_country_that_rests_on_friday_and_saturday_works_on_sunday() -> None:
    israel = WorkingCalendar("IL")
    assert israel.is_working_day(date(2026, 11, 22))
    assert not israel.is_working_day(date(2026, 11, 20))
    assert "That is a Friday, so it moves to the next working day: Sunday" in rolled(
        israel, date(2026, 10, 20)
    )


def test_each_year_is_worked_out_once_and_only_when_it_is_asked() -> None:
    place = WorkingCalendar("DE-SN")
    before = _days_off.cache_info()
    assert not place.is_working_day(date(2031, 12, 25))
    assert not place.is_working_day(date(2031, 12, 26))
    after = _days_off.cache_info()
    assert (after.misses - before.misses, after.hits - before.hits) == (1, 1)


@pytest.mark.parametrize("place", ["DE-BY", "US-CA", "GB-ENG", "IL", "FR", "JP"])
@pytest.mark.parametrize("year", [1, 1900, 2026, 2200, 9998, 9999])
def test_a_place_has_working_days_in_any_year(place: str, year: int) -> None:
    day, _passed = WorkingCalendar(place).next_working_day(date(year, 12, 20))
    assert (day - date(year, 12, 20)).days <= 5
