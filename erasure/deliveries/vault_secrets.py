"""Reading a vault whose secrets may not be readable: a key that is missing must not hide the vault from those
who could enter the secret anew.
"""

from collections.abc import Iterable

from django.db.models import QuerySet

from erasure.encryption import WrongKey
from erasure.models import Vault

#: What of a vault is encrypted.
SECRETS = ("address", "key_id", "secret", "previous_secret")


def read(vaults: QuerySet[Vault]) -> list[Vault]:
    """These vaults, each with what of its secrets can be read; what cannot is None, as if it were not there.

    Whoever changes such a vault saves the changed columns alone: what nobody can read today, another key may
    open tomorrow.
    """
    try:
        return list(vaults)
    except WrongKey:
        # Only then is each asked for by itself.
        rows = list(vaults.defer(*SECRETS))
    for vault in rows:
        for name, value in _readable(vault.pk, SECRETS):
            setattr(vault, name, value)
    return rows


def _readable(key: int, names: Iterable[str]) -> Iterable[tuple[str, str | None]]:
    for name in names:
        try:
            yield name, Vault.objects.values_list(name, flat=True).get(pk=key)
        except WrongKey:
            yield name, None
