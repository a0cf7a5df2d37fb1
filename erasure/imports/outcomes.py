"""What became of one row, as it is kept when the row is gone: its line, a verdict, a reference, words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from erasure.choices import ImportVerdict

#: How verdicts are counted where four numbers are enough: they add up to the rows.
SUMS: Mapping[str, Sequence[ImportVerdict]] = {
    "filed": (ImportVerdict.FILE, ImportVerdict.SPLIT),
    "blocked": (ImportVerdict.BLOCKED,),
    "refused": (ImportVerdict.REFUSED, ImportVerdict.DUPLICATE),
    "same": (ImportVerdict.SAME,),
}


@dataclass(frozen=True)
class Outcome:
    """`reference` is of the request that it became, was before, or is a duplicate of."""

    line: int
    verdict: ImportVerdict
    reference: str = ""
    holds: Sequence[str] = ()
    words: Sequence[str] = ()

    def entry(self) -> list[Any]:
        """As it is kept."""
        return [self.line, str(self.verdict), self.reference, list(self.holds), list(self.words)]

    @classmethod
    def of(cls, entry: Sequence[Any]) -> "Outcome":
        """What was kept."""
        line, verdict, reference, holds, words = entry
        return cls(line, ImportVerdict(verdict), reference, holds, words)


def summed(counts: Mapping[str, int]) -> dict[str, int]:
    """`filed`, `blocked`, `refused` and `same`, from counts by verdict."""
    return {name: sum(counts.get(one, 0) for one in verdicts) for name, verdicts in SUMS.items()}
