"""What an export is, beside the notes held: which count, which fit the lines at hand, which contradict them.

Standard library only.
"""

from functools import cached_property

from audit.log_format import JSON, leaf_hash
from audit.verifier.evidence import Evidence, HeldNote
from audit.verifier.export_scan import Scan
from audit.verifier.key_trust import KeyTrust
from audit.verifier.signed_note import Checkpoint, signers, to_base64


class Comparison:
    """One export that was read, and the notes it is held against."""

    def __init__(self, evidence: Evidence, found: Scan, *, strict: bool) -> None:
        self.evidence = evidence
        self.found = found
        self.strict = strict
        self.presented = evidence.presented.note.checkpoint
        self.base = evidence.base
        origin = self.presented.origin
        self.of_this_log = [held for held in evidence.notes if held.note.checkpoint.origin == origin]

    @cached_property
    def trust(self) -> KeyTrust:
        """The keys of the vkey file, and those they handed over to."""
        given = KeyTrust(self.evidence.keys, tuple(self.found.rotations), self.fits)
        return given.extended(held.note for held in self.of_this_log)

    @cached_property
    def signed(self) -> list[HeldNote]:
        """The notes of this log that a trusted key signed."""
        return [held for held in self.of_this_log if self.trust.signers(held.note)]

    @cached_property
    def contradicting(self) -> list[HeldNote]:
        """The signed notes whose root is not that of the lines at hand, smallest first."""
        against = [held for held in self.signed if self.comparable(held) and not self.fits_note(held)]
        return sorted(against, key=size_of)

    def fits(self, checkpoint: Checkpoint) -> bool:
        """Whether the lines at hand have this root at this size."""
        return self.found.roots.get(checkpoint.size) == checkpoint.root

    def fits_note(self, held: HeldNote) -> bool:
        """Whether the lines at hand are what this note is about."""
        return self.fits(held.note.checkpoint)

    def comparable(self, held: HeldNote) -> bool:
        """Whether the lines at hand have a root at the size of this note."""
        return self.base <= size_of(held) <= self.found.size

    def line_of(self, seq: int) -> int:
        """The line, counted from 1, of the event with this number."""
        return seq - self.base + 1

    def changed_events(self) -> list[tuple[HeldNote, int]]:
        """The events that a known proof shows, and that are others in the lines at hand."""
        proofs = [(held, held.proof) for held in self.signed if held.proof]
        return [
            (held, proof.index)
            for held, proof in proofs
            if self.found.leaves.get(proof.index, leaf_hash(proof.line)) != leaf_hash(proof.line)
        ]

    @cached_property
    def continued(self) -> dict[str, JSON]:
        """What event 0 says of the log that this one continues; empty for any other log."""
        beginning = self.found.check.beginning
        if beginning is None or beginning["act"] != "log.continued":
            return {}
        return data_of(beginning)

    @cached_property
    def declared(self) -> dict[tuple[JSON, JSON], JSON]:
        """The roots that event 0 declares of what it continues, by name of the log and number of events."""
        places = [("origin", "size", "root"), ("signed_origin", "signed_size", "signed_root")]
        values = [tuple(self.continued.get(key) for key in keys) for keys in places]
        return {
            (origin, size): root
            for origin, size, root in values
            if isinstance(origin, str) and isinstance(size, int) and isinstance(root, str)
        }

    @cached_property
    def of_a_continued_log(self) -> list[HeldNote]:
        """The known notes that are not of this log."""
        return [held for held in self.evidence.known if held not in self.of_this_log]

    def as_declared(self, held: HeldNote) -> bool | None:
        """Whether a signed note of a continued log says what event 0 says; None where it does not tell."""
        checkpoint = held.note.checkpoint
        root = self.declared.get((checkpoint.origin, checkpoint.size))
        if root is None or not signers(held.note, self.evidence.keys):
            return None
        return root == to_base64(checkpoint.root)


def size_of(held: HeldNote) -> int:
    """The number of events that a note is about."""
    return held.note.checkpoint.size


def data_of(entry: dict[str, JSON]) -> dict[str, JSON]:
    """What an event holds under `data`."""
    data = entry.get("data")
    return data if isinstance(data, dict) else {}
