"""The landing page: what needs the person who signed in, and the numbers of the whole, each by permission.

Unfold calls `fill` for the admin site's index; the template draws the sections that it finds.
"""

import calendar
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from audit.admin import standing
from audit.models import AuditEvent
from erasure import metrics
from erasure.admin import charts, connection, needs_me
from erasure.admin.request_narrowing import list_address
from erasure.asked import controllers_today
from erasure.deadlines import long_date_with_weekday, month_name
from erasure.plain_words import duration_words

CHART_DAYS = 14
RATE_DAYS = 30
LOG_DAYS = 7

ALL_MAY = ("erasure.view_privacyrequest", "erasure.view_upstream")


@dataclass(frozen=True)
class Tile:
    """One number; `href` leads to the list it counts, and is empty for a rate, which counts no list."""

    label: str
    value: str | int
    note: str
    tone: str = ""
    href: str = ""


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
    today, now = controllers_today(), timezone.now()
    work = metrics.open_work(today)
    days = metrics.by_day(today, days=CHART_DAYS)
    tiles = [*_open_tiles(work, days), *_rate_tiles(now), _punctuality_tile(today)]
    return {
        "tiles": tiles,
        "charts": [charts.received_and_answered(days), charts.open_by_days_left(work.bands)],
    }


def _open_tiles(work: metrics.OpenWork, days: list[metrics.DayCount]) -> list[Tile]:
    lately = sum(day.received for day in days[-7:])
    return [
        Tile("Open", work.total, f"{lately} received in 7 days", href=list_address("stage=open")),
        _pressing("Overdue", work.overdue, "past the statutory date", "danger", "due=overdue"),
        _pressing(
            "Due in 7 days", work.due_soon, f"{work.due_today or 'none'} of them today", "warning", "due=soon"
        ),
        _pressing(
            "To be answered", work.to_be_answered, "CXone has finished", "warning", _stage("to_be_answered")
        ),
        _pressing("On hold", work.on_hold, "until decided or released", "warning", _stage("blocked")),
        _pressing("Failed", work.failed, "not yet filed anew", "danger", _stage("failed")),
    ]


def _stage(code: str) -> str:
    return f"stage={code}"


def _pressing(label: str, count: int, note: str, tone: str, narrowed_by: str) -> Tile:
    """A number that is good news at nought, and has a tone above."""
    return Tile(label, count, note, tone if count else "", list_address(narrowed_by))


def _rate_tiles(now: datetime) -> list[Tile]:
    ended = metrics.at_cxone(now - timedelta(days=RATE_DAYS))
    total = ended.completed + ended.failed
    shares = f"{ended.completed} of {total} in {RATE_DAYS} days" if total else f"none in {RATE_DAYS} days"
    return [
        Tile("Success rate", percent(ended.success_rate), shares),
        Tile(
            "Median, filed to done",
            took(ended.since_filing, "median"),
            f"at CXone itself {took(ended.since_acceptance, 'median')}",
        ),
        Tile(
            "95 % done within",
            took(ended.since_filing, "p95"),
            f"at CXone itself {took(ended.since_acceptance, 'p95')}",
        ),
    ]


def _punctuality_tile(today: date) -> Tile:
    last = today.replace(day=calendar.monthrange(today.year, today.month)[1])
    counts = metrics.answered_between(today.replace(day=1), last)
    return Tile(
        "Answered in time",
        f"{counts.in_time} of {counts.answered}",
        f"in {month_name(today)}",
        "warning" if counts.in_time < counts.answered else "",
        list_address(_stage("answered")),
    )


def percent(rate: float | None) -> str:
    """A rate of 0 to 1 with one decimal, rounded down, so that 100 % means all; a dash for none."""
    return "–" if rate is None else f"{math.floor(rate * 1000) / 10:g} %"


def took(spread: metrics.Spread | None, which: str) -> str:
    """One duration of a spread in words; a dash where nothing was measured."""
    if spread is None:
        return "–"
    duration: timedelta = getattr(spread, which)
    return duration_words(round(duration.total_seconds() * 1000))


#: A section's permission, and what fills it. Somebody with several roles sees the sections of all.
_SECTIONS: tuple[tuple[str, str, Callable[[HttpRequest], Any]], ...] = (
    ("needs", "erasure.file_request", needs_me.needs),
    ("decisions", "erasure.decide_override", needs_me.decisions),
    ("log", "audit.view_auditevent", _log),
    ("operations", "erasure.view_upstream", _operations),
    ("numbers", "erasure.view_privacyrequest", _numbers),
)
