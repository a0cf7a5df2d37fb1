"""Personal data at rest: the encrypted column, and the keyed fingerprint that finds an identifier again.

Encryption is Fernet (AES-128-CBC with HMAC-SHA256) under the first of `FIELD_KEYS`; any of the keys may
decrypt, so keys can be rotated. A value that no key opens is an error, never shown as it stands: silence
there would hide a lost key.
"""

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

from erasure.choices import IdentifierKind


class WrongKey(Exception):  # noqa: N818 - reads as what it is where it is caught.
    """None of the present `FIELD_KEYS` opens a stored value: the key that wrote it is missing."""


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(plain: str) -> str:
    """The text as an ASCII token under the current key."""
    return _cipher(tuple(settings.FIELD_KEYS)).encrypt(plain.encode()).decode("ascii")


def decrypt(token: str) -> str:
    """The text again. Raises WrongKey, which names neither the token nor a key."""
    try:
        # As bytes: text that is no token at all, such as clear text, then counts as one that no key opens.
        return _cipher(tuple(settings.FIELD_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken:
        raise WrongKey(
            "A stored value cannot be decrypted with the present FIELD_KEYS. "
            "Add the key that wrote it to the list."
        ) from None


if TYPE_CHECKING:
    NullableText = models.TextField[str | None, str | None]
else:
    # Django's fields take type parameters only in their stubs.
    NullableText = models.TextField


class EncryptedTextField(NullableText):
    """Text that the database holds only encrypted. It cannot be searched: find rows by a fingerprint instead.

    NULL stands for "not there yet" or "shredded"; an empty text is encrypted like any other.
    """

    description = "Encrypted text"

    def get_prep_value(self, value: Any) -> str | None:
        """The token to store."""
        return None if value is None else encrypt(str(value))

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        """The text as it was given. Raises WrongKey."""
        return None if value is None else decrypt(value)

    def get_lookup(self, lookup_name: str) -> Any:
        """Only `isnull` is possible: two encryptions of one text differ."""
        if lookup_name != "isnull":
            raise FieldError(f"An encrypted column cannot be searched by {lookup_name!r}; use a fingerprint.")
        return super().get_lookup(lookup_name)


def new_salt() -> str:
    """The 32 random bytes of one request, base64: they link the log's subject tag to an identifier."""
    return base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def salt_bytes(salt: str) -> bytes:
    """The bytes of a salt made by `new_salt`."""
    return base64.b64decode(salt, validate=True)


#: What people write between the digits of a number, among it the dashes that word processors put in.
_NOT_DIALLED = re.compile(r"[\s().\-/\u2010-\u2015\u2212]")


def normalised(kind: str, identifier: str) -> str:
    """The form in which two writings of one identifier agree.

    A CXone id is an opaque string and keeps its case, since two ids may differ in nothing else; e-mail
    addresses and names fold case; a telephone number loses its punctuation.
    """
    text = unicodedata.normalize("NFC", identifier.strip())
    if kind == IdentifierKind.CXONE_ID:
        return text
    if kind == IdentifierKind.PHONE:
        return re.sub(r"\A00", "+", _NOT_DIALLED.sub("", text))
    return unicodedata.normalize("NFC", text.casefold())


def fingerprint(kind: str, identifier: str) -> str:
    """HMAC-SHA256 of kind and normalised identifier under `FINGERPRINT_KEY`, in hex."""
    message = f"identifier/v1\0{kind}\0{normalised(kind, identifier)}".encode()
    return hmac.new(settings.FINGERPRINT_KEY.encode(), message, hashlib.sha256).hexdigest()


#: An e-mail address with fewer characters before the “@” shows none of them.
SHORTEST_SHOWN = 3


def masked(identifier: str | None) -> str:
    """What lists show: enough to tell two rows apart, not enough to tell who it is.

    The ends that stay are a fifth of the length each, four characters at most, and none at all of what is too
    short to hide anything. Of an e-mail address the first letter stays, if there are others to hide.
    """
    if identifier is None:
        return "shredded"
    local, at, _domain = identifier.rpartition("@")
    if at:
        return f"{local[:1] if len(local) >= SHORTEST_SHOWN else ''}•••@•••"
    shown = min(4, len(identifier) // 5)
    return f"{identifier[:shown]}••••{identifier[len(identifier) - shown :]}"
