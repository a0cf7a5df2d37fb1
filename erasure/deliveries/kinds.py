"""How the row of a vault becomes something that can be told: one opener for each kind."""

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.db import connection

from erasure.choices import VaultKind
from erasure.deliveries.opened import Opener
from erasure.deliveries.own_table import OwnTableVault
from erasure.models import Vault as VaultRow
from erasure.outbound.addresses import AddressGuard
from erasure.vault import Vault
from erasure.vault.database import DatabaseVault
from erasure.vault.database_address import Places
from erasure.vault.http import HttpVault
from erasure.vault.onetrust import OneTrustVault, Resolutions
from erasure.vault.securiti import SecuritiVault


def address_guard() -> AddressGuard:
    """Says where vaults may be. Raises ValueError for an entry of the setting that is no host."""
    return AddressGuard(frozenset(settings.VAULT_ALLOWED_HOSTS))


def database_places() -> Places:
    """Where vaults in databases may be, by the setting; never in this program's own data."""
    own = str(connection.settings_dict["NAME"])
    files = [Path(own).resolve()] if connection.vendor == "sqlite" else []
    return Places(
        guard=address_guard(),
        paths=frozenset(settings.VAULT_ALLOWED_PATHS),
        ours=(Path(settings.DATA_DIR).resolve(), *files),
    )


def _database(row: VaultRow) -> Vault:
    return DatabaseVault(row.address, database_places()) if row.address else OwnTableVault()


def _http(row: VaultRow) -> Vault:
    return HttpVault(
        row.address or "",
        row.secret or "",
        previous_secret=row.previous_secret,
        previous_until=row.previous_secret_until,
        guard=address_guard(),
    )


def _onetrust(row: VaultRow) -> Vault:
    return OneTrustVault(
        row.address or "",
        client_id=row.key_id or "",
        client_secret=row.secret or "",
        resolutions=Resolutions(
            done=row.options.get("resolution_done", ""),
            partly=row.options.get("resolution_partly", ""),
            refused=row.options.get("resolution_refused", ""),
        ),
        guard=address_guard(),
    )


def _securiti(row: VaultRow) -> Vault:
    return SecuritiVault(
        row.address or "",
        key=row.key_id or "",
        secret=row.secret or "",
        tenant=row.options.get("tenant", ""),
        guard=address_guard(),
    )


OPENERS: Mapping[str, Opener] = {
    VaultKind.DATABASE: _database,
    VaultKind.HTTP: _http,
    VaultKind.ONETRUST: _onetrust,
    VaultKind.SECURITI: _securiti,
}
