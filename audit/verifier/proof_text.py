"""The proof of one event as a text file: c2sp.org/tlog-proof, version 1. Standard library only.

Our proofs always carry the event line as their `extra` data. It means nothing until its leaf hash has led to
the root of the signed checkpoint and its `seq` has been found to be the index.
"""

from dataclasses import dataclass

from audit.log_format import HASH_BYTES
from audit.verifier.signed_note import Note, NoteError, from_base64, parse_note, parse_size, to_base64

FIRST_LINE = "c2sp.org/tlog-proof@v1"
# A tree of 2^63 leaves is 63 levels deep.
LONGEST_PATH = 63


@dataclass(frozen=True)
class Proof:
    """An event line, its place in the log, the hashes from its leaf to the root, and the checkpoint."""

    line: str
    index: int
    path: tuple[bytes, ...]
    note: Note

    def text(self) -> str:
        """The file, byte for byte as it was read."""
        head = [FIRST_LINE, f"extra {to_base64(self.line.encode())}", f"index {self.index}"]
        return "".join(f"{line}\n" for line in [*head, *map(to_base64, self.path), ""]) + self.note.text()


def parse_proof(text: str) -> Proof:
    """Read a proof. Raises NoteError for whatever the format does not allow; nothing is checked yet."""
    head, blank, note = text.partition("\n\n")
    if not blank:
        raise NoteError("A proof has an empty line between its path and its checkpoint.")
    lines = head.split("\n")
    if lines[0] != FIRST_LINE:
        raise NoteError(f"A proof begins with the line {FIRST_LINE}.")
    if len(lines) < 3 or not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        raise NoteError(
            "After its first line a proof has the lines `extra …`, with the event, and `index …`."
        )
    if len(lines) - 3 > LONGEST_PATH:
        raise NoteError(f"A proof has at most {LONGEST_PATH} hashes.")
    return Proof(
        line=_event_line(lines[1].removeprefix("extra ")),
        index=parse_size(lines[2].removeprefix("index ")),
        path=tuple(map(_hash, lines[3:])),
        note=parse_note(note),
    )


def _event_line(encoded: str) -> str:
    try:
        return from_base64(encoded, what="the event in the proof").decode()
    except UnicodeDecodeError:
        raise NoteError("The event in the proof is not UTF-8.") from None


def _hash(encoded: str) -> bytes:
    octets = from_base64(encoded, what="a hash of the proof")
    if len(octets) != HASH_BYTES:
        raise NoteError(f"A hash of the proof has {HASH_BYTES} bytes, not {len(octets)}.")
    return octets
