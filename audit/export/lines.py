"""The events as they leave: JSONL, byte for byte as they were hashed.

Numbers have no gaps, so a page is a range of them: no page asks what the last one ended with, none is large,
and no cursor is held open between two.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connections
from django.db.models import BinaryField, F
from django.db.models.functions import Cast

from audit.export.taking import Export
from audit.subtrees import StoredLog

#: Events a page: enough that asking costs little, and still below a megabyte.
PAGE = 2000


def jsonl(export: Export) -> Iterator[bytes]:
    """Each stored line and an LF, a page at a time. For a line that is missing nothing stands in."""
    for rows in pages(export, "line"):
        yield _joined([line for (line,) in rows])


def pages(export: Export, *columns: str) -> Iterator[list[tuple[Any, ...]]]:
    """These columns of all events that leave, so many at a time; `line` is the stored line as it is."""
    stored = export.source.stored
    statement, names = _statement(stored, columns)
    for start in range(export.first, export.size, PAGE):
        if rows := _page(stored, statement, [*names, start, min(start + PAGE, export.size)]):
            yield rows


def _statement(stored: StoredLog, columns: tuple[str, ...]) -> tuple[str, list[Any]]:
    """The statement for a page, and its parameters but the last two: where it begins, and ends before.

    The ORM writes it, once; its own reading of rows would take as long again as the database does.
    """
    # SQLite keeps whatever bytes were put into a text column, and would refuse to read them as text.
    line = Cast("body", BinaryField()) if connections[stored.using].vendor == "sqlite" else F("body")
    wanted = stored.events.annotate(line=line).filter(seq__gte=-1, seq__lt=-2).order_by("seq")
    statement, parameters = wanted.values_list(*columns).query.get_compiler(using=stored.using).as_sql()
    *names, begin, end = parameters
    if (begin, end) != (-1, -2):
        raise AssertionError("The range must come last.")
    return statement, names


def _page(stored: StoredLog, statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    connection = connections[stored.using]
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        if connection.vendor == "sqlite":
            # SQLite keeps what it read: on the way through a whole log, all that its cache may hold.
            cursor.execute("PRAGMA shrink_memory")
    return rows


def _joined(lines: list[Any]) -> bytes:
    if isinstance(lines[0], bytes):
        return b"\n".join(lines) + b"\n"
    return ("\n".join(lines) + "\n").encode()
