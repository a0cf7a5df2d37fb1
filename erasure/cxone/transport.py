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
from urllib3.util import Timeout

from erasure.cxone.bounded_connection import POOLS_BY_SCHEME
from erasure.cxone.errors import ConnectionBroken, CXoneError, TimedOut, Unreachable, UnreadableAnswer
from erasure.cxone.surroundings import look_around

LARGEST_ANSWER = 1024 * 1024
"""Bytes of a body. A status answer with a long cascade has a few KiB; more than this is not CXone."""

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
            self._pool = super().get_connection_with_tls_context(*args, **kwargs)
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
    """Kept-alive connections to one CXone, for any number of threads."""

    def __init__(self, base_url: str, *, connections: int, clock: Callable[[], float]) -> None:
        self._surroundings = look_around(base_url)
        self._clock = clock
        # Waiting for a connection is part of a call's time; the pool alone would wait without end.
        self._free = BoundedSemaphore(connections)
        self._adapter = _Adapter(pool_connections=4, pool_maxsize=connections, pool_block=True)

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

        Raises Unreachable, TimedOut, ConnectionBroken, UnreadableAnswer.
        """
        begun = self._clock()
        request = _prepared(method=method, url=url, headers=headers, body=body)
        try:
            answer = self._bounded(request, deadline)
        except CXoneError as error:
            self._note(kind, method, type(error).__name__, begun)
            raise
        self._note(kind, method, answer.status, begun)
        return answer

    def close(self) -> None:
        """Close the idle connections."""
        self._adapter.close()

    def _note(self, kind: str, method: str, outcome: int | str, begun: float) -> None:
        milliseconds = round((self._clock() - begun) * 1000)
        log.debug("cxone %s %s: %s in %d ms", kind, method, outcome, milliseconds)

    def _bounded(self, request: requests.PreparedRequest, deadline: float) -> Answer:
        left = deadline - self._clock() - LEAST_SECONDS
        if left <= 0 or not self._free.acquire(timeout=left):
            raise Unreachable("no connection was free in time")
        try:
            return self._exchange(request, deadline)
        finally:
            self._free.release()

    def _exchange(self, request: requests.PreparedRequest, deadline: float) -> Answer:
        trouble: CXoneError
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
            answer = Answer(status=raw.status, headers=raw.headers, body=_body(raw))
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


def _body(raw: Any) -> bytes:
    if raw.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnreadableAnswer("it is compressed, which we did not ask for")
    body = b""
    while chunk := raw.read(LARGEST_ANSWER + 1 - len(body)):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise UnreadableAnswer("it is larger than 1 MiB")
    return body
