"""A receiver of signed messages, as others would write one: it verifies by `standardwebhooks`, and drops
repeats by their id. On the wire it can be as ill-behaved as a test wants.
"""

import json
import ssl
import threading
from collections import Counter
from dataclasses import dataclass
from email import message_from_bytes
from socket import socket
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from tests.cxone.raw_server import Play, RawServer, answer, saying

SECRET = "whsec_" + "c2VjcmV0IG9mIHRoZSB0ZXN0cywgMjQr"
OLD_SECRET = "whsec_" + "dGhlIG9sZCBzZWNyZXQsIDI0IGJ5dGVz"

TAKING = saying("204 No Content", b"")


@dataclass(frozen=True)
class Attempt:
    """One message as it came in."""

    id: str
    body: bytes
    headers: dict[str, str]

    @property
    def fields(self) -> dict[str, Any]:
        """The body, read."""
        fields: dict[str, Any] = json.loads(self.body)
        return fields


class Receiver(RawServer):
    """`mood` is what it answers; `takes` whether it has taken the message before that.

    `attempts` holds everything that came, `taken` what is left of it without repeats, and `forged` what its
    secret did not verify.
    """

    def __init__(self, secret: str = SECRET, *, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(self._receive, tls=tls)
        self._webhook = Webhook(secret)
        self._lock = threading.Lock()
        self.mood: Play = TAKING
        self.takes = True
        self.attempts: list[Attempt] = []
        self.taken: dict[str, Attempt] = {}
        self.forged: list[Attempt] = []

    @property
    def bodies(self) -> dict[str, set[bytes]]:
        """All bodies that came with each id."""
        found: dict[str, set[bytes]] = {}
        for attempt in self.attempts:
            found.setdefault(attempt.id, set()).add(attempt.body)
        return found

    @property
    def times(self) -> Counter[str]:
        """How often each id came."""
        return Counter(attempt.id for attempt in self.attempts)

    def verifies(self, attempt: Attempt, secret: str) -> bool:
        """Whether somebody with this secret would believe it."""
        return _verifies(Webhook(secret), attempt)

    def _receive(self, connection: socket, request: bytes) -> None:
        attempt = _read(request)
        with self._lock:
            self.attempts.append(attempt)
            genuine = _verifies(self._webhook, attempt)
            if not genuine:
                self.forged.append(attempt)
            elif self.takes:
                self.taken.setdefault(attempt.id, attempt)
        if genuine:
            self.mood(connection, request)
        else:
            connection.sendall(answer("401 Unauthorized", b"the signature does not match"))


def _read(request: bytes) -> Attempt:
    head, _, body = request.partition(b"\r\n\r\n")
    headers = {name.lower(): value for name, value in message_from_bytes(head.partition(b"\r\n")[2]).items()}
    return Attempt(headers.get("webhook-id", ""), body, headers)


def _verifies(webhook: Webhook, attempt: Attempt) -> bool:
    try:
        webhook.verify(attempt.body, attempt.headers)
    except WebhookVerificationError:
        return False
    return True
