"""Where a later part of the log begins: the subtree roots over all events before it."""

from audit.export.source import ExportRefusedError
from audit.log_format import Frontier
from audit.models import AuditCheckpoint
from audit.subtrees import LogDamagedError, StoredLog, StoredTree, forget_subtrees
from audit.verifier.tree_proofs import TreeProofError, check_consistency, consistency_path


def frontier_at(first: int, *, checkpoint: AuditCheckpoint, stored: StoredLog) -> Frontier:
    """The frontier of the first `first` events, proven to be the beginning of what the checkpoint signs.

    Raises ExportRefusedError when it is not: a part could then never be verified.
    """
    if first == 0:
        return Frontier()
    for _attempt in range(2):
        try:
            frontier = _computed(first, checkpoint=checkpoint, stored=stored)
        except LogDamagedError:
            break
        if frontier is not None:
            return frontier
        # The cached roots may be what is wrong; the second attempt reads the leaves themselves.
        forget_subtrees(using=stored.using)
    raise ExportRefusedError(
        "The log is damaged: the events do not lead to what was signed, so that a part of it could not be "
        "verified. Export the whole log, and run `manage.py verify_audit`; it names the place."
    )


def _computed(first: int, *, checkpoint: AuditCheckpoint, stored: StoredLog) -> Frontier | None:
    tree = StoredTree(stored, checkpoint.size)
    frontier = Frontier(first, [tree.root_of(start, end) for start, end in _full_subtrees(first)])
    try:
        check_consistency(
            old_size=first,
            old_root=frontier.root(),
            new_size=checkpoint.size,
            new_root=bytes(checkpoint.root),
            path=consistency_path(first, checkpoint.size, tree.root_of),
        )
    except TreeProofError:
        return None
    return frontier


def _full_subtrees(size: int) -> list[tuple[int, int]]:
    """The leaves [start, end) of each full subtree that makes up a tree of this size, largest first."""
    subtrees, start = [], 0
    for height in range(size.bit_length() - 1, -1, -1):
        if size >> height & 1:
            subtrees.append((start, start + (1 << height)))
            start += 1 << height
    return subtrees
