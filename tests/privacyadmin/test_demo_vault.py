"""The demo's second vault: told by the real worker's code, and found again wherever the stand-in listens."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3
from django.utils import timezone

from erasure.choices import VaultKind
from erasure.cxone.sandbox import Sandbox
from erasure.deliveries.kinds import OPENERS
from erasure.deliveries.opened import OpenedVaults
from erasure.models import Delivery, Vault
from erasure.vault.signature import new_secret, read_secret, signed_headers
from privacyadmin.embedded.demo_people import make_demo_people
from privacyadmin.embedded.demo_vault import make_demo_vault
from privacyadmin.models import User
from tests.cxone_sandbox import sandbox
from tests.erasure import made_requests as made
from tests.erasure.told_vaults import deliver_batch

__all__ = ["sandbox"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def vault(tmp_path: Path, sandbox: Sandbox, settings: Any) -> Vault:
    """The demo's, beside its people."""
    make_demo_people(tmp_path)
    base_url = sandbox.endpoint.base_url
    settings.VAULT_ALLOWED_HOSTS = [urlsplit(base_url).netloc]
    make_demo_vault(base_url)
    return Vault.objects.get(kind=VaultKind.HTTP)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as made_pool:
        yield made_pool


def deliver(pool: ThreadPoolExecutor) -> None:
    vaults = OpenedVaults(OPENERS)
    Delivery.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=timezone.now())
    deliver_batch(vaults, pool)


def received(sandbox: Sandbox) -> list[dict[str, Any]]:
    answer = urllib3.request("GET", f"{sandbox.endpoint.base_url}/sandbox/vault")
    found: list[dict[str, Any]] = answer.json()
    return found


def test_samples_are_told_rejected_and_told_at_the_second_attempt(
    vault: Vault, sandbox: Sandbox, pool: ThreadPoolExecutor
) -> None:
    officer = User.objects.get(username="officer")
    requests = {name: made.filed(officer, name) for name in ("cust-1", "cust-2-NONE", "cust-3-FAIL")}
    for request in requests.values():
        made.completed(made.only(request))
    deliver(pool)
    state = {name: Delivery.objects.get(request=request) for name, request in requests.items()}
    assert [(one.state, one.last_status) for one in state.values()] == [
        ("delivered", 200),
        ("waiting", 422),
        ("waiting", 503),
    ]
    assert "Nobody is known here" in (state["cust-2-NONE"].last_answer or "")
    deliver(pool)
    assert sorted((one["subjectId"], one["came"]) for one in received(sandbox)) == [
        ("cust-1", 1),
        ("cust-3-FAIL", 2),
    ]


@pytest.mark.parametrize("wrong", ["secret", "body", "moment", "headers"])
def test_the_stand_in_takes_nothing_that_is_not_signed(vault: Vault, sandbox: Sandbox, wrong: str) -> None:
    secret = new_secret() if wrong == "secret" else vault.secret or ""
    moment = time.time() - (3600 if wrong == "moment" else 0)
    body = b'{"type": "privacy.test"}'
    now = datetime.fromtimestamp(moment, UTC)
    headers = {} if wrong == "headers" else signed_headers("msg_1", body, [read_secret(secret)], now=now)
    sent = b"{}" if wrong == "body" else body
    answer = urllib3.request("POST", vault.address or "", body=sent, headers=headers)
    assert answer.status == 401
    assert received(sandbox) == []


def test_at_the_next_start_it_is_found_where_the_stand_in_listens_then(vault: Vault) -> None:
    make_demo_vault("http://127.0.0.1:9")
    vault.refresh_from_db()
    assert vault.address == "http://127.0.0.1:9/vault/"
    assert Vault.objects.filter(kind=VaultKind.HTTP).count() == 1


def test_an_address_of_somebody_else_is_left_alone(vault: Vault) -> None:
    vault.address = "https://vault.example.org/hook"
    vault.save()
    make_demo_vault("http://127.0.0.1:9")
    vault.refresh_from_db()
    assert vault.address == "https://vault.example.org/hook"
    assert Vault.objects.filter(kind=VaultKind.HTTP).count() == 1
