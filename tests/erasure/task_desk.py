"""A worker that tells vaults which keep each request as a task, and such vaults on loopback."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from erasure.choices import VaultKind
from erasure.deliveries import tasks
from erasure.deliveries.kinds import OPENERS
from erasure.deliveries.opened import OpenedVaults
from erasure.models import PrivacyRequest, Vault
from erasure.vault import calls
from tests.erasure.told_vaults import DeliveryDesk, made_vault
from tests.vault import securiti_stand_in as at_securiti
from tests.vault.onetrust_stand_in import (
    CLIENT_ID,
    CLIENT_SECRET,
    DONE,
    PARTLY,
    REFUSED,
    OneTrustStandIn,
)
from tests.vault.securiti_stand_in import SecuritiStandIn

RESOLUTIONS = {"resolution_done": DONE, "resolution_partly": PARTLY, "resolution_refused": REFUSED}


def onetrust_vault(onetrust: OneTrustStandIn, **columns: Any) -> Vault:
    """The row of a vault that leads there."""
    facts = {"address": onetrust.address, "key_id": CLIENT_ID, "secret": CLIENT_SECRET}
    return made_vault("onetrust", VaultKind.ONETRUST, **{**facts, "options": RESOLUTIONS, **columns})


def securiti_vault(securiti: SecuritiStandIn, **columns: Any) -> Vault:
    """The row of a vault that leads there."""
    facts = {"address": securiti.address, "key_id": at_securiti.KEY, "secret": at_securiti.SECRET}
    return made_vault(
        "securiti", VaultKind.SECURITI, **{**facts, "options": {"tenant": at_securiti.TENANT}, **columns}
    )


def linked(request: PrivacyRequest, task: str, by: Any) -> PrivacyRequest:
    """The request, with its task named."""
    tasks.name_task(request, task, by=by, now=timezone.now())
    return request


@pytest.fixture
def onetrust() -> Iterator[OneTrustStandIn]:
    """A OneTrust on loopback."""
    with OneTrustStandIn() as running:
        yield running


@pytest.fixture
def securiti() -> Iterator[SecuritiStandIn]:
    """A Securiti on loopback."""
    with SecuritiStandIn() as running:
        yield running


@pytest.fixture
def task_desk(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeliveryDesk]:
    """A worker with the program's own openers that may call loopback, and gives up after a moment."""
    settings.VAULT_ALLOWED_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(calls, "SECONDS", 0.8)
    made = DeliveryDesk()
    made.vaults = OpenedVaults(OPENERS)
    yield made
    made.vaults.close()
    made.pool.shutdown()
