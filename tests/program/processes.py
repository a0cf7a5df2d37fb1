"""Watching processes from outside: who carries a mark in its environment, and waiting for what they do."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from uuid import uuid4

CHECKOUT = Path(__file__).resolve().parent.parent.parent
MARK = "PRIVACYADMIN_TEST_MARK"


def wait_until(true: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Wait for something to become true; fails with `what` when it does not in time."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"not within {seconds} s: {what}"
        time.sleep(0.05)


@dataclass
class Program:
    """A program under test, whose processes all inherit one mark."""

    command: list[str]
    environment: dict[str, str]
    output: Path
    mark: str = field(default_factory=lambda: uuid4().hex)
    process: "subprocess.Popen[bytes] | None" = None
    _file: "IO[bytes] | None" = None

    def start(self) -> None:
        """Start it; its output goes to a file."""
        self._file = self.output.open("ab")
        self.process = subprocess.Popen(  # noqa: S603 - the command is the test's own.
            self.command,
            env={**self.environment, MARK: self.mark},
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=self._file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def said(self) -> str:
        """Everything it has printed so far."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, words: str, *, seconds: float = 60) -> None:
        """Wait until it has printed these words; fails at once when it ends before."""
        until = time.monotonic() + seconds
        while words not in self.said():
            assert self.process is not None
            assert self.process.poll() is None or words in self.said(), f"ended:\n{self.said()}"
            assert time.monotonic() < until, f"{words!r} not within {seconds} s:\n{self.said()}"
            time.sleep(0.05)

    def signal(self, sign: signal.Signals) -> None:
        """Send its first process a signal."""
        assert self.process is not None
        self.process.send_signal(sign)

    def code(self, *, seconds: float = 40) -> int:
        """Wait for its end; answers the exit code."""
        assert self.process is not None
        return self.process.wait(seconds)

    def alive(self) -> dict[int, str]:
        """Its living processes, by id, with their command lines.

        The broker is told nothing of our environment, and is known by its working directory.
        """
        data_dir = self.environment.get("DATA_DIR", "/nowhere")
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                marked = f"{MARK}={self.mark}".encode() in (folder / "environ").read_bytes().split(b"\0")
                if not marked and not str((folder / "cwd").readlink()).startswith(f"{data_dir}/"):
                    continue
                state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if state != "Z":
                found[int(folder.name)] = command
        return found

    def kill_all(self) -> None:
        """End whatever is left, after a test that failed."""
        for number in self.alive():
            os.kill(number, signal.SIGKILL)
        if self.process is not None:
            self.process.wait(10)
        if self._file is not None:
            self._file.close()
