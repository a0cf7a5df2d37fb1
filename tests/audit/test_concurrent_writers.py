"""Several processes writing at once, and writers killed in the middle: on a real file or on PostgreSQL."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
Environment = dict[str, str]


@pytest.fixture
def environment(transactional_db: None, tmp_path: Path) -> Environment:
    """An empty log that other processes can reach: the tests' own in-memory SQLite is out of their reach."""
    shared = {**os.environ, "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]}
    if connection.vendor == "postgresql":
        address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
        return {**shared, "DATABASE_URL": urlunsplit(address)}
    shared = {**shared, "DATA_DIR": str(tmp_path)}
    run("django", "migrate", "-v0", "--skip-checks", environment=shared)
    return shared


def run(module: str, *arguments: str, environment: Environment) -> str:
    done = subprocess.run(  # noqa: S603 - our own modules, with arguments of these tests.
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def start(*arguments: str, environment: Environment) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own module, with arguments of these tests.
        [sys.executable, "-m", "tests.audit.writer", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def read_back(environment: Environment) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("tests.audit.writer", "check", environment=environment))
    assert found["gapless"]
    assert found["head_fits"]
    return found


def test_four_writers_at_once_leave_one_log_without_gaps(environment: Environment) -> None:
    count = 60
    writers = [
        start("write", "--name", f"w{number}", "--count", str(count), environment=environment)
        for number in range(4)
    ]
    ends = [(writer.communicate(timeout=120), writer.returncode) for writer in writers]
    assert [complaint for (_said, complaint), _code in ends] == [""] * 4
    assert [code for _output, code in ends] == [0] * 4
    found = read_back(environment)
    expected = sorted(f"w{number}-{each}" for number in range(4) for each in range(count))
    assert found["events"] == found["state"] == expected
    assert found["size"] == 1 + 4 * (count + count // 3)


def test_two_processes_at_once_begin_one_log(environment: Environment) -> None:
    run("tests.audit.writer", "clear", environment=environment)
    beginners = [start("begin", environment=environment) for _each in range(2)]
    ends = [(beginner.communicate(timeout=120), beginner.returncode) for beginner in beginners]
    assert ends == [(("", ""), 0)] * 2
    assert read_back(environment)["size"] == 1


def test_killed_writers_leave_state_and_events_agreeing(environment: Environment) -> None:
    # Seeded, so that a failure can be had again.
    moments = random.Random(20261120)  # noqa: S311 - moments of a test, nothing secret.
    said: list[str] = []
    for number in range(4):
        writer = start("write", "--name", f"k{number}", environment=environment)
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(moments.uniform(0.05, 0.4))
        writer.send_signal(signal.SIGKILL)
        rest, complaint = writer.communicate(timeout=60)
        assert writer.returncode == -signal.SIGKILL, complaint
        said += [line for line in (first + rest).split("\n")[:-1] if line]
        found = read_back(environment)
        assert found["events"] == found["state"]
        # What was said to be committed is there, and at most the one in flight beyond it.
        assert set(said) <= set(found["state"])
        assert len(found["state"]) <= len(said) + number + 1
    assert len(said) > 4
