"""Which databases may be connected to: everything else is refused before anything is sent, with a reason."""

from pathlib import Path
from typing import Any

import pytest
from dj_database_url import ENGINE_SCHEMES

from erasure.choices import DeliveryTrouble
from erasure.outbound.addresses import AddressGuard
from erasure.vault import NotDelivered, database_address
from erasure.vault.database_address import Places, check, read
from tests.outbound.conftest import Resolver, resolver

__all__ = ["resolver"]

NAME = "registers.example"
PUBLIC = "93.184.216.34"
INTRANET = Places(guard=AddressGuard(frozenset({"registers.intranet", "10.0.0.5:5432"})))


def refused(url: str, places: Places = INTRANET) -> NotDelivered:
    with pytest.raises(NotDelivered) as caught:
        check(url, places)
    assert "s3cret" not in caught.value.said
    return caught.value


# Where ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "localhost",
        "localhost.",
        "db.localhost",
        "169.254.169.254",
        "10.0.0.8",
        "10.0.0.5:5433",
        "[fd00::1]",
        "[::ffff:10.0.0.8]",
    ],
)
def test_a_host_on_this_machine_or_a_private_network_is_refused_unless_it_is_named(host: str) -> None:
    told = refused(f"postgres://user:s3cret@{host}/register")
    assert told.trouble == DeliveryTrouble.ADDRESS_REFUSED
    assert "VAULT_ALLOWED_HOSTS" in told.said


def test_a_named_host_may_be_private_and_is_reached_as_the_address_says(resolver: Resolver) -> None:
    resolver.tell("registers.intranet", ["10.0.0.8"])
    settings = read("postgres://user:s3cret@registers.intranet/register", INTRANET).checked()
    assert (settings["HOST"], settings["OPTIONS"]["hostaddr"]) == ("registers.intranet", "10.0.0.8")
    assert "sslmode" not in settings["OPTIONS"]
    assert read("postgres://user:s3cret@10.0.0.5/register", INTRANET).port == 5432


def test_a_name_that_resolves_to_a_private_address_is_refused(resolver: Resolver) -> None:
    resolver.tell(NAME, [PUBLIC, "10.0.0.8"])
    assert refused(f"postgres://user:s3cret@{NAME}/register").trouble == DeliveryTrouble.ADDRESS_REFUSED


def test_a_name_that_changes_its_answer_after_the_check_is_refused_when_it_is_connected_to(
    resolver: Resolver,
) -> None:
    resolver.tell(NAME, [PUBLIC], ["127.0.0.1"])
    address = read(f"postgres://user:s3cret@{NAME}/register", INTRANET)
    assert address.checked()["OPTIONS"]["hostaddr"] == PUBLIC
    with pytest.raises(NotDelivered) as caught:
        address.checked()
    assert caught.value.trouble == DeliveryTrouble.ADDRESS_REFUSED


def test_a_name_that_nobody_knows_is_not_reached(resolver: Resolver) -> None:
    resolver.tell(NAME, [])
    assert refused(f"postgres://user:s3cret@{NAME}/register").trouble == DeliveryTrouble.UNREACHABLE


def test_each_address_of_a_name_is_tried_beside_the_name(resolver: Resolver) -> None:
    resolver.tell(NAME, [PUBLIC, "93.184.216.35", "93.184.216.36", "93.184.216.37"])
    settings = read(f"postgres://user:s3cret@{NAME}/register", INTRANET).checked()
    assert settings["HOST"] == f"{NAME},{NAME},{NAME}"
    assert settings["OPTIONS"]["hostaddr"] == f"{PUBLIC},93.184.216.35,93.184.216.36"


@pytest.mark.parametrize(
    "url",
    [
        "postgres:///register",
        "postgres://user:s3cret@/register",
        "postgres://user:s3cret@one.example,two.example/register",
        "postgres://user:s3cret@registers.intranet:port/register",
        "postgres://user:s3cret@regi%20sters/register",
        "postgres://user:s3cret@[::1/register",
        "user:s3cret@registers.intranet/register",
        "https://user:s3cret@registers.intranet/register",
        "file:///etc/passwd",
        "",
    ],
)
def test_what_is_no_address_of_a_database_is_no_address(url: str) -> None:
    assert refused(url).trouble == DeliveryTrouble.MISCONFIGURED


# TLS ------------------------------------------------------------------------------------------------------


def test_over_the_internet_the_server_has_to_prove_its_name(resolver: Resolver, tmp_path: Path) -> None:
    resolver.tell(NAME, [PUBLIC])
    options = read(f"postgres://user:s3cret@{NAME}/register", INTRANET).checked()["OPTIONS"]
    assert (options["sslmode"], options["gssencmode"]) == ("verify-full", "disable")
    assert Path(options["sslrootcert"]).is_file()
    own = read(f"postgres://user:s3cret@{NAME}/register?sslrootcert=/etc/own-ca.pem", INTRANET)
    assert own.checked()["OPTIONS"]["sslrootcert"] == "/etc/own-ca.pem"


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca"])
def test_over_the_internet_anything_less_is_refused(resolver: Resolver, mode: str) -> None:
    resolver.tell(NAME, [PUBLIC])
    told = refused(f"postgres://user:s3cret@{NAME}/register?sslmode={mode}")
    assert told.trouble == DeliveryTrouble.ADDRESS_REFUSED
    assert "verify-full" in told.said


