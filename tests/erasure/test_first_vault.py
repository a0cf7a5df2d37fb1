"""The first vault: made once from the environment, then the operators'."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from audit.trail import audited
from erasure.choices import VaultKind
from erasure.deliveries import vault_rows
from erasure.deliveries.kinds import OPENERS
from erasure.models import Vault
from erasure.seeding import FIRST_VAULT_NAMES, seed
from erasure.vault_kinds import VAULT_KINDS

pytestmark = pytest.mark.django_db

GIVEN = {
    "VAULT_URL": "https://vault.example",
    "VAULT_KEY_ID": "the-id",
    "VAULT_SECRET": "the-secret",
    "VAULT_TENANT": "the-tenant",
}


def started(settings: LazySettings, kind: str, **given: str) -> list[Vault]:
    """What a start with this environment leaves."""
    settings.VAULT_KIND = kind
    for name in GIVEN:
        setattr(settings, name, given.get(name, ""))
    seed(using="default")
    return list(Vault.objects.all())


@pytest.mark.parametrize("kind", list(VaultKind))
def test_it_is_made_once_with_what_the_environment_says(settings: LazySettings, kind: VaultKind) -> None:
    [vault] = started(settings, kind, **GIVEN)
    assert (vault.name, vault.code, vault.kind) == (FIRST_VAULT_NAMES[kind], kind, kind)
    assert (vault.address, vault.key_id, vault.secret) == ("https://vault.example", "the-id", "the-secret")
    assert (vault.options, vault.is_on) == ({"tenant": "the-tenant"}, True)
    assert vault.tells == sorted(VAULT_KINDS[kind].told_at_first)
    assert started(settings, kind, **GIVEN) == [vault]
    other = next(one for one in VaultKind if one != kind)
    assert started(settings, other) == [vault], "a change of the environment makes no second"


def test_what_is_not_given_is_not_there(settings: LazySettings) -> None:
    [vault] = started(settings, "database")
    assert (vault.address, vault.key_id, vault.secret, vault.options) == (None, None, None, {})
    assert type(OPENERS[vault.kind](vault)).__name__ == "OwnTableVault"


def test_with_none_there_is_none(settings: LazySettings) -> None:
    assert started(settings, "none", **GIVEN) == []


def test_what_operators_made_of_it_stays(settings: LazySettings, operator: Any) -> None:
    [vault] = started(settings, "http", **GIVEN)
    changed = vault_rows.VaultSettings(name="Legal’s register", address="https://other.example", tells=())
    with audited() as log:
        vault_rows.change(log, vault_rows.locked(vault.pk), changed, by=operator, now=vault.added_at)
    with audited() as log:
        vault_rows.switch_off(log, vault_rows.locked(vault.pk), by=operator, now=vault.added_at)
    [after] = started(settings, "http", **GIVEN)
    assert (after.pk, after.name, after.address) == (vault.pk, "Legal’s register", "https://other.example")
    assert (after.tells, after.is_on) == ([], False)


@pytest.mark.django_db(transaction=True)
def test_a_flush_makes_it_anew(settings: LazySettings) -> None:
    [before] = started(settings, "database")
    call_command("flush", interactive=False, verbosity=0)
    [after] = Vault.objects.all()
    assert (after.name, after.kind) == (before.name, before.kind)
