"""`Retry-After` in every shape that servers send."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erasure.outbound.retry_after import LONGEST_PAUSE_SECONDS, parse_retry_after

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0.0),
        ("17", 17.0),
        ("  17\t", 17.0),
        ("00000017", 17.0),
        ("3601", 3600.0),
        ("9" * 5000, 3600.0),
        ("0" * 5000, 0.0),
        ("-5", None),
        ("1.5", None),
        ("1e3", None),
        ("1, 2", None),
        ("١٧", None),
        ("soon", None),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sunday, 01-Mar-26 12:00:30 GMT", 30.0),
        ("Sun Mar  1 12:00:30 2026", 30.0),
        ("Sun, 01 Mar 2026 11:59:00 GMT", 0.0),
        ("Sun, 01 Mar 2126 12:00:00 GMT", 3600.0),
        ("Sun, 99 Mar 2026 12:00:00 GMT", None),
        ("Sun, 01 Mar 99999 12:00:00 GMT", None),
    ],
)
def test_it_gives_seconds_or_nothing(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, now=NOW) == seconds


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ \d+:\d+:\d+ [-+A-Z0-9]+"))
def test_it_never_raises_and_stays_in_bounds(value: str) -> None:
    seconds = parse_retry_after(value, now=NOW)

    assert seconds is None or 0 <= seconds <= LONGEST_PAUSE_SECONDS


@given(st.integers(min_value=-(10**6), max_value=10**6))
def test_a_date_means_the_time_until_then(offset: int) -> None:
    header = format_datetime(NOW + timedelta(seconds=offset), usegmt=True)

    assert parse_retry_after(header, now=NOW) == min(max(offset, 0), LONGEST_PAUSE_SECONDS)
