"""Deliveries in every state, written by the program's own moves where a vault need not be asked for it."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from erasure.choices import DeliveryState, DeliveryTrouble
from erasure.deliveries import outcomes
from erasure.deliveries.told import Told
from erasure.models import Delivery, PrivacyRequest, Vault
from erasure.vault import NotDelivered, Receipt
from tests.erasure import made_requests as made


def done(officer: Any, name: str = made.CXONE_ID) -> PrivacyRequest:
    """A request that CXone has carried out, so that every vault is to be told."""
    request = made.filed(officer, name)
    made.completed(made.only(request))
    return request


def told(delivery: Delivery, result: Receipt | NotDelivered | None = None) -> Delivery:
    """What comes of one attempt at it, as a worker records it."""
    delivery.attempts += 1
    delivery.last_tried_at = timezone.now()
    delivery.save(update_fields=["attempts", "last_tried_at"])
    outcomes.apply(
        [Told(delivery, result or Receipt(200, said="thank you"), begun=timezone.now())], now=timezone.now()
    )
    delivery.refresh_from_db()
    return delivery


def failed_once(
    delivery: Delivery, trouble: DeliveryTrouble = DeliveryTrouble.SERVER_ERROR, **facts: Any
) -> Delivery:
    """It did not arrive, and is tried again in a while."""
    return told(delivery, NotDelivered(trouble, **{"status": 503, "said": "<b>down</b>", **facts}))


def given_up(
    delivery: Delivery, trouble: DeliveryTrouble = DeliveryTrouble.REJECTED, **facts: Any
) -> Delivery:
    """Its last attempt failed, too; the vault itself is none the worse for it."""
    delivery.attempts = outcomes.MOST_ATTEMPTS - 1
    failed_once(delivery, trouble, **{"status": 422, "said": "no such <case>", **facts})
    assert delivery.state == DeliveryState.GIVEN_UP
    return delivery


def paused(vault: Vault, minutes: int = 4) -> Vault:
    """Nobody calls it for so long."""
    vault.paused_until = timezone.now() + timedelta(minutes=minutes)
    vault.streak, vault.last_trouble = 3, DeliveryTrouble.UNREACHABLE
    vault.save(update_fields=["paused_until", "streak", "last_trouble"])
    return vault
