"""What vaults are told, once, and what follows from it for a request."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.utils import timezone

from audit.trail import events_of
from erasure import lifecycle, shredding
from erasure.choices import DeliveryState, DeliveryTrouble, Occasion, Outcome
from erasure.deliveries import by_hand, tasks
from erasure.deliveries.kinds import OPENERS
from erasure.deliveries.messages import compose, message_of
from erasure.models import Delivery, VaultRecord
from erasure.vault import Receipt
from tests.erasure import made_requests as made
from tests.erasure.at_work import event_data
from tests.erasure.told_vaults import DeliveryDesk, desk, failing, made_vault, told

__all__ = ["desk"]

pytestmark = pytest.mark.django_db(transaction=True)


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
