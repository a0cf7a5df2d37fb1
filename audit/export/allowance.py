"""How many times within an hour one person may take what is large or tells much, counted from the log itself.

An export reads the whole log and sends it; nobody needs many of them, and whoever tries is worth a line.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils import timezone

from audit.events import Event
from audit.log_format import LogFormatError
from audit.models import AuditEvent

WINDOW = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """So many of these events may one person cause within an hour."""

    act: Event
    most: int
    using: str = "default"

    def seconds_until_allowed(self, person: Any) -> float:
        """0 when this person may do it now, else for how long not.

        To be asked inside the transaction that records it: it holds the person's row until then, so that of
        two who ask at once in one name the second sees the first.
        """
        get_user_model().objects.using(self.using).select_for_update(no_key=True).get(pk=person.pk)
        taken = [event.occurred_at for event in self._recent(person) if not _was_refused(event)]
        if len(taken) < self.most:
            return 0
        free = taken[-self.most] + WINDOW - timezone.now()
        return max(free.total_seconds(), 1)

    def was_told(self, person: Any) -> bool:
        """Whether the log already tells, since the last that was allowed, that this person was refused one.

        Once is enough: a page that is reloaded again and again must not fill a log that never shrinks.
        """
        last = self._recent(person).last()
        return last is not None and _was_refused(last)

    def _recent(self, person: Any) -> QuerySet[AuditEvent]:
        events = AuditEvent.objects.using(self.using).filter(
            actor=person.actor, act=self.act, occurred_at__gt=timezone.now() - WINDOW
        )
        return events.order_by("seq")


def _was_refused(event: AuditEvent) -> bool:
    try:
        return event.result == "denied"
    except LogFormatError:
        # A line that cannot be read gives nobody another one.
        return False
