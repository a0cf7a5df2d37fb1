"""What operators set for a vault that speaks HTTP, and how it shows at the receiver: secrets, and a test."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.trail import audited
from erasure.choices import DeliveryTrouble
from erasure.deliveries import vault_rows
from erasure.deliveries.trying import try_vault
from erasure.models import Delivery, Vault
from tests.cxone.raw_server import saying
from tests.erasure.at_work import event_data
from tests.erasure.http_desk import HttpDesk, ended, http_desk, receiver, vault_at
from tests.vault.receiver import OLD_SECRET, SECRET, Receiver

__all__ = ["http_desk", "receiver"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("columns", [{"secret": "s3cret"}, {"secret": None}, {"address": None}])
def test_settings_that_cannot_work_are_told_as_such(
    http_desk: HttpDesk, receiver: Receiver, officer: Any, columns: dict[str, Any]
) -> None:
    vault_at(receiver, **columns)
    ended(officer)
    http_desk.batch()
    told = Delivery.objects.get().last_trouble
    expected = DeliveryTrouble.ADDRESS_REFUSED if "address" in columns else DeliveryTrouble.MISCONFIGURED
    assert (told, receiver.attempts) == (expected, [])


def test_a_new_secret_and_the_old_one_verify_for_a_week(
    http_desk: HttpDesk, receiver: Receiver, officer: Any, operator: Any
) -> None:
    vault = vault_at(receiver, secret=OLD_SECRET)
    given = vault_rows.VaultSettings(name=vault.name, address=vault.address, secret=SECRET, tells=vault.tells)
    with audited() as log:
        vault_rows.change(log, vault_rows.locked(vault.pk), given, by=operator, now=timezone.now())
    ended(officer, 1)
    http_desk.batch()
    vault.refresh_from_db()
    week = vault.previous_secret_until - timezone.now()
    assert timedelta(days=6, hours=23) < week <= timedelta(days=7)

    Vault.objects.update(previous_secret_until=timezone.now(), revision=9)
    ended(officer, 1, first=1)
    http_desk.batch()

    both, new_alone = receiver.attempts
    assert [receiver.verifies(both, secret) for secret in (SECRET, OLD_SECRET)] == [True, True]
    assert [receiver.verifies(new_alone, secret) for secret in (SECRET, OLD_SECRET)] == [True, False]


def test_an_old_secret_that_was_dropped_signs_no_more(
    http_desk: HttpDesk, receiver: Receiver, officer: Any, operator: Any
) -> None:
    until = timezone.now() + timedelta(days=3)
    vault = vault_at(receiver, previous_secret=OLD_SECRET, previous_secret_until=until)
    ended(officer, 1)
    http_desk.batch()
    with audited() as log:
        vault_rows.drop_previous_secret(log, vault_rows.locked(vault.pk), by=operator)
    ended(officer, 1, first=1)
    http_desk.batch()
    assert [receiver.verifies(attempt, OLD_SECRET) for attempt in receiver.attempts] == [True, False]


def test_a_receiver_with_another_secret_is_waited_for(http_desk: HttpDesk, officer: Any) -> None:
    with Receiver(OLD_SECRET) as other:
        vault_at(other)
        ended(officer)
        http_desk.batch()
        assert (len(other.forged), other.taken) == (1, {})
    row = Delivery.objects.get()
    assert (row.last_trouble, row.last_status) == (DeliveryTrouble.SIGN_IN, 401)
    assert row.last_answer == "the signature does not match"


def test_a_test_tells_nothing_of_anybody(
    http_desk: HttpDesk, receiver: Receiver, officer: Any, operator: Any
) -> None:
    vault = vault_at(receiver)
    ended(officer)
    result = try_vault(vault, http_desk.vaults, by=operator)
    assert result.status == 204
    [attempt] = receiver.attempts
    assert set(attempt.fields) == {"type", "timestamp"}
    assert attempt.id != Delivery.objects.get().message_id
    assert event_data(vault.obj, "vault.tested") == [{"result": "ok", "status": 204}]

    receiver.mood = saying("500 Oops")
    try_vault(vault, http_desk.vaults, by=operator)
    assert event_data(vault.obj, "vault.tested")[1] == {"result": "server_error", "status": 500}
