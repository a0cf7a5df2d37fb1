"""Proofs out of the database: right whatever the cache holds, and none at all for what was changed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import subtrees
from audit.log_format import leaf_hash, parse_line
from audit.models import AuditCheckpoint, AuditEvent, AuditPastEvent, AuditPastLog, AuditSubtree
from audit.proofs import (
    LogDamagedError,
    ProofError,
    consistency_of,
    extend_subtrees,
    newest_over,
    proof_of,
)
from audit.verifier.proof_text import Proof, parse_proof
from audit.verifier.tree_proofs import check_consistency, root_of_inclusion
from tests.audit.grown_log import checkpoint_over, grow_to, lift_the_triggers, root_over, stored_leaves

pytestmark = pytest.mark.django_db

#: Blocks of four, so that small logs have many of them.
SMALL = 4
#: Whole blocks, and a ragged one; the largest block number is 3.
LONG = 4 * AuditSubtree.LEAVES + 77


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subtrees, "LEAVES", SMALL)
    monkeypatch.setattr(subtrees, "NODES_AT_ONCE", 2)


def assert_proves(proof: Proof, seq: int, leaves: Sequence[bytes]) -> None:
    """The proof, read back from its text, leads from the event's own line to the root over these leaves."""
    read = parse_proof(proof.text())
    assert read == proof
    assert read.index == seq == parse_line(read.line)["seq"]
    assert read.note.checkpoint.size == len(leaves)
    found = root_of_inclusion(leaf_hash(read.line), index=seq, size=len(leaves), path=read.path)
    assert found == read.note.checkpoint.root == root_over(leaves)


def cached() -> dict[int, bytes]:
    return {row.number: bytes(row.root) for row in AuditSubtree.objects.all()}


# One event ----------------------------------------------------------------------------------------------


def test_every_event_of_small_logs_is_proven_against_every_checkpoint(small_blocks: None) -> None:
    leaves = grow_to(23)
    for size in range(1, 24):
        checkpoint = checkpoint_over(leaves[:size])
        for seq in range(size):
            assert_proves(proof_of(seq, checkpoint=checkpoint), seq, leaves[:size])


@pytest.mark.parametrize("size", [63, 64, 65, 79, 85])
def test_every_event_is_proven_under_several_wide_roots(size: int, small_blocks: None) -> None:
    leaves = grow_to(size)
    for seq in range(size):
        assert_proves(proof_of(seq, checkpoint=checkpoint_over(leaves)), seq, leaves)
    wide = {
        number - AuditSubtree.WIDE: root for number, root in cached().items() if number >= AuditSubtree.WIDE
    }
    assert wide == {
        number: root_over(leaves[16 * number : 16 * (number + 1)]) for number in range(size // 16)
    }


def test_proofs_come_out_the_same_without_a_cache(small_blocks: None) -> None:
    leaves = grow_to(22)
    for seq in range(22):
        AuditSubtree.objects.all().delete()
        assert_proves(proof_of(seq, checkpoint=checkpoint_over(leaves)), seq, leaves)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40)
@given(data=st.data())
def test_any_event_is_proven_against_any_checkpoint_over_it(data: st.DataObject) -> None:
    leaves = grow_to(LONG)
    size = data.draw(st.integers(1, LONG))
    seq = data.draw(st.integers(0, size - 1))
    assert_proves(proof_of(seq, checkpoint=checkpoint_over(leaves[:size])), seq, leaves[:size])


@pytest.mark.parametrize("seq", [0, 255, 256, 511, 1023, 1024, LONG - 1])
def test_events_beside_the_edges_of_blocks_are_proven(seq: int) -> None:
    leaves = grow_to(LONG)
    assert_proves(proof_of(seq, checkpoint=checkpoint_over(leaves)), seq, leaves)


def test_the_size_is_that_of_the_signed_note_and_not_that_of_the_column() -> None:
    leaves = grow_to(10)
    checkpoint = checkpoint_over(leaves[:7])
    checkpoint.size, checkpoint.root = 10, root_over(leaves)
    assert_proves(proof_of(3, checkpoint=checkpoint), 3, leaves[:7])
    with pytest.raises(ProofError, match="Event 8 is not covered by the checkpoint over 7 events"):
        proof_of(8, checkpoint=checkpoint)


@pytest.mark.parametrize("seq", [-1, 5, 9])
def test_an_event_outside_the_checkpoint_has_no_proof(seq: int) -> None:
    leaves = grow_to(10)
    with pytest.raises(ProofError, match=f"Event {seq} is not covered"):
        proof_of(seq, checkpoint=checkpoint_over(leaves[:5]))


def test_a_checkpoint_of_an_unknown_log_proves_nothing() -> None:
    leaves = grow_to(3)
    with pytest.raises(ProofError, match="no log of the name elsewhere"):
        proof_of(1, checkpoint=checkpoint_over(leaves, origin="elsewhere.example/audit/1"))


# The cache ----------------------------------------------------------------------------------------------


