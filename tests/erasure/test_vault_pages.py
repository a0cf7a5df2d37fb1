"""The operators’ pages for vaults: how each stands, what can be done with it, and who may."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from erasure.choices import (
    TROUBLE_LINES,
    DeliveryState,
    DeliveryTrouble,
    OffBecause,
    VaultKind,
)
from erasure.models import Vault
from privacyadmin.models import User
from tests.cxone.raw_server import RawServer, answer, saying
from tests.erasure import made_requests as made
from tests.erasure.told_vaults import made_vault
from tests.erasure.vault_desk import (
    LIST,
    _public_name,
    about,
    desk,
    events,
    form_of,
    host_of,
    made_by_form,
    new,
    receiver,
    shown,
    told,
)
from tests.outbound.conftest import resolver
from tests.vault.receiver import SECRET, Receiver

__all__ = ["_public_name", "desk", "receiver", "resolver"]

pytestmark = pytest.mark.django_db

# Who ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["officer", "reviewer", "auditor", "stranger"])
def test_they_are_for_operators_and_a_try_is_on_record(
    who: str, signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    client, vault = signed_in(request.getfixturevalue(who)), made_vault()
    for address in (LIST, new(VaultKind.HTTP), about("page", vault)):
        assert client.get(address).status_code == 403
    for name in ("page", "test", "switch", "drop_secret"):
        assert client.post(about(name, vault), {"to": "off"}).status_code == 403
        denied = AuditEvent.objects.filter(act="access.denied", obj=f"access:vault-{name}".replace("_", "-"))
        assert denied.get().facts["permission"] == "erasure.manage_vaults"
    vault.refresh_from_db()
    assert vault.is_on


# Lists and pages ------------------------------------------------------------------------------------------


def test_without_a_vault_the_list_says_what_would_be_there_and_how_to_make_one(desk: Client) -> None:
    page = shown(desk, LIST)
    assert "No vault yet" in page
    for kind in VaultKind:
        assert new(kind) in page


def test_the_list_counts_what_was_told_and_leads_there(desk: Client, officer: User) -> None:
    vault, other = made_vault("register"), made_vault("other")
    states = [DeliveryState.DELIVERED] * 2 + [DeliveryState.WAITING] + [DeliveryState.GIVEN_UP] * 3
    for number, state in enumerate(states):
        told(vault, officer, state, f"c-{number}")
    told(vault, officer, DeliveryState.DELIVERED, "c-old", days_ago=31)

    lines = {line.vault.code: line for line in desk.get(LIST).context["lines"]}
    assert [one.count for one in lines["register"].counted] == [2, 1, 3]
    assert [one.count for one in lines["other"].counted] == [0, 0, 0]
    for state, one in zip(("delivered", "waiting", "given_up"), lines["register"].counted, strict=True):
        assert one.href.startswith(f"{reverse('admin:delivery_list')}?vault=register&state={state}")
        assert len(desk.get(one.href).context["lines"]) == one.count
    assert not any(one.href for one in lines[other.code].counted)


MOMENT = datetime.fromisoformat("2026-11-28T10:00:00+00:00")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({}, ["On"]),
        ({"paused_until": timezone.now() + timedelta(hours=1), "last_trouble": "rate_limited"}, ["Paused"]),
        ({"is_on": False, "off_because": OffBecause.OPERATOR, "off_since": MOMENT}, ["Off", "28 Nov 2026"]),
        ({"is_on": False, "off_because": OffBecause.GONE, "off_since": MOMENT}, ["Gone", "28 Nov 2026"]),
    ],
)
def test_a_vault_says_how_it_stands(desk: Client, columns: dict[str, Any], words: list[str]) -> None:
    vault = made_vault(**columns)
    for page in (shown(desk, LIST), shown(desk, about("page", vault))):
        for word in words:
            assert word in page


def test_a_pause_that_ran_out_is_tried_again_only_where_something_waits(desk: Client, officer: User) -> None:
    vault = made_vault(paused_until=timezone.now() - timedelta(minutes=1))
    assert "Trying again" not in shown(desk, LIST)
    told(vault, officer, DeliveryState.WAITING, "c-1")
    assert "Trying again" in shown(desk, LIST)
    assert "It is tried again" in shown(desk, about("page", vault))


@pytest.mark.parametrize("trouble", list(DeliveryTrouble))
def test_the_last_trouble_says_what_to_do(desk: Client, trouble: DeliveryTrouble) -> None:
    vault = made_vault(last_trouble=trouble, last_failure_at=timezone.now())
    for page in (shown(desk, LIST), shown(desk, about("page", vault))):
        assert str(TROUBLE_LINES[trouble]) in page


def test_what_to_do_about_a_trouble_is_left_out_once_something_arrived_and_said_once_where_it_pauses(
    desk: Client,
) -> None:
    trouble, now = DeliveryTrouble.UNREACHABLE, timezone.now()
    facts = {"last_trouble": trouble, "last_failure_at": now - timedelta(minutes=2)}
    over = made_vault(**facts, last_success_at=now - timedelta(minutes=1))
    page = shown(desk, about("page", over))
    assert str(trouble.label) in page
    assert str(TROUBLE_LINES[trouble]) not in page
    still = made_vault("still", **facts, paused_until=now + timedelta(minutes=5))
    assert shown(desk, about("page", still)).count(str(TROUBLE_LINES[trouble])) == 1


@pytest.mark.parametrize("trouble", list(DeliveryTrouble))
def test_no_trouble_says_that_it_is_tried_again(trouble: DeliveryTrouble) -> None:
    # The same words stand where it was given up, and after a test.
    assert "again by itself" not in str(TROUBLE_LINES[trouble])


@pytest.mark.parametrize(
    ("kind", "address", "where"),
    [
        ("http", "https://vault.example/in/tok-4471?key=tok-4471", "vault.example"),
        ("http", "https://vault.example:8443/tok-4471", "vault.example:8443"),
        ("http", "https://[2606:2800:220:1::1]:8443/tok-4471", "[2606:2800:220:1::1]:8443"),
        ("http", "https://ada:tok-4471@vault.example/", "vault.example"),
        ("http", "https://[tok-4471", "An address without a host"),
        ("http", None, "No address yet"),
        ("database", None, "This program’s own database"),
        ("database", "postgres://ada:tok-4471@db.example:5433/privacy", "db.example:5433"),
        ("database", "postgres://ada:4471/tok-4471@db.example/privacy", "An address without a host"),
        ("database", "sqlite:////srv/tok-4471", "A file or a socket on this machine"),
    ],
)
def test_of_an_address_the_host_is_shown_and_nothing_else(
    desk: Client, kind: str, address: str | None, where: str
) -> None:
    vault = made_vault(kind=VaultKind(kind), address=address, secret=SECRET)
    assert desk.get(LIST).context["lines"][0].where == where
    for page in (shown(desk, LIST), shown(desk, about("page", vault))):
        assert where in page
        assert "4471" not in page


# Acts -----------------------------------------------------------------------------------------------------


def test_it_is_switched_off_and_on_with_what_waits(desk: Client, officer: User) -> None:
    vault = made_vault(name="Register")
    told(vault, officer, DeliveryState.WAITING, "c-1")
    page = desk.post(about("switch", vault), {"to": "off"}, follow=True).content.decode()
    assert "Register is off" in page
    assert "It is switched off" in page
    assert "1 delivery waits" in page
    desk.post(about("switch", vault), {"to": "off"})
    desk.post(about("switch", vault), {"to": "sideways"})
    page = desk.post(about("switch", vault), {"to": "on"}, follow=True).content.decode()
    assert "1 delivery that waited goes out now" in page
    vault.refresh_from_db()
    assert vault.is_on
    assert events(vault, "vault.switched_off") == [{"because": "operator", "waiting": 1}]
    assert events(vault, "vault.switched_on") == [{"waiting": 1}]


def test_switched_off_with_nothing_waiting_no_noughts_are_counted(desk: Client) -> None:
    page = desk.post(about("switch", made_vault()), {"to": "off"}, follow=True).content.decode()
    assert "Nothing waits for it." in page
    assert "Nothing from before waits for it." in page
    assert "0 deliveries" not in page


def test_what_was_given_up_is_said_on_top(desk: Client, officer: User) -> None:
    vault = made_vault()
    assert "given up" not in shown(desk, about("page", vault))
    told(vault, officer, DeliveryState.GIVEN_UP, "c-1")
    assert "1 delivery was given up" in shown(desk, about("page", vault))


def tried(client: Client, vault: Vault) -> tuple[str, str, str]:
    """The tone and the words of a test, and its page."""
    found = client.post(about("test", vault), follow=True)
    assert found.redirect_chain == [(about("page", vault), 302)]
    *_of_making_it, message = found.context["messages"]
    return message.level_tag, str(message), found.content.decode()


def test_a_test_of_our_own_table(desk: Client) -> None:
    vault = made_vault()
    tone, words, _page = tried(desk, vault)
    assert tone == "success"
    assert words.startswith("The test arrived")
    assert events(vault, "vault.tested") == [{"result": "ok", "status": None}]


def test_a_test_reaches_a_receiver_which_verifies_it(desk: Client, receiver: Receiver) -> None:
    address = f"{receiver.base_url}/in"
    vault = made_by_form(desk, VaultKind.HTTP, address=address)
    tone, words, _page = tried(desk, vault)
    assert tone == "success"
    assert "204" in words
    assert [attempt.fields["type"] for attempt in receiver.taken.values()] == ["privacy.test"]
    assert not receiver.forged
    assert Vault.objects.get().last_success_at is None


def test_a_test_that_fails_says_what_to_do_and_what_the_vault_said(desk: Client, receiver: Receiver) -> None:
    said = b"<script>alert(1)</script> you sent " + SECRET.encode() + b" " + b"x" * 5000
    receiver.mood = saying("500 Internal Server Error", said)
    vault = made_by_form(desk, VaultKind.HTTP, address=f"{receiver.base_url}/in")
    tone, words, page = tried(desk, vault)
    assert tone == "error"
    assert "The test failed: reported an error of its own." in words
    assert str(TROUBLE_LINES[DeliveryTrouble.SERVER_ERROR]) in words
    assert "500" in words
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page
    assert SECRET not in page
    assert "x" * 400 not in page
    assert events(vault, "vault.tested") == [{"result": "server_error", "status": 500}]


def test_a_test_follows_no_allowance_that_was_taken_back(
    desk: Client, receiver: Receiver, settings: LazySettings
) -> None:
    vault = made_by_form(desk, VaultKind.HTTP, address=f"{receiver.base_url}/in")
    settings.VAULT_ALLOWED_HOSTS = []
    tone, words, _page = tried(desk, vault)
    assert tone == "error"
    assert str(TROUBLE_LINES[DeliveryTrouble.ADDRESS_REFUSED]) in words
    assert not receiver.attempts


@pytest.mark.parametrize("kind", [VaultKind.ONETRUST, VaultKind.SECURITI])
def test_a_test_of_a_kind_with_tasks_tells_what_came_of_it(
    desk: Client, settings: LazySettings, kind: VaultKind
) -> None:
    def refusing(connection: Any, _request: bytes) -> None:
        connection.sendall(answer("401 Unauthorized", b"{}"))

    with RawServer(refusing) as server:
        settings.VAULT_ALLOWED_HOSTS = [host_of(server)]
        vault = made_by_form(desk, kind, address=server.base_url)
        tone, words, _page = tried(desk, vault)
    assert tone == "error"
    assert str(TROUBLE_LINES[DeliveryTrouble.SIGN_IN]) in words


# On record ------------------------------------------------------------------------------------------------


def test_the_log_has_a_page_for_each_event_of_a_vault(
    desk: Client, auditor: User, officer: User, signed_in: made.SignIn
) -> None:
    vault = made_by_form(desk, VaultKind.DATABASE)
    desk.post(about("page", vault), form_of(vault, name="Another name"))
    desk.post(about("test", vault))
    desk.post(about("switch", vault), {"to": "off"})
    desk.post(about("switch", vault), {"to": "on"})
    reader = signed_in(auditor)
    listed = shown(reader, f"{reverse('admin:audit_auditevent_changelist')}?q={vault.obj}")
    for act, words in (
        ("vault.added", "Vault added"),
        ("vault.changed", "Vault changed"),
        ("vault.tested", "Vault tested"),
        ("vault.switched_off", "Vault switched off"),
        ("vault.switched_on", "Vault switched on"),
    ):
        event = AuditEvent.objects.get(act=act)
        assert words in listed
        page = shown(reader, reverse("admin:audit_auditevent_change", args=[event.seq]))
        assert words in page
        assert vault.obj in page
