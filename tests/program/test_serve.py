"""`manage.py serve`: the real thing on embedded parts."""

import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.program.processes import Program

pytestmark = pytest.mark.program
Start = Callable[..., Program]
CXONE = {
    "CXONE_CLIENT_ID": "client",
    "CXONE_CLIENT_SECRET": "not-shown-anywhere",
    # Nobody listens there: the pages work while CXone cannot be reached.
    "CXONE_BASE_URL": "http://127.0.0.1:9",
}
LINK = re.compile(r"Set up the first one within a day: (http://127\.0\.0\.1:\d+/admin/set-up/\S+/)")
PASS_PHRASE = "a long enough pass phrase"


def _serve(start: Start, **environment: str) -> Program:
    program = start("manage.py", "serve", "--port", "0", "--workers", "1", **CXONE, **environment)
    program.wait_for("ready: ")
    return program


def _link(program: Program) -> str:
    program.wait_for("Set up the first one")
    found = LINK.search(program.said())
    assert found is not None
    return found.group(1)


def _use(link: str, username: str) -> int:
    with requests.Session() as browser:
        if browser.get(link, timeout=10).status_code != 200:
            return 410
        form = {"username": username, "password1": PASS_PHRASE, "password2": PASS_PHRASE}
        form["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
        return browser.post(link, form, timeout=20, allow_redirects=False).status_code


def test_the_first_start_prints_a_link_that_works_once_and_later_starts_print_none(start: Start) -> None:
    program = _serve(start)
    link = _link(program)
    assert _use(link, "petra") == 302
    assert _use(link, "mallory") == 410
    program.signal(signal.SIGTERM)
    assert program.code() == 0
    assert program.alive() == {}
    again = _serve(start)
    again.signal(signal.SIGTERM)
    assert again.code() == 0
    assert "Set up the first one" not in again.said()


def test_it_brings_no_sandbox_no_people_and_shows_no_secret(start: Start) -> None:
    program = _serve(start)
    assert "manage.py sandbox" not in "\n".join(program.alive().values())
    assert "password" not in program.said()
    assert CXONE["CXONE_CLIENT_SECRET"] not in program.said()


@pytest.mark.parametrize("missing", ["CXONE_CLIENT_ID", "CXONE_CLIENT_SECRET"])
def test_it_does_not_start_without_the_client_of_cxone(start: Start, missing: str) -> None:
    given = {name: value for name, value in CXONE.items() if name != missing}
    program = start("manage.py", "serve", "--port", "0", **given)
    assert program.code() == 1
    assert f"{missing} must be set" in program.said()
    assert "Traceback" not in program.said()


def test_it_does_not_start_with_another_key_than_the_databases(start: Start, tmp_path: Path) -> None:
    program = _serve(start)
    program.signal(signal.SIGTERM)
    program.code()
    again = start("manage.py", "serve", "--port", "0", **CXONE, FINGERPRINT_KEY="another key")
    assert again.code() == 1
    assert "FINGERPRINT_KEY: not the keys that this database was written with" in again.said()
    assert again.alive() == {}


def test_it_does_not_start_without_the_keys_of_the_database(start: Start, tmp_path: Path) -> None:
    program = _serve(start)
    program.signal(signal.SIGTERM)
    program.code()
    (tmp_path / "data" / "keys" / "FIELD_KEYS").unlink()
    again = start("manage.py", "serve", "--port", "0", **CXONE)
    assert again.code() == 1
    assert "Not started: FIELD_KEYS is not set" in again.said()
    assert "Traceback" not in again.said()
    assert not (tmp_path / "data" / "keys" / "FIELD_KEYS").exists()


@pytest.mark.parametrize("command", ["worker", "tick"])
def test_a_part_on_its_own_refuses_keys_that_do_not_fit(start: Start, command: str) -> None:
    program = _serve(start)
    part = start("manage.py", command, FINGERPRINT_KEY="another key")
    assert part.code() == 1
    assert "FINGERPRINT_KEY: not the keys" in part.said()
    assert program.alive()


def test_a_dangerous_configuration_is_refused_with_the_way_out(start: Start) -> None:
    program = start("manage.py", "serve", "--port", "0", **CXONE, PUBLIC_URL="http://privacy.example.org")
    assert program.code() == 1
    assert "privacyadmin.E004" in program.said()
    assert "HINT: Put a server with a certificate in front" in program.said()
