"""Several processes writing at once, and writers killed in the middle: on a real file or on PostgreSQL."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 25


class Writers:
    """A process that forks writers, and what they said to be committed, in a folder."""

    def __init__(self, *, environment: dict[str, str], folder: Path) -> None:
        self.folder = folder
        self.complaints = folder / "complaints"
        self.at_work: set[int] = set()
        with self.complaints.open("w") as complaints:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.audit.writer"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
            )

    def start(self, act: str, *arguments: object) -> int:
        """Answers the process id."""
        process: int = self._told(act, *arguments)
        self.at_work.add(process)
        return process

    def start_writing(self, name: str, *, count: int | None = None) -> int:
        """Answers the process id."""
        return self.start("write", name, str(self.folder / name), count)

    def wait(self, process: int) -> int:
        """How it ended."""
        code: int = self._told("wait", process)
        self.at_work.remove(process)
        return code

    def kill(self, process: int) -> None:
        """At once, wherever it is."""
        os.kill(process, signal.SIGKILL)
        assert self.wait(process) == -signal.SIGKILL, self.complaints.read_text()

    def said(self, name: str) -> list[str]:
        """What this writer said to be committed: whole lines only."""
        path = self.folder / name
        return path.read_text().split("\n")[:-1] if path.exists() else []

    def read_back(self) -> dict[str, Any]:
        """State and events, once it is certain that the log holds together."""
        found: dict[str, Any] = self._told("check")
        assert found["gapless"]
        assert found["head_fits"]
        return found

    def end(self) -> None:
        """Leave nobody writing."""
        for writer in self.at_work:
            with suppress(ProcessLookupError):
                os.kill(writer, signal.SIGKILL)
        self.process.communicate(timeout=60)
        assert self.process.returncode == 0

    def _told(self, act: str, *arguments: object) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([act, *arguments]) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, self.complaints.read_text()
        return json.loads(answer)


@pytest.fixture(scope="module")
def migrated(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], Path]:
    """Where other processes find a database: the one of the tests on PostgreSQL, else a file of its own."""
    folder = tmp_path_factory.mktemp("shared")
    environment = {**os.environ, "DATA_DIR": str(folder)}
    if connection.vendor == "postgresql":
        address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
        return {**environment, "DATABASE_URL": urlunsplit(address)}, folder
    migrate = [sys.executable, "-m", "django", "migrate", "-v0", "--skip-checks"]
    subprocess.run(migrate, cwd=ROOT, env=environment, check=True, timeout=300)  # noqa: S603 - Django's own.
    return environment, folder


@pytest.fixture
def writers(
    transactional_db: None, migrated: tuple[dict[str, str], Path], tmp_path: Path
) -> Iterator[Writers]:
    """A log that has just begun, and processes that can reach it."""
    environment, folder = migrated
    if connection.vendor == "sqlite":
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
        environment = {**environment, "DATA_DIR": str(tmp_path)}
    (tmp_path / "said").mkdir()
    writers = Writers(environment=environment, folder=tmp_path / "said")
    yield writers
    writers.end()
    assert writers.complaints.read_text() == ""


def test_four_writers_at_once_leave_one_log_without_gaps(writers: Writers) -> None:
    count = 60
    processes = [writers.start_writing(f"w{number}", count=count) for number in range(4)]
    assert [writers.wait(process) for process in processes] == [0] * 4
    found = writers.read_back()
    expected = sorted(f"w{number}-{each}" for number in range(4) for each in range(count))
    assert found["events"] == found["state"] == expected
    assert found["size"] == 1 + 4 * (count + count // 3)


def test_two_processes_at_once_begin_one_log(writers: Writers) -> None:
    assert writers.wait(writers.start("clear")) == 0
    processes = [writers.start("begin") for _each in range(2)]
    assert [writers.wait(process) for process in processes] == [0] * 2
    assert writers.read_back()["size"] == 1


def test_killed_writers_leave_state_and_events_agreeing(writers: Writers) -> None:
    # Seeded, so that a failure can be had again.
    moments = random.Random(20261120)  # noqa: S311 - moments of a test, nothing secret.
    said: set[str] = set()
    for number in range(ROUNDS):
        # Two at once: one goes on behind the other that was killed with the head in its hands.
        names = (f"a{number}", f"b{number}")
        processes = [writers.start_writing(name) for name in names]
        wait_for_a_commit(writers, names)
        for process in processes:
            time.sleep(moments.uniform(0, 0.06))
            writers.kill(process)
        said.update(*(writers.said(name) for name in names))
        found = writers.read_back()
        assert found["events"] == found["state"]
        # What was said to be committed is there, and of each writer at most the one in flight beyond it.
        assert said <= set(found["state"])
        assert len(found["state"]) <= len(said) + 2 * (number + 1)
    assert len(said) >= ROUNDS


def wait_for_a_commit(writers: Writers, names: tuple[str, ...]) -> None:
    """Until one of them has committed something, so that the kill meets a writer at work."""
    ends = time.monotonic() + 60
    while not any(writers.said(name) for name in names):
        assert time.monotonic() < ends, "the writers commit nothing"
        time.sleep(0.002)
