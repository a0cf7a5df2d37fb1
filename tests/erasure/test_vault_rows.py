"""Vaults as operators change and switch them, and what that means for deliveries."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.utils import timezone

from audit.trail import audited
from erasure.choices import Occasion, VaultKind
from erasure.deliveries import vault_rows, vault_secrets
from erasure.deliveries.opened import OpenedVaults
from erasure.encryption import WrongKey
from erasure.jobs import tick_round
from erasure.models import Delivery, Vault
from tests.erasure import made_requests as made
from tests.erasure.at_work import event_data
from tests.erasure.told_vaults import DeliveryDesk, ObedientVault, desk, made_vault

__all__ = ["desk"]

pytestmark = pytest.mark.django_db(transaction=True)


class Named(ObedientVault):
    """A vault that knows its address."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address


def test_changed_settings_are_used_from_the_next_delivery_on(operator: Any) -> None:
    row = made_vault(address="https://a.example")
    opened = OpenedVaults({VaultKind.DATABASE: lambda row: Named(row.address or "")})
    first = opened.of({row.pk})[row.pk]
    assert opened.of({row.pk})[row.pk] is first
    with audited() as log:
        settings = vault_rows.VaultSettings(
            name="Register", address="https://b.example", tells=[Occasion.COMPLETED]
        )
        changed = vault_rows.change(log, vault_rows.locked(row.pk), settings, by=operator, now=timezone.now())
    assert sorted(changed) == ["address", "name", "tells"]
    second = opened.of({row.pk})[row.pk]
    assert isinstance(second, Named)
    assert second.address == "https://b.example"
    assert event_data(row.obj, "vault.changed") == [{"settings": ["name", "address", "tells"]}]


def test_a_new_secret_of_http_leaves_the_old_one_signing_for_a_week(operator: Any) -> None:
    row = made_vault(kind=VaultKind.HTTP, address="https://a.example", secret="whsec_old")
    with audited() as log:
        settings = vault_rows.VaultSettings(
            name="register", address="https://a.example", secret="whsec_new", tells=list(Occasion)
        )
        vault_rows.change(log, vault_rows.locked(row.pk), settings, by=operator, now=timezone.now())
    row.refresh_from_db()
    assert (row.secret, row.previous_secret) == ("whsec_new", "whsec_old")
    assert row.previous_secret_until > timezone.now() + timedelta(days=6)
    with audited() as log:
        vault_rows.drop_previous_secret(log, vault_rows.locked(row.pk), by=operator)
    row.refresh_from_db()
    assert (row.previous_secret, row.previous_secret_until) == (None, None)


def test_a_secret_that_signs_no_more_is_thrown_away(transactional_db: None) -> None:
    now = timezone.now()
    for code, until in (("old", now - timedelta(seconds=1)), ("new", now + timedelta(days=1))):
        made_vault(code, VaultKind.HTTP, previous_secret="whsec_old", previous_secret_until=until)
    tick_round()
    kept = {vault.code: vault.previous_secret for vault in Vault.objects.all()}
    assert kept == {"old": None, "new": "whsec_old"}


def test_names_in_the_log_are_plain_and_never_given_twice(operator: Any) -> None:
    codes = []
    for name in ("Datenschutz-Register Süd", "datenschutz register sud", "数据", "数据保护", "a" * 60):
        with audited() as log:
            settings = vault_rows.VaultSettings(name=name, tells=[Occasion.COMPLETED])
            vault = vault_rows.add(log, VaultKind.DATABASE, settings, by=operator, now=timezone.now())
        codes.append(vault.code)
    assert codes == ["datenschutz-register-sud", "datenschutz-register-sud-2", "vault", "vault-2", "a" * 34]


def test_switched_off_it_is_told_nothing_and_switched_on_what_waited(
    desk: DeliveryDesk, officer: Any, operator: Any
) -> None:
    row = made_vault()
    made.completed(made.only(made.filed(officer)))
    with audited() as log:
        vault_rows.switch_off(log, vault_rows.locked(row.pk), by=operator, now=timezone.now())
    assert desk.later() == 0
    made.completed(made.only(made.filed(officer, "cust-2")))
    assert Delivery.objects.count() == 1
    with audited() as log:
        vault_rows.switch_on(log, vault_rows.locked(row.pk), by=operator, now=timezone.now())
    assert desk.later() == 1
    assert event_data(row.obj, "vault.switched_off") == [{"because": "operator", "waiting": 1}]
    assert event_data(row.obj, "vault.switched_on") == [{"waiting": 1}]


def test_a_vault_whose_secret_cannot_be_read_is_shown_and_can_be_given_another(
    operator: Any, settings: Any
) -> None:
    row = made_vault(kind=VaultKind.HTTP, address="https://a.example", secret="whsec_old")
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(WrongKey):
        Vault.objects.get(pk=row.pk)
    [shown] = vault_secrets.read(Vault.objects.all())
    assert (shown.name, shown.address, shown.secret) == (row.name, None, None)
    wanted = vault_rows.VaultSettings(
        name="register", address="", secret="whsec_new", tells=list(Occasion), key_id=""
    )
    with audited() as log:
        vault_rows.change(log, vault_rows.locked(row.pk), wanted, by=operator, now=timezone.now())
    [shown] = vault_secrets.read(Vault.objects.all())
    assert (shown.address, shown.secret, shown.previous_secret) == (None, "whsec_new", None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM erasure_vault")
        [(token,)] = cursor.fetchall()
    assert token, "what nobody can read today, another key may open tomorrow"
