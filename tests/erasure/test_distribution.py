"""Medians, means and percentiles from how often each value occurs, against the values one by one."""

import statistics
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erasure.metrics.distribution import Distribution, nearest_rank

values = st.lists(st.integers(0, 400), max_size=60)


@given(values=values)
def test_it_tells_what_the_values_one_by_one_tell(values: list[int]) -> None:
    found = Distribution.of(Counter(values).items())
    assert found.total == len(values)
    if not values:
        assert found.median is found.mean is found.percentile(95) is None
        return
    assert found.median == Fraction(statistics.median(values))
    assert found.mean == Fraction(sum(values), len(values))
    smallest = min(v for v in values if sum(w <= v for w in values) * 100 >= 95 * len(values))
    assert found.percentile(95) == smallest


@given(values=values, more=values)
def test_a_value_that_is_counted_twice_is_added_up(values: list[int], more: list[int]) -> None:
    together = Distribution.of([*Counter(values).items(), *Counter(more).items()])
    assert together == Distribution.of(Counter(values + more).items())


@given(count=st.integers(1, 5000), percent=st.integers(1, 100))
def test_the_nearest_rank_is_the_first_that_reaches_the_percentage(count: int, percent: int) -> None:
    rank = nearest_rank(count, percent=percent)
    assert 1 <= rank <= count
    assert rank * 100 >= percent * count
    assert rank == 1 or (rank - 1) * 100 < percent * count


def test_a_rank_beyond_the_values_is_an_error() -> None:
    with pytest.raises(ValueError, match="no rank 4 among 3"):
        Distribution.of([(7, 3)]).at_rank(4)
