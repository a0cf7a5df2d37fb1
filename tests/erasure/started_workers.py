"""Worker processes on the tests' database, for what only another process can show."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from django.conf import settings as configured
from django.db import connection

from tests.program.processes import CHECKOUT

Start = Callable[[], "subprocess.Popen[bytes]"]


def database_url() -> str:
    """The address of the tests' database, for another process."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    login = f"{quote(facts['USER'])}:{quote(facts['PASSWORD'])}@" if facts["USER"] else ""
    host = quote(facts["HOST"], safe="") + (f":{facts['PORT']}" if facts["PORT"] else "")
    return f"postgres://{login}{host}/{facts['NAME']}"


@contextmanager
def started_workers(**settings: str) -> Iterator[Start]:
    """Starts worker processes with these settings, which end with the block."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
        "DATA_DIR": str(configured.DATA_DIR),
        "SECRET_KEY": configured.SECRET_KEY,
        "FIELD_KEYS": ",".join(configured.FIELD_KEYS),
        "FINGERPRINT_KEY": configured.FINGERPRINT_KEY,
        "CALLBACK_KEYS": ",".join(configured.CALLBACK_KEYS),
        **settings,
    }
    started: list[subprocess.Popen[bytes]] = []

    def one() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "tests.erasure.worker_process"]
        process = subprocess.Popen(command, cwd=CHECKOUT, env=environment)  # noqa: S603 - our own.
        started.append(process)
        return process

    try:
        yield one
    finally:
        for process in started:
            process.kill()
            process.wait()


@pytest.fixture
def start_worker(transactional_db: None) -> Iterator[Start]:
    """Starts worker processes, which end with the test. What they file is sent in an hour."""
    with started_workers(SEND_DELAY_SECONDS="3600") as start:
        yield start
