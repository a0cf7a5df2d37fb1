"""Filing: a new request (registered only, or sent), sending a registered one, a corrected identifier."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from erasure import filing
from erasure.admin import references  # noqa: F401 - registers the converter named in the addresses below.
from erasure.admin.access import page, request_or_404, submission_or_404
from erasure.admin.filing_aids import request_check, request_clock
from erasure.admin.filing_page import on_the_site, page_of
from erasure.admin.filing_words import say_it_was_sent, say_what_comes_next
from erasure.asked import Identifier
from erasure.choices import IdentifierKind
from erasure.filing import FilingRefused
from erasure.forms import CorrectionForm, RequestForm, SendForm, SendingForm, kind_of, typed
from erasure.lifecycle import MoveRefused
from erasure.models import PrivacyRequest

FILE = "erasure.file_request"
ASK_OVERRIDE = "erasure.ask_override"
REGISTER, SEND, ADD_ROW, START = "register", "send", "add_row", "start"
READ_AND_WRITE = ("GET", "HEAD", "POST")


@page(FILE, methods=READ_AND_WRITE)
def request_new(request: HttpRequest) -> HttpResponse:
    """Register a request, or register and send it at once."""
    asked_for = request.POST.get("do", "")
    if asked_for not in {REGISTER, SEND}:
        initial, rows = _as_typed(request, RequestForm)
        return _show(request, RequestForm(initial=initial, rows=rows))
    form = RequestForm(request.POST, sending=asked_for == SEND)
    _leave_out_what_may_not_be_asked(request, form)
    if earlier := filing.filed_with(form.token):
        return _back_to_what_it_became(request, earlier)
    filed = _file(request, form)
    # Of two that come at once, the one that lost was refused as a duplicate of the other.
    if filed is None and (earlier := filing.filed_with(form.token)):
        return _back_to_what_it_became(request, earlier)
    if filed is None:
        return _show(request, form)
    say_what_comes_next(request, filed, list(filed.submissions.all()), asked=form.filing())
    return _request_page(filed)


@page(FILE, methods=READ_AND_WRITE)
def request_send(request: HttpRequest, reference: str) -> HttpResponse:
    """Send a request that was registered earlier, or send more for it."""
    about = request_or_404(reference)
    try:
        filing.refuse_answered(about)
        return _send(request, about)
    except MoveRefused as refused:
        messages.error(request, str(refused))
        return _request_page(about)


@page(FILE, methods=READ_AND_WRITE)
def submission_correct(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """File a submission that has ended anew, with the right CXone id."""
    submission = submission_or_404(reference, number)
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    try:
        filing.refuse_replacing(submission, submission.request)
        if form.is_valid():
            given = Identifier(IdentifierKind.CXONE_ID, form.cleaned_data["value"])
            filed = filing.correct_identifier(submission, given, by=request.user, send_delay=_send_delay())
            say_what_comes_next(request, submission.request, [filed])
            return _request_page(submission.request)
    except FilingRefused as refused:
        form.place(refused.violations)
    except MoveRefused as refused:
        messages.error(request, str(refused))
        return _request_page(submission.request)
    title = _("Correct the identifier of %(submission)s") % {"submission": submission}
    context = {"title": title, "submission": submission, "form": form}
    return render(request, "erasure/filing_correct.html", on_the_site(request, context))


def _file(request: HttpRequest, form: RequestForm) -> PrivacyRequest | None:
    """The request that the form has become, or None with what is against it beside its fields."""
    if not form.is_valid():
        return None
    asked = form.filing()
    try:
        if form.sending:
            return filing.register_and_send(asked, by=request.user, send_delay=_send_delay())
        return filing.register(asked, by=request.user)
    except FilingRefused as refused:
        form.place(refused.violations, asked)
        return None


def _send(request: HttpRequest, about: PrivacyRequest) -> HttpResponse:
    if request.POST.get("do") != SEND:
        initial, rows = _as_typed(request, SendForm)
        return _show(request, SendForm(request=about, initial=initial, rows=rows), about=about)
    form = SendForm(request.POST, request=about)
    _leave_out_what_may_not_be_asked(request, form)
    if not form.is_valid():
        return _show(request, form, about=about)
    asked = form.filing()
    try:
        filed = filing.send(about, asked, by=request.user, send_delay=_send_delay())
    except FilingRefused as refused:
        form.place(refused.violations, asked)
        return _show(request, form, about=about)
    if not filed:
        return _back_to_what_it_became(request, about)
    say_what_comes_next(request, about, filed, asked=asked)
    return _request_page(about)


def _show(request: HttpRequest, form: SendingForm, *, about: PrivacyRequest | None = None) -> HttpResponse:
    _leave_out_what_may_not_be_asked(request, form)
    return render(request, "erasure/filing.html", on_the_site(request, page_of(form, about=about)))


def _as_typed(
    request: HttpRequest, form: type[SendingForm]
) -> tuple[dict[str, Any], list[dict[str, str]] | None]:
    """What a form starts with: nothing, or an identifier that was looked for; later what was typed, with one
    more row on demand.
    """
    if request.method != "POST":
        return {}, None
    if request.POST.get("do") == START:
        return {}, _row_of(request.POST.get("term", "").strip())
    initial, rows = typed(request.POST, form=form)
    if request.POST.get("do") == ADD_ROW:
        rows.append({})
    return initial, rows


def _row_of(term: str) -> list[dict[str, str]] | None:
    """The row of an identifier that was typed into the box for finding requests; none for an empty one."""
    return [{"kind": kind_of(term), "value": term}] if term else None


def _leave_out_what_may_not_be_asked(request: HttpRequest, form: SendingForm) -> None:
    if not request.user.has_perm(ASK_OVERRIDE):
        form.leave_out_override()


def _back_to_what_it_became(request: HttpRequest, earlier: PrivacyRequest) -> HttpResponse:
    say_it_was_sent(request, earlier)
    return _request_page(earlier)


def _request_page(about: PrivacyRequest) -> HttpResponse:
    return redirect("admin:request_page", reference=about.reference)


def _send_delay() -> timedelta:
    """How long what is filed in the browser can still be stopped."""
    return timedelta(seconds=settings.SEND_DELAY_SECONDS)


urls: list[URLPattern] = [
    path("requests/new/", request_new, name="request_new"),
    path("requests/clock/", request_clock, name="request_clock"),
    path("requests/check/", request_check, name="request_check"),
    path("requests/<reference:reference>/send/", request_send, name="request_send"),
    path(
        "requests/<reference:reference>/<int:number>/correct/", submission_correct, name="submission_correct"
    ),
]
