"""Hanging up on a database that has fallen silent.

PostgreSQL bounds its statements by itself, but a server that is frozen, or gone without a word, bounds
nothing, and its driver would wait for ever.
"""

import contextlib
import os
import socket
from threading import Lock, Timer
from types import TracebackType
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


class HangingUp:
    """Ends the connection under a call that lasts too long, which then fails like any that broke off.

    For drivers that show their socket as psycopg does; others bound their waiting themselves.
    """

    def __init__(self, connection: BaseDatabaseWrapper, seconds: float) -> None:
        self._connection = connection
        self._seconds = seconds
        self._timer = self._made_timer()
        self._lock = Lock()
        self._is_over = False
        self.has_hung_up = False

    def __enter__(self) -> "HangingUp":
        self._timer.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            # From here on the socket's number may be another connection's.
            self._is_over = True
            self._timer.cancel()

    def _made_timer(self) -> Timer:
        timer = Timer(self._seconds, self._hang_up)
        timer.daemon = True
        return timer

    def _hang_up(self) -> None:
        with self._lock:
            if self._is_over:
                return
            driver: Any = getattr(self._connection.connection, "pgconn", None)
            if driver is None:
                # It is still connecting, which its driver bounds; what Django asks for then, it does not.
                self._timer = self._made_timer()
                self._timer.start()
                return
            self.has_hung_up = True
            # The call may have ended by itself just now, and its socket with it.
            with contextlib.suppress(Exception), socket.socket(fileno=os.dup(driver.socket)) as opened:
                opened.shutdown(socket.SHUT_RDWR)
