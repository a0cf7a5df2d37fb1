"""System checks of what the environment says about vaults.

What was typed and can never work is an error. What is missing is a warning: an operator may complete the
first vault on its page, and until then its deliveries wait.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import (
    CheckMessage,
    Error,
    Tags,
    Warning,  # noqa: A004 - Django's word for it.
    register,
)

from erasure.choices import VaultKind
from erasure.deliveries.kinds import address_guard, database_places
from erasure.outbound.addresses import AddressGuard, AddressRefused
from erasure.vault import NotDelivered
from erasure.vault.database_address import read
from erasure.vault.signature import read_secret
from erasure.vault_kinds import VAULT_KINDS

#: Where the environment has what a kind needs. What has no variable is filled in on the vault's page.
VARIABLES = {
    "address": "VAULT_URL",
    "key_id": "VAULT_KEY_ID",
    "secret": "VAULT_SECRET",
    "tenant": "VAULT_TENANT",
}


def _kind() -> VaultKind | None:
    return None if settings.VAULT_KIND == "none" else VaultKind(settings.VAULT_KIND)


def _malformed_hosts() -> list[str]:
    return [entry for entry in settings.VAULT_ALLOWED_HOSTS if not _is_host(entry)]


def _is_host(entry: str) -> bool:
    try:
        AddressGuard(frozenset({entry}))
    except ValueError:
        return False
    return True


@register(Tags.security)
def check_vault_allowed_hosts(**_: Any) -> Sequence[CheckMessage]:
    """With an entry that cannot be read, no vault could be told anything."""
    wrong = _malformed_hosts()
    if not wrong:
        return []
    return [
        Error(
            f"VAULT_ALLOWED_HOSTS has {', '.join(map(repr, wrong))}, which is no host, no host with a port, "
            "and no path.",
            hint="Write hosts without https:// and without wildcards, such as vault.intranet,127.0.0.1:9000.",
            id="privacyadmin.E013",
        )
    ]


@register(Tags.security)
def check_vault_url(**_: Any) -> Sequence[CheckMessage]:
    """An address that is never called would be noticed only when something is to be told.

    Names are not resolved here, so that no start hangs on a resolver; that is done at each connection.
    """
    kind = _kind()
    if kind is None or not settings.VAULT_URL or _malformed_hosts():
        return []
    said = _why_no_database() if kind == VaultKind.DATABASE else _why_no_address()
    if not said:
        return []
    return [
        Error(
            f"VAULT_URL cannot be used for a vault that speaks {kind}: {said}",
            hint="Correct VAULT_URL, or name its host in VAULT_ALLOWED_HOSTS; docs/vaults.md has the rules.",
            id="privacyadmin.E014",
        )
    ]


def _why_no_address() -> str:
    try:
        address_guard().look_at(settings.VAULT_URL)
    except AddressRefused as refused:
        return f"{refused.reason}."
    return ""


def _why_no_database() -> str:
    try:
        read(settings.VAULT_URL, database_places())
    except NotDelivered as refused:
        return refused.said
    return ""


@register(Tags.security)
def check_vault_secret(**_: Any) -> Sequence[CheckMessage]:
    """What a receiver cannot verify would be sent for nothing."""
    if _kind() != VaultKind.HTTP or not settings.VAULT_SECRET or _is_secret(settings.VAULT_SECRET):
        return []
    return [
        Error(
            "VAULT_SECRET is no secret of the Standard Webhooks rules: whsec_ and 24 to 64 bytes as base64.",
            hint='Make one with: python -c "import base64, secrets; '
            "print('whsec_' + base64.b64encode(secrets.token_bytes(32)).decode())\"",
            id="privacyadmin.E015",
        )
    ]


def _is_secret(text: str) -> bool:
    try:
        read_secret(text)
    except ValueError:
        return False
    return True


@register
def check_vault_is_complete(**_: Any) -> Sequence[CheckMessage]:
    """The first vault would be made without what its kind needs, and everything for it would wait."""
    kind = _kind()
    if kind is None:
        return []
    needed = [VARIABLES[name] for name in VAULT_KINDS[kind].needs if name in VARIABLES]
    missing = [name for name in needed if not getattr(settings, name)]
    if not missing:
        return []
    return [
        Warning(
            f"VAULT_KIND is {kind}, and {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set: "
            "deliveries to the first vault wait until an operator completes it on its page.",
            hint="Set what is missing before the first start. Once operators keep the vault, VAULT_KIND=none "
            "ends this warning and changes nothing else.",
            id="privacyadmin.W002",
        )
    ]