def test_the_cache_is_filled_once_and_grows_with_the_log() -> None:
    leaves = grow_to(LONG)
    assert extend_subtrees(600) == 2
    assert extend_subtrees(600) == 0
    proof_of(5, checkpoint=checkpoint_over(leaves))
    assert sorted(cached()) == [0, 1, 2, 3]
    assert extend_subtrees(LONG) == 0
    for number, root in cached().items():
        assert root == root_over(leaves[256 * number : 256 * (number + 1)])


def test_with_the_cache_filled_a_proof_reads_five_times_and_writes_nothing() -> None:
    leaves = grow_to(LONG)
    extend_subtrees(LONG)
    checkpoint = checkpoint_over(leaves)
    with CaptureQueriesContext(connection) as queries:
        proof_of(700, checkpoint=checkpoint)
    # Whose log it is, the line, its block, the ragged block, the roots.
    assert len(queries) == 5
    assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)


def test_a_damaged_cache_heals_itself() -> None:
    leaves = grow_to(LONG)
    extend_subtrees(LONG)
    right = cached()
    AuditSubtree.objects.filter(number=2).update(root=b"\x00" * 32)
    assert_proves(proof_of(3, checkpoint=checkpoint_over(leaves)), 3, leaves)
    assert cached() == right


def test_a_cache_of_another_log_heals_itself(small_blocks: None) -> None:
    leaves = grow_to(21)
    wrong = [*range(9), AuditSubtree.WIDE]
    AuditSubtree.objects.bulk_create(AuditSubtree(number=number, root=b"\x07" * 32) for number in wrong)
    assert_proves(proof_of(0, checkpoint=checkpoint_over(leaves)), 0, leaves)
    assert_proves(proof_of(20, checkpoint=checkpoint_over(leaves)), 20, leaves)
    assert sorted(cached()) == [0, 1, 2, 3, 4, AuditSubtree.WIDE]


def test_all_levels_of_the_cache_are_filled(small_blocks: None) -> None:
    leaves = grow_to(40)
    assert extend_subtrees(40) == 12
    assert extend_subtrees(40) == 0
    assert sorted(cached()) == [*range(10), AuditSubtree.WIDE, AuditSubtree.WIDE + 1]
    assert cached()[AuditSubtree.WIDE + 1] == root_over(leaves[16:32])


def test_a_gap_in_the_cache_is_filled(small_blocks: None) -> None:
    leaves = grow_to(40)
    extend_subtrees(40)
    right = cached()
    AuditSubtree.objects.filter(number__in=[0, 3, 4, 8]).delete()
    assert extend_subtrees(40) == 4
    assert cached() == right
    AuditSubtree.objects.filter(number__in=[5, 9]).delete()
    assert_proves(proof_of(20, checkpoint=checkpoint_over(leaves)), 20, leaves)
    assert cached() == right


# What was changed ---------------------------------------------------------------------------------------


def test_an_edited_event_has_no_proof() -> None:
    checkpoint = checkpoint_over(grow_to(300))
    lift_the_triggers()
    line = AuditEvent.objects.get(seq=7).body
    for_another = line.replace("password", "passw0rd")
    AuditEvent.objects.filter(seq=7).update(body=for_another, leaf=leaf_hash(for_another))
    with pytest.raises(LogDamagedError, match=r"event 7 does not lead to the root .* verify_audit"):
        proof_of(7, checkpoint=checkpoint)


def test_an_edited_line_beside_its_old_leaf_has_no_proof() -> None:
    checkpoint = checkpoint_over(grow_to(9))
    lift_the_triggers()
    line = AuditEvent.objects.get(seq=7).body
    AuditEvent.objects.filter(seq=7).update(body=line.replace("password", "passw0rd"))
    with pytest.raises(LogDamagedError, match="event 7 does not lead"):
        proof_of(7, checkpoint=checkpoint)


def test_a_changed_neighbour_leaves_no_proof() -> None:
    checkpoint = checkpoint_over(grow_to(9))
    lift_the_triggers()
    AuditEvent.objects.filter(seq=6).update(leaf=b"\x07" * 32)
    with pytest.raises(LogDamagedError):
        proof_of(7, checkpoint=checkpoint)


def test_a_removed_event_leaves_no_proof() -> None:
    checkpoint = checkpoint_over(grow_to(9))
    lift_the_triggers()
    AuditEvent.objects.filter(seq=6).delete()
    with pytest.raises(LogDamagedError, match="event 6 is not there"):
        proof_of(6, checkpoint=checkpoint)
    with pytest.raises(LogDamagedError, match="of the events 0 to 8 only 8 are there"):
        proof_of(7, checkpoint=checkpoint)
    with pytest.raises(LogDamagedError, match="only"):
        extend_subtrees(AuditSubtree.LEAVES)


def test_an_event_that_says_it_stands_elsewhere_has_no_proof() -> None:
    checkpoint = checkpoint_over(grow_to(9))
    lift_the_triggers()
    AuditEvent.objects.filter(seq=6).update(body=AuditEvent.objects.get(seq=5).body)
    with pytest.raises(LogDamagedError, match="event 6 says of itself that it is event 5"):
        proof_of(6, checkpoint=checkpoint)


