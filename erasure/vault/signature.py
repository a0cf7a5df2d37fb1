"""Signing messages by the Standard Webhooks rules, and the secrets that it takes.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: the symmetric
signature `v1`, HMAC-SHA256 over `id.timestamp.body`; secrets of 24 to 64 random bytes, as base64 behind
`whsec_`; several signatures, with spaces between them, while secrets are changed.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
FEWEST_BYTES, MOST_BYTES = 24, 64
_NEW_BYTES = 32


def new_secret() -> str:
    """A fresh secret, as the receiver gets it too."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_NEW_BYTES)).decode()


def read_secret(text: str) -> bytes:
    """The key that a secret stands for. Raises ValueError, without the secret, for what is none."""
    key = b""
    if text.startswith(PREFIX):
        try:
            key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):
            key = b""
    if not FEWEST_BYTES <= len(key) <= MOST_BYTES:
        raise ValueError(f"A secret is {PREFIX} and {FEWEST_BYTES} to {MOST_BYTES} bytes as base64.")
    return key


def signed_headers(message_id: str, body: bytes, keys: Sequence[bytes], *, now: datetime) -> dict[str, str]:
    """The three headers of one attempt at `now`, with a signature by each of `keys` in their order.

    The id is the same over all attempts; the moment, in Unix seconds, is that of the attempt.
    """
    seconds = str(int(now.timestamp()))
    signed = f"{message_id}.{seconds}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_signature(key, signed) for key in keys),
    }


def _signature(key: bytes, signed: bytes) -> str:
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
