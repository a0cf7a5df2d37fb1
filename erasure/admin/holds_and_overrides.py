"""Overrides: an officer asks, a second person decides. Pages show and collect; `overrides` rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NoReturn

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone

from audit.permissions import RefusalOnRecord
from audit.trail import audited
from erasure import attention, holds, overrides
from erasure.admin.access import page, submission_or_404
from erasure.choices import OVERRIDE_LOOKS, OverrideDecision, OverrideReason, SubmissionStatus
from erasure.forms.overriding import REASON_LINES, AskForm, DecisionForm
from erasure.lifecycle import MoveRefused
from erasure.models import LegalHold, Override, PrivacyRequest, Submission
from erasure.plain_words import categories_words, count_words, duration_words

#: Who may read what was written for the decision; free text may name the person, which auditors do not see.
READ_WORDS = ("erasure.ask_override", "erasure.decide_override")


@dataclass(frozen=True)
class HoldInTheWay:
    """A hold as the page shows it; `matter` is empty for those who may not read it."""

    code: str
    hold: LegalHold | None
    covers: str
    matter: str


@page("erasure.ask_override", methods=("GET", "HEAD", "POST"))
def ask(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Ask for an override of the holds on one submission."""
    submission = submission_or_404(reference, number)
    if waiting := submission.overrides.filter(decision="", expires_at__gt=timezone.now()).first():
        messages.info(request, f"An override for {submission} waits for a decision already: here it is.")
        return redirect("admin:override_decide", waiting.pk)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _ask(submission, form, by=request.user)
        except MoveRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Asked. A reviewer decides on {submission}; until then it stays held.")
        return redirect("admin:request_page", reference)
    if submission.status != SubmissionStatus.BLOCKED:
        messages.error(request, f"{submission} is not held, so there is nothing to override.")
        return redirect("admin:request_page", reference)
    context = {
        "title": f"Ask for an override: {submission}",
        "form": form,
        "reasons": [(option, REASON_LINES[option.data["value"]]) for option in form["reason"]],
        "lifetime_days": settings.OVERRIDE_DAYS,
        **_about(request, submission, submission.held_by),
    }
    return _shown(request, "override_ask", context)


@page("erasure.decide_override")
def waiting_list(request: HttpRequest) -> HttpResponse:
    """The overrides that wait for a decision, the nearest statutory date first."""
    context = {"title": "Overrides to decide", "overrides": attention.undecided_overrides(timezone.now())}
    return _shown(request, "override_list", context)


@page("erasure.view_privacyrequest", methods=("GET", "HEAD", "POST"))
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """One override: the facts for whoever may see requests, the decision for who may decide."""
    override = _override_or_404(pk)
    if request.method == "POST":
        _refuse_barred(override, request.user)
        form = DecisionForm(request.POST)
        if form.is_valid():
            return _decided(request, override, form)
    else:
        form = DecisionForm()
    submission, now = override.submission, timezone.now()
    context = {
        "title": f"Override for {submission}",
        "override": override,
        "form": form,
        "look": OVERRIDE_LOOKS[OverrideDecision(override.decision)] if override.decision else None,
        "why_not": overrides.why_not(override, request.user, now=now),
        "who_can": [person.shown_name for person in overrides.who_can_decide(override)],
        "may_withdraw": not override.decision and override.asked_by_id == request.user.pk,
        "may_read_words": any(map(request.user.has_perm, READ_WORDS)),
        "digest": _in_groups(override.digest),
        "newer_holds": ", ".join(_newer_holds(override)),
        "send_delay": _send_delay(),
        **_about(request, submission, override.holds),
    }
    return _shown(request, "override_decide", context)


