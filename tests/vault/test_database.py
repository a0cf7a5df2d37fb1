"""A table in somebody else's database: written once, made where it may be, and every trouble told as one."""

import json
import logging
import re
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import psycopg
import pytest
from django.conf import LazySettings
from django.conf import settings as configured
from django.db import connection, connections

from erasure.choices import DeliveryState, DeliveryTrouble
from erasure.deliveries.kinds import OPENERS, database_places
from erasure.deliveries.opened import OpenedVaults
from erasure.models import Delivery, Vault
from erasure.outbound import addresses
from erasure.outbound.addresses import AddressGuard
from erasure.vault import Message, NotDelivered, Receipt, database_vendors, privacy_register
from erasure.vault.database import DatabaseVault
from erasure.vault.database_address import Places
from tests.erasure import made_requests as made
from tests.erasure.told_vaults import DeliveryDesk, deliver_batch, made_vault
from tests.outbound.conftest import Resolver, resolver
from tests.vault.foreign_databases import (
    PASSWORD,
    ROWS,
    Foreign,
    PostgreSQLDatabase,
    SQLiteFile,
    foreign,
    postgresql,
    sqlite_file,
)

__all__ = ["foreign", "postgresql", "resolver", "sqlite_file"]

pytestmark = pytest.mark.django_db(transaction=True)

SUBJECT = "USR-QUILLFEATHER-77"


def message(number: int = 1, **fields: Any) -> Message:
    told = {
        "type": "privacy.request.completed",
        "reference": f"PR-2026-{number:06}/1",
        "auditSequence": 40 + number,
        "requestType": "ERASURE",
        "subjectId": SUBJECT,
        "requestId": "5f0c",
        "status": "COMPLETED",
        "timestamp": "2026-11-28T01:37:02.123456Z",
        "scope": "CONTACT",
        "categories_erased": ["CONTACT", "EMAIL"],
        **fields,
    }
    told = {name: value for name, value in told.items() if value is not ...}
    return Message(id=f"msg_{number:032x}", body=json.dumps(told).encode(), occasion="completed")


def trouble(act: Callable[[], object]) -> NotDelivered:
    with pytest.raises(NotDelivered) as caught:
        act()
    assert caught.value.__context__ is None or caught.value.__suppress_context__, (
        "a driver's error came along"
    )
    return caught.value


def opened(there: Foreign, **options: Any) -> DatabaseVault:
    return DatabaseVault(there.url, there.places, **options)


# What is written ------------------------------------------------------------------------------------------


def test_a_message_becomes_a_row_that_its_owner_can_read(foreign: Foreign) -> None:
    before = datetime.now(UTC)
    assert opened(foreign).deliver(message()) == Receipt(already=False)
    [row] = foreign.run(ROWS)
    recorded_at, categories, timestamp = (
        row.pop(name) for name in ("recorded_at", "categories_erased", "timestamp")
    )
    assert row == {
        "message_id": message().id,
        "reference": "PR-2026-000001/1",
        "status": "COMPLETED",
        "outcome": None,
        "type": "ERASURE",
        "subject_id": SUBJECT,
        "cxone_id": "5f0c",
        "scope": "CONTACT",
        "audit_sequence": 41,
    }
    assert (json.loads(categories) if isinstance(categories, str) else categories) == ["CONTACT", "EMAIL"]
    assert instant(timestamp) == datetime(2026, 11, 28, 1, 37, 2, 123456, tzinfo=UTC)
    assert before <= instant(recorded_at) <= datetime.now(UTC)


def instant(value: Any) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def test_what_a_message_does_not_say_is_null(foreign: Foreign) -> None:
    answered = message(
        requestType="ACCESS",
        subjectId=None,
        requestId=None,
        scope=None,
        auditSequence=None,
        categories_erased=...,
    )
    opened(foreign).deliver(answered)
    [row] = foreign.run(ROWS)
    names = ("subject_id", "cxone_id", "scope", "audit_sequence", "categories_erased")
    assert [row[name] for name in names] == [None] * 5


