"""All guards, put in place, taken away, and missed where they are not."""

from collections.abc import Sequence
from typing import Any

from django.apps.config import AppConfig
from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from erasure.guards.guard import Guard
from erasure.guards.of_holds import HOLD_GUARDS
from erasure.guards.of_requests import REQUEST_GUARDS
from erasure.guards.of_vaults import VAULT_GUARDS

#: What is never taken away: whoever deleted a hold would let go what it stops by a word of their own, and
#: whoever deleted a correction or a part of an answer would rewrite what a person was promised and told.
KEPT = (
    *("legalhold", "holdrelease", "latehold", "override"),
    *("answerpart", "extension", "clockpause", "clockcorrection", "comment"),
    *("vault", "delivery", "vaultrecord"),
)
#: The guards, each by its name in the database. Encrypted columns are left out: a rotation of keys rewrites
#: them, and shredding empties them.
GUARDS: Sequence[Guard] = (
    *REQUEST_GUARDS,
    *HOLD_GUARDS,
    *VAULT_GUARDS,
    *(
        Guard(
            f"{table}_is_kept",
            f"erasure_{table}",
            "what was decided, told and recorded is kept for ever",
            "1 = 1",
            before="DELETE",
        )
        for table in KEPT
    ),
)


def installing(vendor: str) -> list[str]:
    """The statements that put the guards in place."""
    if vendor == "sqlite":
        return [guard.on_sqlite for guard in GUARDS]
    return [statement for guard in GUARDS for statement in guard.on_postgresql]


def lifting(vendor: str) -> list[str]:
    """The statements that take the guards away, whether or not they are there."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {guard.name}" for guard in GUARDS]
    # A function takes the triggers that call it along.
    return [f"DROP FUNCTION IF EXISTS {guard.name}() CASCADE" for guard in GUARDS]


def guards_missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the guards that are not there, not as we wrote them, or switched off."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            wanted = {guard.name: guard.on_sqlite for guard in GUARDS}
        else:
            cursor.execute(
                "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
                " WHERE t.tgenabled IN ('O', 'A') AND t.tgrelid = ANY(%s::regclass[])",
                [sorted({guard.table for guard in GUARDS})],
            )
            wanted = {guard.name: guard.postgresql_body for guard in GUARDS}
        found = dict(cursor.fetchall())
    return [name for name, text in wanted.items() if found.get(name) != text]


def check_guards(
    *,
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001 - the signature is Django's.
    databases: Sequence[str] | None = None,
    **_options: Any,
) -> list[CheckMessage]:
    """erasure.E001: the guards are in place. Silent where the tables have not been made yet."""
    errors: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if not {guard.table for guard in GUARDS} <= set(connection.introspection.table_names()):
            continue
        if missing := guards_missing(connection):
            errors.append(
                Error(
                    f"The database {alias!r} lacks guards: {', '.join(missing)}.",
                    hint="Run `manage.py install_guards` as the owner of the tables.",
                    id="erasure.E001",
                )
            )
    return errors


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
        """What `manage.py migrate --plan` says."""
        return "Install the guards of requests, submissions, holds, releases and overrides"
