"""The landing page: what needs the person who signed in, and the numbers of the whole, each by permission.

Unfold calls `fill` for the admin site's index; the template draws the sections that it finds.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from audit.admin import standing
from audit.models import AuditEvent
from erasure.admin import connection, delivery_needs, needs_me, tiles
from erasure.asked import controllers_today
from erasure.choices import RequestStage
from erasure.deadlines import long_date_with_weekday
from erasure.metrics import answering, open_work
from erasure.metrics.periods import month_of

LOG_DAYS = 7

ALL_MAY = ("erasure.view_privacyrequest", "erasure.view_upstream")


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what this person may see to the index page's context."""
    sections = {
        name: section(request) for name, needed, section in _SECTIONS if request.user.has_perm(needed)
    }
    paused = connection.pause(timezone.now()) if any(map(request.user.has_perm, ALL_MAY)) else None
    return {
        **context,
        **sections,
        "sections": list(sections),
        "paused": paused,
        "releases": needs_me.releases(request.user),
        "today_words": long_date_with_weekday(controllers_today()),
        "controllers_zone": timezone.get_default_timezone_name(),
        "may_file": request.user.has_perm("erasure.file_request"),
        "may_see_requests": request.user.has_perm("erasure.view_privacyrequest"),
        "may_invite": request.user.has_perm("privacyadmin.invite_user"),
    }


def _log(_request: HttpRequest) -> dict[str, Any]:
    since = timezone.now() - timedelta(days=LOG_DAYS)
    events = AuditEvent.objects.filter(occurred_at__gte=since).count()
    return {"events": events, "days": LOG_DAYS, **standing.context()}


def _operations(_request: HttpRequest) -> dict[str, Any]:
    return connection.state(timezone.now())


def _numbers(_request: HttpRequest) -> dict[str, Any]:
    """The few that matter most; the others are on the dashboard."""
    today = controllers_today()
    month = month_of(today)
    stages = open_work.by_stage()
    answers = answering.answers(month)
    return {
        "tiles": [
            *tiles.open_tiles(open_work.pressing(today)),
            tiles.to_be_answered(stages[RequestStage.TO_BE_ANSWERED]),
            tiles.in_time(answers, month, date_format(today, "F Y")),
        ]
    }


#: A section's permission, and what fills it. Somebody with several roles sees the sections of all.
_SECTIONS: tuple[tuple[str, str, Callable[[HttpRequest], Any]], ...] = (
    ("needs", "erasure.file_request", needs_me.needs),
    ("decisions", "erasure.decide_override", needs_me.decisions),
    ("log", "audit.view_auditevent", _log),
    ("deliveries", "erasure.manage_vaults", delivery_needs.deliveries),
    ("operations", "erasure.view_upstream", _operations),
    ("numbers", "erasure.view_privacyrequest", _numbers),
)
