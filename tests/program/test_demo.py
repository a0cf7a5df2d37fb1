"""`manage.py demo`, as somebody starts and stops it."""

import json
import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.program.conftest import environment_for
from tests.program.processes import Program, wait_until

pytestmark = pytest.mark.program
Start = Callable[..., Program]
READY = "Ctrl-C stops everything"
ROLES = ("Privacy officers", "Reviewers", "Auditors", "Operators")


@pytest.fixture
def demo(start: Start) -> Program:
    """A demo on a free port, ready."""
    program = start("manage.py", "demo", "--port", "0")
    program.wait_for(READY)
    return program


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One demo for all tests that leave it running."""
    folder = tmp_path_factory.mktemp("shared")
    program = Program(
        command=[sys.executable, "manage.py", "demo", "--port", "0"],
        environment=environment_for(folder),
        output=folder / "output.txt",
    )
    program.start()
    program.wait_for(READY)
    yield program
    program.kill_all()


def _address(program: Program) -> str:
    found = re.search(r"ready: (http://127\.0\.0\.1:\d+)/", program.said())
    assert found is not None
    return found.group(1)


def _passwords(program: Program) -> dict[str, str]:
    return dict(re.findall(r"user name (\w+)\s+password (\S+)", program.said()))


def test_its_first_page_answers_and_each_role_can_sign_in(shared: Program) -> None:
    assert all(role in shared.said() for role in ROLES)
    passwords = _passwords(shared)
    # A release takes two reviewers, and handing over two officers.
    assert len(passwords) == len(ROLES) + 2
    for username, password in passwords.items():
        with requests.Session() as browser:
            page = browser.get(f"{_address(shared)}/", timeout=10)
            assert page.status_code == 200
            form = {"username": username, "password": password}
            form["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
            answer = browser.post(page.url, form, timeout=20, allow_redirects=False)
            assert answer.status_code == 302


def test_it_is_ready_with_all_its_parts(shared: Program) -> None:
    answer = requests.get(f"{_address(shared)}/readyz", timeout=10)
    assert answer.json() == dict.fromkeys(
        ("database", "migrations", "broker", "upstream", "log", "mail", "deliveries"), "ok"
    )
    lines = "\n".join(shared.alive().values())
    for part in ("manage.py sandbox", "manage.py worker", "manage.py tick", "gunicorn", "valkey-server"):
        assert part in lines or part.replace("valkey", "redis") in lines


def test_mails_are_shown_among_its_lines(shared: Program) -> None:
    shared.wait_for("| Subject: An override waits for a decision: PR-")
    shared.wait_for("| To: reviewer@example.org")
    shared.wait_for("| An officer asks that something be sent although a hold forbids it.")


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_in_order_and_leaves_nothing(demo: Program, sign: signal.Signals) -> None:
    demo.signal(sign)
    assert demo.code() == 0
    assert demo.alive() == {}
    assert "Traceback" not in demo.said().partition("stopping")[2]


def test_killed_it_leaves_nothing_and_starts_again_at_once(demo: Program, start: Start) -> None:
    before, processes = _passwords(demo), demo.alive().keys()
    demo.signal(signal.SIGKILL)
    demo.code()
    again = start("manage.py", "demo", "--port", "0")
    again.wait_for(READY)
    assert not processes & again.alive().keys()
    assert _passwords(again) == before


def test_killed_it_leaves_nothing_within_ten_seconds(demo: Program) -> None:
    assert any("-server" in line for line in demo.alive().values())
    demo.signal(signal.SIGKILL)
    demo.code()
    wait_until(lambda: not demo.alive(), seconds=10, what="all parts end with their supervisor")


def test_a_second_one_is_refused_and_the_first_goes_on(shared: Program, start: Start) -> None:
    second = start("manage.py", "demo", "--port", "0", DATA_DIR=shared.environment["DATA_DIR"])
    assert second.code() == 1
    assert shared.process is not None
    assert f"process {shared.process.pid} already runs there" in second.said()
    assert requests.get(f"{_address(shared)}/healthz", timeout=10).text == "ok"


def test_a_killed_worker_is_started_again(shared: Program) -> None:
    workers = [number for number, line in shared.alive().items() if "manage.py worker" in line]
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    shared.wait_for("was ended by SIGKILL; starting it again")
    wait_until(
        lambda: len([line for line in shared.alive().values() if "manage.py worker" in line]) == 2,
        seconds=10,
        what="there are two workers again",
    )


def test_a_killed_broker_comes_back_and_the_workers_find_it(demo: Program) -> None:
    (broker,) = [
        number for number, line in demo.alive().items() if "manage.py" not in line and "-server" in line
    ]
    os.kill(broker, signal.SIGKILL)
    demo.wait_for("broker was ended by SIGKILL; starting it again")
    wait_until(
        lambda: requests.get(f"{_address(demo)}/readyz", timeout=10).json()["broker"] == "ok",
        seconds=15,
        what="the broker answers again",
    )
    demo.wait_for("broker_back", seconds=20)
    assert not re.search(r"demo\s+\| worker \d (ended|was ended)", demo.said())


def test_a_killed_web_process_answers_again_on_the_same_port(shared: Program) -> None:
    arbiter = min(number for number, line in shared.alive().items() if "gunicorn" in line)
    os.kill(arbiter, signal.SIGKILL)
    shared.wait_for("web was ended by SIGKILL; starting it again")
    # The port stays open meanwhile, so the caller waits and is not refused.
    assert requests.get(f"{_address(shared)}/healthz", timeout=20).text == "ok"
    wait_until(
        lambda: len([line for line in shared.alive().values() if "gunicorn" in line]) == 2,
        seconds=10,
        what="the old web process has left nothing",
    )


def test_its_directory_is_not_for_serve_and_a_reset_starts_afresh_with_other_passwords(
    demo: Program, start: Start
) -> None:
    before = _passwords(demo)
    demo.signal(signal.SIGTERM)
    demo.code()
    real = start("manage.py", "serve", "--port", "0", CXONE_CLIENT_ID="id", CXONE_CLIENT_SECRET="secret")
    assert real.code() == 1
    assert "belongs to `demo`" in real.said()
    again = start("manage.py", "demo", "--port", "0", "--reset")
    again.wait_for(READY)
    assert _passwords(again).keys() == before.keys()
    assert not set(_passwords(again).values()) & set(before.values())


def test_a_taken_port_is_said_before_anything_starts(start: Start, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        program = start("manage.py", "demo", "--port", str(port))
        assert program.code() == 1
    assert f"Port {port} is taken by another program" in program.said()
    assert "Traceback" not in program.said()
    assert not (tmp_path / "data" / "broker").exists()


def test_the_passwords_are_kept_for_their_owner_alone(shared: Program) -> None:
    path = Path(shared.environment["DATA_DIR"], "demo-users.json")
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text()) == _passwords(shared)
