"""The bearer token that CXone gives our client, and where it is kept.

A deployment has one token, shared by all its workers (contract, "Hosts and auth"). Where it lies is the
store's business: a database row in the program, memory in tests and for *Test connection*.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

EARLY_RENEWAL = timedelta(seconds=60)
"""A token is renewed this long before its end, so that none expires on its way to CXone."""


@dataclass(frozen=True)
class Token:
    """An access token and the aware UTC moment at which it ends."""

    access_token: str = field(repr=False)
    expires_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether it may be used without a thought of renewal: more than a minute is left."""
        return self.expires_at - now > EARLY_RENEWAL

    def is_alive(self, now: datetime) -> bool:
        """Whether CXone still takes it, though it may be due for renewal."""
        return self.expires_at > now


class TokenStore(Protocol):
    """Where the deployment's one token is kept, and how it is fetched once and not once per worker."""

    def current(self) -> Token | None:
        """The stored token, fresh or not, or None."""

    def renew(self, *, rejected: Token | None, fetch: Callable[[], Token]) -> Token:
        """Replace `rejected` by what `fetch` gives, once under contention, and return the new token.

        A stored token that is another than `rejected` and still fresh is returned without fetching.
        Raises TokenBusy when another worker is fetching, and whatever `fetch` raises.
        """


class MemoryTokenStore:
    """Keeps the token in this process; safe to share between threads."""

    def __init__(self) -> None:
        self._token: Token | None = None
        self._lock = threading.Lock()

    def current(self) -> Token | None:
        """The stored token, fresh or not, or None."""
        return self._token

    def renew(self, *, rejected: Token | None, fetch: Callable[[], Token]) -> Token:
        """As the protocol says; within one process the others wait for the fetch instead of TokenBusy."""
        with self._lock:
            held = self._token
            if held is None or held == rejected or not held.is_fresh(datetime.now(UTC)):
                held = self._token = fetch()
            return held
