"""The port of the pages, opened once by the supervisor and handed to every start of the web part.

So a taken port is noticed before anything starts, and whoever calls while the web part starts anew waits
and is not refused.
"""

import errno
import socket

BACKLOG = 512


class PortRefusedError(Exception):
    """The port cannot be listened on; the text says why and what to do."""


def open_listener(address: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any that is free. Raises PortRefusedError."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        raise PortRefusedError(_why(address, port, error)) from error
    return listener


def free_port() -> int:
    """A port of this machine that nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _why(address: str, port: int, error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Choose another one, such as --port {port + 1}."
    if number == errno.EACCES:
        return f"Port {port} needs rights that this user lacks. Choose one above 1023, such as --port 8000."
    return f"Cannot listen on {address}, port {port}: {error}."
