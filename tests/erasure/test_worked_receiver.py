"""The receiver of docs/vaults.md, as it stands there, on the other side of real deliveries."""

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from erasure.choices import DeliveryTrouble
from erasure.deliveries.kinds import address_guard
from erasure.deliveries.messages import compose, message_of
from erasure.models import Delivery
from erasure.vault import NotDelivered
from erasure.vault.http import HttpVault
from tests.erasure import made_requests as made
from tests.erasure.http_desk import HttpDesk, ended, http_desk
from tests.erasure.told_vaults import made_vault
from tests.program.processes import CHECKOUT, wait_until
from tests.vault.receiver import OLD_SECRET, SECRET

__all__ = ["http_desk"]

pytestmark = pytest.mark.django_db(transaction=True)

DOCS = (CHECKOUT / "docs" / "vaults.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The one block of code in this language."""
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", DOCS, re.DOTALL | re.MULTILINE)
    return str(found)


class Worked:
    """The receiver as a process, and the register that it writes."""

    def __init__(self, folder: Path, secrets: str) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port = free.getsockname()[1]
        (folder / "receiver.py").write_text(block("python"), encoding="utf-8")
        self._register = folder / "register.sqlite3"
        self.process = subprocess.Popen(
            [sys.executable, "-I", "receiver.py"],
            cwd=folder,
            env={"SECRETS": secrets, "PORT": str(self.port), "PATH": os.environ["PATH"]},
            stderr=subprocess.DEVNULL,
        )
        wait_until(self._listens, seconds=20, what="the receiver listens")

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def rows(self) -> list[tuple[str, str]]:
        with closing(sqlite3.connect(self._register)) as register:
            return list(register.execute("SELECT id, body FROM told ORDER BY id"))

    def _listens(self) -> bool:
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


Start = Callable[[str], Worked]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the receiver with these secrets; it ends with the test."""
    started: list[Worked] = []

    def one(secrets: str = SECRET) -> Worked:
        started.append(Worked(tmp_path, secrets))
        return started[-1]

    yield one
    for worked in started:
        worked.process.kill()
        worked.process.wait()


def http_vault(worked: Worked, secret: str = SECRET, **facts: Any) -> HttpVault:
    return HttpVault(worked.address, secret, guard=address_guard(), **facts)


def test_it_has_twenty_lines() -> None:
    assert len([line for line in block("python").splitlines() if line.strip()]) <= 20


def test_it_keeps_each_message_once(http_desk: HttpDesk, officer: Any, start: Start) -> None:
    worked = start(SECRET)
    made_vault(kind="http", address=worked.address, secret=SECRET)
    ids = ended(officer, 12)
    http_desk.until_nothing_waits()
    assert {name for name, _body in worked.rows} == ids

    rows = list(Delivery.objects.select_related("request", "submission", "vault"))
    assert {row.state for row in rows} == {"delivered"}
    vault = http_vault(worked)
    for row in rows:
        # What a worker does that was killed before it could note the answer.
        assert vault.deliver(message_of(row)).status == 204
    assert worked.rows == sorted((row.message_id, row.body) for row in rows)


def test_it_believes_the_old_secret_and_the_new_one(http_desk: HttpDesk, officer: Any, start: Start) -> None:
    worked = start(f"{SECRET} {OLD_SECRET}")
    until = datetime.now(UTC) + timedelta(days=1)
    for vault in (
        http_vault(worked, OLD_SECRET),
        http_vault(worked, SECRET, previous_secret=OLD_SECRET, previous_until=until),
        http_vault(worked, SECRET),
    ):
        assert vault.test().status == 204
    assert len(worked.rows) == 3


def test_it_believes_nothing_else(http_desk: HttpDesk, start: Start) -> None:
    worked = start(SECRET)
    for vault in (
        http_vault(worked, OLD_SECRET),
        http_vault(worked, now=lambda: datetime.now(UTC) - timedelta(minutes=6)),
        http_vault(worked, now=lambda: datetime.now(UTC) + timedelta(minutes=6)),
    ):
        with pytest.raises(NotDelivered) as caught:
            vault.test()
        assert (caught.value.trouble, caught.value.status) == (DeliveryTrouble.SIGN_IN, 401)
    unsigned = urllib.request.Request(worked.address, data=b"{}")  # noqa: S310 - http, to loopback.
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(unsigned, timeout=10)  # noqa: S310 - the same.
    assert worked.rows == []


def test_the_example_has_the_fields_of_a_message(officer: Any) -> None:
    made_vault()
    made.completed(made.only(made.filed(officer)))
    told = json.loads(compose(Delivery.objects.get()))
    shown = json.loads(block("json"))
    assert list(shown) == list(told)
    assert shown["timestamp"][-5:].count("Z") == told["timestamp"][-5:].count("Z") == 1
    for name in shown:
        assert f"| `{name}` |" in DOCS
