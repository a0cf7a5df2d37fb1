"""Deliveries where two things meet: a vault's trouble and a row's own, a person's act and a worker's."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from audit import trail
from audit.events import Event
from audit.trail import audited
from erasure import lifecycle, shredding
from erasure.choices import DeliveryState, DeliveryTrouble, Occasion
from erasure.deliveries import batches, by_hand, claims, outcomes, tasks, vault_rows
from erasure.deliveries.told import Told
from erasure.deliveries.vault_rows import VaultSettings
from erasure.models import Delivery, PrivacyRequest, Vault
from erasure.vault import Message, NotDelivered, Receipt
from tests.erasure import made_requests as made
from tests.erasure.told_vaults import DeliveryDesk, desk, made_vault

__all__ = ["desk"]

pytestmark = pytest.mark.django_db(transaction=True)

TASK = "0f8fad5b-d9cb-469f-a165-70867728950e"


def ended(officer: Any, *people: str) -> None:
    for person in people:
        made.completed(made.only(made.filed(officer, person)))


def failing(trouble: DeliveryTrouble, **facts: Any) -> Any:
    """An answer that is this trouble, whatever is told."""

    def answer(_message: Message) -> Receipt:
        raise NotDelivered(trouble, **facts)

    return answer


def down_but(*trouble_of: tuple[str, DeliveryTrouble]) -> Any:
    """A vault that cannot be reached; of some people it is never called."""

    def answer(message: Message) -> Receipt:
        for person, trouble in trouble_of:
            if message.fields["subjectId"] == person:
                raise NotDelivered(trouble)
        raise NotDelivered(DeliveryTrouble.UNREACHABLE)

    return answer


@pytest.mark.parametrize("own", [DeliveryTrouble.NO_TASK, DeliveryTrouble.INTERNAL])
def test_what_never_left_us_says_nothing_about_a_vault_that_is_down(
    desk: DeliveryDesk, officer: Any, own: DeliveryTrouble
) -> None:
    vault = made_vault()
    desk.vault.answer = down_but(("cust-own", own))
    ended(officer, *(f"cust-{number}" for number in range(4)), "cust-own")
    desk.batch()
    vault.refresh_from_db()
    assert vault.paused_until is not None
    assert vault.streak == 3
    # Alone, after the pause: it neither ends the pause nor keeps the others from trying.
    ended(officer, "cust-2nd")
    Delivery.objects.filter(state="waiting").update(next_attempt_at=timezone.now() + timedelta(hours=1))
    row = Delivery.objects.latest("pk")
    desk.vault.answer = down_but(("cust-2nd", own))
    Delivery.objects.filter(pk=row.pk).update(next_attempt_at=timezone.now())
    Vault.objects.update(paused_until=timezone.now())
    assert desk.batch() == 1
    vault.refresh_from_db()
    assert vault.streak == 3
    assert vault.paused_until is not None
    assert vault.paused_until <= timezone.now()
    assert claims.due(timezone.now()).count() == 0


def test_an_answer_to_what_was_sent_before_the_pause_does_not_end_it(
    desk: DeliveryDesk, officer: Any
) -> None:
    vault = made_vault()
    ended(officer, "cust-1", "cust-2")
    first, second = claims.claim(timezone.now())
    begun = timezone.now()
    limited = NotDelivered(DeliveryTrouble.RATE_LIMITED, status=429, retry_after=600.0)
    outcomes.apply([Told(first, limited, begun=timezone.now())], now=timezone.now())
    outcomes.apply([Told(second, Receipt(200), begun=begun)], now=timezone.now())
    vault.refresh_from_db()
    assert vault.paused_until is not None
    assert vault.paused_until > timezone.now() + timedelta(seconds=500)


def test_one_damaged_row_is_not_tried_for_ever_in_place_of_the_others(
    desk: DeliveryDesk, officer: Any
) -> None:
    vault = made_vault()
    ended(officer, "cust-1", "cust-2")
    now = timezone.now()
    damaged = Delivery.objects.earliest("pk")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE erasure_delivery SET body = 'damaged' WHERE id = %s", [damaged.pk])
    Delivery.objects.update(next_attempt_at=now)
    Delivery.objects.filter(pk=damaged.pk).update(next_attempt_at=now - timedelta(hours=1))
    Vault.objects.filter(pk=vault.pk).update(paused_until=now, streak=3, last_failure_at=now)
    assert [desk.batch(), desk.batch()] == [1, 1]
    states = Delivery.objects.order_by("pk").values_list("state", "attempts", "last_trouble")
    assert list(states) == [("waiting", 1, "internal"), ("delivered", 1, "")]
    for _ in range(outcomes.MOST_REJECTIONS):
        desk.later()
    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == ["given_up", "delivered"]


def test_of_a_row_whose_outcome_cannot_be_recorded_others_come_first(
    desk: DeliveryDesk, officer: Any
) -> None:
    vault = made_vault()
    ended(officer, "cust-1", "cust-2")
    now = timezone.now()
    damaged = Delivery.objects.earliest("pk")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE erasure_privacyrequest SET salt = 'damaged' WHERE id = %s", [damaged.request_id]
        )
    Delivery.objects.update(next_attempt_at=now)
    Delivery.objects.filter(pk=damaged.pk).update(next_attempt_at=now - timedelta(hours=1))
    Vault.objects.filter(pk=vault.pk).update(paused_until=now, streak=3, last_failure_at=now)
    assert desk.batch() == 1
    row = Delivery.objects.defer("request").get(pk=damaged.pk)
    assert (row.state, row.last_trouble, row.lease_until) == ("waiting", "internal", None)
    assert claims.due(timezone.now()).exclude(pk=damaged.pk).count() == 1
    assert not claims.due(timezone.now()).filter(pk=damaged.pk).exists()
    Vault.objects.filter(pk=vault.pk).update(paused_until=timezone.now())
    assert desk.batch() == 1
    assert Delivery.objects.filter(state="delivered").count() == 1


def test_switched_on_it_is_told_at_once_what_waited(desk: DeliveryDesk, officer: Any, operator: Any) -> None:
    row = made_vault()
    ended(officer, "cust-1")
    # The next wait would be eight hours.
    Delivery.objects.update(attempts=9)
    desk.vault.answer = failing(DeliveryTrouble.GONE, status=410)
    desk.batch()
    with audited() as log:
        vault_rows.switch_on(log, vault_rows.locked(row.pk), by=operator, now=timezone.now())
    desk.vault.answer = lambda _message: Receipt(200)
    assert desk.batch() == 1


def test_with_other_settings_it_is_tried_at_once(desk: DeliveryDesk, officer: Any, operator: Any) -> None:
    row = made_vault()
    ended(officer, "cust-1")
    # The next wait would be eight hours.
    Delivery.objects.update(attempts=9)
    desk.vault.answer = failing(DeliveryTrouble.MISCONFIGURED)
    desk.batch()
    with audited() as log:
        given = VaultSettings(name="Another name", tells=sorted(Occasion))
        vault_rows.change(log, vault_rows.locked(row.pk), given, by=operator, now=timezone.now())
    desk.vault.answer = lambda _message: Receipt(200)
    assert desk.batch() == 1


def test_a_task_that_is_named_while_a_worker_finds_none_is_told(desk: DeliveryDesk, officer: Any) -> None:
    made_vault()
    request = made.filed(officer)
    made.completed(made.only(request))

    def answer(message: Message) -> Receipt:
        if not message.task:
            raise NotDelivered(DeliveryTrouble.NO_TASK)
        return Receipt(200)

    claimed = claims.claim(timezone.now())
    [ready] = batches._begin(claimed, now=timezone.now())
    tasks.name_task(request, TASK, by=officer, now=timezone.now())
    outcomes.apply(
        [Told(ready.delivery, NotDelivered(DeliveryTrouble.NO_TASK), begun=timezone.now())],
        now=timezone.now(),
    )
    desk.vault.answer = answer
    assert desk.batch() == 1
    assert Delivery.objects.get().state == DeliveryState.DELIVERED


def test_a_late_failure_after_sending_again_waits_no_eight_hours(
    desk: DeliveryDesk, officer: Any, operator: Any
) -> None:
    made_vault()
    ended(officer, "cust-1")
    [ready] = batches._begin(claims.claim(timezone.now()), now=timezone.now())
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    by_hand.send_again([ready.delivery.pk], by=operator, now=timezone.now())
    outcomes.apply(
        [Told(ready.delivery, NotDelivered(DeliveryTrouble.TIMED_OUT), begun=timezone.now())],
        now=timezone.now(),
    )
    assert claims.due(timezone.now() + timedelta(minutes=1)).count() == 1


def test_the_first_refusal_after_an_outage_gives_nothing_up(desk: DeliveryDesk, officer: Any) -> None:
    made_vault()
    ended(officer, "cust-1")
    desk.vault.answer = down_but()
    for _ in range(6):
        desk.later()
    desk.vault.answer = failing(DeliveryTrouble.REJECTED, status=404)
    desk.later()
    assert Delivery.objects.get().state == DeliveryState.WAITING
    desk.later()
    assert Delivery.objects.get().state == DeliveryState.GIVEN_UP


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks no rows, and has one writer.")
def test_a_vault_is_renamed_while_something_ends(
    officer: Any, operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = made_vault()
    submission = made.accepted(made.only(made.filed(officer)))
    append = trail._append
    renaming, head_is_held = threading.Event(), threading.Event()

    def append_in_turn(entries: Any, *, using: str) -> None:
        """The renamer comes to the head of the log once the other one has it, and has not committed."""
        if any(entry.event == Event.VAULT_CHANGED for entry in entries):
            renaming.set()
            head_is_held.wait(1.0)
            append(entries, using=using)
        else:
            append(entries, using=using)
            head_is_held.set()
            time.sleep(0.3)

    monkeypatch.setattr(trail, "_append", append_in_turn)

    def rename() -> None:
        with audited() as log:
            given = VaultSettings(name="Renamed", tells=sorted(Occasion))
            vault_rows.change(log, vault_rows.locked(row.pk), given, by=operator, now=timezone.now())
        connection.close()

    def end() -> None:
        renaming.wait(5.0)
        with audited() as log:
            lifecycle.complete(log, submission, records=1, body="{}", now=timezone.now())
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(rename), pool.submit(end)]:
            future.result(timeout=30)
    assert (Vault.objects.get().name, Delivery.objects.count()) == ("Renamed", 1)


def let_be_and_answered(officer: Any, operator: Any) -> tuple[PrivacyRequest, list[int]]:
    """A request that may be shredded, and its deliveries, which could still be sent again."""
    made_vault()
    request = made.filed(officer)
    made.completed(made.only(request))
    made.answered(request, by=officer)
    keys = list(Delivery.objects.values_list("pk", flat=True))
    by_hand.let_be(keys, by=operator, now=timezone.now())
    return request, keys


def test_what_is_being_shredded_is_not_sent_again(
    officer: Any, operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, keys = let_be_and_answered(officer, operator)
    has_looked, forget = threading.Event(), shredding._forget

    def forget_slowly(*given: Any, **facts: Any) -> None:
        has_looked.set()
        time.sleep(0.3)
        forget(*given, **facts)

    monkeypatch.setattr(shredding, "_forget", forget_slowly)

    def shred() -> None:
        shredding.shred([request.pk], 1, because="early", now=timezone.now())
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        shredded = pool.submit(shred)
        assert has_looked.wait(5.0)
        assert by_hand.send_again(keys, by=operator, now=timezone.now()).done == 0
        shredded.result(timeout=30)


def test_what_is_being_sent_again_is_not_shredded(
    officer: Any, operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, keys = let_be_and_answered(officer, operator)
    has_locked, end_pauses = threading.Event(), by_hand._end_pauses

    def end_pauses_slowly(*given: Any, **facts: Any) -> None:
        has_locked.set()
        time.sleep(0.3)
        end_pauses(*given, **facts)

    monkeypatch.setattr(by_hand, "_end_pauses", end_pauses_slowly)

    def send() -> int:
        done = by_hand.send_again(keys, by=operator, now=timezone.now()).done
        connection.close()
        return done

    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(send)
        assert has_locked.wait(5.0)
        assert shredding.shred([request.pk], 1, because="early", now=timezone.now()) == []
        assert sent.result(timeout=30) == len(keys)


def test_what_a_vault_with_a_lost_secret_was_to_be_told_can_be_let_be(officer: Any, operator: Any) -> None:
    vault = made_vault(secret="whatever")
    ended(officer, "cust-1")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE erasure_vault SET secret = 'damaged' WHERE id = %s", [vault.pk])
    keys = list(Delivery.objects.values_list("pk", flat=True))
    assert by_hand.send_again(keys, by=operator, now=timezone.now()).done == 1
    assert by_hand.let_be(keys, by=operator, now=timezone.now()).done == 1
