"""The `http` kind: a JSON POST, signed by the Standard Webhooks rules.

Any 2xx is a delivery, whatever its body says; 410 says that the receiver is gone; a redirect is a failure
(the specification's "Operational considerations").
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from audit.log_format import timestamp
from erasure.outbound.addresses import AddressGuard
from erasure.vault.calls import VaultCalls, receipt
from erasure.vault.message import Message, Receipt
from erasure.vault.signature import read_secret, signed_headers

TEST_TYPE = "privacy.test"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class HttpVault:
    """One receiver at `address`. `now` gives the moment of an attempt.

    While `previous_until` has not come, a second signature is made with `previous_secret`. Raises ValueError
    for a secret that is none, and NotDelivered for an address that is none.
    """

    def __init__(
        self,
        address: str,
        secret: str,
        *,
        guard: AddressGuard,
        previous_secret: str | None = None,
        previous_until: datetime | None = None,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._address = address
        self._key = read_secret(secret)
        self._previous_key = read_secret(previous_secret) if previous_secret else None
        self._previous_until = previous_until
        self._now = now
        self._calls = VaultCalls(address, peer="http vault", guard=guard)

    def deliver(self, message: Message) -> Receipt:
        """Post the message. Raises NotDelivered."""
        return self._post("deliver", message.id, message.body)

    def test(self) -> Receipt:
        """Post a message of the type `privacy.test` with an id of its own. Raises NotDelivered."""
        told = {"type": TEST_TYPE, "timestamp": timestamp(self._now())}
        return self._post("test", f"msg_{uuid4().hex}", json.dumps(told, separators=(",", ":")).encode())

    def close(self) -> None:
        """Close the idle connections."""
        self._calls.close()

    def _post(self, kind: str, message_id: str, body: bytes) -> Receipt:
        now = self._now()
        answer = self._calls.call(
            kind=kind,
            method="POST",
            url=self._address,
            headers={
                "Content-Type": "application/json",
                **signed_headers(message_id, body, self._keys(now), now=now),
            },
            body=body,
        )
        return receipt(answer)

    def _keys(self, now: datetime) -> list[bytes]:
        """The keys that sign now, the newest first."""
        lasts = self._previous_until is not None and now < self._previous_until
        return [self._key, self._previous_key] if self._previous_key and lasts else [self._key]
