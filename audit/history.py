"""All that was ever logged about one thing: in the present log, and before it in logs that ended."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from audit.models import AuditPastEvent, LoggedEvent
from audit.trail import events_of


@dataclass(frozen=True)
class History:
    """The newest events about a thing, the newest first, and how many came before them."""

    newest: list[LoggedEvent]
    earlier: int


def history_of(obj: str, *, most: int, acts: Sequence[str] | None = None, using: str = "default") -> History:
    """The newest `most` events about one thing, such as `request:PR-2026-000042`; of these kinds, or of all.

    An AuditPastEvent among them has its number in the log that it belongs to, not in the present one.
    """
    present = events_of(obj, using=using).order_by("-seq")
    past = _past_events(obj, using=using)
    if acts is not None:
        present, past = present.filter(act__in=acts), past.filter(act__in=acts)
    newest: list[LoggedEvent] = list(present[:most])
    newest += past[: most - len(newest)]
    return History(newest, earlier=present.count() + past.count() - len(newest))


def latest_event(obj: str, *, acts: Sequence[str], using: str = "default") -> LoggedEvent | None:
    """The newest event of these kinds about one thing; None when there is none."""
    present = events_of(obj, using=using).filter(act__in=acts).last()
    return present or _past_events(obj, using=using).filter(act__in=acts).first()


def _past_events(obj: str, *, using: str) -> QuerySet[AuditPastEvent]:
    events = AuditPastEvent.objects.using(using).filter(obj=obj)
    return events.select_related("log").order_by("-log__ended_at", "-seq")
