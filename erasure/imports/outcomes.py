"""What became of one row, as it is kept when the row is gone: its line, a verdict, a reference, words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils import translation

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
    #: What is wrong with a row that was refused, by the language in which it is said.
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def entry(self) -> list[Any]:
        """As it is kept."""
        return [self.line, str(self.verdict), self.reference, list(self.holds), dict(self.words)]

    @classmethod
    def of(cls, entry: Sequence[Any]) -> "Outcome":
        """What was kept."""
        line, verdict, reference, holds, words = entry
        return cls(line, ImportVerdict(verdict), reference, holds, words)

    def words_for_reader(self) -> Sequence[str]:
        """What is wrong, in the language that is spoken just now."""
        spoken = translation.get_language() or settings.LANGUAGE_CODE
        return self.words.get(spoken) or self.words.get(settings.LANGUAGE_CODE, ())


def in_every_language(say: Callable[[], Sequence[str]]) -> dict[str, list[str]]:
    """What `say` gives, in each language in which pages can be had.

    A row's words speak of its cells, which are gone when somebody reads them: so they are made at once for
    everybody who may.
    """
    said = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            said[language] = [str(one) for one in say()]
    return said


def summed(counts: Mapping[str, int]) -> dict[str, int]:
    """`filed`, `blocked`, `refused` and `same`, from counts by verdict."""
    return {name: sum(counts.get(one, 0) for one in verdicts) for name, verdicts in SUMS.items()}
