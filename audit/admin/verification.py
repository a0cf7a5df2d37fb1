"""Verify now: asking for a run, its page, which follows by itself, and the last runs with their verdicts.

The work is a worker's; the pages show what its row says.
"""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.admin.access import page
from audit.admin.verification_shown import run_of, under_way
from audit.admin.verification_words import LIMITS
from audit.checking import verification_runs
from audit.models import AuditVerification

PERMISSION = "audit.verify_auditevent"
SHOWN = 20


@page(PERMISSION, methods=("GET", "HEAD", "POST"))
def runs(request: HttpRequest) -> HttpResponseBase:
    """The last verifications; a POST asks for one, unless one is under way, and leads to its page."""
    if request.method == "POST":
        if (row := under_way()) is not None:
            messages.info(request, _("A verification is under way already: here it is."))
        else:
            row = verification_runs.ask(by=request.user.actor)  # type: ignore[union-attr]  # a page's reader is signed in.
        return redirect("admin:log_verification", row.pk)
    return _shown(request, "verification_list", {"title": _("Verifications"), **_history()})


@page(PERMISSION)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One verification: its progress, or its verdict."""
    row = get_object_or_404(AuditVerification, pk=pk)
    context = {"title": _("Verification %(pk)s") % {"pk": pk}, **_context(row)}
    return _shown(request, "verification_page", context)


@page(PERMISSION)
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """The part that changes, as a fragment; 304 without a body while it is as the reader has it (ETag)."""
    context = _context(get_object_or_404(AuditVerification, pk=pk))
    etag = f'"{context["run"].version}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    answer = render(request, "audit/verification_body.html", context)
    answer["ETag"] = etag
    return answer


def _context(row: AuditVerification) -> dict[str, Any]:
    return {"run": run_of(row, now=timezone.now()), "limits": LIMITS, **_history()}


def _history() -> dict[str, Any]:
    now = timezone.now()
    rows = AuditVerification.objects.order_by("-asked_at")[:SHOWN]
    return {"runs": [run_of(row, now=now) for row in rows]}


def _shown(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"audit/{name}.html", {**admin.site.each_context(request), **context})


urls: list[URLPattern] = [
    path("audit/verification/", runs, name="log_verifications"),
    path("audit/verification/<int:pk>/", show, name="log_verification"),
    path("audit/verification/<int:pk>/live/", live, name="log_verification_live"),
]
