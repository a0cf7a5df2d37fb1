"""What the pages about one request have in common: how they are shown, and how their act ends."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from audit.trail import Trail, audited
from erasure.deadlines import ClockError
from erasure.forms.problems import problems_of
from erasure.lifecycle import MoveRefused
from erasure.models import PrivacyRequest


def shown(
    request: HttpRequest, template: str, found: PrivacyRequest, *, title: str, **context: Any
) -> HttpResponse:
    """A page about this request."""
    everywhere = admin.site.each_context(request)
    about: dict[str, Any] = {"title": f"{title}: {found.reference}", "request_shown": found}
    if isinstance(form := context.get("form"), BaseForm):
        about["problems"] = problems_of(form)
    return render(request, f"erasure/{template}.html", {**everywhere, **about, **context})


def recorded(request: HttpRequest, found: PrivacyRequest, move: Callable[[Trail], str]) -> HttpResponse:
    """Make the move, say what came of it, and go back to the request's page."""
    try:
        with audited() as log:
            words = move(log)
    except (MoveRefused, ClockError) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, words)
    return back_to(found)


def refused(request: HttpRequest, found: PrivacyRequest, why: str) -> HttpResponse:
    """Say why there is no such page for this request now, on the request's page."""
    messages.error(request, why)
    return back_to(found)


def back_to(found: PrivacyRequest) -> HttpResponse:
    """To the request's page."""
    return redirect("admin:request_page", reference=found.reference)
