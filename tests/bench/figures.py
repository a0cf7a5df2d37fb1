"""What a measurement gives: named figures, and paired rounds summed up as a ratio."""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import TypeAlias

Figures: TypeAlias = dict[str, object]
Timed: TypeAlias = Callable[[], float]


def paired(
    name: str, *, ours: Timed, measure: Timed, rounds: int, times: int = 1, wanted: float | None = None
) -> Iterator[Figures]:
    """Seconds of ours and of what it is measured by, taken in turns so that a disturbance meets both.

    A round is `times` of each; who begins changes from round to round. The ratio is the seconds of the
    measure by ours: 1 is as fast as the measure, 0.5 takes twice as long. What counts is the median of the
    rounds' ratios; the smallest and the largest say how far to trust it.
    """
    pairs = []
    for number in range(rounds):
        mine = theirs = 0.0
        for _each in range(times):
            if number % 2:
                mine += ours()
                theirs += measure()
            else:
                theirs += measure()
                mine += ours()
        pairs.append((mine / times, theirs / times))
    figures = summed_up(name, pairs=pairs, ratios=[theirs / mine for mine, theirs in pairs])
    yield figures if wanted is None else {**figures, "wanted": f"at least {wanted}"}


def summed_up(name: str, *, pairs: list[tuple[float, float]], ratios: list[float]) -> Figures:
    """The rounds' medians: seconds of ours and of the measure, and the ratio, with its spread."""
    return {
        "figure": name,
        "rounds": len(pairs),
        "ours_seconds": round(statistics.median(ours for ours, _measure in pairs), 6),
        "measure_seconds": round(statistics.median(measure for _ours, measure in pairs), 6),
        "ratio": round(statistics.median(ratios), 3),
        "smallest": round(min(ratios), 3),
        "largest": round(max(ratios), 3),
    }


def seconds(work: Callable[[], object]) -> float:
    """How long it took, in seconds."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
