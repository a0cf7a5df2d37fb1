"""What somebody who owns the database can do to the log: the triggers are lifted for it, and put back."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection
from django.db.models import QuerySet

from audit.append_only import installing, lifting
from audit.log_format import Frontier, canonical_line, key_id, leaf_hash
from audit.models import AuditCheckpoint, AuditEvent, AuditHead
from audit.signing import signing_key
from audit.verifier.signed_note import Checkpoint, Note, NoteSignature

Line = dict[str, Any]


@contextmanager
def triggers_lifted() -> Iterator[None]:
    """Do what the triggers forbid. They are all back afterwards."""
    run(*lifting(connection.vendor))
    yield
    if connection.vendor == "postgresql":
        # Triggers cannot be made while checks of this transaction still wait for its end.
        run("SET CONSTRAINTS ALL IMMEDIATE")
    run(*installing(connection.vendor))


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def change(seq: int, **columns: Any) -> None:
    """Write these columns of one event, and nothing else."""
    with triggers_lifted():
        assert AuditEvent.objects.filter(seq=seq).update(**columns) == 1


def line_of(seq: int) -> Line:
    """The event, read."""
    entry: Line = json.loads(AuditEvent.objects.get(seq=seq).body)
    return entry


def edited(seq: int, **values: Any) -> str:
    """The line of an event as somebody would like it to have been, in the canonical form."""
    return canonical_line({**line_of(seq), **values})


def delete_from(seq: int, *, upto: int | None = None) -> None:
    """Take events away: from this number on, or only up to another one, which stays."""
    gone = AuditEvent.objects.filter(seq__gte=seq)
    with triggers_lifted():
        (gone if upto is None else gone.filter(seq__lt=upto)).delete()


def set_head(**columns: Any) -> None:
    """Write the head as one likes it."""
    with triggers_lifted():
        AuditHead.objects.update(**columns)


def rewind_head(size: int) -> None:
    """A head that fits the first events of the log."""
    set_head(size=size, frontier=tree_over_rows(size).pack())


def tree_over_rows(size: int) -> Frontier:
    """The tree over the first events as they are stored now."""
    return tree_over(AuditEvent.objects.filter(seq__lt=size).order_by("seq"))


def tree_over(events: QuerySet[Any]) -> Frontier:
    """The tree over these rows."""
    tree = Frontier()
    for leaf in events.values_list("leaf", flat=True):
        tree.append(bytes(leaf))
    return tree


def rewrite_all(changed: Callable[[Line], Line]) -> None:
    """Write every line anew, and leaves, columns and head to fit: a log that is consistent in itself."""
    tree = Frontier()
    with triggers_lifted():
        for event in AuditEvent.objects.order_by("seq"):
            entry = changed(json.loads(event.body))
            body = canonical_line(entry)
            leaf = leaf_hash(body)
            tree.append(leaf)
            AuditEvent.objects.filter(seq=event.seq).update(
                body=body, leaf=leaf, act=entry["act"], obj=entry["obj"], actor=entry["actor"]
            )
        AuditHead.objects.update(size=tree.size, frontier=tree.pack())


def rename_actor(entry: Line) -> Line:
    """As if somebody else had done it."""
    return {**entry, "actor": "u:zzzz9999"} if entry["seq"] == 5 else entry


def forget_checkpoints() -> None:
    """Take all stored checkpoints away."""
    with triggers_lifted():
        AuditCheckpoint.objects.all().delete()


def another_key(folder: Path) -> Ed25519PrivateKey:
    """A key that the log never named."""
    signing_key.generate(folder / "another.key")
    return signing_key.load(folder / "another.key")


def note_over(size: int, *keys: Ed25519PrivateKey, root: bytes | None = None, origin: str = "") -> Note:
    """A note over the first events as they are stored now, signed with these keys."""
    name = origin or AuditHead.objects.get().origin
    checkpoint = Checkpoint(name, size, root or tree_over_rows(size).root())
    return Note(checkpoint, tuple(_signature(checkpoint, key) for key in keys))


def _signature(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> NoteSignature:
    identifier = key_id(name=checkpoint.origin, public_key=signing_key.public_bytes(key))
    return NoteSignature(checkpoint.origin, identifier, key.sign(checkpoint.text().encode()))


def store(note: Note) -> AuditCheckpoint:
    """Put a note among the checkpoints."""
    told = note.checkpoint
    return AuditCheckpoint.objects.create(
        origin=told.origin, size=told.size, root=told.root, note=note.text(), signed_at="2026-11-01T12:00:00Z"
    )
