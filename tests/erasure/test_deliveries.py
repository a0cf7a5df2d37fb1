"""Telling vaults: what they are told, that nothing gets lost on the way, and what their trouble means."""

import json
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.db import IntegrityError, connection
from django.utils import timezone

from audit.trail import audited, events_of
from erasure import lifecycle, shredding
from erasure.choices import DeliveryState, DeliveryTrouble, Occasion, OffBecause, Outcome, VaultKind
from erasure.deliveries import batches, by_hand, claims, outcomes, tasks, vault_rows, vault_secrets
from erasure.deliveries.kinds import OPENERS
from erasure.deliveries.messages import compose, message_of
from erasure.deliveries.opened import OpenedVaults
from erasure.deliveries.told import Told
from erasure.encryption import WrongKey
from erasure.jobs import tick_round
from erasure.models import Delivery, Vault, VaultRecord
from erasure.vault import Message, NotDelivered, Receipt
from tests.erasure import made_requests as made
from tests.erasure.at_work import event_data
from tests.erasure.told_vaults import DeliveryDesk, ObedientVault, desk, made_vault

__all__ = ["desk"]

pytestmark = pytest.mark.django_db(transaction=True)


def told(message: Message) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(message.body)
    return fields


def failing(trouble: DeliveryTrouble, **facts: Any) -> Any:
    """An answer that is this trouble, whatever is told."""

    def answer(_message: Message) -> Receipt:
        raise NotDelivered(trouble, **facts)

    return answer


def test_a_completed_erasure_is_told_once(desk: DeliveryDesk, officer: Any) -> None:
    vault = made_vault()
    submission = made.completed(made.only(made.filed(officer)), records=3)

    assert desk.batch() == 1
    assert desk.batch() == 0

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("delivered", 1, 200)
    [message] = desk.vault.seen
    completion = events_of(submission.request.obj).get(act="request.completed")
    assert told(message) == {
        "type": "privacy.request.completed",
        "reference": f"{submission.request.reference}/1",
        "auditSequence": completion.seq,
        "requestType": "ERASURE",
        "subjectId": made.CXONE_ID,
        "requestId": submission.cxone_id,
        "status": "COMPLETED",
        "timestamp": told(message)["timestamp"],
        "scope": "CONTACT",
        "categories_erased": ["CONTACT", "EMAIL"],
    }
    submission.refresh_from_db()
    moment = datetime.fromisoformat(told(message)["timestamp"])
    assert abs(moment - submission.closed_at) < timedelta(milliseconds=1)
    assert told(message)["timestamp"].endswith("Z")
    assert event_data(submission.request.obj, "vault.delivered") == [
        {"submission": 1, "vault": vault.code, "occasion": "completed", "attempt": 1, "status": 200}
    ]


def test_an_access_request_names_no_erased_categories(desk: DeliveryDesk, officer: Any) -> None:
    made_vault()
    made.completed(made.only(made.filed(officer, type="ACCESS")))
    desk.batch()
    assert "categories_erased" not in told(desk.vault.seen[0])


def test_what_failed_erased_no_category(desk: DeliveryDesk, officer: Any) -> None:
    made_vault()
    made.failed(made.only(made.filed(officer)))
    desk.batch()
    [fields] = map(told, desk.vault.seen)
    assert (fields["status"], fields["categories_erased"]) == ("FAILED", [])


def test_a_vault_is_told_only_what_it_is_set_to_be_told(desk: DeliveryDesk, officer: Any) -> None:
    made_vault(tells=[str(Occasion.COMPLETED)])
    made.failed(made.only(made.filed(officer)))
    assert not Delivery.objects.exists()


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


def test_nothing_is_shredded_before_its_vault_was_told(
    desk: DeliveryDesk, officer: Any, operator: Any
) -> None:
    made_vault()
    request = made.filed(officer)
    made.completed(made.only(request))
    made.answered(request, by=officer)
    now = timezone.now()
    assert not shredding.may_go(now).filter(pk=request.pk).exists()
    assert "vault" in shredding.why_not(request, 1, now=now)

    keys = list(Delivery.objects.values_list("pk", flat=True))
    by_hand.let_be(keys, by=operator, now=now)
    assert shredding.may_go(now).filter(pk=request.pk).exists()
    assert desk.later() == 0


