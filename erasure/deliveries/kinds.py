"""How the row of a vault becomes something that can be told: one opener for each kind."""

from collections.abc import Mapping

from erasure.choices import VaultKind
from erasure.deliveries.opened import Opener
from erasure.deliveries.own_table import OwnTableVault
from erasure.models import Vault as VaultRow
from erasure.vault import Vault


def _database(_row: VaultRow) -> Vault:
    return OwnTableVault()


OPENERS: Mapping[str, Opener] = {VaultKind.DATABASE: _database}
