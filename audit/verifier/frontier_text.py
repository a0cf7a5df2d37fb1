"""The file `frontier` of an export that begins in the middle of a log. Standard library only.

`audit-frontier/v1`, the origin, the number of events before the export, and one base64 hash a line, largest
subtree first. It is not signed: it is right if it and the lines lead to the root of the signed checkpoint.
"""

from audit.log_format import HASH_BYTES, Frontier, LogFormatError
from audit.verifier.signed_note import KEY_NAME, NoteError, from_base64, parse_size, to_base64

FIRST_LINE = "audit-frontier/v1"


def frontier_text(*, origin: str, frontier: Frontier) -> str:
    """The file for an export whose first line is event `frontier.size`."""
    lines = [FIRST_LINE, origin, str(frontier.size), *map(to_base64, frontier.hashes)]
    return "".join(f"{line}\n" for line in lines)


def parse_frontier(text: str) -> tuple[str, Frontier]:
    """The origin and the frontier. Raises NoteError for whatever the format does not allow."""
    lines = text.split("\n")
    if lines[0] != FIRST_LINE or lines[-1] or len(lines) < 4:
        raise NoteError(f"A frontier begins with the line {FIRST_LINE}, and each of its lines ends in LF.")
    origin, size, *encoded = lines[1:-1]
    if not KEY_NAME.fullmatch(origin):
        raise NoteError(f"The frontier names no log: {origin[:80]!r}.")
    hashes = [from_base64(text, what="a hash of the frontier") for text in encoded]
    if any(len(node) != HASH_BYTES for node in hashes):
        raise NoteError(f"A hash of the frontier has {HASH_BYTES} bytes.")
    try:
        frontier = Frontier.unpack(parse_size(size), b"".join(hashes))
    except LogFormatError as error:
        raise NoteError(f"The frontier does not fit its size: {error}") from None
    if frontier.size == 0:
        raise NoteError("An export from event 0 on has no frontier.")
    return origin, frontier
