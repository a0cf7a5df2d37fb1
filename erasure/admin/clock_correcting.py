"""Putting the date of receipt or the regulation right: what would come of it is shown before it is done."""

from dataclasses import dataclass
from datetime import date
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
from erasure.asked import controllers_today
from erasure.deadlines import Clock, ClockError, long_date
from erasure.forms.moving_clock import ClockCorrectionForm
from erasure.lifecycle import MoveRefused
from erasure.models import PrivacyRequest


@dataclass(frozen=True)
class Turn:
    """One date as it is and as it would be; None is no such date."""

    words: str
    now: date | None
    then: date | None


@page("erasure.file_request", methods=("GET", "HEAD", "POST"))
def correct(request: HttpRequest, reference: str) -> HttpResponse:
    """First the dates that would follow, then, if they were seen for just these values, the correction."""
    found = request_or_404(reference)
    if found.is_answered:
        words = _("%(reference)s is answered; its clock has ended.") % {"reference": reference}
        return refused(request, found, words)
    initial = {"received_on": found.received_on, "regulation": found.regulation}
    form = ClockCorrectionForm(request.POST or None, initial=initial, request=found)
    preview: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        preview = _preview(found, form)
        seen = request.POST.get("seen") == preview.get("seen")
        if preview and seen and request.POST.get("do") == "correct":
            return recorded(request, found, lambda log: _move(log, found, form, by=request.user))
    title = _("Correct receipt or regulation")
    return shown(request, "clock_correct", found, title=title, form=form, **preview)


def _preview(found: PrivacyRequest, form: ClockCorrectionForm) -> dict[str, Any]:
    """What would come of it; empty, with the refusal beside the field, where it cannot be done."""
    given = form.cleaned_data
    try:
        would_be = lifecycle.corrected(
            found,
            regulation=given["regulation"],
            received_on=given["received_on"],
            today=controllers_today(),
        )
    except (MoveRefused, ClockError) as refusal:
        form.add_error("received_on", str(refusal))
        return {}
    return {
        "would_be": would_be,
        "turns": _turns(found, would_be.clock),
        "seen": f"{given['regulation']} {given['received_on'].isoformat()}",
    }


def _turns(found: PrivacyRequest, then: Clock) -> list[Turn]:
    turns = [
        Turn(_("Received on"), found.received_on, then.received_on),
        Turn(_("Statutory date"), found.due_on, then.due_on),
        Turn(_("A refusal is due by"), found.first_due_on, then.first_due_on),
        Turn(_("Internal target"), found.target_on, then.target_on),
        Turn(_("Confirm receipt by"), found.acknowledge_by, then.acknowledge_by),
    ]
    return [turn for turn in turns if turn.now or turn.then]


def _move(log: Trail, found: PrivacyRequest, form: ClockCorrectionForm, *, by: Any) -> str:
    row = lifecycle.correct_clock(log, found, by=by, now=timezone.now(), **form.cleaned_data)
    return _("Corrected: %(reference)s is now due on %(day)s. The old values stay on record.") % {
        "reference": found.reference,
        "day": long_date(row.due_on),
    }


urls: list[URLPattern] = [
    path("requests/<reference:reference>/correct/", correct, name="request_correct_clock")
]