def test_our_own_register_keeps_each_message_once(officer: Any) -> None:
    vault = made_vault()
    made.completed(made.only(made.filed(officer)))
    own = OPENERS[vault.kind](vault)
    delivery = Delivery.objects.get()
    delivery.body = compose(delivery)
    message = message_of(delivery)
    assert own.deliver(message) == Receipt(already=False)
    assert own.deliver(message) == Receipt(already=True)
    record = VaultRecord.objects.get()
    assert (record.subject_id, record.status) == (made.CXONE_ID, "COMPLETED")


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


def test_a_vault_for_tasks_waits_until_one_is_named(desk: DeliveryDesk, officer: Any) -> None:
    made_vault()
    request = made.filed(officer)
    made.completed(made.only(request))
    desk.vault.answer = failing(DeliveryTrouble.NO_TASK)
    desk.batch()
    assert Delivery.objects.get().state == DeliveryState.NOT_FOR_IT
    assert not shredding.undelivered().exists()

    with pytest.raises(lifecycle.MoveRefused, match="letters, digits and hyphens"):
        tasks.name_task(request, "../x", by=officer, now=timezone.now())
    desk.vault.answer = lambda _message: Receipt(200)
    task = "0f6f8f4e-4b5c-4b83-9d9a-6a2f0b6f7a10"
    assert tasks.name_task(request, task, by=officer, now=timezone.now()) == 1
    assert desk.batch() == 1
    assert desk.vault.seen[-1].task == task
    assert event_data(request.obj, "request.linked") == [{}]


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


def test_the_answer_is_told_with_its_outcome_and_all_that_was_erased(
    desk: DeliveryDesk, officer: Any
) -> None:
    made_vault(tells=[str(Occasion.ANSWERED)])
    request = made.filed(officer)
    made.completed(made.only(request))
    made.answered(request, by=officer)
    desk.batch()
    [message] = desk.vault.seen
    fields = told(message)
    answered = events_of(request.obj).get(act="request.answered")
    assert (message.occasion, message.outcome) == ("answered", "done")
    assert (fields["reference"], fields["status"], fields["outcome"]) == (
        request.reference,
        "ANSWERED",
        "DONE",
    )
    assert fields["categories_erased"] == ["CONTACT", "EMAIL"]
    assert fields["auditSequence"] == answered.seq


def test_a_request_that_is_answered_without_anything_sent_is_told_as_well(
    desk: DeliveryDesk, officer: Any
) -> None:
    made_vault()
    request = made.registered(officer, ("email", "b.quill@example.org"))
    made.answered(request, by=officer, outcome=Outcome.NOTHING_FOUND)
    desk.batch()
    [fields] = map(told, desk.vault.seen)
    assert (fields["requestId"], fields["outcome"], fields["categories_erased"]) == (
        None,
        "NOTHING_FOUND",
        [],
    )


def test_changed_settings_are_used_from_the_next_delivery_on(operator: Any) -> None:
    row = made_vault(address="https://a.example")
    opened = OpenedVaults({VaultKind.DATABASE: lambda row: Named(row.address or "")})
    first = opened.of({row.pk})[row.pk]
    assert opened.of({row.pk})[row.pk] is first
    with audited() as log:
        settings = vault_rows.VaultSettings(
            name="Register", address="https://b.example", tells=[Occasion.COMPLETED]
        )
        changed = vault_rows.change(log, vault_rows.locked(row.pk), settings, by=operator, now=timezone.now())
    assert sorted(changed) == ["address", "name", "tells"]
    second = opened.of({row.pk})[row.pk]
    assert isinstance(second, Named)
    assert second.address == "https://b.example"
    assert event_data(row.obj, "vault.changed") == [{"settings": ["name", "address", "tells"]}]


