"""Letting those categories of a held submission go that nothing holds."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from erasure import filing
from erasure.admin.access import page, submission_or_404
from erasure.admin.submission_cards import goes_words
from erasure.lifecycle import MoveRefused
from erasure.plain_words import categories_words


@page("erasure.file_request", methods=("POST",))
def send_the_rest(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Put the held part of a submission apart and let the rest go."""
    submission = submission_or_404(reference, number)
    delay = timedelta(seconds=settings.SEND_DELAY_SECONDS)
    try:
        going = filing.send_the_rest(submission, by=request.user, send_delay=delay)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        what = categories_words(going.categories)
        when = goes_words(going, now=timezone.now())
        messages.success(
            request,
            _("%(going)s has what nothing holds: %(what)s. %(when)s The held part waits apart.")
            % {"going": going, "what": what, "when": when},
        )
    return redirect("admin:request_page", reference)


urls: list[URLPattern] = [
    path(
        "requests/<reference:reference>/<int:number>/send-the-rest/",
        send_the_rest,
        name="submission_send_rest",
    ),
]
