"""One stored event after another, each held against itself: the line, its hash, its columns, the keys it
names.
"""

from typing import Any

from audit.checking.findings import Findings, Verdict
from audit.checking.stored_checkpoints import NamedKeys
from audit.checking.stored_lines import StoredLine, moment_of
from audit.log_format import JSON, leaf_hash
from audit.verifier.line_check import LineCheck, LineError
from audit.verifier.signed_note import NoteError, Vkey, parse_vkey

#: The columns beside the line, as people are told of them.
COLUMNS = ("event", "about", "who", "time")


class RowCheck:
    """Checks the rows of one log in their order, and gathers what they say of the log as a whole."""

    def __init__(self, *, log: str, origin: str, findings: Findings, using: str) -> None:
        self._log, self._origin, self._findings, self._using = log, origin, findings, using
        self.keys = NamedKeys()
        self.lines = LineCheck()

    @property
    def beginning(self) -> dict[str, JSON] | None:
        """Event 0, where it could be read."""
        return self.lines.beginning

    def take(self, row: StoredLine) -> None:
        """Check the next row; `row.seq` is known to be a number that belongs here."""
        if against := self._against(row):
            self._findings.add(Verdict.FAIL, " ".join(against), seq=row.seq)

    def _against(self, row: StoredLine) -> list[str]:
        """What speaks against this row, a sentence each."""
        self.lines.next_seq = row.seq
        try:
            entry = self.lines.take(row.body)
        except LineError as error:
            return [f"Event {row.seq} is not as the log writes it: {error}"]
        against = []
        if row.leaf != leaf_hash(row.body):
            against.append(f"Event {row.seq} does not have the hash that stands beside it.")
        if differing := self._differing(row, entry):
            against.append(f"Beside event {row.seq} stands something else than in it: {differing}.")
        if row.seq == 0:
            self._begin(entry)
        elif entry["act"] == "key.rotated" and not self._rotate(entry, row.seq):
            against.append(
                f"Event {row.seq} changes the key, but not from the one in use to another of ours."
            )
        return against

    def _differing(self, row: StoredLine, entry: dict[str, JSON]) -> str:
        expected = (
            entry["act"],
            entry["obj"],
            entry["actor"],
            moment_of(str(entry["ts"]), using=self._using),
        )
        beside = (row.act, row.obj, row.actor, row.moment)
        if expected == beside:
            return ""
        pairs = zip(COLUMNS, expected, beside, strict=True)
        return ", ".join(name for name, said, stands in pairs if said != stands)

    def _begin(self, entry: dict[str, JSON]) -> None:
        key = self._key(entry, "vkey")
        if key is not None:
            self.keys.begin(key)
        if key is None or entry["obj"] != f"log:{self._log}":
            self._findings.add(
                Verdict.WRONG_LOG,
                f"Event 0 begins another log than {self._origin}, or names no key of it.",
            )

    def _rotate(self, entry: dict[str, JSON], seq: int) -> bool:
        """Take up the key that took over; False unless it did so from the one in use."""
        key, previous = self._key(entry, "vkey"), self._key(entry, "previous")
        if key is None or previous is None or previous != self.keys.current:
            return False
        self.keys.rotate(seq=seq, to=key)
        return True

    def _key(self, entry: dict[str, JSON], name: str) -> Vkey | None:
        """The key that the event carries, if it is one and goes by the name of this log."""
        data: Any = entry.get("data", {})
        try:
            key = parse_vkey(str(data.get(name)))
        except NoteError:
            return None
        return key if key.name == self._origin else None
