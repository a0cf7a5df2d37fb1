"""`manage.py sandbox`, run as a process on a Django that has nothing configured."""

import contextlib
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests

BARE_DJANGO = """
import sys
import django
from django.conf import settings
settings.configure()
django.setup()
from erasure.management.commands.sandbox import Command
Command().run_from_argv(["manage.py", "sandbox", *sys.argv[1:]])
"""


def _ended(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - it is our own interpreter
        _command(*arguments), capture_output=True, text=True, timeout=30, check=False
    )


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "error", "-c", BARE_DJANGO, *arguments]


@contextlib.contextmanager
def _running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(  # noqa: S603 - it is our own interpreter
        _command("--port", "0", *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        introduction = process.stdout.readline()
        while "Ctrl-C" not in introduction:
            introduction += process.stdout.readline()
        yield process, introduction
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(number: signal.Signals) -> None:
    with _running("--fault", "500:3", "--client-id", "me", "--client-secret", "mine") as (
        process,
        introduction,
    ):
        base_url = introduction.splitlines()[0].split()[-1]
        faults = requests.get(f"{base_url}/sandbox/faults", timeout=5).json()
        form = {"grant_type": "client_credentials", "client_id": "me", "client_secret": "mine"}
        token = requests.post(f"{base_url}/oauth/token", data=form, timeout=5)
        process.send_signal(number)
        output, errors = process.communicate(timeout=10)

    assert faults == {"faults": ["500:3"]}
    assert token.status_code == 200
    assert f"export CXONE_BASE_URL={base_url}" in introduction
    assert output == "The sandbox has stopped.\n"
    assert (process.returncode, errors) == (0, "")


def test_a_taken_port_is_said_plainly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        ended = _ended("--port", port)

    assert ended.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in ended.stderr
    assert "--port" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--fault", "hung"], 1, "There is no fault 'hung'"),
        (["--journal", "/nowhere/journal.jsonl"], 1, "cannot be used"),
        (["--port", "http"], 2, "a port is a number"),
        (["--port", "65536"], 2, "a port is a number"),
        (["--processing-seconds", "-1"], 2, "give seconds"),
        (["--processing-seconds", "nan"], 2, "give seconds"),
    ],
)
def test_a_wrong_option_is_said_plainly(arguments: list[str], code: int, words: str) -> None:
    ended = _ended(*arguments)

    assert ended.returncode == code
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
