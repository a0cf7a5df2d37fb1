"""*Send a test*: find out whether a vault could be told, and put on record that somebody tried."""

from typing import Any

from audit.events import Event
from audit.log_format import JSON
from audit.trail import audited
from erasure.deliveries.opened import OpenedVaults
from erasure.models import Vault
from erasure.vault import NotDelivered, Receipt


def try_vault(vault: Vault, vaults: OpenedVaults, *, by: Any) -> Receipt | NotDelivered:
    """At most about a minute; never raises what the vault does."""
    result = _tried(vaults.of({vault.pk})[vault.pk])
    ok = isinstance(result, Receipt)
    data: dict[str, JSON] = {
        "result": "ok" if isinstance(result, Receipt) else str(result.trouble),
        "status": result.status,
    }
    with audited() as log:
        log.record(Event.VAULT_TESTED, actor=by.actor, obj=vault.obj, res="ok" if ok else "failed", data=data)
    return result


def _tried(opened: Any) -> Receipt | NotDelivered:
    if isinstance(opened, NotDelivered):
        return opened
    try:
        receipt: Receipt = opened.test()
    except NotDelivered as trouble:
        return trouble
    else:
        return receipt
