"""The tree over the events, built anew leaf by leaf: its root at each size on the way, and its frontier.

The leaves are joined in blocks, and the blocks in wide ones, as the cache of subtree roots has them, so that
the cache can be compared without hashing anything twice.
"""

from audit.log_format import EMPTY_ROOT, Frontier, node_hash
from audit.models import AuditSubtree

#: The number of a row of the cache, and the root that belongs there.
CachedRoot = tuple[int, bytes]


class RecomputedTree:
    """An RFC 6962 tree that grows at its right end."""

    def __init__(self) -> None:
        self._wide, self._blocks, self._leaves = Frontier(), Frontier(), Frontier()

    @property
    def size(self) -> int:
        """The number of leaves."""
        full = AuditSubtree.LEAVES
        return full * (full * self._wide.size + self._blocks.size) + self._leaves.size

    def append(self, leaf: bytes) -> list[CachedRoot]:
        """Add a leaf hash; the roots of the blocks, if any, of which this was the last leaf."""
        self._leaves.append(leaf)
        return self._close_block() if self._leaves.size == AuditSubtree.LEAVES else []

    def _close_block(self) -> list[CachedRoot]:
        full, root = AuditSubtree.LEAVES, self._leaves.root()
        closed = [(full * self._wide.size + self._blocks.size, root)]
        self._blocks.append(root)
        self._leaves = Frontier()
        if self._blocks.size == full:
            closed.append((AuditSubtree.WIDE + self._wide.size, self._blocks.root()))
            self._wide.append(self._blocks.root())
            self._blocks = Frontier()
        return closed

    def frontier(self) -> list[bytes]:
        """The roots of the full subtrees, largest first."""
        return [*self._wide.hashes, *self._blocks.hashes, *self._leaves.hashes]

    def root(self) -> bytes:
        """The root at this size."""
        hashes = self.frontier()
        if not hashes:
            return EMPTY_ROOT
        node = hashes[-1]
        for left in reversed(hashes[:-1]):
            node = node_hash(left, node)
        return node


def first_difference(found: list[bytes], stored: list[bytes], *, size: int) -> tuple[int, int] | None:
    """The first and last line under the first subtree that is not the same in two frontiers of one size."""
    begin = 0
    heights = [height for height in reversed(range(size.bit_length())) if size >> height & 1]
    for height, mine, other in zip(heights, found, stored, strict=True):
        if mine != other:
            return begin, begin + (1 << height) - 1
        begin += 1 << height
    return None
