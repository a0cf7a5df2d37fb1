"""Worker processes on the tests' database, for what only another process can show."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as configured

from tests.erasure.test_jobs import database_url
from tests.program.processes import CHECKOUT

Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start_worker(transactional_db: None) -> Iterator[Start]:
    """Starts worker processes, which end with the test. What they file is sent in an hour."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
        "DATA_DIR": str(configured.DATA_DIR),
        "SECRET_KEY": configured.SECRET_KEY,
        "FIELD_KEYS": ",".join(configured.FIELD_KEYS),
        "FINGERPRINT_KEY": configured.FINGERPRINT_KEY,
        "CALLBACK_KEYS": ",".join(configured.CALLBACK_KEYS),
        "SEND_DELAY_SECONDS": "3600",
    }
    started: list[subprocess.Popen[bytes]] = []

    def one() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "tests.erasure.worker_process"]
        process = subprocess.Popen(command, cwd=CHECKOUT, env=environment)  # noqa: S603 - our own.
        started.append(process)
        return process

    yield one
    for process in started:
        process.kill()
        process.wait()
