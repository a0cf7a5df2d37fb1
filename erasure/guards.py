"""What must never be, kept by the database itself on SQLite and PostgreSQL: triggers beside the constraints of the models.

Terminal is terminal, a payload never changes once filed, and a date of receipt never moves by itself. Like the log's triggers they
guard against our own mistakes; whoever owns the tables can lift them. SQLite loses them whenever Django alters the table: every
migration that touches it ends with `InstallGuards()`.
"""

from collections.abc import Mapping
from typing import Any

from django.apps.config import AppConfig
from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

TABLE = "erasure_submission"
_ENDED = "'completed', 'failed', 'refused', 'cancelled'"
#: JSON is compared as text, since PostgreSQL's json and SQLite's text differ in what "distinct" means.
_PAYLOAD = ("request_id", "number", "identifier_id", "type", "scope", "filed_by_id", "filed_at", "public_id")

#: Name of the guard, and when a change of a submission is refused.
GUARDS: Mapping[str, tuple[str, str]] = {
    "submission_terminal_is_terminal": (
        f"OLD.status IN ({_ENDED}) AND NEW.status <> OLD.status",
        "a submission that has ended cannot move",
    ),
    "submission_payload_is_immutable": (
        " OR ".join(f"NEW.{column} <> OLD.{column}" for column in _PAYLOAD)
        + " OR CAST(NEW.categories AS text) <> CAST(OLD.categories AS text)",
        "the payload of a submission never changes",
    ),
}


def installing(vendor: str) -> list[str]:
    """The statements that put the guards in place."""
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {TABLE} WHEN {when} BEGIN SELECT RAISE(ABORT, '{refuse}'); END"
            for name, (when, refuse) in GUARDS.items()
        ]
    statements = []
    for name, (when, refuse) in GUARDS.items():
        body = f"BEGIN RAISE EXCEPTION '{refuse}' USING ERRCODE = 'restrict_violation'; END"
        statements += [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$",
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {TABLE} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()",
        ]
    return statements


def lifting(vendor: str) -> list[str]:
    """The statements that take the guards away, whether or not they are there."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in GUARDS]
    return [
        statement
        for name in GUARDS
        for statement in (
            f"DROP TRIGGER IF EXISTS {name} ON {TABLE}",
            f"DROP FUNCTION IF EXISTS {name}()",
        )
    ]


def guards_missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the guards that are not in place."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {name for (name,) in cursor.fetchall()}
    return [name for name in GUARDS if name not in present]


def check_guards(
    *, app_configs: list[AppConfig] | None, databases: list[str] | None, **_options: Any  # noqa: ARG001
) -> list[CheckMessage]:
    """System check: the guards are in place wherever the table is."""
    missing: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if TABLE not in connection.introspection.table_names():
            continue
        missing += [
            Error(
                f"The database lacks the guard {name}.",
                hint="Run `manage.py migrate erasure 0002` and then `manage.py migrate`.",
                id="erasure.E001",
            )
            for name in guards_missing(connection)
        ]
    return missing


class InstallGuards(Operation):
    """Migration operation: put the guards in place, anew where they are there already."""

    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Triggers are no part of Django's picture of the models."""

    def database_forwards(
        self,
        app_label: str,  # noqa: ARG002 - the signature is Django's.
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002 - the same.
        to_state: ProjectState,  # noqa: ARG002 - the same.
    ) -> None:
        """Take away what is there, then install."""
        vendor = schema_editor.connection.vendor
        for statement in [*lifting(vendor), *installing(vendor)]:
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,  # noqa: ARG002 - the signature is Django's.
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002 - the same.
        to_state: ProjectState,  # noqa: ARG002 - the same.
    ) -> None:
        """Take the guards away."""
        for statement in lifting(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        """What `manage.py migrate` prints of it."""
        return "Install the guards of submissions"
