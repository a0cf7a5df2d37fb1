"""What the verifier says: one of seven verdicts, then plain sentences on what it means and what it does not.

Standard library only.
"""

import json
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """The seven answers. Only the first two say that everything presented holds."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"
    TRUNCATED = "TRUNCATED"
    FORK = "FORK"
    BAD_SIGNATURE = "BAD SIGNATURE"
    WRONG_LOG = "WRONG LOG"


HOLDS = 0
DOES_NOT_HOLD = 1
CANNOT_BE_CHECKED = 2


class UnusableError(ValueError):
    """What was handed to the verifier cannot be used, so that nothing can be said; exit code 2."""


@dataclass(frozen=True)
class Report:
    """A verdict, what it is about, and what follows from it.

    `line` counts from 1, as an editor shows it; `notes` are signed notes to be shown whole, because two of
    them together can be the evidence.
    """

    verdict: Verdict
    about: str
    sentences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    line: int | None = None
    origin: str | None = None
    size: int | None = None
    root: str | None = None

    @property
    def exit_code(self) -> int:
        """0 for OK and WARN, 1 for every other verdict."""
        return HOLDS if self.verdict in (Verdict.OK, Verdict.WARN) else DOES_NOT_HOLD

    def text(self) -> str:
        """The verdict on the first line, then a sentence a line, then the notes."""
        lines = [f"{self.verdict} {printable(self.about)}", *map(printable, self.sentences)]
        notes = ("\n".join(map(printable, note.split("\n"))) for note in self.notes)
        return "\n".join([*lines, *(f"\n{note}" for note in notes)]).rstrip("\n") + "\n"

    def json(self) -> str:
        """The same for machines, on one line."""
        return json.dumps(
            {
                "verdict": self.verdict.value,
                "exit_code": self.exit_code,
                "about": printable(self.about),
                "line": self.line,
                "origin": self.origin,
                "size": self.size,
                "root": self.root,
                "sentences": [printable(sentence) for sentence in self.sentences],
                "notes": self.notes,
            }
        )


def printable(text: str) -> str:
    """The text on one line, with what would steer a terminal or begin a line of its own shown as an escape.

    What is verified is written by others: a name or a reason in it must not pass for words of the verifier.
    """
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )
