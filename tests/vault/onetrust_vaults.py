"""Vaults of the `onetrust` kind that lead to a stand-in on loopback."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from erasure.outbound.addresses import AddressGuard
from erasure.vault import Message, NotDelivered, Receipt
from erasure.vault.onetrust import OneTrustVault, Resolutions
from tests.vault.onetrust_stand_in import CLIENT_ID, CLIENT_SECRET, DONE, PARTLY, REFUSED, OneTrustStandIn
from tests.vault.stand_in import Reply

MakeVault = Callable[..., OneTrustVault]

LOGIN_PAGE = Reply(200, b"<html>Please sign in</html>", {"Content-Type": "text/html"})


@pytest.fixture
def onetrust() -> Iterator[OneTrustStandIn]:
    with OneTrustStandIn() as running:
        yield running


@pytest.fixture
def make_vault(onetrust: OneTrustStandIn) -> Iterator[MakeVault]:
    made: list[OneTrustVault] = []

    def make(**changes: Any) -> OneTrustVault:
        usual: dict[str, Any] = {
            "address": onetrust.address,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "resolutions": Resolutions(done=DONE, partly=PARTLY, refused=REFUSED),
            "guard": AddressGuard(frozenset({onetrust.host})),
        }
        facts = {**usual, **changes}
        made.append(OneTrustVault(facts.pop("address"), **facts))
        return made[-1]

    yield make
    for vault in made:
        vault.close()


@pytest.fixture
def vault(make_vault: MakeVault) -> OneTrustVault:
    return make_vault()


def refused(act: Callable[..., Receipt], *arguments: Message) -> NotDelivered:
    with pytest.raises(NotDelivered) as raised:
        act(*arguments)
    assert raised.value.__cause__ is raised.value.__context__ is None
    return raised.value
