"""The triggers: every way into the log but appending is closed, on the database that the tests run on."""

import uuid

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, NotSupportedError, connection, transaction
from django.db.migrations.state import ProjectState
from django.utils import timezone

from audit import append_only
from audit.append_only import InstallAppendOnly, check_append_only, triggers_missing
from audit.events import Event
from audit.models import AuditCheckpoint, AuditEvent, AuditHead, AuditPastEvent, AuditPastLog
from audit.trail import audited

pytestmark = pytest.mark.django_db

ANYWHERE = [
    "UPDATE audit_event SET body = 'x'",
    "UPDATE audit_event SET obj = 'x' WHERE seq = 0",
    "UPDATE audit_event SET seq = 7 WHERE seq = 0",
    "DELETE FROM audit_event",
    "DELETE FROM audit_event WHERE seq = 0",
    "INSERT INTO audit_event SELECT * FROM audit_event WHERE true ON CONFLICT (seq) DO UPDATE SET body = 'x'",
    "DELETE FROM audit_head",
    "UPDATE audit_head SET size = size - 1",
    "UPDATE audit_head SET size = size",
    "UPDATE audit_head SET frontier = base_frontier",
    "UPDATE audit_head SET origin = 'other', size = size + 1",
    "UPDATE audit_head SET base_size = base_size - 1, size = size + 1",
    "UPDATE audit_head SET id = 2, size = size + 1",
    "INSERT INTO audit_head SELECT * FROM audit_head WHERE true ON CONFLICT (id) DO UPDATE SET size = 0",
    "UPDATE audit_checkpoint SET note = 'x'",
    "UPDATE audit_checkpoint SET size = size + 1",
    "DELETE FROM audit_checkpoint",
    (
        "INSERT INTO audit_checkpoint SELECT * FROM audit_checkpoint WHERE true"
        " ON CONFLICT (origin, size) DO UPDATE SET note = 'x'"
    ),
    "UPDATE audit_past_log SET vkeys = ''",
    "DELETE FROM audit_past_event",
    "DELETE FROM audit_past_log",
    (
        "INSERT INTO audit_past_log SELECT * FROM audit_past_log WHERE true"
        " ON CONFLICT (origin) DO UPDATE SET vkeys = 'x'"
    ),
    "UPDATE audit_past_event SET body = 'x'",
    (
        "INSERT INTO audit_past_event SELECT * FROM audit_past_event WHERE true"
        " ON CONFLICT (log_id, seq) DO UPDATE SET body = 'x'"
    ),
]
TABLES = ("audit_event", "audit_head", "audit_checkpoint", "audit_past_log", "audit_past_event")
OF_ITS_OWN = {
    "sqlite": [
        "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event",
        "REPLACE INTO audit_event SELECT * FROM audit_event",
        # The row is pushed out through its hidden rowid; the new one has a number that is not taken.
        (
            "INSERT OR REPLACE INTO audit_event (rowid, seq, body, leaf, act, obj, actor, occurred_at)"
            " SELECT rowid, 99, body, leaf, act, obj, actor, occurred_at FROM audit_event WHERE seq = 0"
        ),
        "UPDATE OR REPLACE audit_event SET seq = 0",
        "INSERT OR REPLACE INTO audit_head SELECT * FROM audit_head",
        *(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}" for table in TABLES[2:]),  # noqa: S608 - ours.
        # The same log and size under another id, and another log under the same one.
        (
            "INSERT OR REPLACE INTO audit_checkpoint (id, origin, size, root, note, signed_at)"
            " SELECT id + 1, origin, size, root, 'x', signed_at FROM audit_checkpoint"
        ),
        (
            "INSERT OR REPLACE INTO audit_checkpoint (id, origin, size, root, note, signed_at)"
            " SELECT id, 'other', size, root, 'x', signed_at FROM audit_checkpoint"
        ),
        (
            "INSERT OR REPLACE INTO audit_past_log"
            " (rowid, log, origin, size, frontier, vkeys, ended_at, reason)"
            " SELECT rowid, 'other', 'other', size, frontier, vkeys, ended_at, reason FROM audit_past_log"
        ),
    ],
    "postgresql": [
        *(f"TRUNCATE {table} CASCADE" for table in TABLES),
        "TRUNCATE audit_event, audit_head CASCADE",
        *(
            f"SET LOCAL session_replication_role = replica; {statement}"
            for statement in [*ANYWHERE, *(f"TRUNCATE {table} CASCADE" for table in TABLES)]
        ),
    ],
}


@pytest.fixture(autouse=True)
def _one_row_in_each() -> None:
    root, now = b"r" * 32, timezone.now()
    AuditCheckpoint.objects.create(origin="a/audit/1", size=1, root=root, note="n", signed_at=now)
    log = AuditPastLog.objects.create(
        log=uuid.uuid4(), origin="a/audit/1", size=1, frontier=root, vkeys="k", ended_at=now, reason="r"
    )
    about = {"act": "log.created", "obj": "log:1", "actor": "sys", "occurred_at": now}
    AuditPastEvent.objects.create(log=log, seq=0, body="{}", leaf=root, **about)
    # Else PostgreSQL refuses TRUNCATE only because a foreign key has yet to be looked at.
    connection.check_constraints()


