"""A worker that tells vaults as the program does, and a receiver for it on loopback."""

from collections.abc import Iterator
from typing import Any

import pytest

from erasure.choices import VaultKind
from erasure.deliveries.kinds import OPENERS
from erasure.deliveries.opened import OpenedVaults
from erasure.models import Delivery, Vault
from erasure.vault import calls
from tests.erasure import made_requests as made
from tests.erasure.told_vaults import DeliveryDesk, made_vault
from tests.vault.receiver import SECRET, Receiver

#: Long enough for an answer on a busy machine, short enough to wait for one that does not come.
CALL_SECONDS = 0.8


def vault_at(receiver: Receiver, code: str = "register", **columns: Any) -> Vault:
    """The row of a vault where this receiver is."""
    return made_vault(
        code, VaultKind.HTTP, **{"address": f"{receiver.base_url}/hook", "secret": SECRET, **columns}
    )


def ended(officer: Any, number: int = 1, *, first: int = 0) -> set[str]:
    """So many requests that CXone reported done; the ids of the messages about them."""
    known = set(Delivery.objects.values_list("pk", flat=True))
    for index in range(first, first + number):
        made.completed(made.only(made.filed(officer, f"cust-{index}")))
    return {row.message_id for row in Delivery.objects.exclude(pk__in=known)}


class HttpDesk(DeliveryDesk):
    """The same worker with the program's own openers, whose calls are given up after a moment."""

    def __init__(self) -> None:
        super().__init__()
        self.vaults = OpenedVaults(OPENERS)

    def until_nothing_waits(self, rounds: int = 30) -> None:
        """Let time pass until everything has been told."""
        for _ in range(rounds):
            if not self.later():
                return
        raise AssertionError("something still waits")


@pytest.fixture
def http_desk(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpDesk]:
    """A worker that may call receivers on loopback."""
    settings.VAULT_ALLOWED_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(calls, "SECONDS", CALL_SECONDS)
    made_desk = HttpDesk()
    yield made_desk
    made_desk.vaults.close()
    made_desk.pool.shutdown()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that verifies, and drops repeats."""
    with Receiver() as running:
        yield running
        assert running.forged == []
        assert {len(bodies) for bodies in running.bodies.values()} <= {1}
