"""Connections whose whole answer, headers included, arrives by one deadline.

A socket's timeout begins anew with every byte that drips in, so an answer could last for ever. Here each
read is given only the time that is left of the call's read timeout. And whatever goes wrong while a
connection is being made is `Unreachable` (or `AddressRefused`) by construction: nothing of the request was
written yet.
"""

import http.client
import io
import socket
import ssl
import time
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError, SSLError
from urllib3.util.connection import create_connection
from urllib3.util.ssl_match_hostname import CertificateError

from erasure.outbound.addresses import AddressGuard
from erasure.outbound.errors import AddressRefused, CallFailed, Unreachable


class _DeadlineReader(io.RawIOBase):
    """The raw bytes of a socket until a moment of the monotonic clock."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._stream = sock.makefile("rb", buffering=0)
        self._deadline = deadline

    def makefile(self, *_mode: object) -> io.BufferedReader:
        """What `http.client` asks a socket for."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer's time is up")
        self._sock.settimeout(left)
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()


class BoundedHTTPConnection(HTTPConnection):
    """Plain HTTP, for the sandbox and for a server behind a local proxy."""

    secure = False
    guard: AddressGuard | None = None

    def connect(self) -> None:
        """Connect (and tunnel, and shake hands), or raise Unreachable or AddressRefused."""
        trouble: CallFailed
        try:
            super().connect()
        except AddressRefused as refused:
            trouble = refused
        except Exception as error:
            # Whatever it was, nothing of the request was written.
            trouble = Unreachable(_reason(error))
        else:
            return
        # Raised out here, so that the library's error, which may name a proxy's user, stays behind.
        raise trouble

    def _new_conn(self) -> socket.socket:
        """Connect the socket, with a guard to none but the addresses that it has looked at.

        TLS goes on to ask for the host's name, and to verify it, since that name is left as it is.
        """
        if self.guard is None:
            return super()._new_conn()
        addresses = self.guard.addresses(self._dns_host, self.port, secure=self.secure)
        ends = time.monotonic() + (self.timeout or 0.0)
        trouble: OSError = TimeoutError()
        while addresses:
            # Each has its share of the time, so that one which never answers leaves some to the next.
            share = (ends - time.monotonic()) / len(addresses)
            if share <= 0:
                break
            try:
                return create_connection(
                    (addresses.pop(0), self.port),
                    share,
                    source_address=self.source_address,
                    socket_options=self.socket_options,
                )
            except OSError as error:
                trouble = error
        raise trouble

    # http.client calls the class it finds under this name; a method serves as well and knows its connection.
    def response_class(  # type: ignore[override]
        self, sock: socket.socket, *, method: str | None = None
    ) -> http.client.HTTPResponse:
        """Give what http.client reads an answer with."""
        # urllib3 sets `timeout` to what the call has left as soon as the request is written.
        deadline = time.monotonic() + (self.timeout or 0.0)
        reader = _DeadlineReader(sock, deadline)
        return http.client.HTTPResponse(reader, method=method)  # type: ignore[arg-type] # only makefile() is used


class BoundedHTTPSConnection(BoundedHTTPConnection, HTTPSConnection):
    """HTTPS, directly or through a proxy's tunnel."""

    secure = True


class BoundedHTTPConnectionPool(HTTPConnectionPool):
    """A pool of the above; `guard` looks at each connection that it makes from then on."""

    ConnectionCls = BoundedHTTPConnection
    guard: AddressGuard | None = None

    def _new_conn(self) -> Any:
        connection: Any = super()._new_conn()
        connection.guard = self.guard
        return connection


class BoundedHTTPSConnectionPool(BoundedHTTPConnectionPool, HTTPSConnectionPool):
    """A pool of the above."""

    ConnectionCls = BoundedHTTPSConnection


POOLS_BY_SCHEME: dict[str, type[HTTPConnectionPool]] = {
    "http": BoundedHTTPConnectionPool,
    "https": BoundedHTTPSConnectionPool,
}


_NO_WAY_THERE = "the connection was refused, or the way there is broken"


def _reason(error: Exception) -> str:
    if isinstance(error, NameResolutionError | socket.gaierror):
        return "its host name was not found"
    if isinstance(error, NewConnectionError):
        return _NO_WAY_THERE
    if isinstance(error, ConnectTimeoutError | TimeoutError):
        return "no connection was made in time"
    if isinstance(error, ssl.SSLCertVerificationError | CertificateError):
        return "its TLS certificate was not accepted"
    if isinstance(error, ssl.SSLError | SSLError):
        return "the TLS handshake failed"
    return _NO_WAY_THERE
