"""Old versions of rows, which a database keeps after they were overwritten, and how far they can be cleared.

SQLite: `secure_delete` (settings) zeroes what is overwritten in the file; the write-ahead log still has the
old pages until it is emptied. PostgreSQL: old row versions stand in their pages until a vacuum takes them,
and as bytes until their place is used again. `docs/forgetting.md` says what remains.
"""

import logging

from django.db import OperationalError, connection

from erasure.personal_data import tables

logger = logging.getLogger(__name__)

#: So long a reader may keep the write-ahead log from being emptied; the next round tries again.
PATIENCE_MS = 2000


def clear() -> bool:
    """Clear what was overwritten, as far as this database can; whether it was done.

    Inside a transaction nothing can be cleared.
    """
    if connection.in_atomic_block:
        return False
    try:
        return _empty_write_ahead_log() if connection.vendor == "sqlite" else _vacuum()
    except OperationalError:
        logger.warning("freed_pages_not_cleared")
        return False


def _empty_write_ahead_log() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        usual = int(cursor.fetchone()[0])
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, _pages, _moved = cursor.fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")
    return not busy


def _vacuum() -> bool:
    """A role that does not own the tables is only warned by PostgreSQL, and autovacuum does it in time."""
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM {', '.join(tables())}")
    return True
