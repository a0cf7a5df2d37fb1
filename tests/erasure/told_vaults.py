"""Vaults for tests: rows of them, and one that answers as the test says."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.utils import timezone

from erasure.choices import DeliveryTrouble, Occasion, VaultKind
from erasure.deliveries.batches import deliver_until
from erasure.deliveries.opened import OpenedVaults
from erasure.models import Delivery, Vault
from erasure.vault import Message, NotDelivered, Receipt


def made_vault(code: str = "register", kind: VaultKind = VaultKind.DATABASE, **columns: Any) -> Vault:
    """A vault that is told of everything, unless said otherwise."""
    facts: dict[str, Any] = {"tells": sorted(Occasion), "added_at": timezone.now(), **columns}
    return Vault.objects.create(name=facts.pop("name", code), code=code, kind=kind, **facts)


def told(message: Message) -> dict[str, Any]:
    """The body of a message, read."""
    fields: dict[str, Any] = json.loads(message.body)
    return fields


def failing(trouble: DeliveryTrouble, **facts: Any) -> Any:
    """An answer that is this trouble, whatever is told."""

    def answer(_message: Message) -> Receipt:
        raise NotDelivered(trouble, **facts)

    return answer


def deliver_batch(vaults: OpenedVaults, pool: ThreadPoolExecutor) -> int:
    """Tell the vaults what is due now, once; the number of rows claimed."""
    return deliver_until(vaults, pool, until=time.monotonic())


class ObedientVault:
    """Answers as it is told to, and remembers every message; by default it takes each."""

    def __init__(self) -> None:
        self.seen: list[Message] = []
        self.answer: Callable[[Message], Receipt] = lambda _message: Receipt(200)

    def deliver(self, message: Message) -> Receipt:
        """Remember it, and answer."""
        self.seen.append(message)
        return self.answer(message)

    def test(self) -> Receipt:
        """Nothing to find out."""
        return Receipt(200)

    def close(self) -> None:
        """Nothing is open."""


class DeliveryDesk:
    """One worker's part in deliveries, with an obedient vault behind every row."""

    def __init__(self) -> None:
        self.vault = ObedientVault()
        self.vaults = OpenedVaults(dict.fromkeys(VaultKind, lambda _row: self.vault))
        self.pool = ThreadPoolExecutor(4)

    def batch(self) -> int:
        """Tell what is due; the number of rows claimed."""
        return deliver_batch(self.vaults, self.pool)

    def later(self) -> int:
        """Let every wait and pause run out, and tell what is due then."""
        now = timezone.now()
        Delivery.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=now, lease_until=None)
        Vault.objects.filter(paused_until__isnull=False).update(paused_until=now)
        return self.batch()


@pytest.fixture
def desk() -> Iterator[DeliveryDesk]:
    """A worker that tells vaults."""
    made = DeliveryDesk()
    yield made
    made.pool.shutdown()
