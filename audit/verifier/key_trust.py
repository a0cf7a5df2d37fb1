"""Which keys speak for a log at which size: those that the auditor chose, and those they hand over to.

Standard library only. A key is replaced by an event `key.rotated` and by a checkpoint over that event which
both keys signed. From the event on the old key no longer counts by itself.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from audit.log_format import JSON
from audit.verifier.signed_note import Checkpoint, Note, NoteError, TrustedKey, Vkey, parse_vkey, signers

ROTATED = "key.rotated"


@dataclass(frozen=True)
class Rotation:
    """One change of key, as the event with this number tells it."""

    seq: int
    vkey: Vkey
    previous: Vkey


@dataclass(frozen=True)
class KeyTrust:
    """The trusted keys, the changes of key in the log, and whether a checkpoint fits the lines at hand."""

    keys: tuple[TrustedKey, ...]
    rotations: tuple[Rotation, ...]
    fits: Callable[[Checkpoint], bool]

    def signers(self, note: Note) -> list[Vkey]:
        """The trusted keys that signed this note and count at its size. Raises BadSignatureError."""
        return self._counting(note, self.keys)

    def extended(self, notes: Iterable[Note]) -> "KeyTrust":
        """This trust, and that in every key which a trusted one handed over to in one of these notes.

        Raises BadSignatureError.
        """
        held = tuple(notes)
        keys = self.keys
        while found := self._handed_over(keys, held):
            keys = (*keys, TrustedKey(found))
        return KeyTrust(keys, self.rotations, self.fits)

    def _handed_over(self, keys: Sequence[TrustedKey], notes: Sequence[Note]) -> Vkey | None:
        known = {key.vkey for key in keys}
        for rotation in self.rotations:
            if rotation.vkey in known or rotation.previous not in known:
                continue
            both = {rotation.vkey, rotation.previous}
            candidates = (*keys, TrustedKey(rotation.vkey))
            covering = [note for note in notes if note.checkpoint.size > rotation.seq]
            if any(
                self.fits(note.checkpoint) and both <= set(self._counting(note, candidates))
                for note in covering
            ):
                return rotation.vkey
        return None

    def _counting(self, note: Note, keys: Iterable[TrustedKey]) -> list[Vkey]:
        who = signers(note, keys)
        if not self.fits(note.checkpoint):
            return who
        size = note.checkpoint.size
        gone = {change.previous for change in self.rotations if change.seq < size and change.vkey not in who}
        return [key for key in who if key not in gone]


def rotation_of(entry: dict[str, JSON], *, seq: int) -> Rotation | None:
    """The change of key that this event tells; None for another event, or where it names no keys."""
    data = entry.get("data")
    if entry["act"] != ROTATED or entry["res"] != "ok" or not isinstance(data, dict):
        return None
    vkey, previous = named_key(data, "vkey"), named_key(data, "previous")
    if vkey is None or previous is None:
        return None
    return Rotation(seq, vkey, previous)


def named_key(data: dict[str, JSON], name: str) -> Vkey | None:
    """The verifier key that an event carries under this name, or None where it carries none."""
    try:
        return parse_vkey(str(data.get(name)))
    except NoteError:
        return None


def leads_to_one_of(first: Vkey, *, rotations: Iterable[Rotation], keys: Iterable[Vkey]) -> bool:
    """Whether the key that the log began with is one of these, or was changed, step by step, into one."""
    reached = {first}
    for rotation in rotations:
        if rotation.previous in reached:
            reached.add(rotation.vkey)
    return not reached.isdisjoint(keys)
