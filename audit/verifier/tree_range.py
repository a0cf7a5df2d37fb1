"""A stretch of the tree, wherever it begins: what lets several processes hash one log and agree on its root.

Standard library only. A frontier is the stretch that begins at 0; `Frontier` appends single leaves to one,
and this joins stretches that were hashed apart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self

from audit.log_format import EMPTY_ROOT, Frontier, node_hash

#: A full subtree: its height, 0 for a leaf, and its root.
Subtree = tuple[int, bytes]


@dataclass
class TreeRange:
    """The leaves [start, end) as the fewest full subtrees that make them up, in their order."""

    start: int
    end: int
    subtrees: list[Subtree] = field(default_factory=list)

    @classmethod
    def empty(cls, at: int) -> Self:
        """The stretch without leaves at this place."""
        return cls(at, at)

    @classmethod
    def of_frontier(cls, frontier: Frontier) -> Self:
        """The whole tree that this frontier stands for."""
        heights = [height for height in range(frontier.size.bit_length()) if frontier.size >> height & 1]
        return cls(0, frontier.size, list(zip(reversed(heights), frontier.hashes, strict=True)))

    def copy(self) -> Self:
        """One to go on with that leaves this one as it is."""
        return type(self)(self.start, self.end, list(self.subtrees))

    def add(self, height: int, root: bytes) -> None:
        """Append the next full subtree, joining it with those on its left where they make a larger one."""
        self.end += 1 << height
        place = (self.end >> height) - 1
        while place & 1 and self.subtrees and self.subtrees[-1][0] == height:
            root = node_hash(self.subtrees.pop()[1], root)
            height, place = height + 1, place >> 1
        self.subtrees.append((height, root))

    def join(self, subtrees: Iterable[Subtree]) -> None:
        """Append the subtrees of the stretch that begins where this one ends."""
        for height, root in subtrees:
            self.add(height, root)

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Append the hashes of the next leaves, a whole level of the tree at a time."""
        height, first, nodes = 0, self.end, list(leaves)
        ragged: list[Subtree] = []
        while nodes:
            if first & 1:
                self.add(height, nodes[0])
                first, nodes = first + 1, nodes[1:]
            if len(nodes) & 1:
                ragged.append((height, nodes.pop()))
            nodes = [sha256(b"\x01" + left + right).digest() for left, right in _pairs(nodes)]
            first, height = first >> 1, height + 1
        self.join(reversed(ragged))

    def root(self) -> bytes:
        """The root of the tree. Raises ValueError for a stretch that does not begin at 0."""
        if self.start:
            raise ValueError(f"A stretch that begins at {self.start} has no root.")
        if not self.subtrees:
            return EMPTY_ROOT
        node = self.subtrees[-1][1]
        for _height, left in reversed(self.subtrees[:-1]):
            node = node_hash(left, node)
        return node


def _pairs(nodes: list[bytes]) -> Iterable[tuple[bytes, bytes]]:
    one = iter(nodes)
    return zip(one, one, strict=True)
