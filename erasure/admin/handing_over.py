"""Handing a request over to a colleague."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from audit.trail import Trail
from erasure import lifecycle
from erasure.admin import references  # noqa: F401 - registers the converter named in the addresses below.
from erasure.admin.about_request import recorded, refused, shown
from erasure.admin.access import page, request_or_404
from erasure.forms.handing_over import HandOverForm
from erasure.models import PrivacyRequest


@page("erasure.file_request", methods=("GET", "HEAD", "POST"))
def hand_over(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask to whom, and make them the owner."""
    found = request_or_404(reference)
    if found.is_answered:
        return refused(request, found, _("It is answered; nobody needs to have it any more."))
    form = HandOverForm(request.POST or None, but_not=found.owner)
    if request.method == "POST" and form.is_valid():
        return recorded(request, found, lambda log: _move(log, found, to=form.person, by=request.user))
    return shown(request, "hand_over", found, title=_("Hand over"), form=form)


def _move(log: Trail, found: PrivacyRequest, *, to: Any, by: Any) -> str:
    lifecycle.assign(log, found, to=to, by=by)
    return _("%(name)s has %(reference)s now.") % {"name": to.shown_name, "reference": found.reference}


urls: list[URLPattern] = [
    path("requests/<reference:reference>/hand-over/", hand_over, name="request_hand_over")
]
