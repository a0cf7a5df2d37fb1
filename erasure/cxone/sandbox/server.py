"""A small HTTP/1.1 server for one WSGI application: a thread per kept-alive connection.

It exists because the sandbox must do what a well-behaved server will not, such as reset a connection, and
must be fast enough never to be what a benchmark measures. It is no server for the open internet.
"""

import io
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

from erasure.cxone.sandbox.application import ConnectionReset, Environ, StartResponse

WsgiApplication = Callable[[Environ, StartResponse], Iterable[bytes]]

LARGEST_HEAD = 64 * 1024
LARGEST_BODY = 1024 * 1024


class BadRequest(ValueError):  # noqa: N818 - its text is a status line
    """What was sent is not a request that this server can read; the text is the status line."""


class Server(socketserver.ThreadingTCPServer):
    """Serves `application` on `address` until shut down. Raises OSError for a taken port."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], application: WsgiApplication) -> None:
        self.application = application
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def disconnect_all(self) -> None:
        """End the connections that clients keep alive."""
        with self._lock:
            for sock in self._open:
                # The other side may have closed it a moment ago.
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue


class _Connection(socketserver.StreamRequestHandler):
    """One connection and the requests that come over it, one after the other."""

    server: Server
    disable_nagle_algorithm = True
    rbufsize = 64 * 1024

    def handle(self) -> None:
        try:
            while self._serve_one():
                pass
        except BadRequest as error:
            self._send(str(error), [("Content-Length", "0"), ("Connection", "close")], [b""])
        except ConnectionReset:
            # A linger time of zero makes the closing of the socket a reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            # The client went away; there is nobody left to tell.
            return

    def finish(self) -> None:
        # What the client no longer reads must not be an error of ours.
        try:
            super().finish()
        except OSError:
            return

    def _serve_one(self) -> bool:
        """Answer one request; False when the connection is to be closed."""
        environ = _read_request(self.rfile)
        if environ is None:
            return False
        started: list[tuple[str, list[tuple[str, str]]]] = []
        parts = self.server.application(environ, lambda status, headers: started.append((status, headers)))
        status, headers = started[0]
        keep = environ["sandbox.keep_alive"]
        self._send(status, headers if keep else [*headers, ("Connection", "close")], parts)
        return bool(keep)

    def _send(self, status: str, headers: list[tuple[str, str]], parts: Iterable[bytes]) -> None:
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        waiting = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        for part in parts:
            # The head goes out together with the first part, in one packet.
            self.connection.sendall(waiting + part)
            waiting = b""


def _read_request(stream: io.BufferedIOBase) -> Environ | None:
    """The next request as a WSGI environment, None at the end of the connection. Raises BadRequest."""
    line = stream.readline(LARGEST_HEAD)
    if not line:
        return None
    words = line.decode("latin-1").split()
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadRequest("400 Bad Request")
    method, target, version = words
    environ: Environ = {"REQUEST_METHOD": method, "SERVER_PROTOCOL": version}
    path, _, environ["QUERY_STRING"] = target.partition("?")
    environ["PATH_INFO"] = unquote(path)
    _read_headers(stream, environ)
    environ["wsgi.input"] = io.BytesIO(_read_body(stream, environ))
    closes = environ.get("HTTP_CONNECTION", "").lower() == "close" or version == "HTTP/1.0"
    environ["sandbox.keep_alive"] = not closes
    return environ


def _read_headers(stream: io.BufferedIOBase, environ: Environ) -> None:
    left = LARGEST_HEAD
    while (line := stream.readline(left)) not in {b"\r\n", b"\n"}:
        left -= len(line)
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or left <= 0:
            raise BadRequest("431 Request Header Fields Too Large" if left <= 0 else "400 Bad Request")
        key = name.upper().replace("-", "_")
        environ[key if key in {"CONTENT_LENGTH", "CONTENT_TYPE"} else f"HTTP_{key}"] = value.strip()


def _read_body(stream: io.BufferedIOBase, environ: Environ) -> bytes:
    if "HTTP_TRANSFER_ENCODING" in environ:
        raise BadRequest("411 Length Required")
    length = environ.get("CONTENT_LENGTH", "0")
    if not (length.isascii() and length.isdigit()):
        raise BadRequest("400 Bad Request")
    if len(length) > 9 or int(length) > LARGEST_BODY:
        raise BadRequest("413 Content Too Large")
    body = stream.read(int(length))
    if len(body) < int(length):
        raise BadRequest("400 Bad Request")
    return body
