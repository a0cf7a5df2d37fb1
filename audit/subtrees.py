"""The tree over stored events, read no further than a proof needs it.

`AuditSubtree` keeps the roots over 256 events each, and those over 256 of these. A proof then reads a block
of leaves, a group of roots, both once more at the ragged end, and the wide roots: some hundred rows, in a log
of a million events and of ten. They are derived: filled as they are needed, and forgotten when a proof does
not come out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from django.db.models import QuerySet

from audit.log_format import Frontier
from audit.models import AuditEvent, AuditPastEvent, AuditSubtree

LEAVES = AuditSubtree.LEAVES
#: The widest level of the cache: 0 is the leaves, 1 their blocks, 2 the blocks of blocks.
TOP = 2
#: How many nodes are computed and stored at a time: from 16,384 hashes of 32 bytes below them.
NODES_AT_ONCE = 64

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
    _read: dict[tuple[int, int], list[bytes]] = field(default_factory=dict)

    def root_of(self, start: int, end: int) -> bytes:
        """The root over the leaves [start, end), for the subtrees that proofs are made of: such a one begins
        at a multiple of the smallest power of two that holds it. Raises LogDamagedError where events are
        missing.
        """
        level = _level_of(start, end)
        width = LEAVES**level
        first, behind = start // width, end // width
        group = 0 if level == TOP else first // LEAVES
        nodes = self._nodes(level, group)[first - group * LEAVES : behind - group * LEAVES]
        ragged = [self.root_of(behind * width, end)] if end % width else []
        return _folded([*nodes, *ragged])

    def _nodes(self, level: int, group: int) -> list[bytes]:
        """The leaves of one block (level 0), the roots of 256 blocks (1), or all the wide roots (2)."""
        if (level, group) not in self._read:
            whole = self.size // LEAVES**level
            start, end = group * LEAVES, whole if level == TOP else min((group + 1) * LEAVES, whole)
            self._read[level, group] = _roots(self.log, level, range(start, end))
        return self._read[level, group]


def extend_subtrees(size: int, *, using: str = "default") -> int:
    """Fill the cache over the first `size` events of the present log; the number of roots that were added.

    Whoever has just signed may call it, so that no reader has to wait for it. Raises LogDamagedError where
    events are missing.
    """
    log, added = present_log(using=using), 0
    for level in range(1, TOP + 1):
        wanted = range(size // LEAVES**level)
        present = _rows(log, level, wanted)
        if present.count() < len(wanted):
            known = {number - _offset(level) for number in present.values_list("number", flat=True)}
            added += len(_fill(log, level, [number for number in wanted if number not in known]))
    return added


def forget_subtrees(*, using: str = "default") -> None:
    """Empty the cache; the next proof fills it from the leaves."""
    AuditSubtree.objects.using(using).all().delete()


def _level_of(start: int, end: int) -> int:
    """The widest nodes that the subtree is made of, but for its ragged end."""
    return max(
        level
        for level in range(TOP + 1)
        if level == 0 or (start % LEAVES**level == 0 and end - start >= LEAVES**level)
    )


def _offset(level: int) -> int:
    return (level - 1) * AuditSubtree.WIDE


def _folded(nodes: Iterable[bytes]) -> bytes:
    """The root over nodes of one width, of which the last may be ragged: they fold as leaves do."""
    frontier = Frontier()
    for node in nodes:
        frontier.append(node)
    return frontier.root()


def _rows(log: StoredLog, level: int, numbers: range) -> QuerySet[AuditSubtree]:
    start, end = numbers.start + _offset(level), numbers.stop + _offset(level)
    return AuditSubtree.objects.using(log.using).filter(number__gte=start, number__lt=end)


def _roots(log: StoredLog, level: int, numbers: range) -> list[bytes]:
    """The nodes of these numbers: from the cache, or else computed and kept there."""
    if level == 0:
        return log.leaves(numbers.start, numbers.stop)
    if not log.is_cached:
        return [root for _number, root in _computed(log, level, numbers)]
    rows = _rows(log, level, numbers).values_list("number", "root")
    roots = {number - _offset(level): bytes(root) for number, root in rows}
    roots |= _fill(log, level, [number for number in numbers if number not in roots])
    return [roots[number] for number in numbers]


def _fill(log: StoredLog, level: int, missing: Sequence[int]) -> dict[int, bytes]:
    """Compute and keep what the cache lacks. Two who do so at once store the same."""
    added: dict[int, bytes] = {}
    for at in range(0, len(missing), NODES_AT_ONCE):
        found = dict(_computed(log, level, missing[at : at + NODES_AT_ONCE]))
        rows = [AuditSubtree(number=number + _offset(level), root=root) for number, root in found.items()]
        AuditSubtree.objects.using(log.using).bulk_create(rows, ignore_conflicts=True)
        added |= found
    return added


def _computed(log: StoredLog, level: int, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Each node from the nodes below it, read in runs of at most 64 times 256."""
    for at in range(0, len(numbers), NODES_AT_ONCE):
        for first, behind in _runs(numbers[at : at + NODES_AT_ONCE]):
            below = _roots(log, level - 1, range(first * LEAVES, behind * LEAVES))
            for number in range(first, behind):
                start = (number - first) * LEAVES
                yield number, _folded(below[start : start + LEAVES])


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ascending numbers as runs without gaps, each as its first number and the one behind its last."""
    begun = 0
    for at in range(1, len(numbers) + 1):
        if at == len(numbers) or numbers[at] != numbers[at - 1] + 1:
            yield numbers[begun], numbers[at - 1] + 1
            begun = at
