"""What `docs/configuration.md` says and what the settings read are the same."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from privacyadmin import environment

PAGE = Path(settings.BASE_DIR, "docs", "configuration.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| `")]


def _documented() -> set[str]:
    return {name for row in ROWS for name in re.findall(r"`([A-Z][A-Z_]+)`", row.split("|")[1])}


def test_every_variable_that_is_read_is_documented() -> None:
    assert environment.KNOWN.keys() - _documented() == set()


def test_every_documented_variable_is_read() -> None:
    assert _documented() - environment.KNOWN.keys() - environment.GENERATED_KEYS.keys() == set()


def test_plain_defaults_are_the_documented_ones() -> None:
    told = {
        name: re.findall(r"`([^`]+)`", row.split("|")[3])
        for row in ROWS
        for name in re.findall(r"`([A-Z][A-Z_]+)`", row.split("|")[1])
    }
    plain = {name: default for name, default in environment.KNOWN.items() if default and told[name]}
    wrong = {name: default for name, default in plain.items() if default not in told[name]}
    assert set(wrong) <= {
        "DATA_DIR",
        "ALLOWED_HOSTS",
        "AUDIT_ORIGIN",
        "AUDIT_KEY_FILE",
        "EMAIL_FROM",
        "SHREDDED_LIST_FILE",
    }, wrong


def test_every_secret_may_also_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {
        name for row in ROWS if "*secret*" in row for name in re.findall(r"`([A-Z_]+)`", row.split("|")[1])
    }
    assert secrets == {
        "DATABASE_URL",
        "REDIS_URL",
        "SECRET_KEY",
        "FIELD_KEYS",
        "FINGERPRINT_KEY",
        "CALLBACK_KEYS",
        "CXONE_CLIENT_ID",
        "CXONE_CLIENT_SECRET",
        "EMAIL_HOST_PASSWORD",
        "VAULT_URL",
        "VAULT_SECRET",
    }
    for name in secrets:
        file = tmp_path / name
        file.write_text(f"value of {name}\n", encoding="utf-8")
        monkeypatch.setenv(f"{name}_FILE", str(file))
        assert environment.secret(name) == f"value of {name}"
