"""The address CXone calls back: one per submission.

Possession of it is the proof, since callbacks carry no signature:

`<PUBLIC_URL>/webhooks/cxone/<uuid>/<key id>.<HMAC>/`. Keys rotate: the first of `CALLBACK_KEYS` makes new
addresses, and every key in the list is still recognised by its id.
"""

import hashlib
import hmac
import uuid

from django.conf import settings
from django.urls import reverse


def key_id(key: str) -> str:
    """Eight hex digits that name a key without giving it away."""
    return hashlib.sha256(f"callback key id/v1\0{key}".encode()).hexdigest()[:8]


def _mac(key: str, public_id: uuid.UUID) -> str:
    return hmac.new(key.encode(), b"callback/v1\0" + public_id.bytes, hashlib.sha256).hexdigest()


def callback_url(public_id: uuid.UUID) -> str:
    """The absolute address for one submission, under the current key."""
    key = settings.CALLBACK_KEYS[0]
    path = reverse("cxone_callback", args=[public_id, key_id(key), _mac(key, public_id)])
    return f"{settings.PUBLIC_URL}{path}"


def is_ours(public_id: uuid.UUID, given_key_id: str, given_mac: str) -> bool:
    """Whether this address was made by one of our keys for this submission; compared in constant time."""
    return any(
        hmac.compare_digest(given_mac.encode(), _mac(key, public_id).encode())
        for key in settings.CALLBACK_KEYS
        if hmac.compare_digest(given_key_id.encode(), key_id(key).encode())
    )
