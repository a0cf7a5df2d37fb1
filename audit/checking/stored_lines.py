"""The events as they lie in the tables, read for verification: page by page, and without trusting a column.

The rows are read past the ORM, since whoever tampered with them may have left what no field can read. Bytes
that are not UTF-8 come out as lone surrogates, which no line of the log may hold.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connections

from audit.append_only import EVENTS
from audit.models import AuditPastLog

PAST_EVENTS = "audit_past_event"
PAGE = 2000


class StoredLine(NamedTuple):
    """One row. `seq` and `leaf` are what was found, of whatever type; `moment` is the database's own text."""

    seq: Any
    body: str
    leaf: Any
    act: str
    obj: str
    actor: str
    moment: str


@dataclass(frozen=True)
class _Spelling:
    """How one database is asked for the columns as they are, and how it spells the time of a line."""

    columns: str
    moment_of: Callable[[str], str]


def _moment_on_sqlite(ts: str) -> str:
    """`2026-01-01 00:00:00.123000`, and without the fraction where it is nought: Django's way."""
    fraction = "" if ts[20:23] == "000" else f".{ts[20:23]}000"
    return f"{ts[:10]} {ts[11:19]}{fraction}"


_AS_BYTES = ", ".join(f"CAST({name} AS BLOB)" for name in ("act", "obj", "actor", "occurred_at"))
_SPELLINGS: Mapping[str, _Spelling] = {
    "sqlite": _Spelling(f"seq, CAST(body AS BLOB), leaf, {_AS_BYTES}", _moment_on_sqlite),
    "postgresql": _Spelling(
        "seq, body, leaf, act, obj, actor,"
        """ to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
        lambda ts: f"{ts[:-1]}000Z",
    ),
}


def moment_of(ts: str, *, using: str) -> str:
    """How the time of a line stands in the column beside it."""
    return _SPELLINGS[connections[using].vendor].moment_of(ts)


def pages(*, size: int, of: AuditPastLog | None = None, using: str = "default") -> Iterator[list[StoredLine]]:
    """The rows numbered below `size`, in their order, some at a time; of an ended log when one is given."""
    last: Any = -1
    while rows := _page(after=last, size=size, of=of, using=using):
        yield rows
        last = rows[-1].seq


def _page(*, after: Any, size: int, of: AuditPastLog | None, using: str) -> list[StoredLine]:
    connection = connections[using]
    table, whose, names = EVENTS, "", []
    if of is not None:
        table, whose = PAST_EVENTS, "log_id = %s AND "
        names = [of.pk if connection.features.has_native_uuid_field else of.pk.hex]
    columns = _SPELLINGS[connection.vendor].columns
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM {table} WHERE {whose}seq > %s AND seq < %s"  # noqa: S608 - our own names.
            f" ORDER BY seq LIMIT {PAGE}",
            [*names, after, size],
        )
        return [_line(row) for row in cursor.fetchall()]


def _line(row: tuple[Any, ...]) -> StoredLine:
    seq, body, leaf, *columns = row
    return StoredLine(
        seq, _text(body), bytes(leaf) if isinstance(leaf, memoryview) else leaf, *map(_text, columns)
    )


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return "" if value is None else str(value)
