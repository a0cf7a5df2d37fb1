"""Signing in to OneTrust: one token for all threads, renewed once, and never shown."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from erasure.choices import DeliveryTrouble
from erasure.vault import Receipt, calls
from erasure.vault.onetrust import OneTrustVault
from tests.vault.messages import message
from tests.vault.onetrust_stand_in import OneTrustStandIn
from tests.vault.onetrust_vaults import LOGIN_PAGE, MakeVault, make_vault, onetrust, refused, vault
from tests.vault.stand_in import Reply, said

__all__ = ["make_vault", "onetrust", "vault"]


def test_one_token_serves_all_threads(onetrust: OneTrustStandIn, vault: OneTrustVault) -> None:
    tasks = [onetrust.new_subtask() for _ in range(20)]
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda task: vault.deliver(message(task=task)), tasks))
    assert receipts == [Receipt(200)] * 20
    assert onetrust.count("token") == 1


def test_a_token_that_has_expired_is_renewed_once(onetrust: OneTrustStandIn, vault: OneTrustVault) -> None:
    vault.deliver(message(task=onetrust.new_subtask()))
    onetrust.forget_tokens()
    tasks = [onetrust.new_subtask() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda task: vault.deliver(message(task=task)), tasks)) == [Receipt(200)] * 8
    assert onetrust.count("token") == 2


@pytest.mark.parametrize(
    ("lifetime", "fetched"), [(3600, 1), (31_535_999, 1), (None, 1), ("soon", 1), (60, 4), (0, 4)]
)
def test_a_token_is_kept_as_long_as_it_lasts(
    onetrust: OneTrustStandIn, vault: OneTrustVault, lifetime: Any, fetched: int
) -> None:
    onetrust.lifetime = lifetime
    for _ in range(2):
        vault.deliver(message(task=onetrust.new_subtask()))
    assert onetrust.count("token") == fetched


def test_tokens_that_are_never_accepted_are_a_matter_of_the_sign_in(
    onetrust: OneTrustStandIn, vault: OneTrustVault
) -> None:
    onetrust.meets("read", said(401, {"message": "Unauthorized"}), times=2)
    trouble = refused(vault.deliver, message(task=onetrust.new_subtask()))
    assert (trouble.trouble, trouble.status) == (DeliveryTrouble.SIGN_IN, 401)
    assert onetrust.count("token") == 2


def test_a_credential_without_the_scope_is_a_matter_of_the_sign_in(
    onetrust: OneTrustStandIn, vault: OneTrustVault
) -> None:
    onetrust.scopes = {"DSAR_READ"}
    task = onetrust.new_subtask()
    trouble = refused(vault.deliver, message(task=task))
    assert (trouble.trouble, trouble.status) == (DeliveryTrouble.SIGN_IN, 403)
    assert onetrust.subtasks[task].status == "ASSIGNED"


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (said(400, {"error": "invalid_request"}), DeliveryTrouble.SIGN_IN),
        (said(403), DeliveryTrouble.SIGN_IN),
        (said(404), DeliveryTrouble.UNEXPECTED),
        (LOGIN_PAGE, DeliveryTrouble.UNEXPECTED),
        (said(200, {"token_type": "bearer"}), DeliveryTrouble.UNEXPECTED),
        (said(200, {"access_token": "a\r\nb", "token_type": "bearer"}), DeliveryTrouble.UNEXPECTED),
        (said(200, {"access_token": "t0ken", "token_type": "mac"}), DeliveryTrouble.UNEXPECTED),
    ],
)
def test_no_token_no_call(
    onetrust: OneTrustStandIn, vault: OneTrustVault, reply: Reply, trouble: DeliveryTrouble
) -> None:
    onetrust.meets("token", reply)
    error = refused(vault.deliver, message(task=onetrust.new_subtask()))
    assert (error.trouble, error.status) == (trouble, reply.status)
    assert "t0ken" not in error.said
    assert onetrust.count("read") == 0


def test_a_wrong_secret_is_a_matter_of_the_sign_in_and_is_never_repeated(
    onetrust: OneTrustStandIn, make_vault: MakeVault
) -> None:
    vault = make_vault(client_secret="wr0ng-secret")
    onetrust.meets("token", said(401, {"error": "no client with wr0ng-secret"}))
    trouble = refused(vault.deliver, message(task=onetrust.new_subtask()))
    assert (trouble.trouble, trouble.status) == (DeliveryTrouble.SIGN_IN, 401)
    assert trouble.said == '{"error": "no client with ••••"}'
    assert refused(vault.test).trouble == DeliveryTrouble.SIGN_IN


def test_threads_that_wait_for_a_token_share_its_failure(
    onetrust: OneTrustStandIn, vault: OneTrustVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "SECONDS", 0.5)
    onetrust.meets("token", None, times=8)
    tasks = [onetrust.new_subtask() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        troubles = list(pool.map(lambda task: refused(vault.deliver, message(task=task)), tasks))
    assert {trouble.trouble for trouble in troubles} == {DeliveryTrouble.TIMED_OUT}
    assert onetrust.count("token") < 8
