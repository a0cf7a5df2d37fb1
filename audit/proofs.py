"""Proofs out of the database: that an event stands in the log, and that one checkpoint continues another.

Sizes and roots are read from the signed notes alone, never from the columns beside them, and every proof is
checked before it is handed out.

* ProofError            no proof can be given; the message says why
  + LogDamagedError     what is stored does not lead to what was signed
"""

from collections.abc import Callable
from typing import TypeVar

from audit.log_format import LogFormatError, leaf_hash, parse_line
from audit.models import AuditCheckpoint, AuditHead, AuditPastEvent, AuditPastLog
from audit.subtrees import (
    LogDamagedError,
    ProofError,
    StoredLog,
    StoredTree,
    extend_subtrees,
    forget_subtrees,
    present_log,
)
from audit.verifier.proof_text import Proof
from audit.verifier.signed_note import Note, NoteError, parse_note
from audit.verifier.tree_proofs import (
    SubtreeRoot,
    TreeProofError,
    check_consistency,
    consistency_path,
    inclusion_path,
    root_of_inclusion,
)

__all__ = [
    "LogDamagedError",
    "ProofError",
    "consistency_of",
    "extend_subtrees",
    "newest_over",
    "proof_of",
]

Found = TypeVar("Found")


def proof_of(seq: int, *, checkpoint: AuditCheckpoint, using: str = "default") -> Proof:
    """The proof that the event of this number stands in the log of this checkpoint.

    Raises ProofError when the checkpoint does not cover the event, and LogDamagedError when the event, or
    what stands around it, is not what was signed.
    """
    note = _note_of(checkpoint)
    size, root = note.checkpoint.size, note.checkpoint.root
    if not 0 <= seq < size:
        raise ProofError(f"Event {seq} is not covered by the checkpoint over {size} events.")
    log = _log_named(note.checkpoint.origin, using=using)
    line = _line_of(log, seq)

    def attempt(root_of: SubtreeRoot) -> Proof | None:
        path = inclusion_path(seq, size, root_of)
        is_right = root_of_inclusion(leaf_hash(line), index=seq, size=size, path=path) == root
        return Proof(line, seq, tuple(path), note) if is_right else None

    against = f"event {seq} does not lead to the root that was signed over {size} events."
    return _twice_if_need_be(log, size, attempt, against=against)


def consistency_of(
    old: AuditCheckpoint, new: AuditCheckpoint, *, using: str = "default"
) -> tuple[bytes, ...]:
    """The hashes which show that the log of `new` begins with that of `old` (RFC 6962, section 2.1.2).

    Raises ProofError for checkpoints of two logs or in the wrong order, and LogDamagedError when what is
    stored does not continue `old`, or does not lead to `new`.
    """
    before, after = _note_of(old).checkpoint, _note_of(new).checkpoint
    if before.origin != after.origin:
        raise ProofError(f"These are checkpoints of two logs, {before.origin} and {after.origin}.")
    if before.size > after.size:
        raise ProofError(f"A checkpoint over {before.size} events cannot come before one over {after.size}.")
    log = _log_named(after.origin, using=using)

    def attempt(root_of: SubtreeRoot) -> tuple[bytes, ...] | None:
        path = consistency_path(before.size, after.size, root_of)
        try:
            check_consistency(
                old_size=before.size,
                old_root=before.root,
                new_size=after.size,
                new_root=after.root,
                path=path,
            )
        except TreeProofError:
            return None
        return tuple(path)

    against = f"the checkpoints over {before.size} and {after.size} events do not go together."
    return _twice_if_need_be(log, after.size, attempt, against=against)


def newest_over(seq: int, *, log: AuditPastLog, using: str = "default") -> AuditCheckpoint:
    """The newest checkpoint of an ended log that covers the event. Raises ProofError when none does."""
    covering = AuditCheckpoint.objects.using(using).filter(origin=log.origin, size__gt=seq)
    found = covering.order_by("-size").first()
    if found is None:
        raise ProofError(
            f"Event {seq} belongs to a log that ended before any checkpoint covered it; nothing can prove it."
        )
    return found


def _twice_if_need_be(
    log: StoredLog, size: int, attempt: Callable[[SubtreeRoot], Found | None], *, against: str
) -> Found:
    """What comes out right from the cache, or else from the leaves themselves. Raises LogDamagedError."""
    found = attempt(StoredTree(log, size).root_of)
    if found is None and log.is_cached:
        forget_subtrees(using=log.using)
        found = attempt(StoredTree(log, size).root_of)
    if found is None:
        raise LogDamagedError(against)
    return found


def _log_named(origin: str, *, using: str) -> StoredLog:
    if AuditHead.objects.using(using).filter(origin=origin).exists():
        return present_log(using=using)
    ended = AuditPastLog.objects.using(using).filter(origin=origin).first()
    if ended is None:
        raise ProofError(f"There is no log of the name {origin} in this database.")
    return StoredLog(AuditPastEvent.objects.using(using).filter(log=ended), using, is_cached=False)


def _note_of(checkpoint: AuditCheckpoint) -> Note:
    try:
        return parse_note(checkpoint.note)
    except NoteError as error:
        what = f"the checkpoint over {checkpoint.size} events cannot be read ({error})."
        raise LogDamagedError(what) from None


def _line_of(log: StoredLog, seq: int) -> str:
    line = log.events.filter(seq=seq).values_list("body", flat=True).first()
    if line is None:
        raise LogDamagedError(f"event {seq} is not there, though a checkpoint covers it.")
    try:
        stands_at = parse_line(line)["seq"]
    except LogFormatError as error:
        raise LogDamagedError(f"event {seq} cannot be read ({error}).") from None
    if stands_at != seq:
        raise LogDamagedError(f"event {seq} says of itself that it is event {stands_at}.")
    return line