def test_a_repeat_finds_its_row_and_changes_nothing(foreign: Foreign) -> None:
    vault = opened(foreign)
    vault.deliver(message())
    [first] = foreign.run(ROWS)
    assert vault.deliver(message()) == Receipt(already=True)
    assert opened(foreign).deliver(message()) == Receipt(already=True)
    assert foreign.run(ROWS) == [first]


def test_two_workers_at_once_make_one_table(foreign: Foreign, monkeypatch: pytest.MonkeyPatch) -> None:
    meet_once(monkeypatch, "_is_there")
    assert in_two_threads(lambda number: opened(foreign).deliver(message(number))) == [
        Receipt(already=False),
        Receipt(already=False),
    ]
    assert len(foreign.run(ROWS)) == 2


def test_two_workers_at_once_with_the_same_message_write_one_row(
    foreign: Foreign, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(foreign).deliver(message(9))
    meet_once(monkeypatch, "_is_kept")
    receipts = in_two_threads(lambda _number: opened(foreign).deliver(message(1)))
    assert sorted(receipt.already for receipt in receipts) == [False, True]
    assert len(foreign.run(ROWS)) == 2


def meet_once(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Have two threads look at the same time, so that both see nothing there."""
    barrier, as_it_is, met = Barrier(2), getattr(privacy_register, name), []

    def look(*given: Any) -> bool:
        found = bool(as_it_is(*given))
        if len(met) < 2:
            met.append(found)
            barrier.wait(timeout=10)
        return found

    monkeypatch.setattr(privacy_register, name, look)


def in_two_threads(act: Callable[[int], Receipt]) -> list[Receipt]:
    def whole(number: int) -> Receipt:
        try:
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(whole, (1, 2)))


# Through the deliveries -----------------------------------------------------------------------------------


@pytest.fixture
def desk(foreign: Foreign, settings: LazySettings) -> Any:
    """A worker with the real kinds, allowed to reach the foreign database."""
    settings.VAULT_ALLOWED_HOSTS = sorted(foreign.places.guard.allowed)
    settings.VAULT_ALLOWED_PATHS = sorted(foreign.places.paths)
    desk = DeliveryDesk()
    desk.vaults = OpenedVaults(OPENERS)
    yield desk
    desk.pool.shutdown()


def test_deliveries_reach_it_and_leave_our_own_connection_alone(
    foreign: Foreign, desk: DeliveryDesk, officer: Any
) -> None:
    made_vault(address=foreign.url)
    for number in range(12):
        made.completed(made.only(made.filed(officer, f"cust-{number}")))
    before = set(connections)
    assert [desk.batch(), desk.batch(), desk.batch()] == [8, 4, 0]
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.DELIVERED}
    rows = foreign.run(ROWS)
    assert {row["message_id"] for row in rows} == {row.message_id for row in Delivery.objects.all()}
    assert {row["subject_id"] for row in rows} == {f"cust-{number}" for number in range(12)}
    assert set(connections) == before
    assert "privacy_register" not in connection.introspection.table_names()


def test_a_database_that_was_away_gets_what_it_missed(
    postgresql: PostgreSQLDatabase, settings: LazySettings, officer: Any
) -> None:
    settings.VAULT_ALLOWED_HOSTS = ["127.0.0.1"]
    vault = made_vault(address=postgresql.url)
    vaults, pool = OpenedVaults(OPENERS), ThreadPoolExecutor(4)
    made.completed(made.only(made.filed(officer)))
    assert deliver_batch(vaults, pool) == 1
    postgresql.relay.stop()
    made.completed(made.only(made.filed(officer, "cust-2")))
    deliver_batch(vaults, pool)
    waiting = Delivery.objects.get(state=DeliveryState.WAITING)
    assert waiting.last_trouble == DeliveryTrouble.UNREACHABLE
    postgresql.relay.start()
    Delivery.objects.filter(pk=waiting.pk).update(next_attempt_at=waiting.made_at)
    Vault.objects.filter(pk=vault.pk).update(paused_until=None)
    assert deliver_batch(vaults, pool) == 1
    pool.shutdown()
    waiting.refresh_from_db()
    assert waiting.state == DeliveryState.DELIVERED
    assert len(postgresql.run(ROWS)) == 2


def test_what_a_vault_refuses_is_told_with_the_delivery(
    foreign: Foreign, desk: DeliveryDesk, officer: Any
) -> None:
    foreign.run("CREATE TABLE privacy_register (something_else integer)")
    made_vault(address=foreign.url)
    made.completed(made.only(made.filed(officer)))
    desk.batch()
    row = Delivery.objects.get()
    assert (row.state, row.last_trouble) == (DeliveryState.WAITING, DeliveryTrouble.MISCONFIGURED)
    assert row.last_answer is not None
    assert row.last_answer.startswith(
        "No row could be written to the table privacy_register. The database says "
    )


# Sending a test -------------------------------------------------------------------------------------------


def test_a_test_leaves_nothing_neither_row_nor_table(foreign: Foreign) -> None:
    vault = opened(foreign)
    assert vault.test() == Receipt(said="A row can be written to the table privacy_register.")
    with pytest.raises((sqlite3.OperationalError, psycopg.errors.UndefinedTable)):
        foreign.run(ROWS)
    vault.deliver(message())
    assert vault.test().said
    assert len(foreign.run(ROWS)) == 1


def test_a_test_says_that_rows_may_not_be_written(postgresql: PostgreSQLDatabase) -> None:
    opened(postgresql).deliver(message())
    postgresql.run(f"GRANT SELECT ON privacy_register TO {postgresql.role}")
    told = trouble(DatabaseVault(postgresql.address(postgresql.role), postgresql.places).test)
    assert told.trouble == DeliveryTrouble.SIGN_IN
    assert told.said == (
        "No row could be written to the table privacy_register. The database says SQLSTATE 42501."
    )


# Rights ---------------------------------------------------------------------------------------------------


def statements_of_the_page() -> str:
    """What docs/vaults.md has the database's administrator run."""
    page = Path(configured.BASE_DIR, "docs", "vaults.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```sql\n(.*?)```", page.split("## A table in a database")[1], re.DOTALL)
    return str(block)


def test_who_may_not_make_the_table_is_told_so_and_works_once_it_is_made(
    postgresql: PostgreSQLDatabase,
) -> None:
    vault = DatabaseVault(postgresql.address(postgresql.role), postgresql.places)
    told = trouble(lambda: vault.deliver(message()))
    assert told.trouble == DeliveryTrouble.SIGN_IN
    assert told.said == (
        "The table privacy_register is not there, and could not be made. Whoever runs the database can make "
        "it with the statement in docs/vaults.md. The database says SQLSTATE 42501."
    )
    made_by_hand = statements_of_the_page().replace("vault_writer", postgresql.role)
    for statement in filter(str.strip, made_by_hand.split(";")):
        if not statement.strip().startswith("CREATE ROLE"):
            postgresql.run(statement)
    assert vault.deliver(message()) == Receipt(already=False)
    assert vault.deliver(message()) == Receipt(already=True)
    assert vault.test().said
    may = f"has_table_privilege('{postgresql.role}', 'privacy_register', 'UPDATE, DELETE, TRUNCATE')"
    assert postgresql.run(f"SELECT {may} AS more") == [{"more": False}]


def test_the_statement_of_the_page_makes_the_table_that_the_program_makes(
    postgresql: PostgreSQLDatabase,
) -> None:
    columns = (
        "SELECT column_name, data_type, character_maximum_length, is_nullable FROM information_schema.columns"
        " WHERE table_name = 'privacy_register' ORDER BY ordinal_position"
    )
    opened(postgresql).deliver(message())
    by_program = postgresql.run(columns)
    postgresql.run("DROP TABLE privacy_register")
    [statement] = re.findall(r"CREATE TABLE.*?;", statements_of_the_page(), re.DOTALL)
    postgresql.run(statement)
    assert postgresql.run(columns) == by_program


def test_a_schema_of_its_own_is_used(postgresql: PostgreSQLDatabase) -> None:
    postgresql.run("CREATE SCHEMA registers")
    url = postgresql.address(postgresql.name, options="?currentSchema=registers&sslmode=disable")
    DatabaseVault(url, postgresql.places).deliver(message())
    assert len(postgresql.run("SELECT * FROM registers.privacy_register")) == 1


# Troubles -------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_a_refused_sign_in(postgresql: PostgreSQLDatabase) -> None:
    vault = DatabaseVault(postgresql.address(postgresql.name, "wrong"), postgresql.places)
    told = trouble(lambda: vault.deliver(message()))
    assert told.trouble == DeliveryTrouble.SIGN_IN
    assert (
        told.said == "The database did not accept the user or the password, or has no database of this name."
    )


def test_this_machines_own_passwords_are_never_tried(
    postgresql: PostgreSQLDatabase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    passwords = tmp_path / "pgpass"
    passwords.write_text(f"*:*:*:*:{PASSWORD}\n")
    passwords.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    vault = DatabaseVault(postgresql.address(postgresql.name, ""), postgresql.places)
    assert trouble(vault.test).trouble == DeliveryTrouble.SIGN_IN


def test_a_table_that_somebody_locks_does_not_hold_a_worker(
    postgresql: PostgreSQLDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(postgresql).deliver(message())
    monkeypatch.setattr(database_vendors, "_SESSION", "-c lock_timeout=200ms")
    vault = opened(postgresql)
    with psycopg.connect(postgresql.url) as holding:
        holding.execute("LOCK TABLE privacy_register IN ACCESS EXCLUSIVE MODE")
        assert trouble(lambda: vault.deliver(message(2))).trouble == DeliveryTrouble.TIMED_OUT
    assert vault.deliver(message(2)) == Receipt(already=False)


def test_a_file_that_somebody_locks_does_not_hold_a_worker(
    sqlite_file: SQLiteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(sqlite_file).deliver(message())
    vendors = {**database_vendors.VENDORS, "sqlite": database_vendors.Vendor(bounds={"timeout": 0.1})}
    monkeypatch.setattr(database_vendors, "VENDORS", vendors)
    vault = opened(sqlite_file)
    holding = sqlite3.connect(sqlite_file.path, isolation_level=None)
    holding.execute("BEGIN EXCLUSIVE")
    assert trouble(lambda: vault.deliver(message(2))).trouble == DeliveryTrouble.TIMED_OUT
    holding.execute("ROLLBACK")
    holding.close()
    assert vault.deliver(message(2)) == Receipt(already=False)


def test_over_the_internet_nothing_is_sent_to_a_server_without_tls(
    postgresql: PostgreSQLDatabase, resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "is_public", lambda _address: True)
    resolver.tell("registers.example", ["127.0.0.1"])
    url = postgresql.url.replace("127.0.0.1", "registers.example")
    assert trouble(DatabaseVault(url, Places()).test).trouble == DeliveryTrouble.UNREACHABLE
    assert postgresql.relay.sent
    assert postgresql.name.encode() not in postgresql.relay.sent


def test_of_two_addresses_of_a_host_the_one_that_answers_is_used(
    postgresql: PostgreSQLDatabase, resolver: Resolver
) -> None:
    resolver.tell("registers.intranet", ["127.0.0.2", "127.0.0.1"])
    url = postgresql.url.replace("127.0.0.1", "registers.intranet")
    places = Places(guard=AddressGuard(frozenset({"registers.intranet"})))
    assert DatabaseVault(url, places).deliver(message()) == Receipt(already=False)


@pytest.mark.parametrize("silent_at", [b"TimeZone", b"relname", b"INSERT INTO"])
def test_a_server_that_falls_silent_does_not_hold_a_worker(
    postgresql: PostgreSQLDatabase, silent_at: bytes
) -> None:
    postgresql.relay.fall_silent_at(silent_at)
    vault = opened(postgresql, call_seconds=1.0)
    told = []
    call = Thread(target=lambda: told.append(trouble(lambda: vault.deliver(message()))), daemon=True)
    call.start()
    call.join(timeout=10)
    assert [one.trouble for one in told] == [DeliveryTrouble.TIMED_OUT]


def test_a_server_that_never_answers_is_not_reached(
    postgresql: PostgreSQLDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_vendors, "CONNECT_SECONDS", 2)
    postgresql.relay.fall_silent_at(b"user")
    assert trouble(opened(postgresql).test).trouble == DeliveryTrouble.UNREACHABLE


def test_a_connection_that_breaks_off_is_told_so(postgresql: PostgreSQLDatabase) -> None:
    opened(postgresql).deliver(message())
    postgresql.run(
        "CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$"
    )
    postgresql.run(
        "CREATE TRIGGER leave BEFORE INSERT ON privacy_register FOR EACH ROW EXECUTE FUNCTION leave()"
    )
    assert trouble(lambda: opened(postgresql).deliver(message(2))).trouble == DeliveryTrouble.BROKEN


def test_a_row_that_the_database_does_not_take_is_rejected(postgresql: PostgreSQLDatabase) -> None:
    opened(postgresql).deliver(message())
    postgresql.run("ALTER TABLE privacy_register ADD CHECK (scope = 'nothing else') NOT VALID")
    told = trouble(lambda: opened(postgresql).deliver(message(2)))
    assert told.trouble == DeliveryTrouble.REJECTED
    assert "SQLSTATE 23514" in told.said


def test_a_file_that_cannot_be_opened_or_is_something_else(tmp_path: Path) -> None:
    missing = SQLiteFile(tmp_path / "no folder" / "register.sqlite3")
    assert trouble(opened(missing).test).trouble == DeliveryTrouble.UNREACHABLE
    other = SQLiteFile(tmp_path / "notes.txt")
    other.path.write_text("These are notes about something else. " * 40)
    assert trouble(opened(other).test).trouble == DeliveryTrouble.MISCONFIGURED


def test_a_table_that_was_taken_away_is_made_again(foreign: Foreign) -> None:
    vault = opened(foreign)
    vault.deliver(message())
    foreign.run("DROP TABLE privacy_register")
    assert trouble(lambda: vault.deliver(message(2))).trouble == DeliveryTrouble.MISCONFIGURED
    assert vault.deliver(message(2)) == Receipt(already=False)


# What is never told ---------------------------------------------------------------------------------------


def test_neither_password_nor_person_is_in_logs_errors_or_answers(
    foreign: Foreign,
    desk: DeliveryDesk,
    officer: Any,
    settings: LazySettings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.DEBUG = True
    caplog.set_level(logging.DEBUG)
    vault = opened(foreign)
    vault.deliver(message())
    foreign.run("DROP TABLE privacy_register")
    foreign.run("CREATE TABLE privacy_register (message_id integer)")
    told = [trouble(lambda: vault.deliver(message(2))), trouble(vault.test)]
    made_vault(address=foreign.url)
    made.completed(made.only(made.filed(officer, SUBJECT)))
    desk.batch()
    answer = Delivery.objects.get().last_answer
    assert answer
    ours = [
        one
        for one in caplog.records
        if one.name != "django.db.backends" or "privacy_register" in str(one.args)
    ]
    said = [f"{one.getMessage()} {one.__dict__}" for one in ours]
    texts = [answer, repr(vault), repr(vars(vault)), *(f"{one!r} {one} {one.said}" for one in told), *said]
    assert [text for text in texts if PASSWORD in text or "s3cret" in text or SUBJECT in text] == []


# Our own --------------------------------------------------------------------------------------------------


def test_without_an_address_it_is_our_own_table(officer: Any) -> None:
    vault = made_vault()
    assert type(OPENERS[vault.kind](vault)).__name__ == "OwnTableVault"


def test_our_own_files_cannot_be_allowed(settings: LazySettings, tmp_path: Path) -> None:
    inside = Path(configured.DATA_DIR, "keys", "SECRET_KEY")
    link = tmp_path / "link.sqlite3"
    link.symlink_to(inside)
    own = [str(connection.settings_dict["NAME"])] if connection.vendor == "sqlite" else []
    settings.VAULT_ALLOWED_PATHS = [*own, str(inside), str(link)]
    for path in settings.VAULT_ALLOWED_PATHS:
        with pytest.raises(NotDelivered) as refused:
            DatabaseVault(f"sqlite:///{path}", database_places())
        assert refused.value.trouble == DeliveryTrouble.ADDRESS_REFUSED