@page("erasure.ask_override", methods=("POST",))
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back one's own question. Somebody else's is refused."""
    override = _override_or_404(pk)
    if override.asked_by_id != request.user.pk:
        raise PermissionDenied("Only who asked for an override can withdraw it.")
    try:
        with audited() as log:
            overrides.withdraw(log, override, by=request.user, now=timezone.now())
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Withdrawn. {override.submission} stays held; you can ask again.")
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


def _refuse_barred(override: Override, user: Any) -> None:
    """A decision sent by somebody who may not decide, whose page had no buttons: on record, then 403."""
    if barred := overrides.bar(override, user):
        _put_on_record(override, user, barred)


def _put_on_record(override: Override, user: Any, barred: overrides.DecisionBarred) -> NoReturn:
    with audited() as log:
        overrides.note_barred(log, override, by=user, because=barred)
    raise RefusalOnRecord(str(barred))


def _decided(request: HttpRequest, override: Override, form: DecisionForm) -> HttpResponse:
    now = timezone.now()
    try:
        with audited() as log:
            overrides.decide(
                log,
                override,
                by=request.user,
                approve=form.approves,
                reason=form.cleaned_data["reason"],
                now=now,
                send_at=now + timedelta(seconds=settings.SEND_DELAY_SECONDS),
            )
    except overrides.DecisionBarred as barred:
        # Barred since the first look, or by a rule that only the locked row shows.
        _put_on_record(override, request.user, barred)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _what_happens(override, approved=form.approves))
    return redirect("admin:override_decide", override.pk)


def _what_happens(override: Override, *, approved: bool) -> str:
    if not approved:
        return f"Denied. {override.submission} is refused, and nothing of it goes to CXone."
    if delay := _send_delay():
        return f"Approved. {override.submission} goes to CXone in {delay}; until then an officer can stop it."
    return f"Approved. {override.submission} goes to CXone now."


def _override_or_404(pk: int) -> Override:
    about = Override.objects.select_related(
        "submission__request__subject", "submission__identifier", "asked_by", "filed_by", "decided_by"
    )
    return get_object_or_404(about, pk=pk)


def _about(request: HttpRequest, submission: Submission, codes: Sequence[str]) -> dict[str, Any]:
    """What both pages show of the submission, and of the holds in its way."""
    others = PrivacyRequest.objects.filter(subject=submission.request.subject_id).exclude(
        pk=submission.request_id
    )
    return {
        "submission": submission,
        "about": submission.request,
        "categories": categories_words(submission.categories),
        "holds_in_the_way": _holds(codes, with_matter=request.user.has_perm("erasure.place_hold")),
        "other_requests": others.count(),
        "other_open": others.filter(outcome="").count(),
    }


def _holds(codes: Sequence[str], *, with_matter: bool) -> list[HoldInTheWay]:
    """The holds by their codes; a code without a row is a rule of the policy that stopped it at the gate."""
    known = {hold.code: hold for hold in LegalHold.objects.filter(code__in=codes).select_related("placed_by")}
    return [_hold(code, known.get(code), with_matter=with_matter) for code in codes]


def _hold(code: str, hold: LegalHold | None, *, with_matter: bool) -> HoldInTheWay:
    if hold is None:
        return HoldInTheWay(code, None, "", "")
    what = hold.get_category_display() if hold.category else "Everything"
    whose = "this person" if hold.subject_id else "everybody"
    return HoldInTheWay(code, hold, f"{what}, {whose}", (hold.matter or "") if with_matter else "")


def _newer_holds(override: Override) -> list[str]:
    """Holds that came after the question was asked: an approval does not reach them."""
    if override.decision:
        return []
    met = holds.stopping(holds.active(timezone.now()), override.submission)
    return [hold.code for hold in met if hold.code not in override.holds]


def _in_groups(digest: str) -> str:
    """The digest as people compare it: four lines of four groups of four."""
    groups = [digest[start : start + 4] for start in range(0, len(digest), 4)]
    return "\n".join(" ".join(groups[start : start + 4]) for start in range(0, len(groups), 4))


def _send_delay() -> str:
    """How long an approval can still be stopped, in words; empty when it goes out at once."""
    minutes, seconds = divmod(settings.SEND_DELAY_SECONDS, 60)
    if not seconds:
        return count_words(minutes, "minute") if minutes else ""
    return duration_words(settings.SEND_DELAY_SECONDS * 1000)


def _shown(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"erasure/{name}.html", {**admin.site.each_context(request), **context})


urls: list[URLPattern] = [
    path("requests/<reference:reference>/<int:number>/override/", ask, name="override_ask"),
    path("overrides/", waiting_list, name="override_list"),
    path("overrides/<int:pk>/", decide, name="override_decide"),
    path("overrides/<int:pk>/withdraw/", withdraw, name="override_withdraw"),
]
