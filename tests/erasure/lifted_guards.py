"""The guards of the database taken away for a moment, for what somebody who owns the tables could do."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from erasure.guards import installing, lifting
from tests.audit.tampering import run


@contextmanager
def lifted_guards() -> Iterator[None]:
    """Without guards, and with them again, whatever was done meanwhile."""
    run(*lifting(connection.vendor))
    try:
        yield
    finally:
        if connection.vendor == "postgresql":
            # Foreign keys are checked at a transaction's end, and until then the table cannot be altered.
            run("SET CONSTRAINTS ALL IMMEDIATE")
        run(*lifting(connection.vendor), *installing(connection.vendor))
