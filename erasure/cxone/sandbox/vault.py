"""A vault for the demo: takes what it is told if the signature is right, and has its own troubles.

It verifies by the Standard Webhooks rules on its own, as a receiver of others would, and knows nothing of
how we sign. What ends an identifier tells how it goes here, too: nobody is known by one that ends in -NONE,
and what is told of one that ends in -FAIL comes while it is being maintained, for the first time.
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

VAULT_PATH = "/vault/"
PREFIX = "whsec_"
#: It guards made-up people on one's own machine.
VAULT_SECRET = PREFIX + base64.b64encode(b"a secret about made-up people").decode()
MOST_SECONDS_OFF = 300.0


class VaultReceiver:
    """What it has been told, by the id of the message, and how often each came."""

    def __init__(self, secret: str) -> None:
        self._key = base64.b64decode(secret.removeprefix(PREFIX))
        self._lock = threading.Lock()
        self._came: Counter[str] = Counter()
        self._taken: dict[str, dict[str, Any]] = {}

    def take(self, environ: Mapping[str, Any], body: bytes) -> tuple[int, dict[str, str]]:
        """The status and the body of the answer to one message."""
        if not self._is_signed(environ, body):
            return 401, {"message": "The signature is not right."}
        message_id, message = environ["HTTP_WEBHOOK_ID"], json.loads(body)
        with self._lock:
            self._came[message_id] += 1
            about = str(message.get("subjectId", ""))
            if about.endswith("-NONE"):
                return 422, {"message": "Nobody is known here by this identifier."}
            if about.endswith("-FAIL") and self._came[message_id] == 1:
                return 503, {"message": "Down for maintenance."}
            self._taken.setdefault(message_id, message)
            return 200, {"message": "Noted."}

    def snapshot(self) -> list[dict[str, Any]]:
        """Every message that was taken, once, with how often it came."""
        with self._lock:
            return [
                {"id": message_id, "came": self._came[message_id], **message}
                for message_id, message in self._taken.items()
            ]

    def _is_signed(self, environ: Mapping[str, Any], body: bytes) -> bool:
        message_id, seconds = environ.get("HTTP_WEBHOOK_ID", ""), environ.get("HTTP_WEBHOOK_TIMESTAMP", "")
        if not seconds.isdecimal() or abs(time.time() - int(seconds)) > MOST_SECONDS_OFF:
            return False
        signed = hmac.digest(self._key, f"{message_id}.{seconds}.".encode() + body, hashlib.sha256)
        wanted = f"v1,{base64.b64encode(signed).decode()}"
        given = environ.get("HTTP_WEBHOOK_SIGNATURE", "").split(" ")
        return any(hmac.compare_digest(wanted.encode(), one.encode()) for one in given)
