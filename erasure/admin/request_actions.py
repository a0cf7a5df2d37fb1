"""What can be done on a request's page by pressing one button. A button pressed too late is told why."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from audit.admin.confirmation import asked_to_confirm
from audit.events import Event
from audit.trail import audited
from erasure import lifecycle, together
from erasure.admin import references  # noqa: F401 - registers the converter named in the addresses below.
from erasure.admin.access import page, request_or_404, submission_or_404
from erasure.admin.request_page import rendered_page
from erasure.lifecycle import MoveRefused


@page("erasure.file_request", methods=("POST",))
def take_over(request: HttpRequest, reference: str) -> HttpResponse:
    """Make the reader the owner."""
    found = request_or_404(reference)

    def move() -> str:
        together.take_over(found, by=request.user)
        return _("You have %(reference)s now.") % {"reference": reference}

    return _answered(request, reference, move)


@page("erasure.file_request", methods=("POST",))
def stop(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Stop a submission that has not been sent; a try that came too late is put on record."""
    submission = submission_or_404(reference, number)

    def move() -> str:
        together.stop(submission, by=request.user)
        return _("%(submission)s was stopped before it was sent.") % {"submission": submission}

    return _answered(request, reference, move)


@page("erasure.file_request", methods=("POST",))
def clear_attention(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Somebody has looked at what a submission was flagged for."""
    submission = submission_or_404(reference, number)

    def move() -> str:
        with audited() as log:
            lifecycle.clear_attention(log, submission, by=request.user)
        return _("Noted: you have looked at %(submission)s.") % {"submission": submission}

    return _answered(request, reference, move)


@page("erasure.reveal_identifier", methods=("POST",))
@sensitive_post_parameters("password")
def reveal(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the person's identifiers in full, once, in this very answer, after that was put on record.

    Where the last sign-in is a while ago, the password is asked for first.
    """
    found, reader = request_or_404(reference), cast("Any", request.user)
    known = [identifier for identifier in found.subject.identifiers.order_by("pk") if identifier.value]
    if not known:
        messages.error(request, _("There is nothing to reveal: the identifiers have been shredded."))
        return redirect("admin:request_page", reference=reference)
    back = reverse("admin:request_page", args=[reference])
    if question := asked_to_confirm(
        request, doing=(_("Reveal the identifiers of %(reference)s") % {"reference": reference}), back=back
    ):
        return question
    with audited() as log:
        entry = log.record(
            Event.SUBJECT_REVEALED,
            actor=reader.actor,
            obj=found.obj,
            data={"identifiers": len(known)},
        )
    return rendered_page(request, reference, revealed=known, revealed_as=entry.seq)


def _answered(request: HttpRequest, reference: str, move: Callable[[], str]) -> HttpResponse:
    """Make the move and go back to the page, which says what became of it."""
    try:
        messages.success(request, move())
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("admin:request_page", reference=reference)


urls: list[URLPattern] = [
    path("requests/<reference:reference>/take-over/", take_over, name="request_take_over"),
    path("requests/<reference:reference>/reveal/", reveal, name="identifier_reveal"),
    path("requests/<reference:reference>/<int:number>/stop/", stop, name="submission_stop"),
    path("requests/<reference:reference>/<int:number>/seen/", clear_attention, name="attention_clear"),
]
