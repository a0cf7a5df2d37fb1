"""One thing as its state and as the log tell it, and a sentence for everything in which the two differ."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from erasure.stories.marks import CLOCK, FACTS, REPEATABLE, WORDS, Facts, Mark


@dataclass
class Told:
    """What one side tells of one thing: for each mark the facts of every time it is told."""

    marks: dict[Mark, list[Facts]] = field(default_factory=lambda: defaultdict(list))
    #: What a request's clock runs from and to: of what was told of each, the latest, and when it was told.
    clock: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    #: How many extensions and pauses fell with a correction.
    fallen: int = 0

    def tell(self, act: str, number: int | None = None, **facts: Any) -> None:
        """Tell of one mark once."""
        self.marks[str(act), number].append(facts)

    def tell_clock(self, at: Any, facts: Facts) -> None:
        """Tell where the clock stands since a moment; of two moments the later counts."""
        for name in CLOCK.keys() & facts.keys():
            if name not in self.clock or self.clock[name][0] <= at:
                self.clock[name] = (at, facts[name])

    def times(self, mark: Mark) -> int:
        """How often a mark is told."""
        times = len(self.marks.get(mark, ()))
        return min(times, 1) if mark[0] in REPEATABLE else times


@dataclass
class Story:
    """One request or hold, by the name that people know, as its state and as the log tell it."""

    name: str
    by_state: Told = field(default_factory=Told)
    by_log: Told = field(default_factory=Told)

    def differences(self) -> Iterator[str]:
        """A sentence for each mark that the two sides do not share."""
        for mark in sorted({*self.by_state.marks, *self.by_log.marks}, key=str):
            act, number = mark
            what = self.name if number is None else f"{self.name}/{number}"
            in_state, in_log = self.by_state.times(mark), self.by_log.times(mark)
            if in_state != in_log:
                yield _difference(what, act, in_state, in_log)
            elif in_state == 1:
                yield from self._differing_facts(what, mark)
        yield from self._differing_clock()

    def _differing_clock(self) -> Iterator[str]:
        """Where the row's clock is not the one that the log told of last."""
        for name, words in CLOCK.items():
            told = self.by_log.clock.get(name)
            if name in self.by_state.clock and told and self.by_state.clock[name][1] != told[1]:
                yield f"{self.name}: {words} is another in its row than in the log."
        if self.by_state.fallen != self.by_log.fallen:
            yield f"{self.name}: other extensions or pauses have fallen by its rows than by the log."

    def _differing_facts(self, what: str, mark: Mark) -> Iterator[str]:
        stored, logged = self.by_state.marks[mark][0], self.by_log.marks[mark][0]
        for key, words in FACTS.items():
            if key in stored and key in logged and stored[key] != logged[key]:
                yield f"{what} is {WORDS[mark[0]]}, and {words} is another in its row than in the log."


def _difference(what: str, act: str, in_state: int, in_log: int) -> str:
    words, event = WORDS.get(act, act), act.partition(" ")[0]
    if not in_log:
        return f"{what} is {words}, and the log has no event of it ({event})."
    if not in_state:
        return f"The log says that {what} was {words} ({event}), and its row says otherwise."
    return f"{what} was {words} {in_state} times by its rows and {in_log} times by the log ({event})."


def nothing_there(name: str) -> str:
    """The log tells of something that has no row."""
    return f"The log tells of {name}, and there is no such row."
