"""Telling vaults: what they are told, that nothing gets lost on the way, and what their trouble means."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.trail import events_of
from erasure import shredding
from erasure.choices import DeliveryState, DeliveryTrouble, Occasion, OffBecause
from erasure.deliveries import by_hand, outcomes
from erasure.deliveries.kinds import OPENERS
from erasure.deliveries.messages import compose, message_of
from erasure.models import Delivery, Vault, VaultRecord
from erasure.vault import Message, NotDelivered, Receipt
from tests.erasure import made_requests as made
from tests.erasure.at_work import event_data
from tests.erasure.told_vaults import DeliveryDesk, desk, made_vault

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
