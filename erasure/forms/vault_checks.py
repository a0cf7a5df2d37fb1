"""What is against the settings of a vault as they were typed in, each with the field that it is about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django.utils.translation import gettext as _

from audit.words import Words
from erasure.choices import Occasion, VaultKind
from erasure.forms.vault_address import against_address, leads_elsewhere
from erasure.forms.vault_fields import MISSING, SENT_ALONG
from erasure.vault.settings_given import is_uuid, sendable
from erasure.vault.signature import read_secret
from erasure.vault_kinds import VAULT_KINDS

Objections: TypeAlias = Iterator[tuple[str, Words]]

RESOLUTIONS = ("resolution_done", "resolution_partly", "resolution_refused")


@dataclass(frozen=True)
class Typed:
    """What was typed into the form of a vault, and what stays where nothing was.

    `is_new` says that there is no vault yet.
    """

    kind: VaultKind
    fields: Mapping[str, Any] = field(repr=False)
    kept: Mapping[str, str] = field(repr=False)
    is_new: bool

    def get(self, name: str) -> str:
        """What was typed; empty for nothing."""
        return self.fields.get(name) or ""

    def has(self, name: str) -> bool:
        """Whether there is one from now on."""
        makes_it = name == "secret" and bool(self.fields.get("make_secret"))
        return makes_it or bool(self.get(name) or self.kept.get(name))


def always_told(kind: VaultKind) -> tuple[Occasion, ...]:
    """What every vault of this kind is told of, whatever is ticked."""
    return tuple(one for one in VAULT_KINDS[kind].told_at_first if one is Occasion.COMPLETED)


def objections(typed: Typed) -> Objections:
    """All that is against it; of a field the first thing is the one to say."""
    for name in VAULT_KINDS[typed.kind].needs:
        if not typed.has(name):
            yield name, MISSING[name]
    yield from _against_place(typed)
    yield from _against_signing(typed)
    yield from _against_spelling(typed)
    if not always_told(typed.kind) and not typed.fields.get("tells"):
        yield "tells", _("Choose at least one, or switch the vault off.")


def _against_place(typed: Typed) -> Objections:
    address, own = typed.get("address"), bool(typed.fields.get("own_table"))
    if own and address:
        yield "address", _("Leave it empty, or take the tick away.")
    elif typed.kind is VaultKind.DATABASE and not own and not typed.has("address"):
        yield "address", _("Give the address, or tick that it is kept in our own database.")
    elif address and (refusal := against_address(typed.kind, address)):
        yield "address", refusal
    elif address and not typed.is_new:
        yield from _against_sending_along(typed, address)


def _against_sending_along(typed: Typed, address: str) -> Objections:
    """What is sent along goes to no other host than the one it was entered for: whoever may set an address
    could else have it sent to themselves.
    """
    if not leads_elsewhere(address, typed.kept.get("address", "")):
        return
    for name in SENT_ALONG.get(typed.kind, ()):
        if not typed.get(name):
            yield name, _("The address leads elsewhere now. Enter this again, as it will be sent there.")


def _against_signing(typed: Typed) -> Objections:
    given = typed.get("secret")
    if typed.kind is not VaultKind.HTTP or not given:
        return
    if typed.fields.get("make_secret"):
        yield "secret", _("Leave it empty, or take the tick at “Make a new secret” away.")
    elif not _can_sign(given):
        yield "secret", _("A secret is whsec_ and 24 to 64 bytes as base64. Copy it again, or have one made.")


def _against_spelling(typed: Typed) -> Objections:
    """What could not be sent would fail at every delivery."""
    for name in ("key_id", "secret", "tenant"):
        if typed.get(name) and not sendable(typed.get(name)):
            yield name, _("It has blanks, or letters that cannot be sent. Copy it again.")
    for name in RESOLUTIONS:
        if typed.get(name) and not is_uuid(typed.get(name)):
            yield name, _("An id looks like 0f8fad5b-d9cb-469f-a165-70867728950e. Copy it again.")


def _can_sign(secret: str) -> bool:
    try:
        read_secret(secret)
    except ValueError:
        return False
    return True
