"""The tree of the committed log, followed line by line from what was signed before: is it the same log?"""

from collections.abc import Iterator
from typing import TypeAlias

from django.db import connections
from django.db.models import BinaryField, F, QuerySet
from django.db.models.functions import Cast

from audit.log_format import Frontier, LogFormatError, leaf_hash
from audit.models import AuditCheckpoint, AuditEvent, AuditHead
from audit.signing.signed_checkpoints import is_signed, largest_signed
from audit.signing.signer_memory import SignerMemory
from audit.signing.signing_errors import SigningRefusedError

#: Bytes as SQLite and as PostgreSQL give them.
Octets: TypeAlias = bytes | memoryview

ROWS_AT_ONCE = 1000

DECLARE = (
    "Find out first what happened to the database. If a backup was restored, declare it: run "
    "`manage.py continue_audit --reason restored_backup`, which ends this log and begins one that says so."
)


def follow(head: AuditHead, memory: SignerMemory, *, using: str) -> Frontier:
    """The tree at the head, reached from what was signed before. Raises SigningRefusedError."""
    tree = _start(head, memory)
    if head.size < tree.size:
        raise SigningRefusedError(
            f"The log {head.origin} has {head.size} events, and {tree.size} were signed: events are missing. "
            f"{DECLARE}"
        )
    _refuse_larger_checkpoints(head, using=using)
    signed = _Signed(head.origin, since=tree.size, using=using)
    signed.compare(tree)
    for seq, body, leaf in _lines(tree.size, head.size, using=using):
        if seq != tree.size or not _is_leaf_of(leaf, body):
            raise SigningRefusedError(_damaged(tree.size))
        tree.append(bytes(leaf))
        signed.compare(tree)
    if (tree.size, tree.pack()) != (head.size, bytes(head.frontier)):
        raise SigningRefusedError(
            f"The {tree.size} events of {head.origin} do not lead to its head, or not from what was signed. "
            f"`manage.py verify_audit` names the place. {DECLARE}"
        )
    _refuse_when_forgotten(head, memory, using=using)
    return tree


def _start(head: AuditHead, memory: SignerMemory) -> Frontier:
    if (remembered := memory.tree_of(head.origin)) is not None:
        return remembered
    if memory.logs:
        known = ", ".join(sorted(memory.logs))
        raise SigningRefusedError(
            f"The database holds the log {head.origin}, and this key signed another one ({known}). {DECLARE}"
        )
    try:
        return Frontier.unpack(head.base_size, bytes(head.base_frontier))
    except LogFormatError as error:
        raise SigningRefusedError(f"The head of the log is damaged: {error} {DECLARE}") from error


def _damaged(seq: int) -> str:
    return (
        f"Event {seq} is missing, or is not what its leaf was made of. Nothing is signed over it. "
        "`manage.py verify_audit` says more."
    )


def _refuse_larger_checkpoints(head: AuditHead, *, using: str) -> None:
    """A checkpoint that covers more than there is: the log was cut off after it was signed."""
    if (largest := largest_signed(head.origin, above=head.size, using=using)) is not None:
        raise SigningRefusedError(
            f"The log {head.origin} has {head.size} events, and a checkpoint over {largest.size} was signed: "
            f"events are missing. {DECLARE}"
        )


def _refuse_when_forgotten(head: AuditHead, memory: SignerMemory, *, using: str) -> None:
    """A log with checkpoints was signed before, perhaps beyond them: without the memory nobody knows.

    It comes last, since what the checkpoints themselves give away says more.
    """
    if memory.tree_of(head.origin) is not None:
        return
    if AuditCheckpoint.objects.using(using).filter(origin=head.origin).exists():
        raise SigningRefusedError(
            f"The log {head.origin} has checkpoints, and what was signed is not remembered: the file beside "
            "the signing key that ends in .signed is gone, or names no log. If it was left behind on another "
            "host, where nothing signs any more, bring it here. If the database may be an earlier state, "
            f"more was signed than it shows. {DECLARE}"
        )


class _Signed:
    """The roots of the stored checkpoints from one size on, met one by one as the tree grows."""

    def __init__(self, origin: str, *, since: int, using: str) -> None:
        self._origin, self._using = origin, using
        rows = AuditCheckpoint.objects.using(using).filter(origin=origin).order_by("size")
        self._coming = self._in_order(rows.values_list("size", "root"), since)
        self._next = next(self._coming, None)

    def _is_signed(self, size: int) -> bool:
        row = AuditCheckpoint.objects.using(self._using).get(origin=self._origin, size=size)
        return is_signed(row, using=self._using)

    @staticmethod
    def _in_order(
        rows: QuerySet[AuditCheckpoint, tuple[int, Octets]], since: int
    ) -> Iterator[tuple[int, Octets]]:
        while page := list(rows.filter(size__gte=since)[:ROWS_AT_ONCE]):
            yield from page
            since = page[-1][0] + 1

    def compare(self, tree: Frontier) -> None:
        """Raise SigningRefusedError when another root was signed at this size."""
        if self._next is None or self._next[0] != tree.size:
            return
        if bytes(self._next[1]) != tree.root() and self._is_signed(tree.size):
            raise SigningRefusedError(
                f"At {tree.size} events another root was signed than the events have now. {DECLARE}"
            )
        self._next = next(self._coming, None)


def _lines(start: int, end: int, *, using: str) -> Iterator[tuple[int, str, Octets]]:
    """Number, line and leaf of the events [start, end), in a memory that does not grow with the log.

    Bytes that are not UTF-8 come out as lone surrogates, which no line of the log may hold.
    """
    # SQLite keeps whatever bytes were put into a text column, and would refuse to read them as text.
    line = Cast("body", BinaryField()) if connections[using].vendor == "sqlite" else F("body")
    events = AuditEvent.objects.using(using).order_by("seq").annotate(line=line)
    columns = events.values_list("seq", "line", "leaf")
    while page := list(columns.filter(seq__gte=start, seq__lt=end)[:ROWS_AT_ONCE]):
        for seq, body, leaf in page:
            yield seq, body if isinstance(body, str) else bytes(body).decode("utf-8", "surrogateescape"), leaf
        start = page[-1][0] + 1


def _is_leaf_of(leaf: Octets, body: str) -> bool:
    try:
        return bytes(leaf) == leaf_hash(body)
    except UnicodeEncodeError:
        return False
