"""The landing page: what needs the person who signed in, and the numbers of the whole, each by permission.

Unfold calls `fill` for the admin site's index; the template draws the sections that it finds.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from audit.admin import standing
from audit.models import AuditEvent
from erasure import attention
from erasure.admin import connection, tiles
from erasure.admin.hold_waiting import waiting_releases
from erasure.asked import controllers_today
from erasure.choices import RequestStage
from erasure.deadlines import long_date_with_weekday
from erasure.metrics import answering, open_work
from erasure.metrics.periods import month_of
from erasure.models import HoldRelease, PrivacyRequest

SHOWN_PER_GROUP = 5
OVERRIDES_SHOWN = 10
LOG_DAYS = 7

DECIDE_RELEASE = "erasure.place_hold"
ALL_MAY = ("erasure.view_privacyrequest", "erasure.view_upstream")


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what this person may see to the index page's context."""
    sections = {
        name: section(request.user) for name, needed, section in _SECTIONS if request.user.has_perm(needed)
    }
    paused = connection.pause(timezone.now()) if any(map(request.user.has_perm, ALL_MAY)) else None
    return {
        **context,
        **sections,
        "sections": list(sections),
        "paused": paused,
        "releases": _releases(request.user),
        "today_words": long_date_with_weekday(controllers_today()),
        "controllers_zone": timezone.get_default_timezone_name(),
        "may_file": request.user.has_perm("erasure.file_request"),
        "may_see_requests": request.user.has_perm("erasure.view_privacyrequest"),
        "may_invite": request.user.has_perm("privacyadmin.invite_user"),
    }


def list_address(narrowed_by: str = "") -> str:
    """The list of requests, narrowed by its own filters, such as `stage=open`."""
    address = reverse("admin:erasure_privacyrequest_changelist")
    return f"{address}?{narrowed_by}" if narrowed_by else address


def _needs(_user: Any) -> dict[str, Any]:
    uncertified = attention.to_be_certified(timezone.now(), shown=SHOWN_PER_GROUP)
    groups = [
        *attention.needing_somebody(controllers_today(), shown=SHOWN_PER_GROUP),
        *([uncertified] if uncertified else []),
    ]
    return {
        "groups": [(group, _group_address(group), _actions(group)) for group in groups],
        "count": sum(group.count for group in groups),
        "any_request": bool(groups) or PrivacyRequest.objects.exists(),
    }


def _group_address(group: attention.TodoGroup) -> str:
    """Where the rest of a group is listed, when not all of it is shown."""
    if group.count <= len(group.todos):
        return ""
    narrowed_by = {
        attention.Need.OVERDUE: "due=overdue",
        attention.Need.DUE_SOON: "due=soon",
        attention.Need.UNCERTIFIED: "certificate=to_be_taken",
    }
    return list_address(narrowed_by.get(group.need, f"stage={group.need}"))


def _actions(group: attention.TodoGroup) -> list[tuple[attention.Todo, str, str]]:
    return [(todo, *_action(todo)) for todo in group.todos]


def _action(todo: attention.Todo) -> tuple[str, str]:
    """The way to what the sentence asks for, and its word."""
    pages = {
        RequestStage.REGISTERED: ("admin:request_send", "Send"),
        RequestStage.TO_BE_ANSWERED: ("admin:request_answer", "Answer"),
        RequestStage.ANSWERED: ("admin:request_certificate", "Certificate"),
    }
    page, word = pages.get(todo.stage, ("admin:request_page", "Open"))
    return reverse(page, args=[todo.request.reference]), word


def _decisions(user: Any) -> dict[str, Any]:
    waiting = attention.to_be_decided_by(user, timezone.now())
    return {"overrides": list(waiting[:OVERRIDES_SHOWN]), "count": waiting.count()}


def _releases(user: Any) -> list[HoldRelease]:
    """The releases of holds that this person may decide on; empty for who decides on none."""
    if not user.has_perm(DECIDE_RELEASE):
        return []
    return [one.release for one in waiting_releases(user, now=timezone.now()) if one.can_decide]


def _log(_user: Any) -> dict[str, Any]:
    since = timezone.now() - timedelta(days=LOG_DAYS)
    events = AuditEvent.objects.filter(occurred_at__gte=since).count()
    return {"events": events, "days": LOG_DAYS, **standing.context()}


def _operations(_user: Any) -> dict[str, Any]:
    return connection.state(timezone.now())


def _numbers(_user: Any) -> dict[str, Any]:
    """The few that matter most; the others are on the dashboard."""
    today = controllers_today()
    month = month_of(today)
    stages = open_work.by_stage()
    answers = answering.answers(month)
    return {
        "tiles": [
            *tiles.open_tiles(open_work.pressing(today)),
            tiles.pressing(
                _("To be answered"),
                stages[RequestStage.TO_BE_ANSWERED],
                _("nothing is under way any more"),
                "warning",
                stage="to_be_answered",
            ),
            tiles.in_time(answers, month, date_format(today, "F Y")),
        ]
    }


#: A section's permission, and what fills it. Somebody with several roles sees the sections of all.
_SECTIONS: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
    ("needs", "erasure.file_request", _needs),
    ("decisions", "erasure.decide_override", _decisions),
    ("log", "audit.view_auditevent", _log),
    ("operations", "erasure.view_upstream", _operations),
    ("numbers", "erasure.view_privacyrequest", _numbers),
)
