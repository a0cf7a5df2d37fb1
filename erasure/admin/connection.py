"""The CXone connection as operators see it: its state in words, settings in force, who works, and a trial.

Nothing of any request is shown here but how many wait.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from erasure.admin.access import page
from erasure.admin.dashboard_page import cxone_chart
from erasure.asked import controllers_today
from erasure.choices import SubmissionStatus
from erasure.jobs import configured_endpoint
from erasure.metrics.periods import Preset, period_of
from erasure.models import Submission, Upstream
from erasure.trial_call import Verdict, try_connection
from erasure.upstream import PAUSE_LINES, PauseCode
from erasure.workers import workforce

PERMISSION = "erasure.view_upstream"
TO_SEND = (SubmissionStatus.QUEUED, SubmissionStatus.SUBMITTING)


@dataclass(frozen=True)
class Pause:
    """Why nobody calls CXone, since when, and until when; `until` is past while the next call decides."""

    line: str
    since: datetime | None
    until: datetime
    is_trying: bool


def pause(now: datetime) -> Pause | None:
    """The pause of the moment; None while calls go out."""
    return _pause_of(_row(), now)


def state(now: datetime) -> dict[str, Any]:
    """What is known of the connection, without asking CXone or the broker."""
    row = _row()
    return {
        "row": row,
        "pause": _pause_of(row, now),
        "last_failure": pause_line(row.last_failure_code),
        "token": _token_words(row, now),
        "token_until": row.token_expires_at,
        **_waiting(now),
    }


def pause_line(code: str) -> str:
    """What a trouble means, in a sentence; empty for none."""
    if not code:
        return ""
    return (
        str(PAUSE_LINES[PauseCode(code)])
        if code in set(PauseCode)
        else _("CXone could not be used (%(code)s).") % {"code": code}
    )


@page(PERMISSION)
def overview(request: HttpRequest) -> HttpResponse:
    """State, work that waits, workers and settings."""
    context = {
        "title": _("CXone connection"),
        "state": state(timezone.now()),
        "workforce": workforce(),
        "settings_in_force": _settings_in_force(),
        "chart": cxone_chart(period_of(Preset.LAST_30_DAYS, controllers_today())),
    }
    return render(request, "erasure/connection.html", {**admin.site.each_context(request), **context})


@page(PERMISSION, methods=("POST",))
def test(request: HttpRequest) -> HttpResponse:
    """Try the connection and tell what came of it; nothing is posted to CXone."""
    verdict = _tried()
    level = {"success": messages.SUCCESS, "warning": messages.WARNING, "danger": messages.ERROR}[verdict.tone]
    messages.add_message(request, level, f"{verdict.title.rstrip('.')}. {verdict.text}")
    return redirect("admin:upstream")


def _tried() -> Verdict:
    try:
        return try_connection(configured_endpoint())
    except ValueError as error:
        # An address, a proxy or a CA bundle that could not work; the text says which and what to correct.
        return Verdict("danger", _("The settings of the connection cannot work"), str(error))


def _row() -> Upstream:
    """The shared row without the token, which no page has any use for."""
    return Upstream.objects.defer("token").get(id=1)


def _pause_of(row: Upstream, now: datetime) -> Pause | None:
    if row.paused_until is None:
        return None
    return Pause(pause_line(row.pause_code), row.paused_since, row.paused_until, row.paused_until <= now)


def _token_words(row: Upstream, now: datetime) -> str:
    if row.token_expires_at is None:
        return _("None yet; the first call fetches one.")
    if row.token_expires_at <= now:
        return _("Ended; the next call fetches one.")
    return _("In hand, shared by all workers.")


def _waiting(now: datetime) -> dict[str, Any]:
    """How many submissions wait for what, and since when the longest of them could have been begun."""
    due = Q(next_attempt_at__lte=now) & (Q(lease_until__isnull=True) | Q(lease_until__lte=now))
    # Whatever is open and not held has a time for its next try; among these alone it is looked for.
    return Submission.objects.filter(next_attempt_at__isnull=False).aggregate(
        to_send=Count("pk", Q(status__in=TO_SEND)),
        followed=Count("pk", Q(status=SubmissionStatus.PROCESSING)),
        due=Count("pk", due),
        due_since=Min("next_attempt_at", filter=due),
    )


def _settings_in_force() -> list[tuple[str, str, str]]:
    """The name, the value and what it is; a secret shows only whether it is set."""
    ceiling = (
        _("%(count)s a second") % {"count": settings.CXONE_MAX_RPS} if settings.CXONE_MAX_RPS else _("none")
    )
    return [
        ("CXONE_BASE_URL", settings.CXONE_BASE_URL, _("Where CXone is")),
        ("CXONE_TOKEN_PATH", settings.CXONE_TOKEN_PATH, _("Where a token is fetched")),
        ("CXONE_REQUESTS_PATH", settings.CXONE_REQUESTS_PATH, _("Where requests are sent")),
        ("CXONE_CLIENT_ID", settings.CXONE_CLIENT_ID or _("not set"), _("As whom we sign in")),
        ("CXONE_CLIENT_SECRET", _set_or_not(settings.CXONE_CLIENT_SECRET), _("Never shown")),
        ("CXONE_SCOPES", settings.CXONE_SCOPES, _("What the client must be granted")),
        (
            "CXONE_POLL_SECONDS",
            f"{settings.CXONE_POLL_SECONDS} s",
            _("Until the first question for a status"),
        ),
        ("CXONE_BATCH", str(settings.CXONE_BATCH), _("Submissions a worker takes at once")),
        ("CXONE_CONCURRENCY", str(settings.CXONE_CONCURRENCY), _("Parallel calls of one worker")),
        ("CXONE_MAX_RPS", ceiling, _("Our own ceiling for calls")),
        ("SEND_DELAY_SECONDS", f"{settings.SEND_DELAY_SECONDS} s", _("How long a filing can be stopped")),
        ("PUBLIC_URL", settings.PUBLIC_URL, _("Where CXone’s callbacks reach us")),
    ]


def _set_or_not(secret: str) -> str:
    return "set" if secret else _("not set")


urls: list[URLPattern] = [
    path("upstream/", overview, name="upstream"),
    path("upstream/test/", test, name="upstream_test"),
]
