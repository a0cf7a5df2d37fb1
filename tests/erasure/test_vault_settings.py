"""The settings of vaults: every kind made and changed, what is refused, and secrets that go one way in."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from erasure.choices import (
    VaultKind,
)
from erasure.deliveries import vault_rows
from erasure.forms.vault_address import REFUSAL_LINES
from erasure.forms.vault_checks import RESOLUTIONS
from erasure.forms.vault_fields import NEVER_SHOWN
from erasure.models import Vault
from erasure.vault.signature import read_secret
from tests.erasure.told_vaults import made_vault
from tests.erasure.vault_desk import (
    AGAIN,
    GIVEN,
    HIDDEN,
    LIST,
    PRIVATE,
    PUBLIC,
    _public_name,
    about,
    desk,
    errors,
    events,
    form_of,
    made_by_form,
    new,
    receiver,
    shown,
)
from tests.outbound.conftest import Resolver, resolver
from tests.vault.receiver import OLD_SECRET, SECRET

__all__ = ["_public_name", "desk", "receiver", "resolver"]

pytestmark = pytest.mark.django_db

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


@pytest.mark.parametrize(
    "address",
    [
        "postgres://ada:tok-4471@127.0.0.1/privacy",
        "postgres://ada:tok-4471@inside.example/privacy",
        "postgres://ada:tok-4471@vault.example/privacy?sslmode=disable",
        "sqlite:////etc/tok-4471",
        "oracle-of-delphi://vault.example/",
        "no address",
    ],
)
def test_a_database_that_may_not_be_reached_is_refused(
    desk: Client, resolver: Resolver, address: str
) -> None:
    resolver.tell("inside.example", [PRIVATE])
    found = desk.post(new(VaultKind.DATABASE), {"name": "x", "address": address})
    assert set(errors(found)) == {"address"}
    assert "4471" not in str(errors(found))
    assert not Vault.objects.exists()


def test_a_register_moves_to_another_database_and_back(desk: Client) -> None:
    address = "postgres://ada:tok-4471@vault.example/privacy"
    vault = made_by_form(desk, VaultKind.DATABASE)
    found = desk.post(about("page", vault), form_of(vault, own_table="", address=address), follow=True)
    assert "4471" not in found.content.decode()
    vault.refresh_from_db()
    assert vault.address == address
    assert desk.post(about("page", vault), form_of(vault, own_table="", name="Other")).status_code == 302
    vault.refresh_from_db()
    assert vault.address == address
    assert desk.post(about("page", vault), form_of(vault)).status_code == 302
    vault.refresh_from_db()
    assert vault.address is None


def test_a_secret_without_an_address_goes_to_no_address_that_is_set_later(desk: Client) -> None:
    options = {name: GIVEN[VaultKind.ONETRUST][name] for name in RESOLUTIONS}
    vault = made_vault(
        kind=VaultKind.ONETRUST, key_id="client-4471", secret="from-the-settings", options=options
    )
    posted = form_of(vault, address="https://elsewhere.example")
    assert set(errors(desk.post(about("page", vault), posted))) == {"secret"}


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
        (VaultKind.DATABASE, "address", "postgres://vault.example/privacy"),
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
