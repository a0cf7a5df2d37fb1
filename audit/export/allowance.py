"""How many exports one person may take within an hour, counted from the log itself.

An export reads the whole log and sends it; nobody needs many of them, and whoever tries is worth a line.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils import timezone

from audit.events import Event
from audit.log_format import LogFormatError
from audit.models import AuditEvent

WINDOW = timedelta(hours=1)


def seconds_until_allowed(person: Any, *, using: str) -> float:
    """0 when this person may take an export now, else for how long not.

    To be asked inside the transaction that records the export: it holds the person's row until then, so that
    of two who ask at once in one name the second sees the first.
    """
    get_user_model().objects.using(using).select_for_update(no_key=True).get(pk=person.pk)
    taken = [event.occurred_at for event in _recent(person, using=using) if not _was_refused(event)]
    if len(taken) < settings.AUDIT_EXPORTS_PER_HOUR:
        return 0
    free = taken[-settings.AUDIT_EXPORTS_PER_HOUR] + WINDOW - timezone.now()
    return max(free.total_seconds(), 1)


def was_told(person: Any, *, using: str) -> bool:
    """Whether the log already tells, since the last export, that this person was refused one.

    Once is enough: a page that is reloaded again and again must not fill a log that never shrinks.
    """
    last = _recent(person, using=using).last()
    return last is not None and _was_refused(last)


def _recent(person: Any, *, using: str) -> QuerySet[AuditEvent]:
    events = AuditEvent.objects.using(using).filter(
        actor=person.actor, act=Event.AUDIT_EXPORTED, occurred_at__gt=timezone.now() - WINDOW
    )
    return events.order_by("seq")


def _was_refused(event: AuditEvent) -> bool:
    try:
        return event.result == "denied"
    except LogFormatError:
        # A line that cannot be read gives nobody another export.
        return False
