"""One step of a computation: what was done, kept as a code with its facts, and said in words when it is read.

So a date that was computed long ago is explained in the language of whoever reads it today. Facts are what
JSON has: days as ISO text, numbers, texts, lists.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from erasure.deadlines.step_words import words_of

#: The dates that steps lead to, in the order in which they are told.
DATES = ("due", "first", "target", "acknowledge")

Steps = dict[str, tuple["Step", ...]]


@dataclass(frozen=True)
class Step:
    """One step: its code, its facts, and the source of the rule it follows."""

    code: str
    facts: Mapping[str, Any]
    source: str

    @property
    def words(self) -> str:
        """What was done, in the reader's language."""
        return words_of(self.code, self.facts)

    @property
    def source_words(self) -> str:
        """Where the rule stands; citations stay as they are."""
        return _(self.source) if self.source else ""


def step(code: str, source: str, **facts: Any) -> Step:
    """A step of these facts; days are written as JSON can hold them."""
    return Step(code, {name: _as_json(fact) for name, fact in facts.items()}, source)


def stored(steps: Mapping[str, Iterable[Step]]) -> list[dict[str, Any]]:
    """The steps as kept with a request: `of` names the date they lead to."""
    return [
        {"of": of, "code": one.code, "facts": dict(one.facts), "source": one.source}
        for of in DATES
        for one in steps.get(of, ())
    ]


def as_stored(rows: Iterable[Mapping[str, Any]]) -> Steps:
    """The steps that were kept with a request, by the date they lead to."""
    found: dict[str, list[Step]] = {}
    for row in rows:
        found.setdefault(row["of"], []).append(Step(row["code"], row["facts"], row["source"]))
    return {of: tuple(found[of]) for of in DATES if of in found}


def _as_json(fact: Any) -> Any:
    return fact.isoformat() if isinstance(fact, date) else fact
