"""The days that figures are about: named periods, their parts, and the moments at which they begin."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erasure.metrics.periods import MOST_DAYS_DRAWN, Period, Preset, month_of, period_of

DAY = st.dates(date(2001, 1, 1), date(2050, 12, 31))


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        (Preset.THIS_MONTH, date(2028, 3, 1), date(2028, 3, 10)),
        (Preset.LAST_MONTH, date(2028, 2, 1), date(2028, 2, 29)),
        (Preset.LAST_30_DAYS, date(2028, 2, 10), date(2028, 3, 10)),
        (Preset.LAST_90_DAYS, date(2027, 12, 12), date(2028, 3, 10)),
        (Preset.THIS_YEAR, date(2028, 1, 1), date(2028, 3, 10)),
    ],
)
def test_a_name_stands_for_days(preset: Preset, first: date, last: date) -> None:
    assert period_of(preset, date(2028, 3, 10)) == Period(first, last)


@given(first=DAY, days=st.integers(1, 1200))
def test_the_parts_are_the_whole_without_gap_or_overlap(first: date, days: int) -> None:
    period = Period(first, first + timedelta(days=days - 1))
    parts = period.parts()
    assert (parts[0].first, parts[-1].last) == (period.first, period.last)
    assert sum(part.days for part in parts) == period.days == days
    for one, after in itertools.pairwise(parts):
        assert after.first == one.last + timedelta(days=1)
    assert len(parts) <= MOST_DAYS_DRAWN
    if days <= MOST_DAYS_DRAWN:
        assert all(part.days == 1 for part in parts)
    else:
        assert all(part in (month_of(part.first), parts[0], parts[-1]) for part in parts)


def test_days_begin_where_the_controller_sits(settings) -> None:
    settings.TIME_ZONE = "America/New_York"
    first, after = Period(date(2026, 3, 8), date(2026, 3, 8)).moments
    # The clocks go forward on that day: it has 23 hours.
    assert (after.utcoffset(), first.utcoffset()) == (timedelta(hours=-4), timedelta(hours=-5))
    assert after.timestamp() - first.timestamp() == 23 * 3600
