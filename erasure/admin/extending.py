"""Taking more time: current and new date before the click, and the letter that tells the person.

Where it cannot be done the page says why, and what to do instead.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.trail import Trail
from erasure import lifecycle
from erasure.admin import references  # noqa: F401 - registers the converter named in the addresses below.
from erasure.admin.about_request import recorded, shown
from erasure.admin.access import page, request_or_404
from erasure.admin.letter_beside import day_of, letter_beside, letter_language
from erasure.asked import controllers_today
from erasure.choices import ExtensionGround, LetterKind
from erasure.deadlines import ClockError, ExtensionOffer, long_date
from erasure.forms.moving_clock import ExtensionForm
from erasure.letters import facts_of
from erasure.models import PrivacyRequest


@page("erasure.answer_request", methods=("GET", "HEAD", "POST"))
def extend(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for ground, reason and the day on which the person was told, and record it."""
    found = request_or_404(reference)
    offer, why_not = extension_now(found)
    if offer is None or why_not:
        not_yet = lifecycle.why_not_answer(found)
        return shown(request, "extend", found, title=_("Extend"), why_not=why_not, why_not_answer=not_yet)
    if request.method == "POST" and request.POST.get("do") != "letter":
        form = ExtensionForm(request.POST, request=found, grounds=offer.grounds)
        if form.is_valid():
            return recorded(request, found, lambda log: _move(log, found, form, by=request.user))
        return _page(request, found, offer, form, request.POST)
    values = {"told_on": controllers_today(), "language": letter_language({}), **request.POST.dict()}
    form = ExtensionForm(initial=values, request=found, grounds=offer.grounds)
    return _page(request, found, offer, form, values)


def extension_now(found: PrivacyRequest) -> tuple[ExtensionOffer | None, str]:
    """What an extension would bring, and why it cannot be made now; told today, on a ground that counts."""
    today = controllers_today()
    try:
        offer = lifecycle.extension_offer(found)
    except ClockError as error:
        return None, str(error)
    ground = offer.grounds[0] if offer else ""
    return offer, lifecycle.why_not_extend(found, ground=ground, told_on=today, today=today)


def _move(log: Trail, found: PrivacyRequest, form: ExtensionForm, *, by: Any) -> str:
    given = form.cleaned_data
    row = lifecycle.extend(
        log,
        found,
        by=by,
        ground=ExtensionGround(given["ground"]),
        told_on=given["told_on"],
        explanation=given["explanation"],
        now=timezone.now(),
    )
    return _("Extended: %(reference)s is now due on %(day)s.") % {
        "reference": found.reference,
        "day": long_date(row.due_on),
    }


def _page(
    request: HttpRequest,
    found: PrivacyRequest,
    offer: ExtensionOffer,
    form: ExtensionForm,
    values: Mapping[str, Any],
) -> HttpResponse:
    ground, language = str(values.get("ground") or ""), letter_language(values)
    letter = letter_beside("", None, language=language, hint=_("Choose the ground; the letter follows."))
    if ground in offer.grounds:
        facts = replace(
            facts_of(found, day=day_of(form, "told_on", values)),
            due_on=offer.due_on,
            previous_due_on=found.due_on,
            extension_ground=ground,
            reason=str(values.get("explanation") or ""),
        )
        letter = letter_beside(LetterKind.EXTENSION, facts, language=language)
    return shown(request, "extend", found, title=_("Extend"), offer=offer, form=form, **letter)


urls: list[URLPattern] = [path("requests/<reference:reference>/extend/", extend, name="request_extend")]
