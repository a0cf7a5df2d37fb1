"""The triggers that let the log only grow, on SQLite and PostgreSQL, and the check that they are in place.

They guard against accidents and against our own mistakes; whoever owns the tables can lift them. The evidence
is the tree. Django loses SQLite's triggers whenever it alters the table (it makes a new one): every migration
that touches these tables ends with `InstallAppendOnly()`.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
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

#: The tables whose rows stay as they were written, each with the keys by which a row could be replaced.
KEPT_FOR_GOOD: Mapping[str, Sequence[Sequence[str]]] = {
    EVENTS: (("seq",),),
    "audit_checkpoint": (("id",), ("origin", "size")),
    "audit_past_log": (("log",), ("origin",)),
    "audit_past_event": (("id",), ("log_id", "seq")),
}
GUARDED = (*KEPT_FOR_GOOD, HEAD)

_HEAD_SHRINKS = (
    "NEW.size <= OLD.size OR NEW.base_size < OLD.base_size"
    " OR NEW.log <> OLD.log OR NEW.origin <> OLD.origin OR NEW.id <> OLD.id"
)


def _replaces(table: str, keys: Sequence[Sequence[str]]) -> str:
    """Whether an INSERT would push a row out.

    INSERT OR REPLACE removes the old row without firing a DELETE trigger, so inserting over a row is refused
    before it happens: by each key, and by the hidden rowid, through which a row with other keys could be
    pushed out as well.
    """
    same = [" AND ".join(f"{column} = NEW.{column}" for column in key) for key in (*keys, ("rowid",))]
    return " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {condition})" for condition in same)  # noqa: S608 - our own names.


def _sqlite_triggers() -> Iterator[tuple[str, str, str, str]]:
    """Name, table, moment and words of each trigger."""
    for table, keys in KEPT_FOR_GOOD.items():
        words = f"{table} is append-only"
        yield f"{table}_no_update", table, f"BEFORE UPDATE ON {table}", f"{words}: no UPDATE"
        yield f"{table}_no_delete", table, f"BEFORE DELETE ON {table}", f"{words}: no DELETE"
        over = _replaces(table, keys)
        yield f"{table}_no_replace", table, f"BEFORE INSERT ON {table} WHEN {over}", f"{words}: no REPLACE"
    yield "audit_head_no_delete", HEAD, "BEFORE DELETE ON audit_head", "audit_head stays: no DELETE"
    shrinks = f"BEFORE UPDATE ON audit_head WHEN {_HEAD_SHRINKS}"
    yield "audit_head_only_grows", HEAD, shrinks, "audit_head only grows"
    second = "BEFORE INSERT ON audit_head WHEN EXISTS (SELECT 1 FROM audit_head)"
    yield "audit_head_no_replace", HEAD, second, "audit_head is one row: no REPLACE"


SQLITE: Mapping[str, tuple[str, str]] = {
    name: (table, f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{words}'); END")
    for name, table, when, words in _sqlite_triggers()
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
    **{
        f"{table}_{name}": (table, when)
        for table in KEPT_FOR_GOOD
        for name, when in (
            ("no_change", "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"),
            ("no_truncate", "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"),
        )
    },
    "audit_head_no_delete": (HEAD, "BEFORE DELETE ON {table} FOR EACH ROW"),
    "audit_head_no_truncate": (HEAD, "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"),
    "audit_head_only_grows": (HEAD, f"BEFORE UPDATE ON {{table}} FOR EACH ROW WHEN ({_HEAD_SHRINKS})"),
}


def installing(vendor: str, *, tables: Collection[str] = GUARDED) -> list[str]:
    """The statements that put the triggers of these tables in place. Raises NotSupportedError for a database
    we have none for.
    """
    if vendor == "sqlite":
        return [statement for table, statement in SQLITE.values() if table in tables]
    if vendor != "postgresql":
        raise NotSupportedError(f"The audit log has no triggers for {vendor}; use SQLite or PostgreSQL.")
    statements = [POSTGRESQL_FUNCTION]
    for name, table, when in _on_postgresql(tables):
        statements.append(f"CREATE TRIGGER {name} {when.format(table=table)} EXECUTE FUNCTION audit_refuse()")
        # ALWAYS, since session_replication_role = replica silences ordinary triggers.
        statements.append(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
    return statements


def lifting(vendor: str, *, tables: Collection[str] = GUARDED) -> list[str]:
    """The statements that take the triggers of these tables away, whether or not they are all there."""
    if vendor == "sqlite":
        return [
            f"DROP TRIGGER IF EXISTS {name}" for name, (table, _made) in SQLITE.items() if table in tables
        ]
    statements = [
        f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, table, _when in _on_postgresql(tables)
    ]
    # The function serves all tables, so it goes with the last of them.
    return [*statements, *(["DROP FUNCTION IF EXISTS audit_refuse()"] if set(tables) == set(GUARDED) else [])]


def _on_postgresql(tables: Collection[str]) -> list[tuple[str, str, str]]:
    return [(name, table, when) for name, (table, when) in POSTGRESQL.items() if table in tables]


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
            stored = dict(cursor.fetchall())
            return [name for name, (_table, sql) in SQLITE.items() if stored.get(name) != sql]
        cursor.execute(
            "SELECT t.tgname, c.relname, t.tgtype,"
            " substring(pg_get_triggerdef(t.oid) from 'WHEN (.*) EXECUTE')"
            " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgrelid = to_regclass(c.relname) AND t.tgenabled = 'A' AND t.tgattr::text = ''"
            " AND p.proname = 'audit_refuse' AND p.prosrc = %s",
            [POSTGRESQL_BODY],
        )
        found = {
            name: (table, moments, _condition(shown or ""))
            for name, table, moments, shown in cursor.fetchall()
        }
    return [name for name, (table, when) in POSTGRESQL.items() if found.get(name) != (table, *_meaning(when))]


#: The bits of pg_trigger.tgtype by the words of CREATE TRIGGER.
_MOMENTS = {"ROW": 1, "BEFORE": 2, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}


def _meaning(when: str) -> tuple[int, str]:
    """When a trigger of ours fires on PostgreSQL, as the catalogue tells it, and on what condition."""
    moment, _when, condition = when.partition(" WHEN ")
    return sum(bit for word, bit in _MOMENTS.items() if word in moment.split()), _condition(condition)


def _condition(text: str) -> str:
    """A condition without what PostgreSQL adds when it shows one: brackets, casts to text, lower case."""
    return " ".join(re.sub(r"::text|[()]", "", text.lower()).split())


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
