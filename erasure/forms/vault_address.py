"""Whether a vault may be at an address: what guards outbound calls says, in words that help."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from audit.words import Words
from erasure.choices import TROUBLE_LINES, VaultKind
from erasure.deliveries.kinds import address_guard, database_places
from erasure.outbound.addresses import AddressRefused, RefusalCode
from erasure.outbound.destination import destination
from erasure.vault import NotDelivered
from erasure.vault.database_address import check

#: What is wrong with an address, and what to do.
REFUSAL_LINES: Mapping[RefusalCode, Words] = {
    "scheme": _("Only addresses that begin with https:// can be called. Write it like that."),
    "malformed": _("This is not an address that can be called. Write it as https://host/path."),
    "credentials": _(
        "An address may hold no user name and no password. Leave them out; the vault knows us by what is "
        "entered below."
    ),
    "private": _(
        "It leads to this machine or into a private network. Enter a public address; if it is right, have "
        "its host named in VAULT_ALLOWED_HOSTS."
    ),
    "unresolvable": _(
        "Its host was not found. Check how it is spelt; if it is right, the name server of this machine does "
        "not know it."
    ),
    "plain_http": _(
        "With http:// everybody on the way could read what is sent. Write https://; if it cannot be had, "
        "have the host named in VAULT_ALLOWED_HOSTS."
    ),
}


def against_address(kind: VaultKind, address: str) -> Words:
    """Why no vault of this kind may be there; empty when one may. Asks the resolver."""
    return _against_database(address) if kind is VaultKind.DATABASE else _against_call(address)


def _against_call(address: str) -> Words:
    try:
        address_guard().check(address)
    except AddressRefused as refused:
        return REFUSAL_LINES[refused.code]
    return ""


def _against_database(address: str) -> Words:
    try:
        check(address, database_places())
    except NotDelivered as refused:
        return refused.said or TROUBLE_LINES[refused.trouble]
    return ""


def leads_elsewhere(address: str, before: str) -> bool:
    """Whether an address leads to another host or port than the one before, as far as that can be read."""
    try:
        return destination(address) != destination(before)
    except AddressRefused:
        return True
