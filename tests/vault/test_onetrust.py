"""The `onetrust` kind against a OneTrust over HTTP: each subtask ends once, and says what came of it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from erasure.choices import DeliveryTrouble
from erasure.vault import Receipt, calls
from erasure.vault.onetrust import OneTrustVault
from tests.vault.messages import IDENTIFIER, message
from tests.vault.onetrust_stand_in import DONE, PARTLY, REFUSED, OneTrustStandIn
from tests.vault.onetrust_vaults import make_vault, onetrust, refused, vault
from tests.vault.stand_in import said

__all__ = ["make_vault", "onetrust", "vault"]


@pytest.mark.parametrize(
    ("outcome", "resolution"),
    [
        ("done", DONE),
        ("nothing_found", DONE),
        ("partly_done", PARTLY),
        ("refused", REFUSED),
        ("withdrawn", REFUSED),
    ],
)
def test_an_answer_completes_the_subtask_with_its_resolution(
    onetrust: OneTrustStandIn, vault: OneTrustVault, outcome: str, resolution: str
) -> None:
    task = onetrust.new_subtask()
    assert vault.deliver(message(task=task, outcome=outcome)) == Receipt(200)
    kept = onetrust.subtasks[task]
    assert (kept.status, kept.resolution, kept.completions) == ("COMPLETED", resolution, 1)


def test_the_comment_says_what_happened_and_names_nobody(
    onetrust: OneTrustStandIn, vault: OneTrustVault
) -> None:
    task = onetrust.new_subtask()
    vault.deliver(message("completed", task=task))
    vault.deliver(message(task=task, outcome="partly_done", categories_erased=[]))
    assert onetrust.subtasks[task].comments == [
        (
            "PR-2026-000042/1: CXone reported this part of the request done. The subtask stays open until "
            "the person has been answered. Categories erased: CONTACT, EMAIL. Audit log: entry 4711. "
            "Message: msg_completed0123456789abcdef."
        ),
        (
            "PR-2026-000042: the person was told that the request was carried out in part. "
            "Categories erased: none. Audit log: entry 4711. Message: msg_answered0123456789abcdef."
        ),
    ]
    assert not any(IDENTIFIER.encode() in asked.body for asked in onetrust.asked)


def test_a_message_whose_log_has_ended_names_no_entry(
    onetrust: OneTrustStandIn, vault: OneTrustVault
) -> None:
    task = onetrust.new_subtask()
    fields = {"auditSequence": None, "categories_erased": None}
    vault.deliver(message(task=task, outcome="withdrawn", **fields))
    assert onetrust.subtasks[task].comments == [
        "PR-2026-000042: the person has withdrawn the request. Message: msg_answered0123456789abcdef."
    ]


@pytest.mark.parametrize("spelling", ["COMPLETED", "Completed", "Complete"])
@pytest.mark.parametrize("occasion", ["completed", "failed", "refused", "answered"])
def test_a_subtask_that_is_complete_is_left_alone(
    onetrust: OneTrustStandIn, vault: OneTrustVault, occasion: str, spelling: str
) -> None:
    task = onetrust.new_subtask(status=spelling)
    assert vault.deliver(message(occasion, task=task)) == Receipt(200, "COMPLETED", already=True)
    assert onetrust.count("complete") == onetrust.count("status") == 0


@pytest.mark.parametrize("occasion", ["completed", "refused"])
def test_the_end_of_a_part_leaves_a_comment_once_and_the_subtask_open(
    onetrust: OneTrustStandIn, vault: OneTrustVault, occasion: str
) -> None:
    task = onetrust.new_subtask(comments=["Somebody’s own words"])
    assert not vault.deliver(message(occasion, task=task)).already
    assert vault.deliver(message(occasion, task=task)).already
    kept = onetrust.subtasks[task]
    assert (kept.status, len(kept.comments), kept.completions) == ("ASSIGNED", 2, 0)


def test_a_failure_marks_the_subtask_once_and_leaves_it_to_be_completed(
    onetrust: OneTrustStandIn, vault: OneTrustVault
) -> None:
    task = onetrust.new_subtask()
    assert vault.deliver(message("failed", task=task)) == Receipt(200, "true")
    assert vault.deliver(message("failed", task=task)) == Receipt(200, "FAILED", already=True)
    assert onetrust.subtasks[task].status == "FAILED"
    assert "Categories" not in onetrust.subtasks[task].comments[0]
    vault.deliver(message(task=task, outcome="refused"))
    assert (onetrust.subtasks[task].status, onetrust.subtasks[task].completions) == ("COMPLETED", 1)


@pytest.mark.parametrize(
    ("occasion", "kind"), [("answered", "complete"), ("completed", "complete"), ("failed", "status")]
)
def test_what_was_taken_before_the_answer_got_lost_is_found_done(
    onetrust: OneTrustStandIn,
    vault: OneTrustVault,
    monkeypatch: pytest.MonkeyPatch,
    occasion: str,
    kind: str,
) -> None:
    monkeypatch.setattr(calls, "SECONDS", 0.5)
    task = onetrust.new_subtask()
    onetrust.meets(kind, None, acts=True)
    assert refused(vault.deliver, message(occasion, task=task)).trouble == DeliveryTrouble.TIMED_OUT
    assert vault.deliver(message(occasion, task=task)).already
    assert onetrust.count(kind) == len(onetrust.subtasks[task].comments) == 1


def test_a_refusal_because_it_was_completed_meanwhile_is_a_success(
    onetrust: OneTrustStandIn, vault: OneTrustVault
) -> None:
    task = onetrust.new_subtask()
    onetrust.meets("complete", said(400, {"message": "Subtask is already completed"}), acts=True)
    assert vault.deliver(message(task=task)) == Receipt(200, "COMPLETED", already=True)
    assert onetrust.subtasks[task].completions == 1


def test_an_id_in_capitals_is_the_same_subtask(onetrust: OneTrustStandIn, vault: OneTrustVault) -> None:
    task = onetrust.new_subtask()
    vault.deliver(message(task=task.upper()))
    assert onetrust.subtasks[task].completions == 1


def test_comments_of_any_usual_length_are_read(onetrust: OneTrustStandIn, vault: OneTrustVault) -> None:
    task = onetrust.new_subtask(comments=["x" * 200_000])
    assert vault.deliver(message("completed", task=task)) == Receipt(200)


def test_the_comments_of_others_are_asked_for_only_where_ours_may_be_among_them(
    onetrust: OneTrustStandIn, vault: OneTrustVault
) -> None:
    task = onetrust.new_subtask()
    for occasion in ("completed", "failed", "answered"):
        vault.deliver(message(occasion, task=task))
    reads = [dict(asked.query) for asked in onetrust.asked if onetrust.kind_of(asked) == "read"]
    assert reads == [{"includeComments": ["true"]}, {}, {}]


def test_deliveries_to_one_subtask_take_turns(onetrust: OneTrustStandIn, vault: OneTrustVault) -> None:
    task = onetrust.new_subtask()
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: vault.deliver(message(task=task)), range(8)))
    assert sorted(receipt.already for receipt in receipts) == [False] + [True] * 7
    assert (onetrust.count("complete"), onetrust.subtasks[task].completions) == (1, 1)
