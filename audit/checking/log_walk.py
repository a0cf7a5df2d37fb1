"""One log of the database walked from its first event to its end: lines, columns, keys, tree, checkpoints."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

from audit.cached_roots import CachedRoots
from audit.checking.findings import Findings, Verdict
from audit.checking.recomputed_tree import CachedRoot, RecomputedTree, first_difference
from audit.checking.row_check import RowCheck
from audit.checking.stored_checkpoints import (
    CheckpointWalk,
    HeldCheckpoint,
    kept_outside,
    read_checkpoint,
    signed_by,
    stored,
)
from audit.checking.stored_lines import StoredLine, pages
from audit.log_format import HASH_BYTES, Frontier, LogFormatError
from audit.models import AuditPastLog
from audit.verifier.signed_note import Note, NoteError, parse_note, to_base64, vkeys_of


@dataclass(frozen=True)
class WalkedLog:
    """What the database says of one log: its names, and where it ends. `past` is set for an ended one.

    `newest` is the size of its largest checkpoint, read before the head was. `declared` is how much of an
    ended log was signed by what its continuation says: a longer history that was given up openly.
    """

    name: str
    log: str
    origin: str
    size: int
    frontier: bytes
    newest: int
    declared: int = 0
    past: AuditPastLog | None = None


class LogWalk:
    """Takes the events in their order, and holds each against what is known by then.

    After a gap the tree is not known any more; lines and signatures are checked all the same.
    """

    def __init__(
        self,
        log: WalkedLog,
        *,
        known: Sequence[Note],
        remembered: Frontier | None,
        findings: Findings,
        using: str = "default",
    ) -> None:
        self.log, self._findings, self._using = log, findings, using
        self._remembered = remembered
        self._outside = kept_outside(known, log.origin)
        self.rows = RowCheck(log=log.log, origin=log.origin, findings=findings, using=using)
        self._seq = 0
        self._tree: RecomputedTree | None = RecomputedTree()
        self._checkpoints = CheckpointWalk(
            [
                stored(log.origin, above=0, upto=log.size, using=using),
                (held for held in self._outside if held.size <= log.size),
            ],
            keys=self.rows.keys,
            findings=findings,
            name=log.name,
        )
        # The cache is about the present log alone.
        self._cached = None if log.past else CachedRoots(using=using)

    def walk(self, progress: Callable[[int], None]) -> bytes | None:
        """Check all events; `progress` is told how many are behind us. The root, where it can be computed."""
        for page in pages(size=self.log.size, of=self.log.past, using=self._using):
            for row in page:
                self._take(row)
            progress(min(self._seq, self.log.size))
        self._end()
        if self._tree is None or self._tree.size != self.log.size:
            return None
        return self._tree.root()

    def _take(self, row: StoredLine) -> None:
        if not isinstance(row.seq, int) or row.seq < self._seq:
            self._found(f"A row with the number {row.seq!r} stands where none can be.", self._seq)
            return
        if row.seq > self._seq:
            self._found(f"{_events(self._seq, row.seq - 1)} missing.".capitalize(), self._seq)
            self._seq, self._tree = row.seq, None
        self.rows.take(row)
        self._seq += 1
        self._grow(row.leaf)

    def _grow(self, leaf: object) -> None:
        """Add the leaf that is stored: where it is not that of the line, that has been said by now."""
        if not isinstance(leaf, bytes) or len(leaf) != HASH_BYTES:
            self._tree = None
        elif self._tree is not None and (closed := self._tree.append(leaf)):
            self._compare_cached(closed)
        if self._seq >= self._checkpoints.next_size:
            self._checkpoints.reach(self._seq, self._tree.root if self._tree else None)
        if self._remembered is not None and self._seq == self._remembered.size:
            self._compare_remembered(self._remembered)

    def _compare_remembered(self, remembered: Frontier) -> None:
        if self._tree is not None and self._tree.frontier() != remembered.hashes:
            self._findings.add(
                Verdict.FORK,
                f"The signer remembers that it signed {remembered.size} events of {self.log.origin} with "
                f"another root than they have now: {to_base64(remembered.root())}.",
            )

    def _compare_cached(self, closed: list[CachedRoot]) -> None:
        for number, root in closed:
            if self._cached is not None and self._cached.contradicts(number, root):
                self._findings.add(
                    Verdict.WARN,
                    f"A cached root over events up to {self._seq - 1} is not theirs. It is no evidence, and "
                    "is made anew when a proof needs it.",
                )

    def _end(self) -> None:
        if self._seq < self.log.size:
            self._findings.add(
                Verdict.TRUNCATED,
                f"{self.log.name} has {self.log.size} events by its head, but "
                f"{_events(self._seq, self.log.size - 1)} missing.",
            )
        elif self._tree is not None:
            self._compare_frontier(self._tree.frontier())
        if self.log.past is not None:
            self._compare_keys(self.log.past)
        self._checkpoints.reach(self.log.size, None)
        self._checkpoints.end()
        self._compare_beyond()
        self._tell_of_the_clock()

    def _tell_of_the_clock(self) -> None:
        lines = self.rows.lines
        if lines.times_back:
            self._findings.add(
                Verdict.WARN,
                f"The clock went back in {self.log.name} ({lines.times_back} times, first at event "
                f"{lines.first_back}). The order of the events is that of their numbers.",
            )

    def _compare_frontier(self, found: list[bytes]) -> None:
        try:
            counted = Frontier.unpack(self.log.size, self.log.frontier).hashes
        except LogFormatError as error:
            self._findings.add(Verdict.FAIL, f"The head of {self.log.name} is damaged. {error}")
            return
        if (differs := first_difference(found, counted, size=self.log.size)) is not None:
            self._findings.add(
                Verdict.FAIL,
                f"The head of {self.log.name} was made over other events: something between event "
                f"{differs[0]} and event {differs[1]} has changed since, or the head itself.",
            )

    def _compare_keys(self, past: AuditPastLog) -> None:
        """The keys that are handed out for an ended log are those that its events name."""
        try:
            kept = {key.vkey for key in vkeys_of(past.vkeys)}
        except NoteError:
            kept = set()
        if kept != set(self.rows.keys.all()):
            self._findings.add(
                Verdict.FAIL, f"The keys kept for {self.log.origin} are others than its events name."
            )

    def _compare_beyond(self) -> None:
        """What was signed over more events than there are: the log was longer once.

        Of an ended log that is no break as far as its continuation declares it.
        """
        beyond = stored(self.log.origin, above=self.log.size, upto=self.log.newest, using=self._using)
        outside = (held for held in self._outside if held.size > self.log.size)
        remembered = self._remembered.size if self._remembered else 0
        signed = (held.size for held in chain(beyond, outside) if self._was_signed(held))
        largest = max(remembered, max(signed, default=0))
        if largest > self.log.size:
            self._findings.add(
                Verdict.WARN if largest <= self.log.declared else Verdict.TRUNCATED,
                f"{self.log.name} has {self.log.size} events, and {largest} were signed: "
                f"{_events(self.log.size, largest - 1)} missing, as after a restored backup.",
            )

    def _was_signed(self, held: HeldCheckpoint) -> bool:
        """Whether a checkpoint over more than there is was signed by a key that the log names."""
        if read_checkpoint(held, self._findings) is None:
            return False
        return signed_by(
            parse_note(held.text), self.rows.keys.all(), held=held, findings=self._findings, least=1
        )

    def _found(self, words: str, seq: int) -> None:
        self._findings.add(Verdict.FAIL, words, seq=seq)


def _events(first: int, last: int) -> str:
    """`event 3 is`, `events 3 to 7 are`: as the subject of a sentence."""
    return f"event {first} is" if first == last else f"events {first} to {last} are"
