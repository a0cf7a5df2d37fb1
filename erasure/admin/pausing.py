"""Letting the clock stand still while the person is asked for something, and letting it go on.

Only some laws know this, and only for some questions. For any other request there is no such page.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.trail import Trail
from erasure import lifecycle
from erasure.admin import references  # noqa: F401 - registers the converter named in the addresses below.
from erasure.admin.about_request import recorded, refused, shown
from erasure.admin.access import page, request_or_404
from erasure.admin.letter_beside import day_of
from erasure.asked import controllers_today
from erasure.choices import PauseGround
from erasure.deadlines import long_date, pause_grounds
from erasure.forms.moving_clock import PauseEndForm, PauseForm
from erasure.models import ClockPause, PrivacyRequest


@page("erasure.answer_request", methods=("GET", "HEAD", "POST"))
def pause(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask what the person was asked for and when, and record it. While a pause is open: ask for its end."""
    found, today = request_or_404(reference), controllers_today()
    if open_pause := lifecycle.open_pause(found):
        return _end_page(request, found, open_pause, {"until_day": today})
    grounds = pause_grounds(found.regulation, found.type)
    first = grounds[0] if grounds else PauseGround.IDENTITY.value
    if why := lifecycle.why_not_pause(found, ground=first, from_day=today, today=today):
        return refused(request, found, why)
    form = PauseForm(request.POST or None, initial={"from_day": today}, request=found, grounds=grounds)
    if request.method == "POST" and form.is_valid():
        return recorded(request, found, lambda log: _begin(log, found, form, by=request.user))
    return shown(request, "pause", found, title=_("Pause the clock"), form=form)


@page("erasure.answer_request", methods=("POST",))
def end(request: HttpRequest, reference: str) -> HttpResponse:
    """Record when the answer came. One button records nothing: it shows the dates that would follow."""
    found = request_or_404(reference)
    pause = lifecycle.open_pause(found)
    if pause is None:
        why = _("The clock of %(reference)s is not paused.") % {"reference": found.reference}
        return refused(request, found, why)
    if request.POST.get("do") == "show":
        return _end_page(request, found, pause, request.POST.dict())
    form = PauseEndForm(request.POST, earliest=pause.from_day)
    if form.is_valid():
        day = form.cleaned_data["until_day"]
        why = lifecycle.why_not_resume(found, until_day=day, today=controllers_today())
        if not why:
            return recorded(request, found, lambda log: _end(log, found, form, by=request.user))
        form.add_error("until_day", why)
    return _end_page(request, found, pause, request.POST.dict(), form)


def _begin(log: Trail, found: PrivacyRequest, form: PauseForm, *, by: Any) -> str:
    given = form.cleaned_data
    lifecycle.pause(
        log,
        found,
        by=by,
        ground=PauseGround(given["ground"]),
        from_day=given["from_day"],
        now=timezone.now(),
    )
    return _("The clock of %(reference)s is paused. Record when the answer comes.") % {
        "reference": found.reference
    }


def _end(log: Trail, found: PrivacyRequest, form: PauseEndForm, *, by: Any) -> str:
    lifecycle.resume_clock(log, found, by=by, until_day=form.cleaned_data["until_day"], now=timezone.now())
    return _("The clock goes on: %(reference)s is due on %(day)s.") % {
        "reference": found.reference,
        "day": long_date(found.due_on),
    }


def _end_page(
    request: HttpRequest,
    found: PrivacyRequest,
    open_pause: ClockPause,
    values: Mapping[str, Any],
    form: PauseEndForm | None = None,
) -> HttpResponse:
    asked = form or PauseEndForm(initial=values, earliest=open_pause.from_day)
    day = day_of(asked, "until_day", values)
    return shown(
        request,
        "pause_end",
        found,
        title=_("Let the clock go on"),
        form=asked,
        pause=open_pause,
        day=day,
        would_be=lifecycle.clock_resumed_on(found, day),
    )


urls: list[URLPattern] = [
    path("requests/<reference:reference>/pause/", pause, name="request_pause"),
    path("requests/<reference:reference>/pause/end/", end, name="request_pause_end"),
]
