"""Inclusion and consistency proofs, held against the definitions of RFC 6962 as they are written there."""

from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.log_format import EMPTY_ROOT, Frontier, node_hash
from audit.verifier.tree_proofs import (
    TreeProofError,
    check_consistency,
    consistency_path,
    inclusion_path,
    root_of_inclusion,
)
from audit.verifier.tree_range import TreeRange

LEAVES = [sha256(bytes([number])).digest() for number in range(70)]


def defined_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = split_of(len(leaves))
    return node_hash(defined_root(leaves[:split]), defined_root(leaves[split:]))


def split_of(size: int) -> int:
    """The largest power of two below the size."""
    split = 1
    while split * 2 < size:
        split *= 2
    return split


def defined_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    split = split_of(len(leaves))
    if index < split:
        return [*defined_path(index, leaves[:split]), defined_root(leaves[split:])]
    return [*defined_path(index - split, leaves[split:]), defined_root(leaves[:split])]


def defined_consistency(old: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962, section 2.1.2."""
    if old == len(leaves):
        return [] if whole else [defined_root(leaves)]
    split = split_of(len(leaves))
    if old <= split:
        return [*defined_consistency(old, leaves[:split], whole=whole), defined_root(leaves[split:])]
    return [*defined_consistency(old - split, leaves[split:], whole=False), defined_root(leaves[:split])]


def root_of(start: int, end: int) -> bytes:
    """The root of some of the leaves."""
    return defined_root(LEAVES[start:end])


@pytest.mark.parametrize("size", range(1, 40))
def test_the_paths_are_those_of_the_definitions(size: int) -> None:
    leaves = LEAVES[:size]
    for index in range(size):
        assert inclusion_path(index, size, root_of) == defined_path(index, leaves)
    for old in range(1, size + 1):
        assert consistency_path(old, size, root_of) == defined_consistency(old, leaves)


@given(st.integers(1, 70), st.data())
def test_a_path_leads_to_the_root_from_its_own_place_alone(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, root_of)
    root = root_of(0, size)
    assert root_of_inclusion(LEAVES[index], index=index, size=size, path=path) == root
    for other in set(range(size)) - {index}:
        assert leads_elsewhere(root, lambda other=other: place(index, other, size, path))


def place(leaf: int, index: int, size: int, path: list[bytes]) -> bytes:
    """The root from another place."""
    return root_of_inclusion(LEAVES[leaf], index=index, size=size, path=path)


def leads_elsewhere(root: bytes, lead: Callable[[], bytes]) -> bool:
    """Whether a proof is refused or leads to another root."""
    try:
        return lead() != root
    except TreeProofError:
        return True


@given(st.integers(1, 70), st.data())
def test_a_changed_path_leads_elsewhere(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path, root = inclusion_path(index, size, root_of), root_of(0, size)
    longer = [*path, bytes(32)]
    assert leads_elsewhere(root, lambda: place(index, index, size, longer))
    if path:
        assert leads_elsewhere(root, lambda: place(index, index, size, path[:-1]))
        broken = data.draw(st.integers(0, len(path) - 1))
        changed = [*path[:broken], bytes(32), *path[broken + 1 :]]
        assert leads_elsewhere(root, lambda: place(index, index, size, changed))


def test_a_path_can_fit_two_sizes() -> None:
    """Why a size counts only as it was signed."""
    path = inclusion_path(0, 20, root_of)
    sizes = [
        size
        for size in range(1, 70)
        if not leads_elsewhere(root_of(0, 20), lambda size=size: place(0, 0, size, path))
    ]
    assert len(sizes) > 1


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5), (6, 5)])
def test_an_event_outside_the_log_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(TreeProofError, match="has no event"):
        inclusion_path(index, size, root_of)
    with pytest.raises(TreeProofError, match="has no event"):
        root_of_inclusion(LEAVES[0], index=index, size=size, path=[])


# Consistency.


def consistent(old: int, new: int, path: list[bytes], *, old_root: bytes | None = None) -> bool:
    """Whether the check accepts."""
    try:
        check_consistency(
            old_size=old,
            old_root=root_of(0, old) if old_root is None else old_root,
            new_size=new,
            new_root=root_of(0, new),
            path=path,
        )
    except TreeProofError:
        return False
    return True


@given(st.integers(0, 70), st.integers(0, 70), st.data())
def test_a_tree_is_consistent_with_its_beginnings_and_nothing_else(
    one: int, other: int, data: st.DataObject
) -> None:
    old, new = sorted([one, other])
    path = consistency_path(old, new, root_of)
    assert consistent(old, new, path)
    assert not consistent(old, new, path, old_root=bytes(32))
    assert not consistent(old, new, [*path, bytes(32)])
    if path:
        broken = data.draw(st.integers(0, len(path) - 1))
        assert not consistent(old, new, path[:-1])
        assert not consistent(old, new, [*path[:broken], bytes(32), *path[broken + 1 :]])


def test_a_longer_log_is_not_the_beginning_of_a_shorter_one() -> None:
    with pytest.raises(TreeProofError, match="cannot be the beginning"):
        consistency_path(5, 4, root_of)
    assert not consistent(5, 4, [])


# Stretches.


@given(st.integers(0, 70), st.lists(st.integers(0, 70)))
def test_stretches_that_are_hashed_apart_join_to_the_same_tree(end: int, cuts: list[int]) -> None:
    tree = TreeRange.empty(0)
    places = sorted({0, end, *(cut for cut in cuts if cut < end)})
    for start, stop in pairwise(places):
        part = TreeRange.empty(start)
        part.extend(LEAVES[start:stop])
        tree.join(part.subtrees)
    assert (tree.end, tree.root()) == (end, root_of(0, end))


@given(st.integers(0, 40), st.integers(0, 30))
def test_a_stretch_goes_on_from_a_frontier(size: int, more: int) -> None:
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.append(leaf)
    tree = TreeRange.of_frontier(frontier)
    tree.extend(LEAVES[size : size + more])
    assert tree.root() == root_of(0, size + more)


def test_a_stretch_from_the_middle_has_no_root() -> None:
    with pytest.raises(ValueError, match="has no root"):
        TreeRange.empty(3).root()
