"""`manage.py sandbox`: run the CXone stand-in by itself, until Ctrl-C or SIGTERM."""

import math
import signal
import threading
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from erasure.cxone.sandbox import FAULTS, VAULT_PATH, VAULT_SECRET, Sandbox


class Command(BaseCommand):
    """Serves a sandbox and says how to point the program at it."""

    help = (
        "Run a stand-in for CXone that speaks its whole interface, with made-up data. Faults: "
        + "; ".join(f"{name}: {meaning}" for name, meaning in FAULTS.items())
        + ". NAME:3 means the next three times, NAME alone until changed."
    )
    # It needs neither a database nor credentials, so that it runs before anything is configured.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options; all have a default."""
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=_port, default=8900, help="port to listen on (8900)")
        parser.add_argument(
            "--processing-seconds",
            type=_seconds,
            default=2.0,
            metavar="SECONDS",
            help="how long a request is processed (2)",
        )
        parser.add_argument("--fault", action="append", default=[], metavar="NAME", help="may be repeated")
        parser.add_argument("--client-id", default="demo")
        parser.add_argument("--client-secret", default="demo-secret")
        parser.add_argument("--journal", type=Path, metavar="FILE", help="keep requests over a restart")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Serve until told to stop. Raises CommandError (exit 1) for a taken port or an unknown fault."""
        sandbox = _sandbox(options)
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: stop.set())
        try:
            base_url = _start(sandbox, host=options["host"], port=options["port"])
            if options["verbosity"]:
                self._introduce(base_url, options)
            stop.wait()
        finally:
            sandbox.stop()
        if options["verbosity"]:
            self.stdout.write("The sandbox has stopped.")

    def _introduce(self, base_url: str, options: dict[str, Any]) -> None:
        lines = [
            f"The CXone sandbox listens on {base_url}",
            "Point the program at it with",
            f"  export CXONE_BASE_URL={base_url}",
            f"  export CXONE_CLIENT_ID={options['client_id']}",
            f"  export CXONE_CLIENT_SECRET={options['client_secret']}",
            f"See what it took: {base_url}/sandbox/requests and {base_url}/sandbox/stats",
            f"It is a vault of the kind http as well: {base_url}{VAULT_PATH} with the secret {VAULT_SECRET},",
            f"  where VAULT_ALLOWED_HOSTS has its host and port; what it took: {base_url}/sandbox/vault",
            "Subject ids that end in -FAIL, -NONE, -SLOW or -STUCK end accordingly. Ctrl-C stops it.",
        ]
        self.stdout.write("\n".join(lines))
        # Whoever waits for the address behind a pipe must not wait for a full buffer.
        self.stdout.flush()


def _sandbox(options: dict[str, Any]) -> Sandbox:
    try:
        return Sandbox(
            client_id=options["client_id"],
            client_secret=options["client_secret"],
            processing_seconds=options["processing_seconds"],
            faults=options["fault"],
            journal=options["journal"],
        )
    except ValueError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"The journal {options['journal']} cannot be used: {error.strerror}.") from error


def _start(sandbox: Sandbox, *, host: str, port: int) -> str:
    try:
        return sandbox.start(port=port, host=host)
    except OSError as error:
        raise CommandError(
            f"The sandbox cannot listen on {host}:{port}: {error.strerror}. "
            "If another program has the port, choose a free one with --port."
        ) from error


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= 86400:
        raise ArgumentTypeError("give seconds, from 0 to 86400")
    return seconds
