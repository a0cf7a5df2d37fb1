"""One HTTP call, bounded in time and size, and what a broken one means.

Nothing here retries, follows a redirect, keeps a cookie or reads the environment. requests' adapter is
used without its Session: a Session reads the whole body of a redirect that it was told not to follow, and
costs a third of a call's time.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import select_proxy
from urllib3.util import Timeout

from erasure.outbound.addresses import AddressGuard
from erasure.outbound.bounded_connection import POOLS_BY_SCHEME
from erasure.outbound.errors import CallFailed, ConnectionBroken, TimedOut, Unreachable, UnreadableAnswer
from erasure.outbound.surroundings import look_around

LARGEST_ANSWER = 1024 * 1024
"""Bytes of a body, unless a peer is given less. The longest that we ask for have a few KiB."""

CONNECT_SECONDS = 5.0

LEAST_SECONDS = 0.05
"""A call with less time left than this is not begun: it could only end unclear."""

log = logging.getLogger(__name__)

# urllib3 writes the path of each call, with the request's id in it, into its log.
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Answer:
    """A complete answer. `headers` takes names in any case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class _Adapter(HTTPAdapter):
    """requests' adapter on connections that keep a deadline, for the one host that it ever speaks to."""

    _pool: Any = None
    guard: AddressGuard | None = None

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS_BY_SCHEME

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        proxies = super().proxy_manager_for(proxy, **kwargs)
        proxies.pool_classes_by_scheme = POOLS_BY_SCHEME
        return proxies

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        # Finding the pool anew for every call takes a tenth of the call.
        if self._pool is None:
            pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
            if pool.proxy is None:
                # A proxy is the operator's, and may well be private.
                pool.guard = self.guard
            self._pool = pool
        return self._pool

    def close(self) -> None:
        super().close()
        self._pool = None

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """Give status and raw answer alone: no cookies are kept, and no encoding is guessed."""
        response = requests.Response()
        response.status_code = resp.status
        response.raw = resp
        response.request = req
        return response


class Transport:
    """Kept-alive connections to the one host of `base_url`, for any number of threads.

    `peer` names the other side in the log; `largest_answer` is the most that is read of a body, in bytes.
    With a `guard` every connection is made to an address that it has looked at. Through a proxy, which
    resolves names by itself, it can only look before each call at what the name means here, and let pass what
    is not known here.
    """

    def __init__(
        self,
        base_url: str,
        *,
        peer: str,
        connections: int,
        clock: Callable[[], float],
        guard: AddressGuard | None = None,
        largest_answer: int = LARGEST_ANSWER,
    ) -> None:
        self._surroundings = look_around(base_url)
        self._peer = peer
        self._clock = clock
        self._guard = guard
        self._largest_answer = largest_answer
        # Waiting for a connection is part of a call's time; the pool alone would wait without end.
        self._free = BoundedSemaphore(connections)
        self._adapter = _Adapter(pool_connections=4, pool_maxsize=connections, pool_block=True)
        self._adapter.guard = guard

    def call(
        self,
        *,
        kind: str,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        deadline: float,
    ) -> Answer:
        """Make one call; `deadline` is on the clock given to the constructor, `kind` is for the log.

        Raises Unreachable, AddressRefused, TimedOut, ConnectionBroken, UnreadableAnswer.
        """
        begun = self._clock()
        request = _prepared(method=method, url=url, headers=headers, body=body)
        try:
            if self._guard is not None and select_proxy(url, self._surroundings.proxies):
                self._guard.check(url)
            answer = self._bounded(request, deadline)
        except CallFailed as error:
            self._note(kind, method, type(error).__name__, begun)
            raise
        self._note(kind, method, answer.status, begun)
        return answer

    def close(self) -> None:
        """Close the idle connections."""
        self._adapter.close()

    def _note(self, kind: str, method: str, outcome: int | str, begun: float) -> None:
        milliseconds = round((self._clock() - begun) * 1000)
        log.debug("%s %s %s: %s in %d ms", self._peer, kind, method, outcome, milliseconds)

    def _bounded(self, request: requests.PreparedRequest, deadline: float) -> Answer:
        left = deadline - self._clock() - LEAST_SECONDS
        if left <= 0 or not self._free.acquire(timeout=left):
            raise Unreachable("no connection was free in time")
        try:
            return self._exchange(request, deadline)
        finally:
            self._free.release()

    def _exchange(self, request: requests.PreparedRequest, deadline: float) -> Answer:
        trouble: CallFailed
        try:
            return self._sent(request, max(deadline - self._clock(), LEAST_SECONDS))
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidProxyURL):
            trouble = Unreachable("its address or the proxy's is not valid")
        except (requests.Timeout, urllib3.exceptions.TimeoutError):
            trouble = TimedOut()
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError):
            trouble = ConnectionBroken()
        # Raised out here: the libraries' errors hold the address with the id in it.
        raise trouble

    def _sent(self, request: requests.PreparedRequest, left: float) -> Answer:
        # The adapter takes urllib3's Timeout, which alone knows a total; only its stubs do not say so.
        response = self._adapter.send(
            request,
            stream=True,
            timeout=Timeout(total=left, connect=min(left, CONNECT_SECONDS)),  # type: ignore[arg-type]
            verify=self._surroundings.verify,
            proxies=self._surroundings.proxies,
        )
        raw = response.raw
        whole = False
        try:
            answer = Answer(status=raw.status, headers=raw.headers, body=_body(raw, self._largest_answer))
            whole = True
            return answer
        finally:
            if not whole:
                # What is left of the answer must not be taken for the next one on this connection.
                raw.close()
            raw.release_conn()


def _prepared(
    *, method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> requests.PreparedRequest:
    """A request built by hand: requests' own preparing takes as long as the call."""
    request = requests.PreparedRequest()
    request.method = method
    request.url = url
    request.headers = CaseInsensitiveDict(headers)
    request.body = body
    if body is not None:
        request.headers["Content-Length"] = str(len(body))
    return request


def _body(raw: Any, largest: int) -> bytes:
    if raw.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnreadableAnswer("it is compressed, which we did not ask for")
    body = b""
    while chunk := raw.read(largest + 1 - len(body)):
        body += chunk
        if len(body) > largest:
            raise UnreadableAnswer(f"it is larger than {largest // 1024} KiB")
    return body
