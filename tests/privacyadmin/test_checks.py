"""Each dangerous configuration is refused by its own check, with a hint; a safe one passes them all."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.checks import Error, Warning  # noqa: A004 - Django's word for it.

from privacyadmin import checks
from privacyadmin.embedded.program import Plan, part_environment

SAFE = "https://privacy.example.org"


def _only(found: Any) -> Error:
    (message,) = found
    assert isinstance(message, Error)
    assert message.hint
    return message


def test_debug_is_refused_on_an_address_that_others_reach(settings: LazySettings) -> None:
    settings.DEBUG, settings.PUBLIC_URL = True, SAFE
    assert _only(checks.check_debug()).id == "privacyadmin.E001"


def test_debug_is_allowed_on_ones_own_machine(settings: LazySettings) -> None:
    settings.DEBUG, settings.PUBLIC_URL = True, "http://127.0.0.1:8000"
    assert checks.check_debug() == []


@pytest.mark.parametrize("key", ["short", "a" * 80, "django-insecure-" + "abcdefgh" * 8])
def test_a_weak_secret_key_is_refused_and_not_repeated(settings: LazySettings, key: str) -> None:
    settings.SECRET_KEY = key
    message = _only(checks.check_secret_key())
    assert message.id == "privacyadmin.E002"
    assert key not in message.msg


def test_a_field_key_that_is_no_fernet_key_is_refused_by_its_place(settings: LazySettings) -> None:
    settings.FIELD_KEYS = [*settings.FIELD_KEYS, "c2hvcnQ="]
    message = _only(checks.check_field_keys())
    assert message.id == "privacyadmin.E003"
    assert "key 2 of FIELD_KEYS" in message.msg
    assert "c2hvcnQ" not in message.msg


def test_no_field_key_is_refused(settings: LazySettings) -> None:
    settings.FIELD_KEYS = []
    assert "FIELD_KEYS is empty" in _only(checks.check_field_keys()).msg


@pytest.mark.parametrize(
    "url", ["http://privacy.example.org", "http://10.0.0.7:8000", "http://localhost.evil.org"]
)
def test_pages_over_plain_http_are_refused(settings: LazySettings, url: str) -> None:
    settings.PUBLIC_URL = url
    assert _only(checks.check_public_url()).id == "privacyadmin.E004"


@pytest.mark.parametrize("url", [SAFE, "http://localhost:8000", "http://127.0.0.2", "http://[::1]:8000"])
def test_https_and_ones_own_machine_are_allowed(settings: LazySettings, url: str) -> None:
    settings.PUBLIC_URL = settings.CXONE_BASE_URL = url
    assert checks.check_public_url() == []
    assert checks.check_cxone_base_url() == []


def test_cxone_over_plain_http_is_refused(settings: LazySettings) -> None:
    settings.CXONE_BASE_URL = "http://api.mynicecx.com"
    assert _only(checks.check_cxone_base_url()).id == "privacyadmin.E005"


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "../etc/passwd"])
def test_an_unknown_time_zone_is_refused(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    # Django's own settings object would apply the zone to the process at once.
    monkeypatch.setattr(checks, "settings", type("Settings", (), {"TIME_ZONE": zone}))
    assert _only(checks.check_time_zone()).id == "privacyadmin.E006"


def test_a_known_time_zone_is_allowed() -> None:
    assert checks.check_time_zone() == []


def test_any_host_is_refused(settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["privacy.example.org", "*"]
    assert _only(checks.check_allowed_hosts()).id == "privacyadmin.E007"


def test_named_hosts_are_allowed(settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["privacy.example.org"]
    assert checks.check_allowed_hosts() == []


def test_records_shorter_than_california_asks_for_are_refused_while_california_is_on(
    settings: LazySettings,
) -> None:
    settings.PROOF_RETENTION_DAYS = 729
    message = _only(checks.check_california_keeps_records())
    assert message.id == "privacyadmin.E008"
    assert "729" in message.msg
    settings.PROOF_RETENTION_DAYS = 730
    assert checks.check_california_keeps_records() == []


def test_shorter_records_are_accepted_once_california_is_off(settings: LazySettings) -> None:
    settings.PROOF_RETENTION_DAYS = 90
    settings.REGULATIONS_ON = ["gdpr", "utah"]
    assert checks.check_california_keeps_records() == []


def test_laws_with_a_date_to_compute_can_be_switched_on(settings: LazySettings) -> None:
    settings.REGULATIONS_ON = ["gdpr", "us-va", "us-fl"]
    assert checks.check_regulations_on() == []


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (["gdpr", "lgpd"], "names lgpd, for which no date can be computed"),
        (["other"], "names other, for which no date can be computed"),
        (["gdpr", "eu"], "names 'eu', which is unknown"),
        (["GDPR"], "names 'GDPR', which is unknown"),
        ([], "no regulation"),
    ],
)
def test_a_law_that_cannot_be_on_is_refused_with_those_that_can(
    settings: LazySettings, on: list[str], words: str
) -> None:
    settings.REGULATIONS_ON = on
    message = _only(checks.check_regulations_on())
    assert message.id == "privacyadmin.E011"
    assert words in message.msg
    assert "gdpr, uk-gdpr, ccpa, utah, us-co" in str(message.hint)


@pytest.mark.parametrize("place", ["", "DE", "DE-BY", "US-CA", "GB-ENG", "IL"])
def test_a_place_whose_public_holidays_are_known_is_accepted(settings: LazySettings, place: str) -> None:
    settings.HOLIDAYS = place
    assert checks.check_holidays() == []


@pytest.mark.parametrize(
    ("place", "words", "known"),
    [
        ("XX", "XX is no country", "DE, "),
        ("de-by", "de is no country", "DE, "),
        ("Bavaria", "Bavaria is no country", "DE, "),
        ("DE-XX", "DE has no subdivision 'XX'", "DE-BY"),
        ("DE-", "DE has no subdivision ''", "DE-BY"),
        ("VA-ROME", "VA has no subdivision 'ROME'", "none"),
    ],
)
def test_any_other_place_is_refused_with_those_that_are_known(
    settings: LazySettings, place: str, words: str, known: str
) -> None:
    settings.HOLIDAYS = place
    message = _only(checks.check_holidays())
    assert message.id == "privacyadmin.E012"
    assert words in message.msg
    assert known in str(message.hint)


def test_the_second_step_of_forgetting_cannot_come_before_the_first(settings: LazySettings) -> None:
    settings.SUBJECT_RETENTION_DAYS, settings.PROOF_RETENTION_DAYS = 800, 799
    message = _only(checks.check_proof_outlasts_subject())
    assert message.id == "privacyadmin.E009"
    settings.PROOF_RETENTION_DAYS = 800
    assert checks.check_proof_outlasts_subject() == []


@pytest.mark.parametrize(
    ("security", "host", "is_refused"),
    [
        ("none", "mail.example.org", True),
        ("none", "127.0.0.1", False),
        ("none", "", False),
        ("starttls", "mail.example.org", False),
        ("tls", "mail.example.org", False),
    ],
)
def test_mail_in_the_open_is_refused_but_to_this_machine(
    settings: LazySettings,
    security: str,
    host: str,
    is_refused: bool,  # noqa: FBT001 - a parameter of the test.
) -> None:
    settings.EMAIL_SECURITY, settings.EMAIL_HOST = security, host
    found = checks.check_mail_is_encrypted()
    assert [message.id for message in found] == (["privacyadmin.E010"] if is_refused else [])


@pytest.mark.parametrize(
    ("delivery", "client", "base_url", "is_warned"),
    [
        ("console", "client-1", "https://api.mynicecx.com", True),
        ("smtp", "client-1", "https://api.mynicecx.com", False),
        ("console", "demo", "http://127.0.0.1:8901", False),
        ("console", "", "https://api.mynicecx.com", False),
    ],
)
def test_mail_that_only_the_log_would_get_is_warned_of_but_in_the_demo(
    settings: LazySettings,
    delivery: str,
    client: str,
    base_url: str,
    is_warned: bool,  # noqa: FBT001 - a parameter of the test.
) -> None:
    settings.EMAIL_DELIVERY, settings.CXONE_CLIENT_ID = delivery, client
    settings.CXONE_BASE_URL = base_url
    found = checks.check_mail_is_sent()
    assert [message.id for message in found] == (["privacyadmin.W001"] if is_warned else [])
    assert all(isinstance(message, Warning) and message.hint for message in found)


def test_the_parts_of_a_demo_are_not_warned_of_its_mail(settings: LazySettings, tmp_path: Path) -> None:
    plan = Plan(kind="demo", folder=tmp_path)
    told = part_environment(plan, {}, redis_url="unix:///broker.sock", port=8000, sandbox_port=8901)
    for name in ("EMAIL_DELIVERY", "CXONE_CLIENT_ID", "CXONE_BASE_URL"):
        setattr(settings, name, told[name])
    assert checks.check_mail_is_sent() == []
