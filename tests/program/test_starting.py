"""What the parts are told, and where the program listens."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from privacyadmin.embedded.listener import PortRefusedError, open_listener
from privacyadmin.embedded.program import Plan, part_environment
from tests.program.processes import Program

GIVEN = {
    "PATH": "/bin",
    "DATABASE_URL": "postgres://real",
    "REDIS_URL": "redis://real",
    "CXONE_BASE_URL": "https://real.example.org",
    "CXONE_CLIENT_ID": "real",
    "CXONE_CLIENT_SECRET_FILE": "/run/secrets/real",
    "SEND_DELAY_SECONDS": "900",
    "VAULT_KIND": "http",
    "VAULT_URL": "https://real.example.org/vault",
    "VAULT_SECRET_FILE": "/run/secrets/real",
    "VAULT_ALLOWED_HOSTS": "real.example.org",
}


def _environment(kind: str, **given: str) -> dict[str, str]:
    plan = Plan(kind=kind, folder=Path("/data"))  # type: ignore[arg-type]  # Both kinds are tried.
    return part_environment(
        plan,
        {**GIVEN, **given},
        redis_url="unix://:password@/data/broker.sock?db=0",
        port=8123,
        sandbox_port=8901 if kind == "demo" else None,
    )


def test_a_demo_touches_nothing_real() -> None:
    told = _environment("demo")
    assert "real" not in " ".join(told.values())
    assert told["CXONE_BASE_URL"] == "http://127.0.0.1:8901"
    assert told["SEND_DELAY_SECONDS"] == "0"
    assert told["VAULT_ALLOWED_HOSTS"] == "127.0.0.1:8901"
    assert "VAULT_KIND" not in told


def test_a_demo_lets_a_receiver_on_this_machine_be_tried_as_a_vault() -> None:
    allowed = "127.0.0.1:9000, localhost:9001,127.0.0.1.example.org,10.0.0.1:9000,/srv/registers.sqlite3"
    told = _environment("demo", VAULT_ALLOWED_HOSTS=allowed)
    assert told["VAULT_ALLOWED_HOSTS"] == "127.0.0.1:8901,127.0.0.1:9000,localhost:9001"


def test_serve_uses_what_is_configured() -> None:
    told = _environment("serve")
    assert told["DATABASE_URL"] == "postgres://real"
    assert told["CXONE_BASE_URL"] == "https://real.example.org"
    assert told["SEND_DELAY_SECONDS"] == "900"
    assert told["DATA_DIR"] == "/data"


def test_the_public_address_is_the_one_listened_on_unless_it_is_set() -> None:
    told = _environment("serve")
    assert told["PUBLIC_URL"] == "http://127.0.0.1:8123"
    assert told["ALLOWED_HOSTS"] == "127.0.0.1,localhost"
    told = _environment("serve", PUBLIC_URL="https://privacy.example.org")
    assert told["PUBLIC_URL"] == "https://privacy.example.org"
    assert "ALLOWED_HOSTS" not in told


def test_a_taken_port_is_said_plainly_with_the_next_step() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortRefusedError, match=rf"Port {port} is taken .* --port {port + 1}"):
            open_listener("127.0.0.1", port)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TIME_ZONE", "Europe/Atlantis", "TIME_ZONE must be a zone of the IANA database"),
        ("DEBUG", "of", "DEBUG must be one of on, off"),
        ("PUBLIC_URL", "privacy.example.org", "PUBLIC_URL must be an address"),
        ("SECRET_KEY_FILE", "/nowhere/key", "SECRET_KEY_FILE names a file that cannot be read"),
    ],
)
@pytest.mark.program
def test_a_setting_that_cannot_be_read_is_said_in_one_sentence(
    start: Callable[..., Program], name: str, value: str, words: str
) -> None:
    program = start("manage.py", "check", **{name: value})
    assert program.code() == 1
    assert program.said().startswith(f"Not started: {words}")
    assert len(program.said().splitlines()) == 1


def test_a_port_beyond_the_last_is_refused() -> None:
    with pytest.raises(PortRefusedError, match=r"Cannot listen on 127\.0\.0\.1, port 70000"):
        open_listener("127.0.0.1", 70000)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(PortRefusedError, match=r"Cannot listen on 203\.0\.113\.7"):
        open_listener("203.0.113.7", 0)
