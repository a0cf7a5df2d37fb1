"""Django empties the tables after a test that commits, which the triggers of the log and the guards of the
mission forbid: lift them for that.

Only tests do this. The triggers are back before the next test begins; the flush itself begins the log anew.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management.commands import flush
from django.db import connections

from audit.append_only import EVENTS, installing, lifting
from erasure.guards import GUARDS


@pytest.fixture(scope="session", autouse=True)
def _triggers_lifted_around_flush() -> Iterator[None]:
    flush_as_django_does = flush.Command.handle

    def handle(command: flush.Command, **options: Any) -> None:
        connection = connections[options["database"]]
        guarded = EVENTS in connection.introspection.table_names()
        vendor = connection.vendor
        # PostgreSQL's flush truncates, of which the guards of single rows know nothing.
        kept = [guard for guard in GUARDS if guard.before == "DELETE" and guarded and vendor == "sqlite"]
        _run(connection, lifting(vendor) if guarded else [])
        _run(connection, [f"DROP TRIGGER {guard.name}" for guard in kept])
        try:
            flush_as_django_does(command, **options)
        finally:
            _run(connection, installing(vendor) if guarded else [])
            _run(connection, [guard.on_sqlite for guard in kept])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush.Command, "handle", handle)
        yield


def _run(connection: Any, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
