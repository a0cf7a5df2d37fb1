"""`audited()`: the only way to write to the log.

Events are collected while the work is done and appended as the last statements of the same transaction, so
that a change and its event stand or fall together. Appending last is what keeps writers from waiting for one
another in a circle: the head row stays locked until the commit, and nothing is locked after it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django.utils import timezone

from audit.event_keys import EVENT_KEYS
from audit.events import ACTOR, OBJECT, Event
from audit.log_format import JSON, SUBJECT_TAG, Frontier, LogFormatError, leaf_hash, nonce, timestamp
from audit.models import AuditEvent, AuditHead
from audit.open_line import OpenLine, open_line
from audit.value_kinds import objections

Result = Literal["ok", "denied", "failed"]
Row = tuple[int, str, bytes, str, str, str, datetime]
#: New size, new frontier, which row, and the size it has now.
HeadMove = tuple[int, bytes, int, int]

LOCK_HEAD = "SELECT size, frontier FROM audit_head WHERE id = %s"
MOVE_HEAD = "UPDATE audit_head SET size = %s, frontier = %s WHERE id = %s AND size = %s"
COLUMNS = "seq, body, leaf, act, obj, actor, occurred_at"
ON_SQLITE = f"INSERT INTO audit_event ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s)"  # noqa: S608 - constants only.
# PostgreSQL takes the lines and the move of the head as one statement: each one more is a way to the server
# and back while the head is locked.
ON_POSTGRESQL = f"WITH moved AS ({MOVE_HEAD} RETURNING id) INSERT INTO audit_event ({COLUMNS}) SELECT "
ONE_ROW = f"{ON_POSTGRESQL}%s, %s, %s, %s, %s, %s, %s FROM moved"
# One text for each column, split again by the server, and one string of all hashes: quoting thousands of
# values one by one takes longer than everything else. No line holds a line feed, and no name may.
MANY_ROWS = (
    f"{ON_POSTGRESQL}%s + n - 1, body, substring(%s FROM (32 * n - 31)::int FOR 32), act, obj, actor, %s"
    " FROM moved, unnest(string_to_array(%s, E'\\n'), string_to_array(%s, E'\\n'),"
    " string_to_array(%s, E'\\n'), string_to_array(%s, E'\\n'))"
    " WITH ORDINALITY AS line (body, act, obj, actor, n)"
)


class AuditError(Exception):
    """The log cannot be written; whatever was being done is rolled back with it."""


class EventRefusedError(AuditError):
    """An event that does not fit its schema; the message names the keys, never their values."""


class NotOutermostError(AuditError):
    """`audited()` inside another transaction, which could still undo what the log says was done."""


class LogNotReadyError(AuditError):
    """There is no head row, or it does not fit the tree."""


@dataclass(slots=True)
class Entry:
    """An event on its way into the log. `seq` and `at` are known once the `audited()` block has been left."""

    event: Event
    actor: str
    obj: str
    line: OpenLine
    appended: tuple[int, datetime] | None = field(default=None, init=False)

    @property
    def seq(self) -> int:
        """The event's number. Raises AuditError while it has none."""
        return self._appended()[0]

    @property
    def at(self) -> datetime:
        """The event's time. Raises AuditError while it has none."""
        return self._appended()[1]

    def _appended(self) -> tuple[int, datetime]:
        if self.appended is None:
            raise AuditError(
                f"{self.event} has no number yet: it is appended when the audited() block is left."
            )
        return self.appended


class Trail:
    """What one transaction has to say to the log."""

    def __init__(self, *, using: str) -> None:
        self.using = using
        self._entries: list[Entry] = []
        self._last_steps: dict[Callable[[list[Any]], None], list[Any]] = {}
        self._open = True

    def record(
        self,
        event: Event,
        *,
        actor: str,
        obj: str,
        data: Mapping[str, JSON] | None = None,
        sub: str | None = None,
        res: Result = "ok",
    ) -> Entry:
        """Note an event for the end of the transaction.

        Raises EventRefusedError when actor, object or data do not fit the event's schema, and AuditError
        after the block.
        """
        if not self._open:
            raise AuditError("record() belongs inside the audited() block; this one has been left.")
        _refuse_misfit(event, actor=actor, obj=obj, data=data or {}, sub=sub)
        line = open_line(act=event.value, actor=actor, obj=obj, res=res, data=data or None, sub=sub)
        entry = Entry(event, actor, obj, line)
        self._entries.append(entry)
        return entry

    def at_the_end(self, step: Callable[[list[Any]], None], item: object) -> None:
        """Have `step` called once, with all items noted for it, right before the events are appended.

        What many moves of one transaction have to write is so written together, still within it. Raises
        AuditError after the block.
        """
        if not self._open:
            raise AuditError("at_the_end() belongs inside the audited() block; this one has been left.")
        self._last_steps.setdefault(step, []).append(item)

    def close(self, *, append: bool) -> None:
        """End the collecting, and append what there is as the transaction's last statements."""
        if append:
            for step, items in self._last_steps.items():
                step(items)
        self._open = False
        if append and self._entries:
            _append(self._entries, using=self.using)


