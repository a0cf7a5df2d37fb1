"""Attempts that were refused, put on record: whoever tried to change or take something and may not.

One place for the whole site: every refusal is a PermissionDenied that a page raised, and passes here on its
way to the answer, after whatever the page had begun was rolled back. Looking at a page without the permission
is of no consequence. The record names the page, never its address, which could name a request or a person.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from audit.events import Event
from audit.log_format import JSON
from audit.models import AuditEvent
from audit.permissions import PermissionMissing, RefusalOnRecord
from audit.trail import AuditError, audited
from privacyadmin.models import User

logger = logging.getLogger(__name__)

SAFE = {"GET", "HEAD"}
#: The same person at the same page is written down once in this time, so that nobody can flood the log.
QUIET = timedelta(minutes=1)


class RefusalsMiddleware:
    """Writes refused attempts into the audit log. The answer is 403 whether or not that succeeds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing is done on the way in."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Put a refusal of consequence on record, and leave the answer to Django."""
        if not isinstance(exception, PermissionDenied) or isinstance(exception, RefusalOnRecord):
            return
        if request.method not in SAFE and isinstance(request.user, User):
            _put_on_record(request, request.user, exception)


def _put_on_record(request: HttpRequest, person: User, refusal: PermissionDenied) -> None:
    page = (request.resolver_match and request.resolver_match.url_name) or "unnamed"
    obj = f"access:{page.replace('_', '-')}"
    data: dict[str, JSON] = {"page": page, "method": str(request.method)}
    if isinstance(refusal, PermissionMissing):
        data["permission"] = refusal.permission
    try:
        if _said_just_now(person, obj):
            return
        with audited() as log:
            log.record(Event.ACCESS_DENIED, actor=person.actor, obj=obj, data=data, res="denied")
    except (AuditError, DatabaseError):
        logger.exception("refusal_not_recorded")


def _said_just_now(person: User, obj: str) -> bool:
    """Whether the log has this person at this page within the last minute.

    The newest such event is found by the index over objects, in which a page has at most one event a minute
    and person. Two attempts in the very same moment may both be written.
    """
    newest = AuditEvent.objects.filter(obj=obj, actor=person.actor, act=Event.ACCESS_DENIED).order_by("-seq")
    said_at = newest.values_list("occurred_at", flat=True).first()
    return said_at is not None and timezone.now() - said_at < QUIET
