"""Recording that the person was told that the request came in, with the letter that tells them."""

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
from erasure.admin.letter_beside import day_of, letter_beside, letter_language
from erasure.asked import controllers_today
from erasure.choices import Channel, LetterKind
from erasure.forms.acknowledgement import AcknowledgementForm
from erasure.letters import facts_of
from erasure.models import PrivacyRequest


@page("erasure.answer_request", methods=("GET", "HEAD", "POST"))
def acknowledge(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask how and when, and record it."""
    found, today = request_or_404(reference), controllers_today()
    if why := lifecycle.why_not_acknowledge(found, today, today=today):
        return refused(request, found, why)
    if request.method == "POST" and request.POST.get("do") != "letter":
        form = AcknowledgementForm(request.POST, request=found)
        if form.is_valid():
            return recorded(request, found, lambda log: _move(log, found, form, by=request.user))
        return _page(request, found, form, request.POST)
    values = {"acknowledged_on": today, "language": letter_language({}), **request.POST.dict()}
    return _page(request, found, AcknowledgementForm(initial=values, request=found), values)


def _move(log: Trail, found: PrivacyRequest, form: AcknowledgementForm, *, by: Any) -> str:
    given = form.cleaned_data
    lifecycle.acknowledge(
        log,
        found,
        by=by,
        channel=Channel(given["channel"]),
        acknowledged_on=given["acknowledged_on"],
        now=timezone.now(),
    )
    return _("Noted: the receipt of %(reference)s was confirmed to the person.") % {
        "reference": found.reference
    }


def _page(
    request: HttpRequest, found: PrivacyRequest, form: AcknowledgementForm, values: Mapping[str, Any]
) -> HttpResponse:
    facts = facts_of(found, day=day_of(form, "acknowledged_on", values))
    letter = letter_beside(LetterKind.ACKNOWLEDGEMENT, facts, language=letter_language(values))
    return shown(request, "acknowledge", found, title=_("Confirm receipt"), form=form, **letter)


urls: list[URLPattern] = [
    path("requests/<reference:reference>/acknowledge/", acknowledge, name="request_acknowledge")
]
