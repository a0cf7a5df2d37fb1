"""Fifty requests on their way, and kill -9: of the worker, then of everything. All close, none twice in
effect.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from erasure.cxone.sandbox import Sandbox
from tests.program.conftest import Start
from tests.program.processes import CHECKOUT, Program, wait_until

pytestmark = pytest.mark.program

REQUESTS = 50
#: What a killed worker had is free again after 80 s, and has 40 s to get done (architecture).
RECOVERY_SECONDS = 120

Ask = Callable[..., object]


@pytest.fixture
def slow_sandbox() -> object:
    """CXone, which outlives every kill and takes a second and a half over each request."""
    running = Sandbox(processing_seconds=1.5)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def ask(clean_environment: dict[str, str]) -> Ask:
    """Ask the database of the program under test, from a process of its own."""

    def run(*words: str) -> object:
        answer = subprocess.run(  # noqa: S603 - our own command.
            [sys.executable, "-m", "tests.program.at_the_database", *words],
            cwd=CHECKOUT,
            env=clean_environment,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return json.loads(answer.stdout)

    return run


def _kill_worker(program: Program) -> None:
    for pid, command in program.alive().items():
        if "manage.py worker" in command:
            os.kill(pid, signal.SIGKILL)


def _kill_everything(program: Program) -> None:
    for pid in program.alive():
        os.kill(pid, signal.SIGKILL)


def test_all_close_and_none_is_carried_out_twice(start: Start, slow_sandbox: Sandbox, ask: Ask) -> None:
    cxone = {
        "CXONE_BASE_URL": slow_sandbox.endpoint.base_url,
        "CXONE_CLIENT_ID": slow_sandbox.endpoint.client_id,
        "CXONE_CLIENT_SECRET": slow_sandbox.endpoint.client_secret,
        "CXONE_POLL_SECONDS": "1",
        "CXONE_CONCURRENCY": "4",
    }
    program = start("manage.py", "serve", "--port", "0", "--workers", "2", **cxone)
    program.wait_for("ready: ")
    ask("file", str(REQUESTS))
    wait_until(lambda: slow_sandbox.stats["requests"] >= 3, seconds=30, what="some are sent")
    _kill_worker(program)
    time.sleep(1)
    _kill_everything(program)
    wait_until(lambda: not program.alive(), seconds=15, what="nothing is left")
    assert ask("tell") != {"completed": REQUESTS, "completion events": REQUESTS}, "killed too late"

    again = start("manage.py", "serve", "--port", "0", "--workers", "2", **cxone)
    again.wait_for("ready: ")
    wait_until(
        lambda: ask("tell") == {"completed": REQUESTS, "completion events": REQUESTS},
        seconds=RECOVERY_SECONDS,
        what="every request is completed, with one completion event each",
    )
    assert slow_sandbox.stats["requests"] == REQUESTS
    assert len({one["subjectId"] for one in slow_sandbox.requests}) == REQUESTS
