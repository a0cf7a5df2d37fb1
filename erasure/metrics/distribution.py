"""How values are spread, from how often each occurs: exact, and one query whatever the number of rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil


@dataclass(frozen=True)
class Distribution:
    """Whole numbers, such as days, with how often each occurs."""

    counts: Mapping[int, int]

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]]) -> "Distribution":
        """From pairs of a value and how often it occurs; a value may come more than once."""
        counts: dict[int, int] = {}
        for value, count in pairs:
            counts[value] = counts.get(value, 0) + count
        return cls({value: counts[value] for value in sorted(counts)})

    @property
    def total(self) -> int:
        """How many values there are."""
        return sum(self.counts.values())

    @property
    def mean(self) -> Fraction | None:
        """The sum of all by their number; None for none."""
        total = self.total
        if not total:
            return None
        return Fraction(sum(value * count for value, count in self.counts.items()), total)

    @property
    def median(self) -> Fraction | None:
        """The value in the middle; between two, half of their sum. None for none."""
        total = self.total
        if not total:
            return None
        return Fraction(self.at_rank((total + 1) // 2) + self.at_rank(total // 2 + 1), 2)

    def percentile(self, percent: int) -> int | None:
        """The smallest value that at least `percent` of all do not exceed (nearest rank); None for none."""
        total = self.total
        return self.at_rank(nearest_rank(total, percent=percent)) if total else None

    def at_rank(self, rank: int) -> int:
        """The value at this place from 1, smallest first. Raises ValueError where there is none."""
        seen = 0
        for value, count in self.counts.items():
            seen += count
            if rank <= seen:
                return value
        raise ValueError(f"There is no rank {rank} among {seen} values.")


def nearest_rank(count: int, *, percent: int) -> int:
    """The rank, from 1, of the smallest of `count` values that at least `percent` of them do not exceed."""
    return max(1, ceil(count * percent / 100))
