"""Exports by real processes: bounded memory, slow readers, a full disk, and who dies in the middle."""

import http.client
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from privacyadmin.embedded.listener import free_port
from tests.audit.export_process import PAGE, headers

ROOT = Path(__file__).resolve().parents[2]
MEBIBYTE = 1024 * 1024
EVENTS = 45_000
PATIENCE_SECONDS = 2
Environment = dict[str, str]


@pytest.fixture
def environment(transactional_db: None, tmp_path: Path) -> Environment:
    """A database and a key that other processes reach."""
    shared = {**os.environ, "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]}
    if connection.vendor == "postgresql":
        address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
        key = {"AUDIT_KEY_FILE": str(settings.AUDIT_KEY_FILE)}
        return {**shared, **key, "DATABASE_URL": urlunsplit(address)}
    return {**shared, "DATA_DIR": str(tmp_path)}


def run(*arguments: str, environment: Environment) -> Any:
    done = subprocess.run(  # noqa: S603 - our own module, with arguments of these tests.
        [sys.executable, "-m", "tests.audit.export_process", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextmanager
def served(environment: Environment) -> Iterator[int]:
    """The program under gunicorn as `serve` runs it, but with the shortest patience; its port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "privacyadmin.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--workers", "1", "--threads", "4"]
    command += ["--timeout", str(PATIENCE_SECONDS)]
    command += ["--graceful-timeout", "1", "--log-level", "error", "--no-control-socket"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)  # noqa: S603
    try:
        _wait_for(port)
        yield port
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(10)


def _wait_for(port: int) -> None:
    ends = time.monotonic() + 60
    while True:
        try:
            with asked(port, "GET", "/healthz") as answer:
                answer.read()
                return
        except OSError:
            assert time.monotonic() < ends, "the server did not start"
            time.sleep(0.1)


@contextmanager
def asked(
    port: int, method: str, path: str, *, session: str = "", **fields: str
) -> Iterator[http.client.HTTPResponse]:
    """The answer to a request of the auditor's browser, through a socket that holds little."""
    browser = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    browser.connect()
    browser.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
    try:
        browser.request(method, path, body=urlencode(fields), headers=headers(session))
        with browser.getresponse() as answer:
            yield answer
    finally:
        browser.close()


@pytest.mark.parametrize("server", ["wsgi", "asgi"])
def test_memory_does_not_grow_with_the_log(environment: Environment, server: str) -> None:
    session = run("prepare", "--events", str(EVENTS), environment=environment)["session"]
    found = run(server, "--session", session, environment=environment)
    assert {form: sent["status"] for form, sent in found.items()} == {"jsonl": 200, "csv": 200, "zip": 200}
    for sent in found.values():
        assert sent["pieces"] > 10
        assert sent["largest"] < MEBIBYTE
        assert sent["peak"] < 4 * MEBIBYTE
    assert found["jsonl"]["octets"] > 2 * 4 * MEBIBYTE


def test_a_slow_reader_outlasts_the_servers_patience(environment: Environment, tmp_path: Path) -> None:
    session = run("prepare", "--events", str(EVENTS), environment=environment)["session"]
    path = tmp_path / "export.zip"
    with served(environment) as port:
        with asked(port, "POST", PAGE, session=session, form="jsonl") as answer:
            assert answer.status == 200
            lines, begun = 0, time.monotonic()
            while piece := answer.read(200_000):
                lines += piece.count(b"\n")
                time.sleep(0.2)
        assert time.monotonic() - begun > 3 * PATIENCE_SECONDS
        assert lines > EVENTS
        with asked(port, "POST", PAGE, session=session, form="zip") as answer:
            path.write_bytes(answer.read())
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.read("events.jsonl").count(b"\n") == lines + 1


def test_a_server_that_dies_leaves_no_download_that_looks_whole(environment: Environment) -> None:
    session = run("prepare", "--events", str(EVENTS), environment=environment)["session"]
    with ExitStack() as stack:
        with served(environment) as port:
            answer = stack.enter_context(asked(port, "POST", PAGE, session=session, form="csv"))
            assert answer.read(10_000).startswith(b"seq,leaf,")
        with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
            answer.read()


def exporting(out: Path, *, environment: Environment) -> subprocess.Popen[str]:
    """The command, under way."""
    return subprocess.Popen(  # noqa: S603 - our own command.
        [sys.executable, "manage.py", "export_audit", "--skip-checks", "--out", str(out)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> tuple[int, str]:
    said, complaint = process.communicate(timeout=120)
    return process.returncode, said + complaint


def verified(out: Path) -> str:
    """The first word of the verifier's answer."""
    done = subprocess.run(  # noqa: S603 - our own module.
        [sys.executable, "-m", "audit.verify", "--vkey", str(out / "vkey"), "--export", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout.split(maxsplit=1)[0]


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def killed_while_writing(out: Path, *, environment: Environment) -> None:
    """Kill the command once some events are written, and before all are."""
    draft = out / "events.jsonl.part"
    process = exporting(out, environment=environment)
    ends = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < ends:
        if draft.exists() and draft.stat().st_size:
            break
    process.kill()
    _code, words = finished(process)
    assert process.returncode == -signal.SIGKILL, words


def test_killed_in_the_middle_it_leaves_the_older_export_and_goes_on_from_there(
    environment: Environment, tmp_path: Path
) -> None:
    out = tmp_path / "export"
    run("prepare", "--events", "10", environment=environment)
    assert finished(exporting(out, environment=environment))[0] == 0
    older = files_in(out)
    run("prepare", "--events", str(EVENTS), environment=environment)
    killed_while_writing(out, environment=environment)
    left = files_in(out)
    assert {name: left[name] for name in older} == older
    assert {name for name in left.keys() - older.keys() if not name.endswith(".part")} == set()
    assert verified(out) == "OK"
    assert finished(exporting(out, environment=environment))[0] == 0
    assert not any(name.endswith(".part") for name in files_in(out))
    assert (out / "events.jsonl").read_bytes().startswith(older["events.jsonl"])
    assert verified(out) == "OK"


def test_a_disk_that_is_full_is_said_and_nothing_is_left(environment: Environment, tmp_path: Path) -> None:
    out = tmp_path / "export"
    run("prepare", "--events", str(EVENTS), environment=environment)
    process = exporting(out, environment=environment)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (2 * MEBIBYTE, 2 * MEBIBYTE))
    code, words = finished(process)
    assert code == 1
    assert "cannot be written (File too large)" in words
    assert "Make room" in words
    assert "Traceback" not in words
    assert files_in(out) == {}
    assert finished(exporting(out, environment=environment))[0] == 0
    assert verified(out) == "OK"
