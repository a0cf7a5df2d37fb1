"""What a verification of the database came to: findings, sums, the words for people, and its event."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from audit.checking.findings import Findings
from audit.events import Event
from audit.log_format import JSON
from audit.trail import Entry, Trail
from audit.verifier.signed_note import to_base64

#: Called with how many lines are checked, and how many there are to check, ended logs included.
Progress: TypeAlias = Callable[[int, int], None]


def untold(_done: int, _total: int) -> None:
    """The progress of who does not ask for it."""


@dataclass
class VerificationReport:
    """What was found. `log`, `size` and `root` are those of the log that is written now.

    `ended` is the number of events in logs that ended. `root` is None where it cannot be computed.
    `differences` counts those between state and events, which are among the findings; None where the two were
    not compared. `unchecked` says in sentences what could not be looked at.
    """

    log: str = ""
    origin: str = ""
    size: int = 0
    ended: int = 0
    root: bytes | None = None
    differences: int | None = None
    findings: Findings = field(default_factory=Findings)
    unchecked: list[str] = field(default_factory=list)

    def words(self) -> str:
        """What was verified, what was found, and what could not be looked at: a sentence a line."""
        return "\n".join([self._summary(), *map(str, self.findings.kept), *self._unlisted(), *self.unchecked])

    def _summary(self) -> str:
        events = f"the log {self.origin} with {_counted(self.size, 'event')}" if self.log else "no log"
        ended = f", {_counted(self.ended, 'event')} of logs that ended" if self.ended else ""
        state = "" if self.differences is None else ", and the state that they tell of"
        if self.findings.breaks:
            return f"Looked at: {events}{ended}{state}. {_counted(self.findings.breaks, 'break')} found."
        root = to_base64(self.root or b"")
        return f"Looked at: {events}{ended}{state}. Everything fits; the root is {root}."

    def _unlisted(self) -> list[str]:
        more = self.findings.breaks + self.findings.warnings - len(self.findings.kept)
        return [f"Not listed here: {_counted(more, 'more finding')}."] if more else []

    def record(self, trail: Trail, *, via: str, actor: str) -> Entry:
        """Put the verification itself on record."""
        data: dict[str, JSON] = {"verdict": self.findings.verdict.code, "size": self.size, "via": via}
        if self.root is not None:
            data["root"] = to_base64(self.root)
        if self.differences is not None:
            data["differences"] = self.differences
        return trail.record(Event.AUDIT_VERIFIED, actor=actor, obj=f"log:{self.log}", data=data)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
