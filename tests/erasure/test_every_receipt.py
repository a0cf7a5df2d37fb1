"""Every date of receipt of ten years: the program, an independent computation and a reviewed file agree."""

from collections.abc import Iterator
from datetime import date
from functools import cache

import pytest

from erasure.deadlines import Extended, WorkingCalendar, clock
from tests.erasure.golden_clocks import (
    GOLDEN,
    PLACES,
    REGULATIONS,
    YEARS,
    Dates,
    days_of,
    digest,
    expected,
    golden_lines,
)

LINES = GOLDEN.read_text(encoding="utf-8").splitlines()


@cache
def computed(regulation: str, received_on: date, place: str) -> Dates:
    """The dates as the program has them."""
    extension = Extended(ground="complexity", told_on=received_on)
    whole = clock(regulation, received_on, extension=extension, calendar=WorkingCalendar(place))
    return Dates(whole.first_due_on, whole.due_on, whole.acknowledge_by)


def lines_computed(place: str, year: int) -> Iterator[str]:
    for regulation in REGULATIONS:
        for day in days_of(year):
            yield f"{regulation},{day},{computed(regulation, day, place)}"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("regulation", REGULATIONS)
def test_every_receipt_has_the_dates_of_an_independent_computation(regulation: str, place: str) -> None:
    different = [
        f"{day}: {computed(regulation, day, place)} instead of {expected(regulation, day, place)}"
        for year in YEARS
        for day in days_of(year)
        if computed(regulation, day, place) != expected(regulation, day, place)
    ]
    assert different == []


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("year", YEARS)
def test_every_date_of_a_year_is_the_reviewed_one(year: int, place: str) -> None:
    assert f"{place},{year},{digest(lines_computed(place, year))}" in LINES


def test_the_hard_days_are_those_of_the_reviewed_file() -> None:
    assert list(golden_lines()) == LINES
    hard = [line.split(",") for line in LINES[LINES.index("received,month ends,due,why") + 1 :]]
    assert len(hard) > 150
    calendar = WorkingCalendar("DE-BY")
    for received, _end, due, _why in hard:
        received_on = date.fromisoformat(received.split()[1])
        assert clock("gdpr", received_on, calendar=calendar).due_on.isoformat() == due.split()[1]


def test_without_an_extension_the_due_date_is_the_end_of_the_first_period() -> None:
    for regulation in REGULATIONS:
        for day in days_of(2028):
            plain = clock(regulation, day, calendar=WorkingCalendar())
            assert plain.due_on == plain.first_due_on == expected(regulation, day, "").due
