"""What a month and a year count, and of whom: one name for a number, its column in a table and its list."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias


class Figure(NamedTuple):
    """One number: what it counts, and the code it is counted by where there are several."""

    name: str
    code: str = ""


class Group(NamedTuple):
    """The requests of one regulation and one type."""

    regulation: str
    type: str


RECEIVED, OPEN, EXTENDED = Figure("received"), Figure("open"), Figure("extended")
ANSWERED, IN_TIME, LATE, ANSWERED_EXTENDED = (
    Figure("answered"),
    Figure("in_time"),
    Figure("late"),
    Figure("answered_extended"),
)

Counts: TypeAlias = Counter[Figure]
ByGroup: TypeAlias = Mapping[Group, Counts]


def late_for(reason: str) -> Figure:
    """Answered late, for this reason."""
    return Figure("late_for", reason)


def answered_as(outcome: str) -> Figure:
    """Answered with this outcome."""
    return Figure("outcome", outcome)


def refused_on(ground: str) -> Figure:
    """Answered with a refusal, whole or part, on this ground."""
    return Figure("refused_on", ground)


def nothing_counted() -> dict[Group, Counts]:
    """Counts to add to, for groups as they come."""
    return defaultdict(Counter)


def total(counts: ByGroup) -> Counts:
    """All groups together."""
    summed: Counts = Counter()
    for of_group in counts.values():
        summed.update(of_group)
    return summed
