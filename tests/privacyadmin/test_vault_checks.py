"""What the environment says of vaults: what can never work is refused at the start, with a way out."""

import base64
import socket
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.checks import Error, Warning  # noqa: A004 - Django's word for it.

from privacyadmin import vault_checks
from privacyadmin.embedded.program import Plan, part_environment

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


@pytest.fixture(autouse=True)
def _nothing_set(settings: LazySettings) -> None:
    settings.VAULT_KIND = "database"
    settings.VAULT_URL = settings.VAULT_KEY_ID = settings.VAULT_SECRET = settings.VAULT_TENANT = ""
    settings.VAULT_ALLOWED_HOSTS = settings.VAULT_ALLOWED_PATHS = []


@pytest.fixture(autouse=True)
def _no_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    """No start may hang on a resolver."""

    def refuse(*_given: Any, **_options: Any) -> Any:
        raise AssertionError("a check asked the resolver")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def all_found() -> list[Any]:
    checks = (
        vault_checks.check_vault_allowed_hosts,
        vault_checks.check_vault_url,
        vault_checks.check_vault_secret,
        vault_checks.check_vault_is_complete,
    )
    return [message for check in checks for message in check()]


def only(found: Any, kind: type[Any] = Error) -> Any:
    (message,) = found
    assert isinstance(message, kind)
    assert message.hint
    return message


def test_our_own_table_needs_nothing() -> None:
    assert all_found() == []


@pytest.mark.parametrize(
    ("kind", "url", "rest"),
    [
        ("database", "postgres://u:p@registers.intranet/r", {}),
        ("database", "postgres://u:p@registers.example/r", {}),
        ("http", "https://vault.example/hook", {"VAULT_SECRET": SECRET}),
        ("http", "http://registers.intranet/hook", {"VAULT_SECRET": SECRET}),
        ("onetrust", "https://app.onetrust.example", {"VAULT_KEY_ID": "id", "VAULT_SECRET": "any"}),
        (
            "securiti",
            "https://app.securiti.example",
            {"VAULT_KEY_ID": "id", "VAULT_SECRET": "any", "VAULT_TENANT": "t"},
        ),
        ("none", "http://127.0.0.1", {"VAULT_SECRET": "any"}),
    ],
)
def test_what_can_work_is_accepted(settings: LazySettings, kind: str, url: str, rest: dict[str, str]) -> None:
    settings.VAULT_KIND, settings.VAULT_URL = kind, url
    settings.VAULT_ALLOWED_HOSTS = ["registers.intranet"]
    for name, value in rest.items():
        setattr(settings, name, value)
    assert all_found() == []


@pytest.mark.parametrize(
    "entry", ["https://vault.intranet", "*.intranet", "vault.intranet/x", "vault:port", "10.0.0.0/8"]
)
def test_an_allowed_host_that_cannot_be_read_is_refused_by_name(settings: LazySettings, entry: str) -> None:
    settings.VAULT_KIND, settings.VAULT_URL = "http", "http://10.0.0.8/hook"
    settings.VAULT_SECRET = SECRET
    settings.VAULT_ALLOWED_HOSTS = ["vault.intranet:9000", entry]
    message = only(all_found())
    assert message.id == "privacyadmin.E013"
    assert repr(entry) in message.msg
    assert "vault.intranet:9000" not in message.msg


@pytest.mark.parametrize(
    ("kind", "url", "words"),
    [
        ("http", "http://vault.example/hook", "plain http is open to be read"),
        ("http", "https://127.0.0.1/hook", "private or reserved network"),
        ("http", "https://2130706433/hook", "private or reserved network"),
        ("http", "ftp://vault.example", "must begin with https://"),
        ("http", "https://user:s3cret@vault.example", "no user name and no password"),
        ("onetrust", "https://localhost", "private or reserved network"),
        ("securiti", "file:///etc/passwd", "must begin with https://"),
        ("database", "postgres://user:s3cret@10.0.0.8/r", "usually on a private network"),
        ("database", "postgres://user:s3cret@registers.example/r?host=x", "option that is not taken"),
        ("database", "sqlite:////etc/cron.d/r", "a file or a socket of this machine"),
        ("database", "mysql://user:s3cret@registers.example/r", "driver"),
        ("database", "https://user:s3cret@registers.example", "no address of a database"),
    ],
)
def test_an_address_that_is_never_called_is_refused_and_not_repeated(
    settings: LazySettings, kind: str, url: str, words: str
) -> None:
    settings.VAULT_KIND, settings.VAULT_URL = kind, url
    message = only(vault_checks.check_vault_url())
    assert message.id == "privacyadmin.E014"
    assert words in message.msg
    assert "s3cret" not in message.msg + str(message.hint)


@pytest.mark.parametrize("secret", ["s3cret", "whsec_", "whsec_c2hvcnQ=", SECRET.removeprefix("whsec_")])
def test_a_secret_that_no_receiver_can_verify_with_is_refused_and_not_repeated(
    settings: LazySettings, secret: str
) -> None:
    settings.VAULT_KIND, settings.VAULT_URL, settings.VAULT_SECRET = "http", "https://vault.example", secret
    message = only(all_found())
    assert message.id == "privacyadmin.E015"
    assert secret == "whsec_" or secret not in message.msg


def test_the_hint_makes_a_secret_that_is_accepted(
    settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.VAULT_KIND, settings.VAULT_SECRET = "http", "s3cret"
    hint = only(vault_checks.check_vault_secret()).hint
    exec(hint.partition('python -c "')[2].removesuffix('"'))  # noqa: S102 - our own words.
    settings.VAULT_SECRET = capsys.readouterr().out.strip()
    assert vault_checks.check_vault_secret() == []


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("http", "VAULT_URL, VAULT_SECRET are not set"),
        ("onetrust", "VAULT_URL, VAULT_KEY_ID, VAULT_SECRET are not set"),
        ("securiti", "VAULT_URL, VAULT_KEY_ID, VAULT_SECRET, VAULT_TENANT are not set"),
    ],
)
def test_what_an_operator_still_has_to_fill_in_is_warned_of(
    settings: LazySettings, kind: str, missing: str
) -> None:
    settings.VAULT_KIND = kind
    message = only(all_found(), Warning)
    assert message.id == "privacyadmin.W002"
    assert f"VAULT_KIND is {kind}, and {missing}" in message.msg


def test_a_demo_has_its_own_register_whatever_the_environment_says(tmp_path: Any) -> None:
    given = {
        "VAULT_KIND": "http",
        "VAULT_URL": "https://vault.example",
        "VAULT_SECRET": SECRET,
        "VAULT_URL_FILE": "/run/secrets/url",
        "VAULT_SECRET_FILE": "/run/secrets/secret",
        "VAULT_KEY_ID": "id",
        "VAULT_TENANT": "tenant",
    }
    plan = Plan(kind="demo", folder=tmp_path)
    told = part_environment(plan, given, redis_url="unix:///b.sock", port=8000, sandbox_port=8901)
    assert not given.keys() & told.keys()
    real = part_environment(
        Plan(kind="serve", folder=tmp_path), given, redis_url="unix:///b.sock", port=8000, sandbox_port=None
    )
    assert given.items() <= real.items()
