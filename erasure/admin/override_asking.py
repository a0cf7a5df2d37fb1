"""Asking for an override, and taking the question back. Pages show and collect; `overrides` rules."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.trail import audited
from erasure import holds, overrides
from erasure.admin.access import page, submission_or_404
from erasure.admin.override_facts import about, override_or_404, shown
from erasure.admin.withdrawing import withdraw_own
from erasure.choices import OverrideReason, SubmissionStatus
from erasure.forms.overriding import REASON_LINES, AskForm
from erasure.lifecycle import MoveRefused
from erasure.models import Submission


@page("erasure.ask_override", methods=("GET", "HEAD", "POST"))
def ask(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Ask for an override of the holds on one submission."""
    submission, now = submission_or_404(reference, number), timezone.now()
    if waiting := submission.overrides.filter(decision="", expires_at__gt=now).first():
        messages.info(
            request,
            _("An override for %(submission)s waits for a decision already: here it is.")
            % {"submission": submission},
        )
        return redirect("admin:override_decide", waiting.pk)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _ask(submission, form, by=request.user)
        except MoveRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                _("Asked. A reviewer decides on %(submission)s; until then it stays held.")
                % {"submission": submission},
            )
        return redirect("admin:request_page", reference)
    if submission.status != SubmissionStatus.BLOCKED:
        messages.error(
            request,
            _("%(submission)s is not held, so there is nothing to override.") % {"submission": submission},
        )
        return redirect("admin:request_page", reference)
    in_force = holds.active(now, on=holds.people_of(submission))
    context = {
        "title": _("Ask for an override: %(submission)s") % {"submission": submission},
        "form": form,
        "reasons": [(option, REASON_LINES[option.data["value"]]) for option in form["reason"]],
        "lifetime_days": settings.OVERRIDE_DAYS,
        **about(request, submission, holds.in_the_way(submission, in_force)),
    }
    return shown(request, "override_ask", context)


@page("erasure.ask_override", methods=("POST",))
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back one's own question. Somebody else's is refused."""
    override = override_or_404(pk)
    withdraw_own(
        request,
        override,
        lambda log: overrides.withdraw(log, override, by=request.user, now=timezone.now()),
        not_theirs=_("Only who asked for an override can withdraw it."),
        done=_("Withdrawn. %(submission)s stays held; you can ask again.")
        % {"submission": override.submission},
    )
    return redirect("admin:override_decide", pk)


def _ask(submission: Submission, form: AskForm, *, by: Any) -> None:
    with audited() as log:
        overrides.ask(
            log,
            submission,
            by=by,
            reason=OverrideReason(form.cleaned_data["reason"]),
            justification=form.cleaned_data["justification"],
            now=timezone.now(),
        )


urls: list[URLPattern] = [
    path("requests/<reference:reference>/<int:number>/override/", ask, name="override_ask"),
    path("overrides/<int:pk>/withdraw/", withdraw, name="override_withdraw"),
]
