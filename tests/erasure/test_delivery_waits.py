"""Nothing gets lost on the way to a vault: attempts, pauses, workers that die, and what is given up."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from erasure.choices import DeliveryState, DeliveryTrouble, Occasion, OffBecause, VaultKind
from erasure.deliveries import batches, by_hand, claims, outcomes
from erasure.deliveries.opened import OpenedVaults
from erasure.deliveries.told import Told
from erasure.models import Delivery, Vault
from erasure.vault import Message, NotDelivered, Receipt
from tests.erasure import made_requests as made
from tests.erasure.at_work import event_data
from tests.erasure.told_vaults import DeliveryDesk, ObedientVault, desk, failing, made_vault

__all__ = ["desk"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_attempt_sends_the_very_same(desk: DeliveryDesk, officer: Any) -> None:
    made_vault()
    made.completed(made.only(made.filed(officer)))
    desk.vault.answer = failing(DeliveryTrouble.TIMED_OUT)
    desk.batch()
    desk.later()
    first, second = desk.vault.seen
    assert (first.id, first.body) == (second.id, second.body)


def test_a_vault_that_is_down_is_asked_by_one_delivery_at_a_time(desk: DeliveryDesk, officer: Any) -> None:
    vault = made_vault()
    for number in range(5):
        made.completed(made.only(made.filed(officer, f"cust-{number}")))
    desk.vault.answer = failing(DeliveryTrouble.UNREACHABLE)
    assert desk.batch() == 5
    vault.refresh_from_db()
    assert vault.paused_until is not None
    assert desk.batch() == 0
    assert desk.later() == 1

    desk.vault.answer = lambda _message: Receipt(204)
    assert desk.later() == 1
    assert desk.later() == 4
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}
    vault.refresh_from_db()
    assert (vault.streak, vault.paused_until) == (0, None)


def test_a_vault_that_is_back_gets_at_once_what_it_missed(desk: DeliveryDesk, officer: Any) -> None:
    vault = made_vault()
    for number in range(5):
        made.completed(made.only(made.filed(officer, f"cust-{number}")))
    desk.vault.answer = failing(DeliveryTrouble.UNREACHABLE)
    desk.batch()
    desk.vault.answer = lambda _message: Receipt(204)
    Vault.objects.filter(pk=vault.pk).update(paused_until=timezone.now())
    first = Delivery.objects.earliest("pk")
    Delivery.objects.filter(pk=first.pk).update(next_attempt_at=timezone.now())
    assert desk.batch() == 1
    assert desk.batch() == 4


def test_one_vault_that_is_down_keeps_no_other_waiting(desk: DeliveryDesk, officer: Any) -> None:
    made_vault("down")
    made_vault("up")
    made.completed(made.only(made.filed(officer)))
    down = Delivery.objects.get(vault__code="down").message_id

    def answer(message: Message) -> Receipt:
        if message.id == down:
            raise NotDelivered(DeliveryTrouble.SERVER_ERROR, status=500)
        return Receipt(200)

    desk.vault.answer = answer
    desk.batch()
    states = dict(Delivery.objects.values_list("vault__code", "state"))
    assert states == {"down": "waiting", "up": "delivered"}


@pytest.mark.parametrize(
    ("trouble", "attempts"),
    [
        (DeliveryTrouble.SERVER_ERROR, outcomes.MOST_ATTEMPTS),
        (DeliveryTrouble.REJECTED, outcomes.MOST_REJECTIONS),
    ],
)
def test_given_up_after_so_many_attempts_and_sent_again_by_hand(
    desk: DeliveryDesk, officer: Any, operator: Any, trouble: DeliveryTrouble, attempts: int
) -> None:
    made_vault()
    request = made.filed(officer)
    made.completed(made.only(request))
    desk.vault.answer = failing(trouble, status=500, said=f"no such subject: {made.CXONE_ID}")
    for _ in range(attempts):
        assert desk.later() == 1
    delivery = Delivery.objects.get()
    assert delivery.state == DeliveryState.GIVEN_UP
    assert delivery.last_answer == "no such subject: ••••"
    assert desk.later() == 0
    [event] = event_data(request.obj, "vault.failed")
    assert (event["reason"], event["attempt"]) == (str(trouble), attempts)

    desk.vault.answer = lambda _message: Receipt(200)
    assert by_hand.send_again([delivery.pk, 99], by=operator, now=timezone.now()) == by_hand.Done(1, 2)
    assert desk.batch() == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 1)
    assert len({message.id for message in desk.vault.seen}) == 1


def test_all_waits_together_last_for_days() -> None:
    waits = [outcomes.WAITS[min(n, len(outcomes.WAITS)) - 1] for n in range(1, outcomes.MOST_ATTEMPTS)]
    assert timedelta(days=4) < timedelta(seconds=sum(waits)) < timedelta(days=7)


def test_a_vault_that_is_gone_is_switched_off_and_gets_later_what_it_missed(
    desk: DeliveryDesk, officer: Any
) -> None:
    vault = made_vault()
    made.completed(made.only(made.filed(officer)))
    desk.vault.answer = failing(DeliveryTrouble.GONE, status=410)
    desk.batch()
    vault.refresh_from_db()
    assert (vault.is_on, vault.off_because) == (False, OffBecause.GONE)
    assert event_data(vault.obj, "vault.switched_off") == [{"because": "gone", "waiting": 1}]
    assert desk.later() == 0

    made.completed(made.only(made.filed(officer, "cust-2")))
    Vault.objects.update(is_on=True, off_because="", off_since=None)
    desk.vault.answer = lambda _message: Receipt(200)
    assert desk.later() == 2


def test_what_a_vault_asks_for_holds_for_all_its_deliveries(desk: DeliveryDesk, officer: Any) -> None:
    vault = made_vault()
    made.completed(made.only(made.filed(officer)))
    desk.vault.answer = failing(DeliveryTrouble.RATE_LIMITED, status=429, retry_after=120.0)
    desk.batch()
    made.completed(made.only(made.filed(officer, "cust-2")))
    assert desk.batch() == 0
    vault.refresh_from_db()
    waits = vault.paused_until - timezone.now()
    assert timedelta(seconds=100) < waits <= timedelta(seconds=120)


def test_a_message_that_is_not_accepted_keeps_no_other_back(desk: DeliveryDesk, officer: Any) -> None:
    vault = made_vault()
    for number in range(4):
        made.completed(made.only(made.filed(officer, f"cust-{number}")))
    bad = Delivery.objects.earliest("pk").message_id

    def answer(message: Message) -> Receipt:
        if message.id == bad:
            raise NotDelivered(DeliveryTrouble.REJECTED, status=400)
        return Receipt(200)

    desk.vault.answer = answer
    desk.batch()
    vault.refresh_from_db()
    assert (vault.streak, vault.paused_until) == (0, None)
    assert sorted(Delivery.objects.values_list("state", flat=True)) == [*["delivered"] * 3, "waiting"]


def test_a_late_outcome_of_a_row_that_others_took_over_is_dropped(desk: DeliveryDesk, officer: Any) -> None:
    made_vault()
    request = made.filed(officer)
    made.completed(made.only(request))
    [stale] = claims.claim(timezone.now())
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    [ours] = claims.claim(timezone.now())

    outcomes.apply([Told(stale, Receipt(200), begun=timezone.now())], now=timezone.now())
    assert Delivery.objects.get().state == DeliveryState.WAITING
    assert event_data(request.obj, "vault.delivered") == []

    outcomes.apply([Told(ours, Receipt(200), begun=timezone.now())], now=timezone.now())
    assert Delivery.objects.get().state == DeliveryState.DELIVERED
    assert len(event_data(request.obj, "vault.delivered")) == 1


def test_what_a_worker_had_when_it_died_is_told_by_the_next(desk: DeliveryDesk, officer: Any) -> None:
    made_vault()
    made.completed(made.only(made.filed(officer)))
    assert len(claims.claim(timezone.now())) == 1
    assert desk.batch() == 0
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert desk.batch() == 1
    assert Delivery.objects.get().state == DeliveryState.DELIVERED


def test_one_that_cannot_be_composed_keeps_no_other_back(
    desk: DeliveryDesk, officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_vault()
    made.completed(made.only(made.filed(officer, "cust-1")))
    made.completed(made.only(made.filed(officer, "cust-2")))
    damaged = Delivery.objects.earliest("pk").pk
    whole = batches.compose

    def compose_unless_damaged(delivery: Delivery) -> str:
        if delivery.pk == damaged:
            raise ValueError("damaged")
        return whole(delivery)

    monkeypatch.setattr(batches, "compose", compose_unless_damaged)
    desk.batch()
    states = dict(Delivery.objects.values_list("pk", "state"))
    assert sorted(states.values()) == ["delivered", "waiting"]
    row = Delivery.objects.get(pk=damaged)
    assert (row.last_trouble, row.lease_until) == (DeliveryTrouble.INTERNAL, None)
    assert row.next_attempt_at > timezone.now()


def test_what_is_being_sent_cannot_be_let_be(desk: DeliveryDesk, officer: Any, operator: Any) -> None:
    made_vault()
    made.completed(made.only(made.filed(officer)))
    [row] = claims.claim(timezone.now())
    assert by_hand.let_be([row.pk], by=operator, now=timezone.now()) == by_hand.Done(0, 1)
    assert by_hand.send_again([row.pk], by=operator, now=timezone.now()) == by_hand.Done(0, 1)


def test_what_was_delivered_is_not_sent_again(desk: DeliveryDesk, officer: Any, operator: Any) -> None:
    made_vault()
    made.completed(made.only(made.filed(officer)))
    desk.batch()
    row = Delivery.objects.get()
    assert by_hand.send_again([row.pk], by=operator, now=timezone.now()) == by_hand.Done(0, 1)


def test_a_slow_vault_throttles_no_other(officer: Any) -> None:
    """While calls to one are under way, the other is told everything, lot after lot."""
    made_vault("slow", tells=[str(Occasion.COMPLETED)])
    made_vault("fast", tells=[str(Occasion.COMPLETED)])
    for number in range(20):
        made.completed(made.only(made.filed(officer, f"cust-{number}")))
    fast_is_done = threading.Event()
    slow, fast = ObedientVault(), ObedientVault()

    def answer_slowly(_message: Message) -> Receipt:
        assert fast_is_done.wait(30)
        return Receipt(200)

    def answer_fast(_message: Message) -> Receipt:
        if len(fast.seen) == 20:
            fast_is_done.set()
        return Receipt(200)

    slow.answer, fast.answer = answer_slowly, answer_fast
    vaults = OpenedVaults({VaultKind.DATABASE: lambda row: slow if row.code == "slow" else fast})
    with ThreadPoolExecutor(batches.THREADS) as pool:
        claimed = batches.deliver_until(vaults, pool, until=time.monotonic() + 30)
    assert claimed == 40
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_no_more_is_claimed_than_there_are_threads_for(officer: Any) -> None:
    for code in ("a", "b", "c"):
        made_vault(code, tells=[str(Occasion.COMPLETED)])
    for number in range(9):
        made.completed(made.only(made.filed(officer, f"cust-{number}")))
    a, b, _c = Vault.objects.order_by("pk").values_list("pk", flat=True)
    taken = claims.claim(timezone.now(), under_way={a: 8, b: 5}, room=7)
    by_vault = Counter(row.vault.code for row in taken)
    assert by_vault == {"b": 3, "c": 4}
