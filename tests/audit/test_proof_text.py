"""The text of proofs and frontiers: the test vector, and one spelling of everything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.log_format import Frontier, leaf_hash
from audit.verifier.frontier_text import frontier_text, parse_frontier
from audit.verifier.proof_text import Proof, parse_proof
from audit.verifier.signed_note import NoteError, parse_note
from audit.verifier.tree_proofs import root_of_inclusion
from tests.audit.attacks.made import ORIGIN
from tests.audit.test_log_format import FRONTIER, LINES
from tests.audit.test_signed_note import NOTE

PROOF = (
    "c2sp.org/tlog-proof@v1\nextra "
    "eyJhY3QiOiJlcmFzdXJlLmNvbXBsZXRlZCIsImFjdG9yIjoidTprM3Y5IiwiZGF0YSI6eyJyb3dzIjoxNywic3lzdGVtcyI6WyJjcm0i"
    "LCJlcnAiXX0sIm5vbmNlIjoiQWdJQ0FnSUNBZ0lDQWdJQ0FnSUNBZyIsIm9iaiI6ImRzcjowMSIsInJlcyI6Im9rIiwic2VxIjoyLCJz"
    "dWIiOiJzMTp5Q0FzNGtSQ0w1TlM0MUozSkhySHBKS3RIRDVmT1hKWU13WFdPRngzY0tzIiwidHMiOiIyMDI2LTAxLTAxVDAwOjAwOjAy"
    "LjAwMFoiLCJ2IjoxfQ==\nindex 2\n7brFEke6R3FL+Mn2ThhHHOvC8lt0M/D2Z3f0GNxKL1c=\n\n" + NOTE
)


def test_it_reads_the_proof_of_the_vectors_and_writes_it_again() -> None:
    proof = parse_proof(PROOF)
    assert proof.text() == PROOF
    assert (proof.line, proof.index, len(proof.path)) == (LINES[2], 2, 1)
    root = root_of_inclusion(leaf_hash(proof.line), index=2, size=3, path=proof.path)
    assert root == proof.note.checkpoint.root


@given(
    st.text(st.characters(codec="utf-8")),
    st.integers(0, 2**63 - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
)
def test_what_is_written_is_read_again(line: str, index: int, path: list[bytes]) -> None:
    proof = Proof(line, index, tuple(path), parse_note(NOTE))
    assert parse_proof(proof.text()) == proof


@given(st.integers(0, len(PROOF) - 1), st.characters(codec="utf-8"))
def test_a_proof_that_is_read_is_written_again_byte_for_byte(place: int, letter: str) -> None:
    changed = PROOF[:place] + letter + PROOF[place + 1 :]
    try:
        proof = parse_proof(changed)
    except NoteError:
        return
    assert proof.text() == changed


# The frontier.


def frontier_of_the_vectors() -> Frontier:
    """The tree of the three lines."""
    return Frontier.unpack(3, bytes.fromhex(FRONTIER))


def test_a_frontier_is_read_as_it_was_written() -> None:
    text = frontier_text(origin=ORIGIN, frontier=frontier_of_the_vectors())
    assert text.splitlines()[:3] == ["audit-frontier/v1", ORIGIN, "3"]
    assert parse_frontier(text) == (ORIGIN, frontier_of_the_vectors())


TEXT = frontier_text(origin=ORIGIN, frontier=frontier_of_the_vectors())


@given(st.integers(0, len(TEXT) - 1), st.characters(codec="utf-8"))
def test_a_frontier_that_is_read_is_written_again_byte_for_byte(place: int, letter: str) -> None:
    changed = TEXT[:place] + letter + TEXT[place + 1 :]
    try:
        origin, frontier = parse_frontier(changed)
    except NoteError:
        return
    assert frontier_text(origin=origin, frontier=frontier) == changed


@pytest.mark.parametrize("text", ["", "audit-frontier/v1\n", TEXT.replace("\n3\n", "\n7\n"), TEXT + "\n"])
def test_a_frontier_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        parse_frontier(text)
