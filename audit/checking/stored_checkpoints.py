"""The signed checkpoints of one log, checked in the order of their sizes while its tree is built anew.

Those in the database and those that somebody kept outside are treated alike: signed by the key that the log
itself named for this size, and over the very tree that its events make.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from audit.checking.findings import Findings, Verdict
from audit.models import AuditCheckpoint
from audit.verifier.signed_note import Checkpoint, Note, NoteError, Vkey, parse_note, signers, to_base64

PAGE = 500


@dataclass
class NamedKeys:
    """The keys of a log as its own lines name them: that of its beginning, and each that took over."""

    current: Vkey | None = None
    replaced: list[tuple[int, Vkey]] = field(default_factory=list)

    def begin(self, key: Vkey) -> None:
        """Line 0 named the first key."""
        self.current = key

    def rotate(self, *, seq: int, to: Vkey) -> None:
        """The line of this number named another one."""
        if self.current is not None:
            self.replaced.append((seq, self.current))
        self.current = to

    def needed(self, *, since: int) -> list[Vkey]:
        """Who must have signed the first checkpoint after the one over `since` events.

        The present key, and each that handed over since then: the handing over needs both signatures.
        """
        handed_over = [key for seq, key in self.replaced if seq >= since]
        return [*handed_over, *([self.current] if self.current else [])]

    def all(self) -> list[Vkey]:
        """Every key that the log named."""
        return [key for _seq, key in self.replaced] + ([self.current] if self.current else [])


@dataclass(frozen=True)
class HeldCheckpoint:
    """A checkpoint that the log has to agree with, and where it is held."""

    size: int
    text: str
    where: str
    row: tuple[str, int, bytes] | None = None


def stored(origin: str, *, above: int, upto: int, using: str) -> Iterator[HeldCheckpoint]:
    """The checkpoints in the database over more than `above` and at most `upto` events, smallest first."""
    rows = AuditCheckpoint.objects.using(using).filter(origin=origin, size__lte=upto).order_by("size")
    last = above
    while page := list(rows.filter(size__gt=last)[:PAGE]):
        for row in page:
            columns = (row.origin, row.size, bytes(row.root))
            yield HeldCheckpoint(row.size, row.note, f"The checkpoint over {row.size} events", columns)
        last = page[-1].size


def kept_outside(notes: Sequence[Note], origin: str) -> list[HeldCheckpoint]:
    """Those of the notes presented that are about this log, smallest first."""
    held = [
        HeldCheckpoint(
            note.checkpoint.size,
            note.text(),
            f"The checkpoint over {note.checkpoint.size} events that was presented",
        )
        for note in notes
        if note.checkpoint.origin == origin
    ]
    return sorted(held, key=attrgetter("size"))


class CheckpointWalk:
    """Meets each checkpoint as the tree reaches its size."""

    def __init__(
        self, held: Sequence[Iterator[HeldCheckpoint]], *, keys: NamedKeys, findings: Findings, name: str
    ) -> None:
        self._coming = heapq.merge(*held, key=attrgetter("size"))
        self._keys, self._findings, self._name = keys, findings, name
        self._handed_over_at, self._others_unfit = 0, 0
        self._forked = False
        self._advance()

    def _advance(self) -> None:
        self._next = next(self._coming, None)
        #: The size at which `reach` has something to do again.
        self.next_size: float = self._next.size if self._next else float("inf")

    def reach(self, size: int, root: Callable[[], bytes] | None) -> None:
        """Check the checkpoints up to this size; `root` gives the tree's at exactly this size, if known."""
        while self._next is not None and self._next.size <= size:
            known = root() if root is not None and self._next.size == size else None
            self._check(self._next, known)
            self._advance()

    def end(self) -> None:
        """Say how many more did not fit after the first."""
        if self._others_unfit:
            self._findings.add(
                Verdict.FORK,
                f"{self._others_unfit} larger checkpoints of {self._name} do not fit its events either, "
                "as follows from the first.",
            )

    def _check(self, held: HeldCheckpoint, root: bytes | None) -> None:
        checkpoint = read_checkpoint(held, self._findings)
        if checkpoint is None:
            return
        note = parse_note(held.text)
        needed = self._keys.needed(since=self._handed_over_at)
        if not signed_by(note, needed, held=held, findings=self._findings):
            return
        self._handed_over_at = max(self._handed_over_at, checkpoint.size)
        if root is not None and root != checkpoint.root:
            self._fork(held, root)

    def _fork(self, held: HeldCheckpoint, root: bytes) -> None:
        if self._forked:
            self._others_unfit += 1
            return
        self._forked = True
        self._findings.add(
            Verdict.FORK,
            f"{held.where} was signed over other events than {self._name} holds now: their root is "
            f"{to_base64(root)}. What was signed:\n{held.text.rstrip()}",
        )


def read_checkpoint(held: HeldCheckpoint, findings: Findings) -> Checkpoint | None:
    """What the note says; None, and a finding, when it is no note or says other than its row."""
    try:
        checkpoint = parse_note(held.text).checkpoint
    except NoteError as error:
        findings.add(Verdict.BAD_SIGNATURE, f"{held.where} is no signed note. {error}")
        return None
    if held.row is not None and held.row != (checkpoint.origin, checkpoint.size, checkpoint.root):
        findings.add(
            Verdict.FAIL, f"{held.where} says something else in its columns than in its signed note."
        )
        return None
    return checkpoint


def signed_by(
    note: Note, needed: Sequence[Vkey], *, held: HeldCheckpoint, findings: Findings, least: int | None = None
) -> bool:
    """Whether all of these keys signed, or at least so many of them; a finding when not."""
    try:
        who = signers(note, needed)
    except NoteError as error:
        findings.add(Verdict.BAD_SIGNATURE, f"{held.where}: {error}")
        return False
    if not needed or len(who) < (len(set(needed)) if least is None else least):
        wanting = ", ".join(key.key_id.hex() for key in needed if key not in who) or "any key of the log"
        findings.add(Verdict.BAD_SIGNATURE, f"{held.where} is not signed by {wanting}.")
        return False
    return True
