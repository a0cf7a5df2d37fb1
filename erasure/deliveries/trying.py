"""*Send a test*: find out whether a vault could be told, and put on record that somebody tried."""

from typing import Any

from audit.events import Event
from audit.trail import audited
from erasure.deliveries.opened import OpenedVaults
from erasure.models import Vault
from erasure.vault import NotDelivered, Receipt
from erasure.vault import Vault as OpenedVault


def try_vault(vault: Vault, vaults: OpenedVaults, *, by: Any) -> Receipt | NotDelivered:
    """At most about a minute; never raises what the vault does."""
    result = _tried(vaults.of({vault.pk})[vault.pk])
    trouble = result.trouble if isinstance(result, NotDelivered) else None
    with audited() as log:
        log.record(
            Event.VAULT_TESTED,
            actor=by.actor,
            obj=vault.obj,
            res="failed" if trouble else "ok",
            data={"result": str(trouble or "ok"), "status": result.status},
        )
    return result


def _tried(opened: OpenedVault | NotDelivered) -> Receipt | NotDelivered:
    try:
        return opened if isinstance(opened, NotDelivered) else opened.test()
    except NotDelivered as trouble:
        return trouble
