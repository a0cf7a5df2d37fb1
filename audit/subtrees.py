"""The tree over stored events, read no further than a proof needs it.

`AuditSubtree` keeps the roots over 256 events each: a proof then reads one block of leaves, the ragged end,
and those roots. They are derived: filled as they are needed, and forgotten when a proof does not come out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from django.db.models import QuerySet

from audit.log_format import Frontier
from audit.models import AuditEvent, AuditPastEvent, AuditSubtree

LEAVES = AuditSubtree.LEAVES
#: How many blocks are read and stored at a time: 16,384 leaves of 32 bytes.
BLOCKS_AT_ONCE = 64

Events: TypeAlias = QuerySet[AuditEvent] | QuerySet[AuditPastEvent]


class ProofError(Exception):
    """No proof can be given; the message says why."""


class LogDamagedError(ProofError):
    """What is stored does not lead to what was signed, however it is computed."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The log is damaged: {what} Run `manage.py verify_audit`; it names the place.")


@dataclass(frozen=True)
class StoredLog:
    """Where the events of one log are. The cache is about the present log alone."""

    events: Events
    using: str
    is_cached: bool

    def leaves(self, start: int, end: int) -> list[bytes]:
        """The stored leaf hashes of [start, end). Raises LogDamagedError unless every one is there."""
        rows = self.events.filter(seq__gte=start, seq__lt=end).order_by("seq").values_list("leaf", flat=True)
        found = [bytes(leaf) for leaf in rows]
        if len(found) != end - start:
            raise LogDamagedError(f"of the events {start} to {end - 1} only {len(found)} are there.")
        return found


def present_log(*, using: str) -> StoredLog:
    """The log that events are appended to now."""
    return StoredLog(AuditEvent.objects.using(using).all(), using, is_cached=True)


@dataclass
class StoredTree:
    """The tree over the first `size` events of a log."""

    log: StoredLog
    size: int
    _blocks: Sequence[bytes] | None = None
    _leaves: dict[int, list[bytes]] = field(default_factory=dict)

    def root_of(self, start: int, end: int) -> bytes:
        """The root over the leaves [start, end), for the subtrees that proofs are made of: those lie inside
        one block or begin with one. Raises LogDamagedError where events are missing.
        """
        first, behind = start // LEAVES, end // LEAVES
        if first == behind or start % LEAVES:
            return _folded(self._within(first)[start - first * LEAVES : end - first * LEAVES])
        ragged = [_folded(self._within(behind))] if end % LEAVES else []
        return _folded([*self._whole_blocks()[first:behind], *ragged])

    def _within(self, block: int) -> list[bytes]:
        if block not in self._leaves:
            start = block * LEAVES
            self._leaves[block] = self.log.leaves(start, min(start + LEAVES, self.size))
        return self._leaves[block]

    def _whole_blocks(self) -> Sequence[bytes]:
        if self._blocks is None:
            self._blocks = _block_roots(self.log, self.size // LEAVES)
        return self._blocks


def extend_subtrees(size: int, *, using: str = "default") -> int:
    """Fill the cache over the first `size` events of the present log; the number of roots that were added.

    Whoever has just signed may call it, so that no reader has to wait for it. Raises LogDamagedError where
    events are missing.
    """
    blocks = size // LEAVES
    known = AuditSubtree.objects.using(using).filter(number__lt=blocks)
    if known.count() == blocks:
        return 0
    missing = set(range(blocks)) - set(known.values_list("number", flat=True))
    return len(_fill(present_log(using=using), sorted(missing)))


def forget_subtrees(*, using: str = "default") -> None:
    """Empty the cache; the next proof fills it from the leaves."""
    AuditSubtree.objects.using(using).all().delete()


def _folded(nodes: Iterable[bytes]) -> bytes:
    """The root over these nodes. Whole blocks, with a last one that may be ragged, fold as leaves do."""
    frontier = Frontier()
    for node in nodes:
        frontier.append(node)
    return frontier.root()


def _block_roots(log: StoredLog, blocks: int) -> list[bytes]:
    if not log.is_cached:
        return [root for _number, root in _from_leaves(log, range(blocks))]
    rows = AuditSubtree.objects.using(log.using).filter(number__lt=blocks).values_list("number", "root")
    roots = {number: bytes(root) for number, root in rows}
    roots |= _fill(log, [number for number in range(blocks) if number not in roots])
    return [roots[number] for number in range(blocks)]


def _fill(log: StoredLog, missing: Sequence[int]) -> dict[int, bytes]:
    """Compute and keep what the cache lacks. Two who do so at once store the same."""
    added: dict[int, bytes] = {}
    for at in range(0, len(missing), BLOCKS_AT_ONCE):
        found = dict(_from_leaves(log, missing[at : at + BLOCKS_AT_ONCE]))
        rows = [AuditSubtree(number=number, root=root) for number, root in found.items()]
        AuditSubtree.objects.using(log.using).bulk_create(rows, ignore_conflicts=True)
        added |= found
    return added


def _from_leaves(log: StoredLog, blocks: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    for at in range(0, len(blocks), BLOCKS_AT_ONCE):
        for first, behind in _runs(blocks[at : at + BLOCKS_AT_ONCE]):
            leaves = log.leaves(first * LEAVES, behind * LEAVES)
            for block in range(first, behind):
                start = (block - first) * LEAVES
                yield block, _folded(leaves[start : start + LEAVES])


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ascending numbers as runs without gaps, each as its first number and the one behind its last."""
    begun = 0
    for at in range(1, len(numbers) + 1):
        if at == len(numbers) or numbers[at] != numbers[at - 1] + 1:
            yield numbers[begun], numbers[at - 1] + 1
            begun = at
