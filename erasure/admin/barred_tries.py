"""Tries to decide what one may not: each has an event of its own, as long as they do not come as a flood."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event
from audit.models import AuditEvent
from audit.trail import Trail, audited

#: So many of one person are written down one by one in this time.
MOST = 30
WITHIN = timedelta(hours=1)
TOO_MANY = format_lazy(
    _lazy(
        "You tried more than {most} times within an hour to decide what you may not. Nothing was "
        "decided. Leave these to somebody who may, or wait an hour."
    ),
    most=MOST,
)


def put_on_record(note: Callable[[Trail], None], *, by: Any) -> None:
    """Have `note` write one try of this person into the log, in a transaction of its own.

    Raises PermissionDenied when there were too many lately: the site writes that down as `access.denied`,
    once a minute (`privacyadmin.refusals`), so that nobody can flood the log by trying on.
    """
    tried = AuditEvent.objects.filter(
        actor=by.actor,
        act__in=(Event.OVERRIDE_REFUSED, Event.HOLD_RELEASE_REFUSED),
        occurred_at__gt=timezone.now() - WITHIN,
    )
    if tried.count() >= MOST:
        raise PermissionDenied(TOO_MANY)
    with audited() as log:
        note(log)
