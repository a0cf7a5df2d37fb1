"""What OneTrust may answer instead, and what that means for a delivery; and sending a test."""

from typing import Any

import pytest

from erasure.choices import DeliveryTrouble
from erasure.outbound.addresses import AddressGuard
from erasure.vault import NotDelivered, Receipt
from erasure.vault.onetrust import OneTrustVault, Resolutions
from tests.vault.messages import message
from tests.vault.onetrust_stand_in import DONE, PARTLY, REFUSED, OneTrustStandIn, rate_limited
from tests.vault.onetrust_vaults import LOGIN_PAGE, MakeVault, make_vault, onetrust, refused, vault
from tests.vault.stand_in import Reply, said

__all__ = ["make_vault", "onetrust", "vault"]


def test_any_other_refusal_keeps_its_words(onetrust: OneTrustStandIn, make_vault: MakeVault) -> None:
    task = onetrust.new_subtask()
    onetrust.resolutions.clear()
    trouble = refused(make_vault().deliver, message(task=task))
    assert (trouble.trouble, trouble.status) == (DeliveryTrouble.REJECTED, 400)
    assert trouble.said == '{"message": "Bad Request: resolutionId"}'
    assert onetrust.subtasks[task].status == "ASSIGNED"


def test_a_subtask_that_is_not_there_is_refused_with_the_vaults_words(vault: OneTrustVault) -> None:
    trouble = refused(vault.deliver, message(task="e2d0f59e-3df0-4b1f-965d-d57547ed44ad"))
    assert (trouble.trouble, trouble.status) == (DeliveryTrouble.REJECTED, 404)
    assert "not found" in trouble.said


@pytest.mark.parametrize("task", ["", "4711", "{e2d0f59e-3df0-4b1f-965d-d57547ed44ad}", "../status", "ab-cd"])
def test_what_names_no_subtask_is_not_for_it(
    onetrust: OneTrustStandIn, vault: OneTrustVault, task: str
) -> None:
    assert refused(vault.deliver, message(task=task)).trouble == DeliveryTrouble.NO_TASK
    assert not onetrust.asked


@pytest.mark.parametrize("kind", ["token", "read", "complete"])
def test_a_rate_limit_asks_for_a_pause(onetrust: OneTrustStandIn, vault: OneTrustVault, kind: str) -> None:
    task = onetrust.new_subtask()
    onetrust.meets(kind, rate_limited("120"))
    trouble = refused(vault.deliver, message(task=task))
    assert (trouble.trouble, trouble.status, trouble.retry_after) == (DeliveryTrouble.RATE_LIMITED, 429, 120)
    assert vault.deliver(message(task=task)) == Receipt(200)


@pytest.mark.parametrize("kind", ["token", "read", "complete"])
def test_an_error_of_its_own_is_tried_again(
    onetrust: OneTrustStandIn, vault: OneTrustVault, kind: str
) -> None:
    task = onetrust.new_subtask()
    onetrust.meets(kind, said(500, {"message": "Internal Server Error"}))
    assert refused(vault.deliver, message(task=task)).trouble == DeliveryTrouble.SERVER_ERROR
    assert vault.deliver(message(task=task)) == Receipt(200)


@pytest.mark.parametrize(
    "reply",
    [
        LOGIN_PAGE,
        said(200),
        said(200, {"subTaskId": None}),
        said(200, {"status": ""}),
        said(200, {"status": 10}),
        said(200, {"status": "ASSIGNED", "subTaskId": "e2d0f59e-3df0-4b1f-965d-d57547ed44ad"}),
    ],
)
def test_a_look_that_shows_no_subtask_changes_nothing(
    onetrust: OneTrustStandIn, vault: OneTrustVault, reply: Reply
) -> None:
    task = onetrust.new_subtask()
    onetrust.meets("read", reply)
    trouble = refused(vault.deliver, message(task=task))
    assert (trouble.trouble, trouble.status) == (DeliveryTrouble.UNEXPECTED, 200)
    assert onetrust.subtasks[task].status == "ASSIGNED"


def test_a_page_in_place_of_the_answer_is_not_taken_for_one(
    onetrust: OneTrustStandIn, vault: OneTrustVault
) -> None:
    task = onetrust.new_subtask()
    onetrust.meets("complete", LOGIN_PAGE)
    assert refused(vault.deliver, message(task=task)).trouble == DeliveryTrouble.UNEXPECTED
    onetrust.meets("complete", said(200, {"id": "whatever"}), acts=True)
    assert not vault.deliver(message(task=task)).already


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (said(200, fields=False), DeliveryTrouble.REJECTED),
        (said(200), DeliveryTrouble.UNEXPECTED),
        (LOGIN_PAGE, DeliveryTrouble.UNEXPECTED),
    ],
)
def test_a_failure_is_marked_only_by_the_answer_true(
    onetrust: OneTrustStandIn, vault: OneTrustVault, reply: Reply, trouble: DeliveryTrouble
) -> None:
    task = onetrust.new_subtask()
    onetrust.meets("status", reply)
    assert refused(vault.deliver, message("failed", task=task)).trouble == trouble
    assert vault.deliver(message("failed", task=task)) == Receipt(200, "true")


def test_sending_a_test_changes_nothing(onetrust: OneTrustStandIn, vault: OneTrustVault) -> None:
    assert vault.test().said == "Signed in; a subtask that does not exist was answered with 404."
    assert [onetrust.kind_of(asked) for asked in onetrust.asked] == ["token", "read"]
    onetrust.meets("read", said(400, {"message": "Bad Request"}))
    assert "400" in vault.test().said


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (said(200, {"status": "ASSIGNED"}), DeliveryTrouble.UNEXPECTED),
        (said(403), DeliveryTrouble.SIGN_IN),
        (said(503), DeliveryTrouble.SERVER_ERROR),
        (Reply(302, b"", {"Location": "https://elsewhere.example/"}), DeliveryTrouble.REDIRECTED),
    ],
)
def test_a_test_that_finds_no_onetrust_says_so(
    onetrust: OneTrustStandIn, vault: OneTrustVault, reply: Reply, trouble: DeliveryTrouble
) -> None:
    onetrust.meets("read", reply)
    assert refused(vault.test).trouble == trouble


@pytest.mark.parametrize(
    "changes",
    [
        {"address": ""},
        {"client_id": ""},
        {"client_secret": ""},
        {"resolutions": Resolutions(done=DONE, partly="", refused=REFUSED)},
        {"resolutions": Resolutions(done=DONE, partly=PARTLY, refused="Rejected")},
    ],
)
def test_settings_that_cannot_work_are_said_before_the_first_call(
    make_vault: MakeVault, changes: dict[str, Any]
) -> None:
    with pytest.raises(NotDelivered) as raised:
        make_vault(**changes)
    assert raised.value.trouble == DeliveryTrouble.MISCONFIGURED


def test_an_address_that_nobody_has_allowed_is_not_called(
    onetrust: OneTrustStandIn, make_vault: MakeVault
) -> None:
    trouble = refused(make_vault(guard=AddressGuard()).test)
    assert trouble.trouble == DeliveryTrouble.ADDRESS_REFUSED
    assert not onetrust.asked


def test_a_slash_at_the_end_of_the_address_is_no_matter(
    onetrust: OneTrustStandIn, make_vault: MakeVault
) -> None:
    task = onetrust.new_subtask()
    assert make_vault(address=f"{onetrust.address}/").deliver(message(task=task)) == Receipt(200)