@pytest.fixture
def another_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind of database whose driver is not installed in the tests."""
    monkeypatch.setattr("erasure.vault.database_vendors.vendor_of", lambda _settings: "mysql")
    monkeypatch.setattr(database_address, "vendor_of", lambda _settings: "mysql")


@pytest.mark.usefixtures("another_kind")
def test_another_kind_is_reached_only_where_its_host_is_named() -> None:
    assert refused(f"mysql://user:s3cret@{PUBLIC}/register").trouble == DeliveryTrouble.ADDRESS_REFUSED
    settings = read("mysql://user:s3cret@registers.intranet/register?ssl-ca=/ca.pem", INTRANET).checked()
    assert (settings["HOST"], settings["PORT"]) == ("registers.intranet", 3306)
    assert settings["OPTIONS"] == {
        "ssl": {"ca": "/ca.pem"},
        "connect_timeout": 5,
        "read_timeout": 15,
        "write_timeout": 15,
    }


@pytest.mark.usefixtures("another_kind")
def test_a_socket_of_another_kind_is_a_path_too() -> None:
    told = refused("mysql://user:s3cret@%2Frun%2Fmysqld%2Fmysqld.sock/register")
    assert told.trouble == DeliveryTrouble.ADDRESS_REFUSED


# Kinds and options ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "scheme", sorted(set(ENGINE_SCHEMES) - {"postgres", "postgresql", "pgsql", "sqlite"})
)
def test_a_kind_whose_driver_is_not_installed_says_so(scheme: str) -> None:
    told = refused(f"{scheme}://user:s3cret@registers.intranet:1234/register")
    assert told.trouble == DeliveryTrouble.MISCONFIGURED
    assert told.said.startswith("The driver for this kind of database is not installed where")


@pytest.mark.parametrize(
    "options",
    [
        "host=127.0.0.1",
        "hostaddr=127.0.0.1",
        "hostaddr=",
        "port=1",
        "dbname=other",
        "service=other",
        "passfile=/etc/passwd",
        "sslkey=/etc/shadow",
        "options=-c%20statement_timeout%3D0",
        "connect_timeout=0",
        "assume_role=postgres",
        "pool=true",
        "target_session_attrs=any",
        "sslmode=verify-full&sslmode=disable",
        "currentSchema=x%20-c%20statement_timeout%3D0",
        "currentSchema=",
    ],
)
def test_an_option_that_could_lead_elsewhere_is_refused(options: str) -> None:
    told = refused(f"postgres://user:s3cret@registers.intranet/register?{options}")
    assert told.trouble == DeliveryTrouble.MISCONFIGURED
    assert "channel_binding, currentSchema, sslmode, sslrootcert" in told.said


def test_a_file_takes_no_options_at_all(tmp_path: Path) -> None:
    path = tmp_path / "register.sqlite3"
    told = refused(f"sqlite:///{path}?mode=ro", Places(paths=frozenset({str(path)})))
    assert told.trouble == DeliveryTrouble.MISCONFIGURED


def test_what_is_bound_is_bound_last() -> None:
    address = read("postgres://user:s3cret@registers.intranet/register?currentSchema=registers", INTRANET)
    options: Any = address.settings["OPTIONS"]
    assert options["options"] == "-c search_path=registers -c statement_timeout=15s -c lock_timeout=10s"
    assert options["connect_timeout"] == 5


# Files and sockets ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////etc/cron.d/register",
        "sqlite:///register.sqlite3",
        "sqlite:///file:/etc/register?mode=rwc",
        "sqlite:////srv/registers/../outcomes.sqlite3",
        "sqlite:////srv/registers/outcomes.sqlite3-wal",
        "sqlite:////srv/registers/",
        "sqlite://:memory:",
        "sqlite://",
        "postgres://user:s3cret@%2Frun%2Fpostgresql/register",
    ],
)
def test_a_file_or_a_socket_is_refused_unless_its_very_path_is_allowed(url: str) -> None:
    told = refused(url, Places(paths=frozenset({"/srv/registers/outcomes.sqlite3", "register.sqlite3"})))
    assert told.trouble in {DeliveryTrouble.ADDRESS_REFUSED, DeliveryTrouble.MISCONFIGURED}


def test_a_path_that_is_allowed_is_taken() -> None:
    places = Places(paths=frozenset({"/srv/registers/outcomes.sqlite3", "/run/postgresql"}))
    check("sqlite:////srv/registers/outcomes.sqlite3", places)
    check("postgres://user:s3cret@%2Frun%2Fpostgresql/register", places)


def test_what_holds_the_address_does_not_show_it() -> None:
    address = read("postgres://user:s3cret@registers.intranet/register", INTRANET)
    assert "s3cret" not in repr(address)