def test_a_new_secret_of_http_leaves_the_old_one_signing_for_a_week(operator: Any) -> None:
    row = made_vault(kind=VaultKind.HTTP, address="https://a.example", secret="whsec_old")
    with audited() as log:
        settings = vault_rows.VaultSettings(
            name="register", address="https://a.example", secret="whsec_new", tells=list(Occasion)
        )
        vault_rows.change(log, vault_rows.locked(row.pk), settings, by=operator, now=timezone.now())
    row.refresh_from_db()
    assert (row.secret, row.previous_secret) == ("whsec_new", "whsec_old")
    assert row.previous_secret_until > timezone.now() + timedelta(days=6)
    with audited() as log:
        vault_rows.drop_previous_secret(log, vault_rows.locked(row.pk), by=operator)
    row.refresh_from_db()
    assert (row.previous_secret, row.previous_secret_until) == (None, None)


def test_a_secret_that_signs_no_more_is_thrown_away(transactional_db: None) -> None:
    now = timezone.now()
    for code, until in (("old", now - timedelta(seconds=1)), ("new", now + timedelta(days=1))):
        made_vault(code, VaultKind.HTTP, previous_secret="whsec_old", previous_secret_until=until)
    tick_round()
    kept = {vault.code: vault.previous_secret for vault in Vault.objects.all()}
    assert kept == {"old": None, "new": "whsec_old"}


def test_names_in_the_log_are_plain_and_never_given_twice(operator: Any) -> None:
    codes = []
    for name in ("Datenschutz-Register Süd", "datenschutz register sud", "数据", "数据保护", "a" * 60):
        with audited() as log:
            settings = vault_rows.VaultSettings(name=name, tells=[Occasion.COMPLETED])
            vault = vault_rows.add(log, VaultKind.DATABASE, settings, by=operator, now=timezone.now())
        codes.append(vault.code)
    assert codes == ["datenschutz-register-sud", "datenschutz-register-sud-2", "vault", "vault-2", "a" * 34]


def test_switched_off_it_is_told_nothing_and_switched_on_what_waited(
    desk: DeliveryDesk, officer: Any, operator: Any
) -> None:
    row = made_vault()
    made.completed(made.only(made.filed(officer)))
    with audited() as log:
        vault_rows.switch_off(log, vault_rows.locked(row.pk), by=operator, now=timezone.now())
    assert desk.later() == 0
    made.completed(made.only(made.filed(officer, "cust-2")))
    assert Delivery.objects.count() == 1
    with audited() as log:
        vault_rows.switch_on(log, vault_rows.locked(row.pk), by=operator, now=timezone.now())
    assert desk.later() == 1
    assert event_data(row.obj, "vault.switched_off") == [{"because": "operator", "waiting": 1}]
    assert event_data(row.obj, "vault.switched_on") == [{"waiting": 1}]


@pytest.mark.parametrize(
    "change",
    [
        {"state": "waiting", "settled_at": None, "next_attempt_at": datetime.now(UTC)},
        {"occasion": "failed"},
        {"message": True},
    ],
)
def test_the_database_keeps_what_was_delivered(
    desk: DeliveryDesk, officer: Any, change: dict[str, Any]
) -> None:
    made_vault()
    made.completed(made.only(made.filed(officer)))
    desk.batch()
    if "message" in change:
        change = {"public_id": uuid4()}
    with pytest.raises(IntegrityError):
        Delivery.objects.update(**change)
    with pytest.raises(IntegrityError):
        Delivery.objects.all().delete()


class Named(ObedientVault):
    """A vault that knows its address."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address


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


def test_a_vault_whose_secret_cannot_be_read_is_shown_and_can_be_given_another(
    operator: Any, settings: Any
) -> None:
    row = made_vault(kind=VaultKind.HTTP, address="https://a.example", secret="whsec_old")
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(WrongKey):
        Vault.objects.get(pk=row.pk)
    [shown] = vault_secrets.read(Vault.objects.all())
    assert (shown.name, shown.address, shown.secret) == (row.name, None, None)
    wanted = vault_rows.VaultSettings(
        name="register", address="", secret="whsec_new", tells=list(Occasion), key_id=""
    )
    with audited() as log:
        vault_rows.change(log, vault_rows.locked(row.pk), wanted, by=operator, now=timezone.now())
    [shown] = vault_secrets.read(Vault.objects.all())
    assert (shown.address, shown.secret, shown.previous_secret) == (None, "whsec_new", None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM erasure_vault")
        [(token,)] = cursor.fetchall()
    assert token, "what nobody can read today, another key may open tomorrow"
