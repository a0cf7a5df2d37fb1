"""The tree over the events, built anew leaf by leaf: its root at each size on the way, and its frontier.

The leaves are joined in blocks of 256, as the cache of subtree roots has them, so that the cache can be
compared without hashing anything twice.
"""

from audit.log_format import EMPTY_ROOT, Frontier, node_hash
from audit.models import AuditSubtree

BLOCK = AuditSubtree.LEAVES


class RecomputedTree:
    """An RFC 6962 tree that grows at its right end."""

    def __init__(self) -> None:
        self._blocks, self._part = Frontier(), Frontier()

    @property
    def size(self) -> int:
        """The number of leaves."""
        return BLOCK * self._blocks.size + self._part.size

    def append(self, leaf: bytes) -> bytes | None:
        """Add a leaf hash; the root of the block when this was the last leaf of one."""
        self._part.append(leaf)
        if self._part.size < BLOCK:
            return None
        root = self._part.root()
        self._blocks.append(root)
        self._part = Frontier()
        return root

    def frontier(self) -> list[bytes]:
        """The roots of the full subtrees, largest first."""
        return [*self._blocks.hashes, *self._part.hashes]

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
