"""What somebody lays before the verifier: keys, checkpoints, proofs, and the files of an export.

Standard library only. The keys must come from elsewhere than the export: whoever can change one could change
the other.
"""

from dataclasses import dataclass, field
from pathlib import Path

from audit.log_format import Frontier, leaf_hash
from audit.verifier.frontier_text import parse_frontier
from audit.verifier.proof_text import FIRST_LINE, Proof, parse_proof
from audit.verifier.signed_note import Note, NoteError, TrustedKey, parse_note, vkeys_of
from audit.verifier.tree_proofs import TreeProofError, root_of_inclusion
from audit.verifier.verdicts import UnusableError

LINES = "events.jsonl"
CHECKPOINT = "checkpoint"
FRONTIER = "frontier"
KEY_CHANGES = "checkpoint-at-key-change-*"
LARGEST_TEXT_BYTES = 4 * 1024 * 1024


class MalformedError(ValueError):
    """A file of what is to be verified that does not have the form it must have."""


@dataclass(frozen=True)
class HeldNote:
    """A checkpoint, the file it was read from, and the proof it came with, if it came with one."""

    file: str
    note: Note
    proof: Proof | None = None


@dataclass(frozen=True)
class Evidence:
    """An export, the checkpoint presented with it, and all that it is to be held against.

    `known` are notes that were kept outside; `key_changes` came with the export and prove nothing but that
    one key handed over to another. `frontier_origin` is None for an export from event 0 on.
    """

    keys: tuple[TrustedKey, ...]
    lines: Path
    presented: HeldNote
    known: tuple[HeldNote, ...] = ()
    key_changes: tuple[HeldNote, ...] = ()
    frontier: Frontier = field(default_factory=Frontier)
    frontier_origin: str | None = None

    @property
    def notes(self) -> tuple[HeldNote, ...]:
        """All checkpoints, the presented one first."""
        return (self.presented, *self.known, *self.key_changes)

    @property
    def base(self) -> int:
        """The number of events before the first line."""
        return self.frontier.size


def read_keys(path: Path) -> tuple[TrustedKey, ...]:
    """The keys of a vkey file. Raises UnusableError."""
    try:
        return tuple(vkeys_of(read_text(path)))
    except (NoteError, MalformedError) as error:
        raise UnusableError(f"{path}: {error}") from None


def read_known(path: Path) -> HeldNote:
    """A checkpoint that was kept, as a note or inside a proof. Raises UnusableError.

    A proof that does not lead to the root of its own checkpoint is refused: it could tell nothing about the
    export.
    """
    try:
        text = read_text(path)
        if not text.startswith(FIRST_LINE):
            return HeldNote(str(path), parse_note(text))
        proof = parse_proof(text)
        check_inclusion(proof)
    except (NoteError, MalformedError, TreeProofError) as error:
        raise UnusableError(f"{path} cannot be held against anything: {error}") from None
    return HeldNote(str(path), proof.note, proof)


def check_inclusion(proof: Proof) -> None:
    """Raise TreeProofError unless the line stands at its index in the tree that the checkpoint signs."""
    checkpoint = proof.note.checkpoint
    root = root_of_inclusion(leaf_hash(proof.line), index=proof.index, size=checkpoint.size, path=proof.path)
    if root != checkpoint.root:
        raise TreeProofError("the event, its index and the path do not lead to the root of the checkpoint.")


def read_checkpoint(path: Path) -> HeldNote:
    """The checkpoint of an export. Raises MalformedError, and UnusableError where it cannot be read."""
    try:
        return HeldNote(str(path), parse_note(read_text(path)))
    except NoteError as error:
        raise MalformedError(f"{path}: {error}") from None


def read_frontier(path: Path) -> tuple[str, Frontier]:
    """Origin and frontier. Raises MalformedError, and UnusableError where it cannot be read."""
    try:
        return parse_frontier(read_text(path))
    except NoteError as error:
        raise MalformedError(f"{path}: {error}") from None


def read_proof(path: Path) -> Proof:
    """A proof that is to be verified. Raises MalformedError, and UnusableError where it cannot be read."""
    try:
        return parse_proof(read_text(path))
    except NoteError as error:
        raise MalformedError(f"{path}: {error}") from None


def read_text(path: Path) -> str:
    """A small file as it stands, line ends and all. Raises UnusableError, and MalformedError unless UTF-8."""
    try:
        with path.open("rb") as file:
            octets = file.read(LARGEST_TEXT_BYTES + 1)
    except OSError as error:
        raise UnusableError(f"{path} cannot be read ({error.strerror or error}).") from None
    if len(octets) > LARGEST_TEXT_BYTES:
        raise MalformedError(f"{path} is too large to be what it is said to be.")
    try:
        return octets.decode()
    except UnicodeDecodeError:
        raise MalformedError(f"{path} is not UTF-8.") from None
