"""The triggers that let the log only grow, on SQLite and PostgreSQL, and the check that they are in place.

They guard against accidents and against our own mistakes; whoever owns the tables can lift them. The evidence
is the tree. Django loses SQLite's triggers whenever it alters the table (it makes a new one): every migration
that touches these tables ends with `InstallAppendOnly()`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.apps.config import AppConfig
from django.apps.registry import Apps
from django.core.checks import CheckMessage, Error
from django.db import NotSupportedError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

EVENTS, HEAD = "audit_event", "audit_head"


def _on_sqlite(name: str, *, when: str, refuse: str) -> str:
    return f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{refuse}'); END"


_HEAD_SHRINKS = (
    "NEW.size <= OLD.size OR NEW.base_size < OLD.base_size"
    " OR NEW.log <> OLD.log OR NEW.origin <> OLD.origin OR NEW.id <> OLD.id"
)

# INSERT OR REPLACE removes the old row without firing a DELETE trigger, so inserting over a row is refused
# before it happens: by the key, and by the hidden rowid, through which a row with another key could be pushed
# out as well.
_REPLACES = (
    "EXISTS (SELECT 1 FROM audit_event WHERE seq = NEW.seq)"
    " OR EXISTS (SELECT 1 FROM audit_event WHERE rowid = NEW.rowid)"
)
_REPLACES_HEAD = "EXISTS (SELECT 1 FROM audit_head)"

SQLITE: Mapping[str, str] = {
    name: _on_sqlite(name, when=when, refuse=refuse)
    for name, when, refuse in [
        ("audit_event_no_update", "BEFORE UPDATE ON audit_event", "audit_event is append-only: no UPDATE"),
        ("audit_event_no_delete", "BEFORE DELETE ON audit_event", "audit_event is append-only: no DELETE"),
        (
            "audit_event_no_replace",
            f"BEFORE INSERT ON audit_event WHEN {_REPLACES}",
            "audit_event is append-only: no REPLACE",
        ),
        ("audit_head_no_delete", "BEFORE DELETE ON audit_head", "audit_head stays: no DELETE"),
        (
            "audit_head_only_grows",
            f"BEFORE UPDATE ON audit_head WHEN {_HEAD_SHRINKS}",
            "audit_head only grows",
        ),
        (
            "audit_head_no_replace",
            f"BEFORE INSERT ON audit_head WHEN {_REPLACES_HEAD}",
            "audit_head is one row: no REPLACE",
        ),
    ]
}

POSTGRESQL_BODY = """
BEGIN
    RAISE EXCEPTION '% is append-only: no %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
"""
POSTGRESQL_FUNCTION = (
    "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql"
    f" AS $body${POSTGRESQL_BODY}$body$"
)
POSTGRESQL: Mapping[str, tuple[str, str]] = {
    "audit_event_no_change": (EVENTS, "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"),
    "audit_event_no_truncate": (EVENTS, "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"),
    "audit_head_no_delete": (HEAD, "BEFORE DELETE ON {table} FOR EACH ROW"),
    "audit_head_no_truncate": (HEAD, "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"),
    "audit_head_only_grows": (HEAD, f"BEFORE UPDATE ON {{table}} FOR EACH ROW WHEN ({_HEAD_SHRINKS})"),
}


def installing(vendor: str) -> list[str]:
    """The statements that put the triggers in place. Raises NotSupportedError for a database we have none
    for.
    """
    if vendor == "sqlite":
        return list(SQLITE.values())
    if vendor != "postgresql":
        raise NotSupportedError(f"The audit log has no triggers for {vendor}; use SQLite or PostgreSQL.")
    statements = [POSTGRESQL_FUNCTION]
    for name, (table, when) in POSTGRESQL.items():
        statements.append(f"CREATE TRIGGER {name} {when.format(table=table)} EXECUTE FUNCTION audit_refuse()")
        # ALWAYS, since session_replication_role = replica silences ordinary triggers.
        statements.append(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
    return statements


def lifting(vendor: str) -> list[str]:
    """The statements that take the triggers away, whether or not they are all there."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in SQLITE]
    statements = [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, (table, _when) in POSTGRESQL.items()]
    return [*statements, "DROP FUNCTION IF EXISTS audit_refuse()"]


class InstallAppendOnly(Operation):
    """Migration operation: put the triggers in place, anew where they are there already."""

    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Triggers are no part of Django's picture of the models."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002 - the signature is Django's.
        to_state: ProjectState,
    ) -> None:
        """Lift what is there and install all."""
        if _is_ours(app_label, schema_editor, to_state.apps):
            vendor = schema_editor.connection.vendor
            _execute(schema_editor, [*lifting(vendor), *installing(vendor)])

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,  # noqa: ARG002 - the signature is Django's.
    ) -> None:
        """Lift all."""
        if _is_ours(app_label, schema_editor, from_state.apps):
            _execute(schema_editor, lifting(schema_editor.connection.vendor))

    def describe(self) -> str:
        """What `migrate --plan` says."""
        return "Let the audit log only grow"


def _is_ours(app_label: str, schema_editor: BaseDatabaseSchemaEditor, apps: Apps) -> bool:
    model = apps.get_model(app_label, "AuditEvent")
    return Operation().allow_migrate_model(schema_editor.connection.alias, model)


def _execute(schema_editor: BaseDatabaseSchemaEditor, statements: list[str]) -> None:
    for statement in statements:
        schema_editor.execute(statement, params=None)


def triggers_missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of triggers that are not there, not as we wrote them, or switched off; empty when all is
    well.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = dict(cursor.fetchall())
            return [name for name, sql in SQLITE.items() if found.get(name) != sql]
        cursor.execute(
            "SELECT t.tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE t.tgrelid IN (to_regclass(%s), to_regclass(%s)) AND t.tgenabled = 'A'"
            " AND p.proname = 'audit_refuse' AND p.prosrc = %s",
            [EVENTS, HEAD, POSTGRESQL_BODY],
        )
        enabled = {name for (name,) in cursor.fetchall()}
    return [name for name in POSTGRESQL if name not in enabled]


def check_append_only(
    *,
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001 - the signature is Django's.
    databases: Sequence[str] | None = None,
    **_options: Any,
) -> list[CheckMessage]:
    """audit.E001: an accident could change the log. Silent where its tables have not been made yet."""
    errors: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if EVENTS not in connection.introspection.table_names():
            continue
        if missing := triggers_missing(connection):
            errors.append(
                Error(
                    f"The audit log in database {alias!r} is not append-only; missing: {', '.join(missing)}.",
                    hint="Run `manage.py install_append_only` as the owner of the tables.",
                    id="audit.E001",
                )
            )
    return errors
