"""A way over TCP to PostgreSQL's Unix socket, which can be cut, mended, and made to fall silent."""

import contextlib
import socket
import socketserver
from threading import Event, Thread
from typing import Any


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class Relay:
    """Listens on loopback, on one port for as long as it lives, whether or not it is cut.

    `sent` is all that clients have sent.
    """

    def __init__(self, socket_path: str) -> None:
        self._socket_path = socket_path
        self._server: _Server | None = None
        self._open: set[socket.socket] = set()
        self._silent_at = b""
        self._silent = Event()
        self.port = 0
        self.sent = b""

    def start(self) -> None:
        """Let connections through."""
        relay = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                relay._carry(self.request)

        self._server = _Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Cut what is open, and refuse what comes."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def fall_silent_at(self, sent: bytes) -> None:
        """From when a client sends this, nothing is carried any more, and nothing is closed."""
        self._silent_at = sent

    def _carry(self, client: Any) -> None:
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(self._socket_path)
            self._open |= {client, server}
            back = Thread(target=self._pump, args=(server, client), daemon=True)
            back.start()
            self._pump(client, server, looking=True)
            back.join()
            self._open -= {client, server}

    def _pump(self, source: socket.socket, target: socket.socket, *, looking: bool = False) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if looking:
                    self.sent += data
                if looking and self._silent_at and self._silent_at in data:
                    self._silent.set()
                if not self._silent.is_set():
                    target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)
