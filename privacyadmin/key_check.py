"""Keys fit the database: a host with other keys must not start, or it would write what nobody else can read.

The database holds a check value of each key, from which the key cannot be computed. `SECRET_KEY` has none:
another one only ends sessions.
"""

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, DatabaseError

from privacyadmin.models import KeyCheck

PURPOSE = b"privacyadmin/key-check/v1"


class KeysDoNotFitError(ImproperlyConfigured):
    """The configured keys are not those that the database was written with; the text names the setting."""


def check_value(name: str, key: str) -> str:
    """What stands in the database for this key: HMAC-SHA256 of a constant and the key's name, in hex."""
    return hmac.new(key.encode(), PURPOSE + b"\x00" + name.encode(), hashlib.sha256).hexdigest()


def configured_keys() -> dict[str, list[str]]:
    """The keys that must fit, each setting as a list, the current key first."""
    return {
        "FIELD_KEYS": list(settings.FIELD_KEYS),
        "FINGERPRINT_KEY": [settings.FINGERPRINT_KEY],
        "CALLBACK_KEYS": list(settings.CALLBACK_KEYS),
    }


def record_first_keys(*, using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """After a migrate: write the check values down where there are none yet; others are left alone."""
    if not KeyCheck.objects.using(using).exists():
        _record(using=using)


def refuse_unfitting_keys() -> None:
    """Raise KeysDoNotFitError when the configured keys are not the database's.

    Of a list one recorded key must be present; new ones beside it are then recorded too, so that after a
    rotation the old one may go.
    """
    try:
        recorded = set(KeyCheck.objects.values_list("name", "check_value"))
    except DatabaseError as error:
        raise KeysDoNotFitError(
            "The database cannot be read or has no tables yet. Check DATABASE_URL or DATA_DIR, and run "
            f"`manage.py migrate` ({type(error).__name__})."
        ) from error
    if not recorded:
        raise KeysDoNotFitError("The database does not know its keys yet. Run `manage.py migrate`.")
    unfit = [name for name, keys in configured_keys().items() if not _fits(name, keys, recorded)]
    if unfit:
        raise KeysDoNotFitError(
            f"{' and '.join(unfit)}: not the keys that this database was written with. Put back the keys "
            "that belong to it (from `keys` in its DATA_DIR, or from where your deployment keeps them)."
        )
    if len(recorded) != sum(map(len, configured_keys().values())):
        _record()


def _fits(name: str, keys: list[str], recorded: set[tuple[str, str]]) -> bool:
    return any((name, check_value(name, key)) in recorded for key in keys)


def _record(*, using: str = DEFAULT_DB_ALIAS) -> None:
    rows = [
        KeyCheck(name=name, check_value=check_value(name, key))
        for name, keys in configured_keys().items()
        for key in keys
    ]
    KeyCheck.objects.using(using).bulk_create(rows, ignore_conflicts=True)
