"""Logs that ended: after a restored backup, or with a lost key, another one was begun, and these are kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.admin.access import page
from audit.admin.event_words import events_words
from audit.models import AuditCheckpoint, AuditPastLog
from audit.words import Words

REASONS: Mapping[str, Words] = {
    "restored_backup": _lazy("A backup was restored"),
    "key_lost": _lazy("The signing key was lost"),
}


@dataclass(frozen=True)
class EarlierLog:
    """A log that ended, as the page shows it."""

    log: AuditPastLog
    newest: AuditCheckpoint | None
    why: Words
    length: str


@page("audit.view_auditevent")
def show(request: HttpRequest) -> HttpResponse:
    """Each with why and when it ended, how long it is, and up to where it was signed."""
    logs = AuditPastLog.objects.defer("frontier").order_by("-ended_at")
    context = {
        "title": _("Earlier logs"),
        "logs": [_shown(log) for log in logs],
        "may_export": request.user.has_perm("audit.export_auditevent"),
    }
    return render(request, "audit/earlier_logs.html", {**admin.site.each_context(request), **context})


def _shown(log: AuditPastLog) -> EarlierLog:
    newest = AuditCheckpoint.objects.filter(origin=log.origin).order_by("-size").first()
    why = REASONS.get(log.reason, log.reason.replace("_", " ").capitalize())
    return EarlierLog(log, newest, why, events_words(log.size))


urls: list[URLPattern] = [path("audit/earlier-logs/", show, name="log_earlier")]
