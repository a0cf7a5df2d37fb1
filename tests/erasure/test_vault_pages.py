"""The operators' pages for vaults: what each shows, what a form refuses, and that secrets go one way in."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from audit.trail import events_of
from erasure.choices import (
    TROUBLE_LINES,
    DeliveryState,
    DeliveryTrouble,
    Occasion,
    OffBecause,
    VaultKind,
)
from erasure.deliveries import vault_rows
from erasure.forms.vault_address import REFUSAL_LINES
from erasure.forms.vault_fields import NEVER_SHOWN
from erasure.models import Delivery, Vault
from erasure.vault.signature import read_secret
from privacyadmin.models import User
from tests.cxone.raw_server import RawServer, answer, saying
from tests.erasure import made_requests as made
from tests.erasure.told_vaults import made_vault
from tests.outbound.conftest import Resolver, resolver
from tests.vault.receiver import OLD_SECRET, SECRET, Receiver

__all__ = ["resolver"]

pytestmark = pytest.mark.django_db

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
        settings.VAULT_ALLOWED_HOSTS = [f"127.0.0.1:{running.port}"]
        yield running


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


def told(vault: Vault, officer: User, state: DeliveryState, subject: str) -> Delivery:
    """A delivery in this state."""
    now = timezone.now()
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
    long_ago = told(vault, officer, DeliveryState.DELIVERED, "c-old")
    Delivery.objects.filter(pk=long_ago.pk).update(settled_at=timezone.now() - timedelta(days=31))

    lines = {line.vault.code: line for line in desk.get(LIST).context["lines"]}
    assert [one.count for one in lines["register"].counted] == [2, 1, 3]
    assert [one.count for one in lines["other"].counted] == [0, 0, 0]
    for state, one in zip(("delivered", "waiting", "given_up"), lines["register"].counted, strict=True):
        assert one.href == f"{reverse('admin:delivery_list')}?vault=register&state={state}"
        assert desk.get(one.href).status_code == 200
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
        ("database", "sqlite:////srv/tok-4471", "An address without a host"),
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


# Making and changing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", VaultKind)
def test_every_kind_is_made_and_changed_and_what_is_hidden_stays(desk: Client, kind: VaultKind) -> None:
    vault = made_by_form(desk, kind)
    for name, value in GIVEN[kind].items():
        assert vault.options.get(name, getattr(vault, name, "on")) == value
    assert events(vault, "vault.added") == [{"kind": kind.value, "tells": vault.tells}]

    kept = (vault.address, vault.key_id, vault.secret, vault.options)
    found = desk.post(about("page", vault), form_of(vault, name="Another name"))
    assert found.status_code == 302
    vault.refresh_from_db()
    assert (vault.name, vault.revision) == ("Another name", 2)
    assert (vault.address, vault.key_id, vault.secret, vault.options) == kept
    assert events(vault, "vault.changed") == [{"settings": ["name"]}]


@pytest.mark.parametrize("kind", HIDDEN)
def test_what_was_entered_is_in_no_answer(desk: Client, kind: VaultKind) -> None:
    vault = made_by_form(desk, kind)
    wrong = form_of(vault, name="", **GIVEN[kind])
    answers = [
        desk.get(LIST),
        desk.get(about("page", vault)),
        desk.post(about("page", vault), form_of(vault, name="Another name"), follow=True),
        desk.post(about("page", vault), form_of(vault), follow=True),
        desk.post(about("switch", vault), {"to": "off"}, follow=True),
    ]
    for found in answers:
        assert found.status_code == 200
        for secret in HIDDEN[kind]:
            assert secret.encode() not in found.content
    # Beside a mistake elsewhere it has to be typed again, and the page says so.
    for found in (desk.post(about("page", vault), wrong), desk.post(new(kind), {**GIVEN[kind], "name": ""})):
        assert found.context["form"].errors["secret"] == [AGAIN]
        for name in set(GIVEN[kind]) & (NEVER_SHOWN[kind] - {"address"}):
            assert GIVEN[kind][name].encode() not in found.content


@pytest.mark.parametrize("kind", VaultKind)
def test_a_kind_has_only_its_own_fields_and_occasions(desk: Client, kind: VaultKind) -> None:
    form = desk.get(new(kind)).context["form"]
    extra = {"database": {"own_table"}, "http": {"make_secret"}}.get(kind.value, set())
    assert set(form.fields) == {"revision", "name", "tells", *form.facts.fields, *extra}
    context = desk.get(new(kind)).context
    offered = {option.data["value"] for option, _line in context["occasions"]}
    assert offered | set(form.always) == set(form.facts.told)
    assert len(context["always"]) == len(form.always)


@pytest.mark.parametrize("kind", VaultKind)
def test_an_empty_form_says_what_is_missing(desk: Client, kind: VaultKind) -> None:
    found = desk.post(new(kind), {})
    form = found.context["form"]
    missing = set(form.facts.needs) | {"name"} | (set() if form.always else {"tells"})
    assert set(errors(found)) == missing | ({"address"} if kind is VaultKind.DATABASE else set())
    assert not Vault.objects.exists()


def test_completions_are_told_whatever_is_ticked(desk: Client) -> None:
    assert made_by_form(desk, VaultKind.HTTP, tells=[]).tells == ["completed"]
    assert made_by_form(desk, VaultKind.SECURITI).tells == ["answered"]
    assert "Always told" in shown(desk, new(VaultKind.HTTP))
    assert "Always told" not in shown(desk, new(VaultKind.SECURITI))


def test_nothing_is_told_that_the_kind_cannot_be_told(desk: Client) -> None:
    found = desk.post(
        new(VaultKind.SECURITI), {**GIVEN[VaultKind.SECURITI], "name": "x", "tells": ["failed"]}
    )
    assert set(errors(found)) == {"tells"}


@pytest.mark.parametrize("kind", [VaultKind.HTTP, VaultKind.ONETRUST, VaultKind.SECURITI])
@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://127.0.0.1", "private"),
        ("https://127.0.0.1/", "private"),
        ("http://2130706433", "private"),
        ("http://[::1]", "private"),
        ("http://169.254.169.254/", "private"),
        ("http://localhost.", "private"),
        ("https://inside.example/", "private"),
        ("https://nowhere.example/", "unresolvable"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://vault.example/", "scheme"),
        ("http://vault.example/", "plain_http"),
        ("https://ada:secret@vault.example/", "credentials"),
        ("https://", "malformed"),
    ],
)
def test_an_address_that_may_not_be_called_is_refused_beside_its_field(
    desk: Client, resolver: Resolver, kind: VaultKind, address: str, code: Any
) -> None:
    resolver.tell("inside.example", [PUBLIC, PRIVATE])
    resolver.tell("nowhere.example", [])
    words = str(REFUSAL_LINES[code])
    found = desk.post(new(kind), {**GIVEN[kind], "name": "x", "tells": ["answered"], "address": address})
    assert errors(found) == {"address": [words]}
    assert not Vault.objects.exists()

    vault = made_by_form(desk, kind)
    found = desk.post(about("page", vault), form_of(vault, address=address))
    assert errors(found)["address"] == [words]
    vault.refresh_from_db()
    assert vault.address == GIVEN[kind]["address"]


def test_a_private_address_is_taken_where_the_setting_names_its_host(
    desk: Client, settings: LazySettings
) -> None:
    settings.VAULT_ALLOWED_HOSTS = ["127.0.0.1:9000"]
    assert made_by_form(desk, VaultKind.HTTP, address="http://127.0.0.1:9000/in")


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        (VaultKind.HTTP, "secret", "whsec_dG9vIHNob3J0"),
        (VaultKind.HTTP, "secret", "no secret at all"),
        (VaultKind.ONETRUST, "key_id", "two words"),
        (VaultKind.ONETRUST, "resolution_partly", "../done"),
        (VaultKind.ONETRUST, "resolution_done", ""),
        (VaultKind.SECURITI, "secret", "schlüssel"),
        (VaultKind.SECURITI, "tenant", "acme\r\nX-Other: 1"),
        (VaultKind.SECURITI, "key_id", ""),
        (VaultKind.DATABASE, "name", "x" * 61),
        (VaultKind.DATABASE, "address", "postgres://db.example/privacy"),
    ],
)
def test_what_could_not_work_is_refused_beside_its_field(
    desk: Client, kind: VaultKind, field: str, value: str
) -> None:
    posted = {"name": "x", "tells": ["answered"], **GIVEN[kind], field: value}
    assert set(errors(desk.post(new(kind), posted))) == {field}


def test_two_vaults_never_share_a_name(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = made_vault(name="Register"), made_vault("other")
    assert set(errors(desk.post(about("page", second), form_of(second, name="register")))) == {"name"}
    assert desk.post(about("page", first), form_of(first)).status_code == 302

    # Two at the very same moment cannot be made here: the second writer meets the database's own rule.
    def too_late(*_args: Any, **_options: Any) -> None:
        raise IntegrityError

    for name in ("add", "change"):
        monkeypatch.setattr(vault_rows, name, too_late)
    posted = {"name": "New", "own_table": "on"}
    assert set(errors(desk.post(new(VaultKind.DATABASE), posted))) == {"name"}
    assert set(errors(desk.post(about("page", second), form_of(second, name="New")))) == {"name"}


@pytest.mark.parametrize("kind", [VaultKind.ONETRUST, VaultKind.SECURITI])
def test_what_is_sent_along_has_to_be_entered_anew_for_another_host(desk: Client, kind: VaultKind) -> None:
    vault = made_by_form(desk, kind)
    elsewhere = form_of(vault, address="https://elsewhere.example")
    hidden = {"secret"} | ({"key_id"} if kind is VaultKind.SECURITI else set())
    assert set(errors(desk.post(about("page", vault), elsewhere))) == hidden
    again = {name: GIVEN[kind][name] for name in hidden}
    assert desk.post(about("page", vault), {**elsewhere, **again}).status_code == 302
    same_host = form_of(Vault.objects.get(pk=vault.pk), address="https://elsewhere.example/other")
    assert desk.post(about("page", vault), same_host).status_code == 302


def test_a_form_that_was_overtaken_is_refused(desk: Client) -> None:
    vault = made_vault(name="Register")
    mine = form_of(vault, name="My name")
    assert desk.post(about("page", vault), form_of(vault, name="Their name")).status_code == 302
    found = desk.post(about("page", vault), mine)
    assert "Somebody has changed this vault" in found.content.decode()
    assert found.context["form"]["name"].value() == "Their name"
    assert Vault.objects.get(pk=vault.pk).name == "Their name"
    assert (
        "Somebody has changed" in desk.post(about("page", vault), {**mine, "revision": ""}).content.decode()
    )


def test_a_form_that_changes_nothing_says_so_and_is_no_event(desk: Client) -> None:
    vault = made_by_form(desk, VaultKind.ONETRUST)
    found = desk.post(about("page", vault), form_of(vault), follow=True)
    assert "Nothing was changed." in found.content.decode()
    assert events(vault, "vault.changed") == []


# Secrets that are made here -------------------------------------------------------------------------------


def test_a_made_secret_is_shown_once(desk: Client) -> None:
    posted = {"name": "Ours", "address": "https://vault.example/", "make_secret": "on"}
    found = desk.post(new(VaultKind.HTTP), posted)
    vault = Vault.objects.get()
    secret = vault.secret or ""
    assert len(read_secret(secret)) == 32
    page = found.content.decode()
    assert page.count(secret) == 1
    assert "no-store" in found["Cache-Control"]
    assert 'data-copies="secret"' in page
    again = [desk.get(LIST), desk.get(about("page", vault)), desk.post(new(VaultKind.HTTP), posted)]
    assert all(secret.encode() not in one.content for one in again)


def test_a_new_secret_signs_beside_the_one_before_until_that_is_dropped(desk: Client) -> None:
    vault = made_by_form(desk, VaultKind.HTTP)
    found = desk.post(about("page", vault), form_of(vault, make_secret="on"))
    vault.refresh_from_db()
    assert vault.secret in found.content.decode()
    assert "previous secret signs beside it" in found.content.decode()
    assert vault.previous_secret == SECRET
    page = shown(desk, about("page", vault))
    assert vault.previous_secret_until.isoformat() in page
    assert about("drop_secret", vault) in page
    assert not re.search("whsec_[A-Za-z0-9]", page)
    # Loaded again, the page that showed it posts what is overtaken.
    assert vault.secret not in desk.post(about("page", vault), form_of(vault, revision=1)).content.decode()

    assert desk.post(about("drop_secret", vault)).status_code == 302
    vault.refresh_from_db()
    assert vault.previous_secret is None
    assert about("drop_secret", vault) not in shown(desk, about("page", vault))
    assert events(vault, "vault.changed") == [{"settings": ["secret"]}, {"settings": ["previous_secret"]}]


def test_a_previous_secret_whose_time_is_over_is_not_spoken_of(desk: Client) -> None:
    over = timezone.now() - timedelta(minutes=1)
    vault = made_vault(
        kind=VaultKind.HTTP, secret=SECRET, previous_secret=OLD_SECRET, previous_secret_until=over
    )
    assert about("drop_secret", vault) not in shown(desk, about("page", vault))


def test_a_secret_is_either_given_or_made(desk: Client) -> None:
    found = desk.post(new(VaultKind.HTTP), {"name": "x", **GIVEN[VaultKind.HTTP], "make_secret": "on"})
    assert set(errors(found)) == {"secret"}


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


def test_what_was_given_up_is_said_on_top(desk: Client, officer: User) -> None:
    vault = made_vault()
    assert "given up" not in shown(desk, about("page", vault))
    told(vault, officer, DeliveryState.GIVEN_UP, "c-1")
    assert "1 delivery was given up" in shown(desk, about("page", vault))


def tried(client: Client, vault: Vault) -> tuple[str, str, str]:
    """The tone and the words of a test, and its page."""
    found = client.post(about("test", vault), follow=True)
    assert found.redirect_chain == [(about("page", vault), 302)]
    (message,) = found.context["messages"]
    return message.level_tag, str(message), found.content.decode()


def test_a_test_of_our_own_table(desk: Client) -> None:
    vault = made_vault()
    tone, words, _page = tried(desk, vault)
    assert tone == "success"
    assert words.startswith("The test arrived")
    assert events(vault, "vault.tested") == [{"result": "ok", "status": None}]


def test_a_test_reaches_a_receiver_which_verifies_it(desk: Client, receiver: Receiver) -> None:
    address = f"http://127.0.0.1:{receiver.port}/in"
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
    vault = made_by_form(desk, VaultKind.HTTP, address=f"http://127.0.0.1:{receiver.port}/in")
    tone, words, page = tried(desk, vault)
    assert tone == "error"
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
    vault = made_by_form(desk, VaultKind.HTTP, address=f"http://127.0.0.1:{receiver.port}/in")
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
        settings.VAULT_ALLOWED_HOSTS = [f"127.0.0.1:{server.port}"]
        vault = made_by_form(desk, kind, address=f"http://127.0.0.1:{server.port}")
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
