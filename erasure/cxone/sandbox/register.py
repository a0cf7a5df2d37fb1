"""The sandbox's memory: tokens, the requests it has taken, and how often it was asked."""

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from erasure.cxone.sandbox.fate import decide
from erasure.cxone.sandbox.journal import Journal
from erasure.cxone.sandbox.payload import BadPayload
from erasure.cxone.sandbox.taken_request import TakenRequest, from_kept, id_of, name_of

COUNTED = ("posts", "tokens", "status_calls", "callbacks")


class Register:
    """All state of one sandbox; safe to share between threads. With a journal it outlives the process."""

    def __init__(
        self, *, processing_seconds: float, token_seconds: float, journal: Path | None = None
    ) -> None:
        self.processing_seconds = processing_seconds
        self.token_seconds = token_seconds
        self._lock = threading.Lock()
        self._by_id: dict[str, TakenRequest] = {}
        self._by_name: dict[str, TakenRequest] = {}
        self._tokens: dict[str, tuple[float, frozenset[str]]] = {}
        self._counts: Counter[str] = Counter()
        self._journal = Journal(journal) if journal else None
        for entry in self._journal.kept if self._journal else []:
            self._remember(from_kept(entry))

    def close(self) -> None:
        """Close the journal."""
        with self._lock:
            if self._journal is not None:
                self._journal.close()
                self._journal = None

    def count(self, what: str) -> None:
        """Note one more of `what`."""
        with self._lock:
            self._counts[what] += 1

    def stats(self) -> dict[str, int]:
        """Distinct requests, and how many posts, tokens, status calls and callbacks there were."""
        with self._lock:
            return {"requests": len(self._by_id), **{name: self._counts[name] for name in COUNTED}}

    def issue_token(self, scopes: frozenset[str]) -> str:
        """A new token for these scopes; earlier ones stay good until they end."""
        token = secrets.token_urlsafe(24)
        now = time.time()
        with self._lock:
            self._counts["tokens"] += 1
            self._tokens = {key: kept for key, kept in self._tokens.items() if kept[0] > now}
            self._tokens[token] = (now + self.token_seconds, scopes)
        return token

    def revoke_tokens(self) -> None:
        """Turn down every token issued so far."""
        with self._lock:
            self._tokens = {}

    def scopes_of(self, token: str) -> frozenset[str] | None:
        """The scopes of a living token, None for any other."""
        ends, scopes = self._tokens.get(token, (0.0, frozenset[str]()))
        return scopes if ends > time.time() else None

    def take(
        self,
        payload: dict[str, Any],
        *,
        key: str | None,
        fails: Callable[[], bool],
        empty: Callable[[], bool],
    ) -> tuple[TakenRequest, bool]:
        """Take a payload once: the request, and whether it is new. Raises BadPayload for a key used twice.

        `fails` and `empty` are asked for a new request alone, so that a repeat uses up no fault.
        """
        name = name_of(payload, key)
        with self._lock:
            known = self._by_name.get(name)
            if known is None:
                request = self._new(payload, key=key, fails=fails(), empty=empty())
                self._remember(request)
            else:
                request = _posted_again(known, payload)
            self._write(request)
        return request, known is None

    def finish(self, request: TakenRequest) -> None:
        """End a request at once."""
        with self._lock:
            request.completed = time.time()
            self._write(request)

    def find(self, request_id: str) -> TakenRequest | None:
        """The request with this id."""
        return self._by_id.get(request_id)

    def unfinished(self) -> list[TakenRequest]:
        """What is still processing and will end."""
        now = time.time()
        with self._lock:
            return [r for r in self._by_id.values() if r.completed is not None and r.completed > now]

    def snapshot(self) -> list[dict[str, Any]]:
        """All requests in the order they came, as plain values."""
        now = time.time()
        with self._lock:
            return [request.described(now) for request in self._by_id.values()]

    def _new(self, payload: dict[str, Any], *, key: str | None, fails: bool, empty: bool) -> TakenRequest:
        request_id = id_of(name_of(payload, key))
        fate = decide(
            request_id=request_id,
            payload=payload,
            seconds=self.processing_seconds,
            fails=fails,
            finds_nothing=empty,
        )
        now = time.time()
        completed = None if fate.seconds is None else now + fate.seconds
        return TakenRequest(request_id, payload, key, fate, now, completed)

    def _remember(self, request: TakenRequest) -> None:
        self._by_id[request.id] = request
        self._by_name[request.name] = request

    def _write(self, request: TakenRequest) -> None:
        if self._journal is not None:
            self._journal.append(request.kept())


def _posted_again(request: TakenRequest, payload: dict[str, Any]) -> TakenRequest:
    if request.payload != payload:
        raise BadPayload("This Idempotency-Key was used before, with another payload.")
    request.times_posted += 1
    return request
