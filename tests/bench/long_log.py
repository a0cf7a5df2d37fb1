"""A long log: made through `audited()`, the way every log is, ten thousand events to a transaction."""

import time
from collections.abc import Iterator

from audit.events import Event
from audit.models import AuditHead
from audit.trail import Trail, audited
from tests.bench.figures import Figures

CHUNK = 10_000
#: The events of one submission from filing to completion, in the proportion a quiet year has them.
STORY = (Event.REQUEST_FILED, Event.REQUEST_SENDING, Event.REQUEST_SUBMITTED, Event.REQUEST_COMPLETED)


def record_some(trail: Trail, *, first: int, count: int) -> None:
    """Record `count` events such as requests have, told apart by their numbers from `first` on."""
    for number in range(first, first + count):
        submission, step = divmod(number, len(STORY))
        event = STORY[step]
        trail.record(
            event,
            actor="cxone" if event == Event.REQUEST_COMPLETED else "sys",
            obj=f"request:PR-2026-{submission:06d}",
            data=_facts(event, cxone_id=f"CX-{submission:08d}"),
        )


def _facts(event: Event, *, cxone_id: str) -> dict[str, object]:
    facts: dict[str, object] = {"submission": 1}
    if event == Event.REQUEST_FILED:
        facts |= {"type": "ERASURE", "categories": ["CONTACT", "RECORDING"], "scope": "CONTACT"}
    elif event == Event.REQUEST_SENDING:
        facts["attempt"] = 1
    elif event == Event.REQUEST_SUBMITTED:
        facts |= {"cxone_id": cxone_id, "attempt": 1}
    elif event == Event.REQUEST_COMPLETED:
        facts |= {
            "event_type": "PRIVACY_DELETION_COMPLETED",
            "completion_time_ms": 86_400_000,
            "records_deleted": 17,
            "categories": ["CONTACT", "RECORDING"],
            "scope": "CONTACT",
            "cxone_id": cxone_id,
            "callback": True,
        }
    return facts


def lengthen(to: int) -> int:
    """Make the log `to` events long, where it is shorter; answers how many were added.

    A part that wants a long log begins with this: the first one makes it, the others find it.
    """
    size = begun = AuditHead.objects.get().size
    while size < to:
        with audited() as trail:
            record_some(trail, first=size, count=min(CHUNK, to - size))
        size = AuditHead.objects.get().size
    return size - begun


def measure(*, events: int, rounds: int) -> Iterator[Figures]:
    """Make it, and say how fast that went."""
    begun = time.perf_counter()
    added = lengthen(events)
    taken = time.perf_counter() - begun
    yield {"figure": "events appended", "events": added, "per_second": round(added / taken)}
