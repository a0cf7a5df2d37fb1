"""A view of the database at one moment: what is read inside shows every transaction whole or not at all.

State and its events are committed together, so that whoever reads both in one snapshot sees them agree while
the program goes on working. A snapshot keeps no writer waiting, and is meant to be short.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction


@contextmanager
def snapshot(*, using: str = "default") -> Iterator[None]:
    """Read at one moment. Inside a transaction of the caller's it is that transaction's view that counts."""
    connection = connections[using]
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(using=using), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        # Django begins every transaction on SQLite as a writer (IMMEDIATE), which would keep others from
        # writing; in WAL mode a deferred one that only reads does not.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
