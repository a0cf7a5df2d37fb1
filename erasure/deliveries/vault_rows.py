"""Vaults as operators make, change and switch them. Each act is an event that names settings, not values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.text import slugify

from audit.events import Event
from audit.trail import Trail
from erasure import doorbell
from erasure.choices import Occasion, OffBecause, VaultKind
from erasure.deliveries import vault_secrets, vault_state
from erasure.lifecycle import DELIVER_JOB
from erasure.models import Vault
from erasure.vault_kinds import OPTIONS

#: So long the old secret signs beside the new one, so that the receiver can change over.
BOTH_SECRETS_FOR = timedelta(days=7)
SETTINGS = frozenset({"name", "address", "key_id", "secret", "options", "tells"})
STANDING = ("is_on", "off_because", "off_since", "streak", "paused_until")


@dataclass(frozen=True, kw_only=True)
class VaultSettings:
    """What operators fill in; a secret that is None stays what it is."""

    name: str
    address: str = field(default="", repr=False)
    key_id: str = field(default="", repr=False)
    secret: str | None = field(default=None, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    tells: Sequence[Occasion] = ()


def locked(key: int) -> Vault:
    """The vault, locked until the transaction ends. Raises Vault.DoesNotExist."""
    found = vault_secrets.read(Vault.objects.select_for_update(no_key=True).filter(pk=key))
    if not found:
        raise Vault.DoesNotExist
    return found[0]


def add(log: Trail, kind: VaultKind, given: VaultSettings, *, by: Any, now: datetime) -> Vault:
    """Make a vault; from now on it is told of what ends."""
    vault = Vault.objects.create(
        name=given.name,
        code=_free_code(given.name),
        kind=kind,
        address=given.address or None,
        key_id=given.key_id or None,
        secret=given.secret or None,
        options=_options(given),
        tells=sorted(given.tells),
        added_at=now,
    )
    log.record(
        Event.VAULT_ADDED, actor=by.actor, obj=vault.obj, data={"kind": str(kind), "tells": list(vault.tells)}
    )
    return vault


def change(log: Trail, vault: Vault, given: VaultSettings, *, by: Any, now: datetime) -> list[str]:
    """Change its settings; the names of those that are another now. `vault` is locked.

    A new secret of the `http` kind leaves the old one signing beside it for a week.
    """
    wanted: dict[str, Any] = {
        "name": given.name,
        "address": given.address or None,
        "key_id": given.key_id or None,
        "options": _options(given),
        "tells": sorted(given.tells),
    }
    if given.secret is not None:
        wanted["secret"] = given.secret
    changed = [name for name, value in wanted.items() if getattr(vault, name) != value]
    if not changed:
        return []
    if "secret" in changed and vault.kind == VaultKind.HTTP and vault.secret:
        wanted |= {"previous_secret": vault.secret, "previous_secret_until": now + BOTH_SECRETS_FOR}
    # Whatever was wrong may be right now: what waits finds out.
    wanted |= {"revision": vault.revision + 1, "streak": 0, "paused_until": None}
    written = [name for name in wanted if name in changed or name not in SETTINGS]
    for name in written:
        setattr(vault, name, wanted[name])
    vault.save(update_fields=written)
    vault_state.wake(vault, now=now)
    log.record(Event.VAULT_CHANGED, actor=by.actor, obj=vault.obj, data={"settings": list(changed)})
    doorbell.ring(DELIVER_JOB)
    return changed


def drop_previous_secret(log: Trail, vault: Vault, *, by: Any) -> None:
    """Let the old secret sign no more: the receiver has changed over, or it has become known."""
    if vault.previous_secret is None:
        return
    vault.previous_secret = vault.previous_secret_until = None
    vault.revision += 1
    vault.save(update_fields=["previous_secret", "previous_secret_until", "revision"])
    log.record(Event.VAULT_CHANGED, actor=by.actor, obj=vault.obj, data={"settings": ["previous_secret"]})


def forget_ended_secrets(now: datetime) -> int:
    """Empty the old secrets that sign no more; of how many vaults. Nothing of how they work changes by it."""
    ended = Vault.objects.filter(previous_secret_until__lte=now)
    return ended.update(previous_secret=None, previous_secret_until=None)


def switch_off(log: Trail, vault: Vault, *, by: Any, now: datetime) -> None:
    """Tell it nothing more until somebody switches it on. `vault` is locked."""
    vault_state.switch_off(log, vault, because=OffBecause.OPERATOR, now=now, actor=by.actor)
    vault.save(update_fields=STANDING)


def switch_on(log: Trail, vault: Vault, *, by: Any, now: datetime) -> None:
    """Tell it what waits, and what ends from now on. `vault` is locked."""
    if vault.is_on:
        return
    vault.is_on, vault.off_because, vault.off_since = True, "", None
    vault.save(update_fields=STANDING)
    vault_state.wake(vault, now=now)
    waiting = vault_state.waiting_at(vault)
    log.record(Event.VAULT_SWITCHED_ON, actor=by.actor, obj=vault.obj, data={"waiting": waiting})
    doorbell.ring(DELIVER_JOB)


def _options(given: VaultSettings) -> dict[str, str]:
    return {name: given.options[name] for name in OPTIONS if given.options.get(name)}


def _free_code(name: str) -> str:
    """A name for the log, made of the vault's: letters, digits and hyphens, and nobody else's."""
    stem = slugify(name)[:34].strip("-_").replace("_", "-") or "vault"
    taken = set(Vault.objects.filter(code__startswith=stem).values_list("code", flat=True))
    return next(code for code in _codes(stem) if code not in taken)


def _codes(stem: str) -> Iterator[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem}-{number}"
        number += 1
