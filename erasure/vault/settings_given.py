"""Whether what operators have entered for a vault can be sent at all: said before the first call."""

import re

from erasure.choices import DeliveryTrouble
from erasure.vault.message import NotDelivered

# A header is one line of visible ASCII (RFC 9110 §5.5): anything else could begin another header.
_IN_A_HEADER = re.compile(r"[\x21-\x7e]{1,4096}")

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_uuid(text: str) -> bool:
    """Whether this is a UUID in its usual form (RFC 9562 §4), and so a path segment without any trick."""
    return _UUID.fullmatch(text) is not None


def require(*, ok: bool) -> None:
    """Raises NotDelivered when something that its kind needs is missing or cannot work."""
    if not ok:
        raise NotDelivered(DeliveryTrouble.MISCONFIGURED)


def sendable(*texts: str) -> bool:
    """Whether each of these can be the value of a header."""
    return all(_IN_A_HEADER.fullmatch(text) for text in texts)
