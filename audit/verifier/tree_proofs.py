"""Inclusion and consistency proofs of RFC 6962: made from subtree roots, and checked against a root.

Standard library only. The proofs are those of RFC 6962, sections 2.1.1 and 2.1.2; they are checked as RFC
9162, sections 2.1.3.2 and 2.1.4.2, tells step by step. A size must always come from a signed checkpoint: one
path can fit two sizes.
"""

from collections.abc import Callable, Sequence

from audit.log_format import EMPTY_ROOT, node_hash

#: The root of the leaves [start, end): a full subtree, or the ragged one at the right edge of the tree.
SubtreeRoot = Callable[[int, int], bytes]


class TreeProofError(ValueError):
    """A proof that does not fit the sizes it is said to be about, or the roots."""


def inclusion_path(index: int, size: int, root_of: SubtreeRoot) -> list[bytes]:
    """The hashes beside the way from leaf `index` to the root of `size` leaves, leaf first.

    Raises TreeProofError for an index outside the tree.
    """
    if not 0 <= index < size:
        raise TreeProofError(f"A log of {size} events has no event {index}.")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _left_leaves(end - start)
        if index < middle:
            path.append(root_of(middle, end))
            end = middle
        else:
            path.append(root_of(start, middle))
            start = middle
    return path[::-1]


def root_of_inclusion(leaf: bytes, *, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that a tree of `size` leaves has if `leaf` stands at `index` and the path is right.

    Raises TreeProofError for an index outside the tree and for a path of another length.
    """
    if not 0 <= index < size:
        raise TreeProofError(f"A log of {size} events has no event {index}.")
    node, position, last = leaf, index, size - 1
    for sibling in path:
        if last == 0:
            raise TreeProofError(f"The path has too many hashes for event {index} of {size}.")
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            position, last = _up_to_right_child(position, last)
        else:
            node = node_hash(node, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise TreeProofError(f"The path has too few hashes for event {index} of {size}.")
    return node


def consistency_path(old: int, new: int, root_of: SubtreeRoot) -> list[bytes]:
    """The hashes that show a tree of `old` leaves to be the beginning of one of `new` leaves.

    `root_of` is asked about the tree of `new` leaves. Raises TreeProofError where old exceeds new.
    """
    if not 0 <= old <= new:
        raise TreeProofError(f"A log of {old} events cannot be the beginning of one of {new}.")
    if old in (0, new):
        return []
    path: list[bytes] = []
    start, end, is_old_root = 0, new, True
    while old < end:
        middle = start + _left_leaves(end - start)
        if old <= middle:
            path.append(root_of(middle, end))
            end = middle
        else:
            path.append(root_of(start, middle))
            start, is_old_root = middle, False
    if not is_old_root:
        path.append(root_of(start, end))
    return path[::-1]


def check_consistency(
    *, old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Raise TreeProofError unless the path shows the old tree to be the beginning of the new one."""
    if not 0 <= old_size <= new_size:
        raise TreeProofError(f"A log of {old_size} events cannot be the beginning of one of {new_size}.")
    if old_size in (0, new_size):
        same = EMPTY_ROOT if old_size == 0 else new_root
        if path or old_root != same:
            raise TreeProofError(f"The roots at {old_size} and {new_size} events do not go together.")
        return
    if _roots_of_consistency(old_size, old_root, new_size, path) != (old_root, new_root):
        raise TreeProofError(f"The log of {old_size} events is not the beginning of that of {new_size}.")


def _roots_of_consistency(
    old_size: int, old_root: bytes, new_size: int, path: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """The old and the new root that the path leads to."""
    # The old root is itself a node of the new tree when the old size is a power of two; it is then left out.
    hashes = [old_root, *path] if old_size & (old_size - 1) == 0 else list(path)
    if not hashes:
        raise TreeProofError("The path has no hashes.")
    position, last = old_size - 1, new_size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise TreeProofError(f"The path has too many hashes from {old_size} to {new_size} events.")
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            position, last = _up_to_right_child(position, last)
        else:
            new = node_hash(new, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise TreeProofError(f"The path has too few hashes from {old_size} to {new_size} events.")
    return old, new


def _up_to_right_child(position: int, last: int) -> tuple[int, int]:
    """Climb, along the ragged edge, the levels at which the node has no sibling."""
    while position and not position & 1:
        position, last = position >> 1, last >> 1
    return position, last


def _left_leaves(size: int) -> int:
    """The leaves of the left subtree: the largest power of two below the size."""
    return 1 << ((size - 1).bit_length() - 1)
