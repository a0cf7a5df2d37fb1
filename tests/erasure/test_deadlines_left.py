"""How far off a due date is, in words and look."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erasure.deadlines import days_left_words

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("due_on", "words", "tone"),
    [
        (date(2026, 11, 17), "3 days overdue", "danger"),
        (date(2026, 11, 19), "1 day overdue", "danger"),
        (date(2026, 11, 20), "Due today", "danger"),
        (date(2026, 11, 21), "Due tomorrow", "warning"),
        (date(2026, 11, 24), "Due in 4 days", "warning"),
        (date(2026, 11, 27), "Due in 7 days", "warning"),
        (date(2026, 11, 28), "Due in 8 days", "neutral"),
    ],
)
def test_it_says_how_far_off_the_date_is(due_on: date, words: str, tone: str) -> None:
    left = days_left_words(due_on, TODAY)
    assert (left.words, left.tone) == (words, tone)


@given(st.integers(-5000, 5000))
def test_overdue_never_stops_at_zero(days: int) -> None:
    left = days_left_words(TODAY + timedelta(days=days), TODAY)
    assert left.days == days
    assert ("overdue" in left.words) == (days < 0)
    assert (left.words == "Due today") == (days == 0)
    assert left.icon