@contextmanager
def audited(*, using: str = "default") -> Iterator[Trail]:
    """One transaction whose events are appended, once, just before it commits.

    Any error, in the body or in the append, rolls everything back; with nothing recorded, nothing is
    appended. Raises NotOutermostError inside another transaction. On PostgreSQL above READ COMMITTED a
    serialization failure (40001) is passed on: repeating the block is the caller's decision.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(transaction.atomic(using=using, durable=True))
        except RuntimeError as error:
            raise NotOutermostError(
                "audited() must be the outermost transaction: open it first, and do the work inside it."
            ) from error
        trail = Trail(using=using)
        try:
            yield trail
        except BaseException:
            trail.close(append=False)
            raise
        trail.close(append=True)


def events_of(obj: str, *, using: str = "default") -> QuerySet[AuditEvent]:
    """The events about one thing, such as `request:PR-2026-000042`, oldest first."""
    return AuditEvent.objects.using(using).filter(obj=obj).order_by("seq")


def _refuse_misfit(event: Event, *, actor: str, obj: str, data: Mapping[str, JSON], sub: str | None) -> None:
    against = objections(data, kinds=EVENT_KEYS[event])
    if not ACTOR.fullmatch(actor):
        against.append("actor must be u:<staff id>, sys or cxone")
    if not OBJECT.fullmatch(obj):
        against.append(
            "obj must be request:<reference> or <kind>:<opaque id>, of a kind named in audit.events.OBJECT"
        )
    if sub is not None and not SUBJECT_TAG.fullmatch(sub):
        against.append("sub must come from subject_tag()")
    if against:
        raise EventRefusedError(f"{event} is not written: {'; '.join(against)}.")


def _append(entries: Sequence[Entry], *, using: str) -> None:
    """However many events: lock the head, insert the lines, move the head."""
    with connections[using].cursor() as cursor:
        frontier = _locked_head(cursor)
        first = frontier.size
        # Read under the lock, so that times go up with the numbers as far as the clock does.
        now = _to_the_millisecond(timezone.now())
        rows = _rows(entries, first=first, at=now)
        for _seq, _body, leaf, *_columns in rows:
            frontier.append(leaf)
        _insert(cursor, rows, moving=(frontier.size, frontier.pack(), AuditHead.ONLY, first))
    for seq, entry in enumerate(entries, start=first):
        entry.appended = (seq, now)


def _locked_head(cursor: CursorWrapper) -> Frontier:
    """The frontier as of the last commit; nobody else appends until this transaction ends."""
    # SQLite locks nothing by row: its transactions are IMMEDIATE, and the first waits until it may write.
    of_row = cursor.db.ops.for_update_sql() if cursor.db.features.has_select_for_update else ""
    cursor.execute(f"{LOCK_HEAD} {of_row}", [AuditHead.ONLY])
    if (head := cursor.fetchone()) is None:
        raise LogNotReadyError("The audit log has not been begun. Run `manage.py migrate`.")
    size, packed = head
    try:
        return Frontier.unpack(size, bytes(packed))
    except LogFormatError as error:
        raise LogNotReadyError(
            f"The head of the log is damaged: {error} Restore audit_head and audit_event from one backup."
        ) from error


def _rows(entries: Sequence[Entry], *, first: int, at: datetime) -> list[Row]:
    ts, rows = timestamp(at), []
    for seq, entry in enumerate(entries, start=first):
        body = entry.line.close(seq=seq, ts=ts, nonce=nonce())
        rows.append((seq, body, leaf_hash(body), entry.event.value, entry.obj, entry.actor, at))
    return rows


def _insert(cursor: CursorWrapper, rows: Sequence[Row], *, moving: HeadMove) -> None:
    """One statement for all rows, where bulk_create would split them into batches, and the head's move."""
    if cursor.db.vendor == "postgresql":
        _insert_on_postgresql(cursor, rows, moving)
        moved = cursor.rowcount == len(rows)
    else:
        at = cursor.db.ops.adapt_datetimefield_value(rows[0][-1])
        cursor.executemany(ON_SQLITE, [(*row[:-1], at) for row in rows])
        cursor.execute(MOVE_HEAD, moving)
        moved = cursor.rowcount == 1
    if not moved:
        raise AuditError("The head of the audit log moved while it was locked; nothing was written.")


def _insert_on_postgresql(cursor: CursorWrapper, rows: Sequence[Row], moving: HeadMove) -> None:
    if len(rows) == 1:
        cursor.execute(ONE_ROW, [*moving, *rows[0]])
        return
    seqs, bodies, leaves, acts, objs, actors, times = zip(*rows, strict=True)
    texts = ["\n".join(column) for column in (bodies, acts, objs, actors)]
    cursor.execute(MANY_ROWS, [*moving, seqs[0], b"".join(leaves), times[0], *texts])


def _to_the_millisecond(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