def test_a_line_that_cannot_be_read_has_no_proof() -> None:
    checkpoint = checkpoint_over(grow_to(9))
    lift_the_triggers()
    AuditEvent.objects.filter(seq=6).update(body="{}")
    with pytest.raises(LogDamagedError, match="event 6 cannot be read"):
        proof_of(6, checkpoint=checkpoint)


def test_a_checkpoint_that_cannot_be_read_proves_nothing() -> None:
    checkpoint = checkpoint_over(grow_to(9))
    checkpoint.note = checkpoint.note.replace("\n\n", "\n")
    with pytest.raises(LogDamagedError, match="the checkpoint over 9 events cannot be read"):
        proof_of(6, checkpoint=checkpoint)


def test_a_checkpoint_over_other_events_proves_nothing() -> None:
    leaves = grow_to(9)
    forged = checkpoint_over([*leaves[:8], b"\x01" * 32])
    with pytest.raises(LogDamagedError, match="event 2 does not lead"):
        proof_of(2, checkpoint=forged)


# Logs that ended ----------------------------------------------------------------------------------------


def ended(origin: str = "old.example/audit/1") -> AuditPastLog:
    """The present log's events once more, as those of a log that ended."""
    log = AuditPastLog.objects.create(
        log=uuid4(),
        origin=origin,
        size=AuditEvent.objects.count(),
        frontier=b"",
        vkeys="",
        ended_at=datetime(2026, 1, 1, tzinfo=UTC),
        reason="restored",
    )
    columns = ("seq", "body", "leaf", "act", "obj", "actor", "occurred_at")
    AuditPastEvent.objects.bulk_create(
        AuditPastEvent(log=log, **row) for row in AuditEvent.objects.values(*columns)
    )
    return log


def test_an_event_of_an_ended_log_is_proven_against_a_checkpoint_of_that_log(small_blocks: None) -> None:
    leaves = grow_to(21)
    log = ended()
    checkpoint = checkpoint_over(leaves[:19], origin=log.origin)
    for seq in range(19):
        assert_proves(proof_of(seq, checkpoint=checkpoint), seq, leaves[:19])
    assert cached() == {}


def test_a_changed_event_of_an_ended_log_has_no_proof() -> None:
    leaves = grow_to(5)
    log = ended()
    lift_the_triggers()
    AuditPastEvent.objects.filter(seq=2).update(leaf=b"\x07" * 32)
    with pytest.raises(LogDamagedError, match="event 3 does not lead"):
        proof_of(3, checkpoint=checkpoint_over(leaves, origin=log.origin))


def test_the_newest_checkpoint_of_its_log_covers_an_event_of_an_ended_log() -> None:
    leaves = grow_to(9)
    log, other = ended(), ended("older.example/audit/2")
    for origin, size in [(log.origin, 3), (log.origin, 6), (other.origin, 9)]:
        checkpoint_over(leaves[:size], origin=origin).save()
    assert newest_over(2, log=log).size == 6
    assert newest_over(5, log=log).size == 6
    with pytest.raises(ProofError, match="Event 6 belongs to a log that ended before"):
        newest_over(6, log=log)


# Two checkpoints ----------------------------------------------------------------------------------------


def assert_consistent(old: AuditCheckpoint, new: AuditCheckpoint) -> None:
    check_consistency(
        old_size=old.size,
        old_root=bytes(old.root),
        new_size=new.size,
        new_root=bytes(new.root),
        path=consistency_of(old, new),
    )


def test_every_checkpoint_of_a_small_log_is_continued_by_every_later_one(small_blocks: None) -> None:
    leaves = grow_to(18)
    checkpoints = [checkpoint_over(leaves[:size]) for size in range(1, 19)]
    for at, old in enumerate(checkpoints):
        for new in checkpoints[at:]:
            assert_consistent(old, new)


@pytest.mark.parametrize("old", [1, 255, 256, 300, 512, 1024, 1030, LONG])
def test_checkpoints_of_a_long_log_go_together(old: int) -> None:
    leaves = grow_to(LONG)
    assert_consistent(checkpoint_over(leaves[:old]), checkpoint_over(leaves))


def test_a_damaged_cache_does_not_stand_between_two_checkpoints(small_blocks: None) -> None:
    leaves = grow_to(18)
    extend_subtrees(18)
    AuditSubtree.objects.update(root=b"\x00" * 32)
    assert_consistent(checkpoint_over(leaves[:9]), checkpoint_over(leaves))


def test_checkpoints_that_do_not_go_together_are_told_apart() -> None:
    leaves = grow_to(18)
    new = checkpoint_over(leaves)
    with pytest.raises(ProofError, match="two logs"):
        consistency_of(checkpoint_over(leaves[:5], origin="elsewhere.example/audit/1"), new)
    with pytest.raises(ProofError, match="A checkpoint over 18 events cannot come before one over 5"):
        consistency_of(new, checkpoint_over(leaves[:5]))
    with pytest.raises(LogDamagedError, match="the checkpoints over 5 and 18 events do not go together"):
        consistency_of(checkpoint_over([*leaves[:4], b"\x01" * 32]), new)
    assert stored_leaves() == leaves