def stored() -> list[object]:
    models = (AuditEvent, AuditHead, AuditCheckpoint, AuditPastLog, AuditPastEvent)
    return [row for model in models for row in model.objects.values_list()]


def attempt(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def assert_refused(statement: str) -> None:
    before = [repr(row) for row in stored()]
    with pytest.raises(DatabaseError):
        attempt(statement)
    assert [repr(row) for row in stored()] == before, statement


@pytest.mark.parametrize("statement", ANYWHERE)
def test_it_refuses(statement: str) -> None:
    assert_refused(statement)


def test_it_refuses_what_only_this_database_knows() -> None:
    for statement in OF_ITS_OWN[connection.vendor]:
        assert_refused(statement)


def test_the_orm_is_refused_too() -> None:
    for change in (
        AuditEvent.objects.all().delete,
        AuditHead.objects.all().delete,
        AuditEvent.objects.get(seq=0).save,
    ):
        with pytest.raises(IntegrityError, match=r"append-only|audit_head"), transaction.atomic():
            change()


def test_appending_goes_on() -> None:
    with audited() as trail:
        trail.record(Event.USER_SIGNED_IN, actor="u:k3v9q2ma", obj="user:k3v9q2ma")
    assert AuditHead.objects.get().size == AuditEvent.objects.count() == 2


@pytest.mark.parametrize(("column", "value"), [("seq", -1), ("leaf", b""), ("leaf", b"x" * 31)])
def test_a_row_that_cannot_be_an_event_is_refused(column: str, value: object) -> None:
    event = AuditEvent.objects.get(seq=0)
    event.seq = 1
    setattr(event, column, value)
    with pytest.raises(IntegrityError), transaction.atomic():
        event.save(force_insert=True)


def test_all_triggers_are_there_after_the_migrations() -> None:
    assert triggers_missing(connection) == []
    assert check_append_only(app_configs=None, databases=["default"]) == []


def lift_one() -> str:
    if connection.vendor == "sqlite":
        attempt("DROP TRIGGER audit_event_no_update")
        return "audit_event_no_update"
    attempt("DROP TRIGGER audit_event_no_change ON audit_event")
    return "audit_event_no_change"


def test_the_check_names_a_missing_trigger_and_what_to_run() -> None:
    name = lift_one()
    (error,) = check_append_only(app_configs=None, databases=["default"])
    assert error.id == "audit.E001"
    assert name in error.msg
    assert "install_append_only" in str(error.hint)


def test_the_check_is_silent_where_it_was_not_asked() -> None:
    lift_one()
    assert check_append_only(app_configs=None, databases=None) == []


def test_the_command_puts_the_triggers_back(capsys: pytest.CaptureFixture[str]) -> None:
    lift_one()
    call_command("install_append_only")
    assert triggers_missing(connection) == []
    assert "append-only" in capsys.readouterr().out


def test_a_trigger_of_the_same_name_that_guards_nothing_is_missed() -> None:
    if connection.vendor == "sqlite":
        name = lift_one()
        attempt(f"CREATE TRIGGER {name} BEFORE UPDATE ON audit_event BEGIN SELECT 1; END")
        assert triggers_missing(connection) == [name]
        return
    for change in ("DISABLE", "ENABLE", "ENABLE REPLICA"):
        attempt(f"ALTER TABLE audit_event {change} TRIGGER audit_event_no_change")
        assert triggers_missing(connection) == ["audit_event_no_change"]
    for less in (
        "BEFORE UPDATE ON {}",
        "BEFORE UPDATE OR DELETE ON {}",
        "BEFORE UPDATE OF act OR DELETE ON {}",
    ):
        weak = f"{less.format('audit_event')} FOR EACH ROW WHEN (OLD.seq < 0)"
        attempt("DROP TRIGGER audit_event_no_change ON audit_event")
        attempt(f"CREATE TRIGGER audit_event_no_change {weak} EXECUTE FUNCTION audit_refuse()")
        attempt("ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_no_change")
        assert triggers_missing(connection) == ["audit_event_no_change"]
    attempt(
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RETURN COALESCE(NEW, OLD); END'"
    )
    assert triggers_missing(connection) == list(append_only.POSTGRESQL)


def test_the_operation_can_be_reversed_and_run_again() -> None:
    state = ProjectState.from_apps(apps)
    operation = InstallAppendOnly()
    # SQLite's editor cannot be entered inside a test's transaction; the operation only executes.
    editor = connection.schema_editor(atomic=False)
    editor.deferred_sql = []
    operation.database_backwards("audit", editor, state, state)
    everything = append_only.SQLITE if connection.vendor == "sqlite" else append_only.POSTGRESQL
    assert triggers_missing(connection) == list(everything)
    operation.database_forwards("audit", editor, state, state)
    operation.database_forwards("audit", editor, state, state)
    assert triggers_missing(connection) == []
    assert operation.reversible
    assert operation.describe()


def test_another_database_is_refused() -> None:
    with pytest.raises(NotSupportedError, match="no triggers for oracle"):
        append_only.installing("oracle")


@pytest.mark.django_db(transaction=True)
def test_a_flush_begins_the_log_anew_under_its_triggers() -> None:
    before = AuditHead.objects.get()
    call_command("flush", interactive=False, verbosity=0)
    assert AuditHead.objects.get().log != before.log
    assert AuditEvent.objects.get().act == Event.LOG_CREATED
    assert triggers_missing(connection) == []
