"""What the release of a hold let go, by the log: nothing else remembers what held a submission once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.db.models import QuerySet

from audit.events import Event
from audit.models import AuditEvent, AuditPastEvent, LoggedEvent
from erasure.models import LegalHold

#: What nothing else holds goes on within a minute; a program that stood still is given a day.
WITHIN = timedelta(days=1)
#: So many of that day's resumptions are looked at; the newest are left out beyond it.
MOST_LOOKED_AT = 1000
MOST_SHOWN = 20
HELD = (Event.REQUEST_BLOCKED, Event.REQUEST_SUSPENDED)
Key = tuple[str, int]


@dataclass(frozen=True)
class LetGo:
    """One submission that went on because of the release: its request, its number, and when."""

    reference: str
    number: int
    at: datetime


@dataclass(frozen=True)
class AllLetGo:
    """How many went on, and the first of them."""

    count: int
    shown: Sequence[LetGo]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.shown)


def let_go_by(hold: LegalHold) -> AllLetGo | None:
    """What went on because this hold was released; None of one that was not."""
    if hold.released_at is None:
        return None
    found = [
        *_let_go_in(AuditEvent.objects.all(), hold.code, hold.released_at),
        *_let_go_in(AuditPastEvent.objects.all(), hold.code, hold.released_at),
    ]
    return AllLetGo(len(found), found[:MOST_SHOWN])


def _let_go_in(events: QuerySet[Any], code: str, released_at: datetime) -> list[LetGo]:
    resumed = events.filter(
        act=Event.REQUEST_RESUMED, occurred_at__gte=released_at, occurred_at__lt=released_at + WITHIN
    ).order_by("occurred_at", "seq")[:MOST_LOOKED_AT]
    went = [event for event in resumed if event.facts.get("because") == "hold_released"]
    held = events.filter(obj__in={event.obj for event in went}, act__in=HELD).order_by("seq")
    earlier = _by_submission(held)
    return [
        LetGo(event.obj.removeprefix("request:"), event.facts["submission"], event.occurred_at)
        for event in went
        if code in _holds_before(event, earlier.get(_key(event), ()))
    ]


def _by_submission(events: Iterable[LoggedEvent]) -> dict[Key, list[LoggedEvent]]:
    found: dict[Key, list[LoggedEvent]] = {}
    for event in events:
        found.setdefault(_key(event), []).append(event)
    return found


def _holds_before(resumed: LoggedEvent, held: Sequence[LoggedEvent]) -> list[str]:
    """The codes of what held it last before it went on."""
    before = [event for event in held if event.seq < resumed.seq]
    return cast("list[str]", before[-1].facts.get("holds", [])) if before else []


def _key(event: LoggedEvent) -> Key:
    return event.obj, cast("int", event.facts["submission"])
