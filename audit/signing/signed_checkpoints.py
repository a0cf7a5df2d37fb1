"""Stored checkpoints that really are signed: whoever writes into the database can store others."""

from collections.abc import Iterator
from functools import lru_cache

from django.db import OperationalError

from audit.log_format import LogFormatError
from audit.models import AuditCheckpoint
from audit.signing.key_history import announced_key
from audit.verifier.signed_note import NoteError, parse_note, parse_vkey, signers

#: Rows looked at when the newest ones are not signed. Some limit, so that nobody can make each look long.
MOST_LOOKS = 50


def is_signed(row: AuditCheckpoint, *, using: str) -> bool:
    """Whether its note says what the row says, signed by the key that the present log names for that size."""
    try:
        named = announced_key(size=row.size, using=using)
    except (LogFormatError, OperationalError):
        # The line that names the key is damaged: the signer refuses for that, and no row can be judged.
        return True
    try:
        return named is not None and _says(row.note, named.vkey) == (row.origin, row.size, bytes(row.root))
    except NoteError:
        return False


def largest_signed(origin: str, *, above: int = 0, using: str) -> AuditCheckpoint | None:
    """The largest checkpoint of this log over more than `above` events that is signed; others are skipped."""
    return next(_signed(origin, above=above, using=using), None)


def _signed(origin: str, *, above: int, using: str) -> Iterator[AuditCheckpoint]:
    rows = AuditCheckpoint.objects.using(using).filter(origin=origin, size__gt=above).order_by("-size")
    # Nearly always the first one is signed, and is the only one that is read.
    for place in range(MOST_LOOKS):
        if (row := next(iter(rows[place : place + 1]), None)) is None:
            return
        if is_signed(row, using=using):
            yield row


@lru_cache(maxsize=256)
def _says(text: str, vkey: str) -> tuple[str, int, bytes] | None:
    """What this note says with a signature of this key; None without one. Raises NoteError."""
    note = parse_note(text)
    if not signers(note, [parse_vkey(vkey)]):
        return None
    return note.checkpoint.origin, note.checkpoint.size, note.checkpoint.root
