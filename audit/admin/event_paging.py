"""The log in pages that hold still: each begins at a number, however many events come on top meanwhile.

No page counts or skips what lies before it, so that the last page of a million events opens as fast as the
first. Numbers are picked from an index first and the lines read afterwards, since sorting would otherwise
carry every line along.
"""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from audit.models import AuditEvent

PAGE_SIZE = 50
#: Counting stops here: how many more there are costs time and tells nobody anything.
MOST_COUNTED = 10_000


@dataclass(frozen=True)
class EventPage:
    """The numbers of a page, the newest first, and whether there is more on either side."""

    numbers: list[int]
    has_newer: bool
    has_older: bool


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: below `before`, or else above `after`; the newest page with neither."""

    before: int | None = None
    after: int | None = None


def page_of(events: QuerySet[AuditEvent], cursor: Cursor, *, by_time: bool) -> EventPage:
    """One page. `by_time` follows the index over the times, and numbers only where times are the same."""
    order = ("occurred_at", "seq") if by_time else ("seq",)
    newest_first = [f"-{column}" for column in order]
    if cursor.after is not None:
        ahead = _beyond(events, cursor.after, "gt", by_time=by_time)
        found = _numbers(ahead.order_by(*order))
        numbers = found[:PAGE_SIZE][::-1]
        behind = _beyond(events, cursor.after, "lte", by_time=by_time).order_by(*newest_first)
        # Below 0 there is nothing, and looking for it among days would read through all of them.
        has_older = cursor.after >= 0 and bool(numbers) and behind.exists()
        return EventPage(numbers, len(found) > PAGE_SIZE, has_older)
    behind = events if cursor.before is None else _beyond(events, cursor.before, "lt", by_time=by_time)
    found = _numbers(behind.order_by(*newest_first))
    has_newer = cursor.before is not None and (
        _beyond(events, cursor.before, "gte", by_time=by_time).order_by(*order).exists()
    )
    return EventPage(found[:PAGE_SIZE], has_newer, len(found) > PAGE_SIZE)


def counted(events: QuerySet[AuditEvent]) -> int:
    """How many there are, up to one more than MOST_COUNTED."""
    return events.order_by()[: MOST_COUNTED + 1].count()


def _numbers(events: QuerySet[AuditEvent]) -> list[int]:
    return list(events.values_list("seq", flat=True)[: PAGE_SIZE + 1])


def _beyond(events: QuerySet[AuditEvent], seq: int, side: str, *, by_time: bool) -> QuerySet[AuditEvent]:
    """The events on one side of number `seq`, in the order of the pages."""
    at = AuditEvent.objects.filter(seq=seq).values_list("occurred_at", flat=True).first() if by_time else None
    if at is None:
        return events.filter(**{f"seq__{side}": seq})
    strictly = side.removesuffix("e")
    return events.filter(**{f"occurred_at__{strictly}e": at}).filter(
        Q(**{f"occurred_at__{strictly}": at}) | Q(**{f"seq__{side}": seq})
    )
