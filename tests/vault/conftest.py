"""A receiver on loopback, and vaults that lead there."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from erasure.outbound.addresses import AddressGuard
from erasure.vault import Message, NotDelivered, calls
from erasure.vault.http import HttpVault
from tests.vault.receiver import SECRET, Receiver

LIMIT = 0.5
MESSAGE = Message(
    id="msg_4f1c",
    body='{"type":"privacy.request.completed","subjectId":"Ö-1"}'.encode(),
    occasion="completed",
)

Make = Callable[..., HttpVault]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def make() -> Iterator[Make]:
    """Vaults at an address on loopback, which is allowed unless said otherwise."""
    made: list[HttpVault] = []

    def vault(address: str, secret: str = SECRET, allowed: str = "127.0.0.1", **facts: Any) -> HttpVault:
        guard = AddressGuard(frozenset([allowed]))
        made.append(HttpVault(address, secret, guard=guard, **facts))
        return made[-1]

    yield vault
    for one in made:
        one.close()


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls are given up after half a second."""
    monkeypatch.setattr(calls, "SECONDS", LIMIT)


def trouble_at(vault: HttpVault) -> NotDelivered:
    with pytest.raises(NotDelivered) as caught:
        vault.deliver(MESSAGE)
    assert caught.value.__cause__ is caught.value.__context__ is None
    return caught.value
