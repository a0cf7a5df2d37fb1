"""The embedded broker: reachable by its socket and password alone, whatever its directory is called."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from privacyadmin.embedded import broker as broker_module
from privacyadmin.embedded.broker import Broker, BrokerMissingError, server_program, socket_path
from privacyadmin.embedded.parts import RunningPart, start
from tests.program.processes import wait_until

pytestmark = pytest.mark.program


def _started(folder: Path) -> Iterator[tuple[Broker, RunningPart]]:
    broker = Broker(folder)
    running = start(broker.part(environment=dict(os.environ), inherits=()))
    try:
        wait_until(broker.answers, seconds=10, what="the broker answers")
        yield broker, running
    finally:
        running.kill_all()
        os.close(running.output)


@pytest.fixture(params=["plain", 'sp ace "quo\\te" ümlaut', "d" * 120])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Broker, RunningPart]]:
    """A running broker, in a directory with an easy, a hostile, and an overlong name."""
    yield from _started(tmp_path / request.param)


def test_it_answers_at_the_address_that_the_parts_are_given(broker: tuple[Broker, RunningPart]) -> None:
    client = redis.Redis.from_url(broker[0].url)
    assert client.set("bell", "1")
    client.close()
    assert (broker[0].folder / "broker.log").exists()


def test_it_asks_for_the_password(broker: tuple[Broker, RunningPart]) -> None:
    client = redis.Redis(unix_socket_path=str(broker[0].socket))
    with pytest.raises(redis.AuthenticationError):
        client.ping()
    client.close()


def test_the_password_is_in_no_argument_no_environment_and_no_file(
    broker: tuple[Broker, RunningPart],
) -> None:
    process = Path("/proc") / str(broker[1].process.pid)
    secret = broker[0].password.encode()
    assert secret not in (process / "cmdline").read_bytes()
    assert secret not in (process / "environ").read_bytes()
    for path in broker[0].folder.rglob("*"):
        if path.is_file():
            assert secret not in path.read_bytes()
    assert broker[0].password not in repr(broker[0])


def test_it_listens_on_its_socket_alone(broker: tuple[Broker, RunningPart]) -> None:
    assert stat.S_IMODE(broker[0].socket.stat().st_mode) == 0o600
    client = redis.Redis.from_url(broker[0].url)
    assert client.config_get("port") == {b"port": b"0"} or client.config_get("port") == {"port": "0"}
    client.close()


def test_what_was_written_is_there_after_a_kill(tmp_path: Path) -> None:
    for _broker, running in _started(tmp_path):
        client = redis.Redis.from_url(_broker.url)
        client.set("bell", "1")
        client.execute_command("WAITAOF", 1, 0, 5000)
        client.close()
        running.kill_all()
    for again, _running in _started(tmp_path):
        client = redis.Redis.from_url(again.url)
        assert client.exists("bell") == 1
        client.close()


def test_an_overlong_path_is_replaced_by_a_private_one(tmp_path: Path) -> None:
    path = socket_path(tmp_path / ("d" * 120))
    assert len(os.fsencode(path)) <= 103
    assert path.parent.stat().st_mode & 0o077 == 0
    assert path == socket_path(tmp_path / ("d" * 120))
    path.parent.rmdir()


def test_a_directory_that_others_can_write_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / ("e" * 120)
    short = socket_path(folder).parent
    short.chmod(0o777)
    try:
        with pytest.raises(BrokerMissingError, match="not a private directory"):
            socket_path(folder)
    finally:
        short.rmdir()


def test_a_server_on_the_path_goes_before_the_carried_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "redis-server"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert server_program() == str(program)
    program.unlink()
    assert server_program().endswith("valkey-server")


def test_without_any_server_it_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(broker_module.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(BrokerMissingError, match=r"Install one .* or set REDIS_URL"):
        server_program()
