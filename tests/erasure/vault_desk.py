"""An operator at the pages of vaults: how their forms are filled in, and what must never be read there."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.trail import events_of
from erasure.choices import (
    DeliveryState,
    Occasion,
    VaultKind,
)
from erasure.models import Delivery, Vault
from privacyadmin.models import User
from tests.cxone.raw_server import RawServer
from tests.erasure import made_requests as made
from tests.outbound.conftest import Resolver, resolver
from tests.vault.receiver import SECRET, Receiver

__all__ = ["resolver"]

LIST = reverse("admin:vault_list")
PUBLIC, PRIVATE = "93.184.216.34", "10.0.0.7"
UUIDS = [f"0f8fad5b-d9cb-469f-a165-70867728950{digit}" for digit in "123"]

#: A form of each kind as it is filled in; the values that nobody may read again stand first.
GIVEN: dict[VaultKind, dict[str, Any]] = {
    VaultKind.DATABASE: {"own_table": "on"},
    VaultKind.HTTP: {"address": "https://vault.example/in/tok-4471", "secret": SECRET},
    VaultKind.ONETRUST: {
        "address": "https://vault.example",
        "secret": "client-secret-4471",
        "key_id": "client-4471",
        **dict(zip(("resolution_done", "resolution_partly", "resolution_refused"), UUIDS, strict=True)),
    },
    VaultKind.SECURITI: {
        "address": "https://vault.example",
        "secret": "api-secret-4471",
        "key_id": "api-key-4471",
        "tenant": "acme",
    },
}
HIDDEN = {
    VaultKind.HTTP: ("tok-4471", SECRET),
    VaultKind.ONETRUST: ("client-secret-4471",),
    VaultKind.SECURITI: ("api-secret-4471", "api-key-4471"),
}


@pytest.fixture(autouse=True)
def _public_name(resolver: Resolver) -> None:
    resolver.tell("vault.example", [PUBLIC])
    resolver.tell("elsewhere.example", [PUBLIC])


@pytest.fixture
def desk(operator: User, signed_in: made.SignIn) -> Client:
    """The operator's browser."""
    return signed_in(operator)


@pytest.fixture
def receiver(settings: LazySettings) -> Iterator[Receiver]:
    """A receiver on loopback, which the setting allows."""
    with Receiver() as running:
        settings.VAULT_ALLOWED_HOSTS = [host_of(running)]
        yield running


def host_of(server: RawServer) -> str:
    return server.base_url.removeprefix("http://")


def new(kind: VaultKind) -> str:
    return reverse("admin:vault_new", args=[kind.value])


def about(name: str, vault: Vault) -> str:
    return reverse(f"admin:vault_{name}", args=[vault.pk])


def shown(client: Client, address: str) -> str:
    found = client.get(address)
    assert found.status_code == 200
    return found.content.decode()


def made_by_form(client: Client, kind: VaultKind, **more: Any) -> Vault:
    posted = {"name": f"Our {kind.value}", "tells": ["answered"], **GIVEN[kind], **more}
    found = client.post(new(kind), posted)
    assert found.status_code == 302, found.context["form"].errors
    return Vault.objects.get(name=posted["name"])


AGAIN = "Enter it again: it was not kept, and no page repeats it."


def errors(found: Any) -> dict[str, Any]:
    """The errors, without the word that a secret has to be typed again because of them."""
    all_of_them = {name: list(words) for name, words in found.context["form"].errors.items()}
    return {name: words for name, words in all_of_them.items() if words != [AGAIN]}


def form_of(vault: Vault, **instead: Any) -> dict[str, Any]:
    """The form of a vault as its page shows it: nothing that is hidden."""
    shown_again = {"revision": vault.revision, "name": vault.name, "tells": vault.tells, **vault.options}
    if vault.kind == VaultKind.ONETRUST:
        shown_again["key_id"] = vault.key_id
    if vault.kind == VaultKind.DATABASE:
        shown_again["own_table"] = "on"
    return {**shown_again, **instead}


def events(vault: Vault, act: str) -> list[dict[str, Any]]:
    return [event.facts for event in events_of(vault.obj).filter(act=act)]


def told(vault: Vault, officer: User, state: DeliveryState, subject: str, *, days_ago: int = 0) -> Delivery:
    """A delivery in this state."""
    now = timezone.now() - timedelta(days=days_ago)
    waits = state == DeliveryState.WAITING
    return Delivery.objects.create(
        vault=vault,
        request=made.filed(officer, subject),
        occasion=Occasion.ANSWERED,
        state=state,
        made_at=now,
        next_attempt_at=now if waits else None,
        settled_at=None if waits else now,
    )
