"""Deciding on one override, and taking an approval back. Pages show and collect; `overrides` rules."""

from datetime import datetime, timedelta
from typing import Any, NoReturn

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.permissions import RefusalOnRecord
from audit.trail import audited
from erasure import holds, overrides
from erasure.admin import override_facts as facts
from erasure.admin.access import page
from erasure.admin.barred_tries import put_on_record
from erasure.admin.submission_cards import goes_words
from erasure.forms.overriding import DecisionForm
from erasure.lifecycle import MoveRefused
from erasure.models import Override


@page("erasure.view_privacyrequest", methods=("GET", "HEAD", "POST"))
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """One override: the facts for whoever may see requests, the decision for who may decide."""
    override = facts.override_or_404(pk)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        _refuse_barred(override, request.user)
        if form.is_valid():
            return _decided(request, override, form)
    return facts.shown(request, "override_decide", {"form": form, **_context(request, override)})


@page("erasure.decide_override", methods=("POST",))
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an approval back before it is used; a try that came too late is put on record."""
    override = facts.override_or_404(pk)
    try:
        with audited() as log:
            overrides.revoke(log, override, by=request.user, now=timezone.now())
    except overrides.TooLateToRevoke as refusal:
        with audited() as log:
            overrides.note_too_late(log, override, by=request.user)
        messages.error(request, str(refusal))
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("Taken back. Nothing of %(submission)s was sent; it is held again.")
            % {"submission": override.submission},
        )
    return redirect("admin:override_decide", pk)


def _context(request: HttpRequest, override: Override) -> dict[str, Any]:
    submission, now = override.submission, timezone.now()
    refused, goes_all_the_same = facts.refused_by_denial(override, now)
    return {
        "title": _("Override for %(submission)s") % {"submission": submission},
        "override": override,
        "look": facts.look_of(override),
        "why_not": overrides.why_not(override, request.user, now=now),
        "who_can": [person.shown_name for person in overrides.who_can_decide(override)],
        "may_withdraw": not override.decision and override.asked_by_id == request.user.pk,
        "may_decide": request.user.has_perm(f"erasure.{overrides.MAY_DECIDE}"),
        "why_not_revoke": overrides.why_not_revoke(override, request.user, now=now),
        "goes": goes_words(submission, now=now),
        "void": facts.void_words(override, now),
        "may_read_words": any(map(request.user.has_perm, facts.READ_WORDS)),
        "digest": facts.in_groups(override.digest),
        "newer_holds": ", ".join(_newer_holds(override, now=now)),
        "send_delay": facts.send_delay_words(),
        "refused": refused,
        "goes_all_the_same": goes_all_the_same,
        **facts.about(request, submission, override.holds),
    }


def _refuse_barred(override: Override, user: Any) -> None:
    """A decision sent by somebody who may not decide, whose page had no buttons: on record, then 403."""
    if barred := overrides.bar(override, user):
        _refuse(override, user, barred)


def _refuse(override: Override, user: Any, barred: overrides.DecisionBarred) -> NoReturn:
    put_on_record(lambda log: overrides.note_barred(log, override, by=user, because=barred), by=user)
    raise RefusalOnRecord(str(barred))


def _newer_holds(override: Override, *, now: datetime) -> list[str]:
    return facts.newer_holds(override, holds.active(now, on=holds.people_of(override.submission)))


def _decided(request: HttpRequest, override: Override, form: DecisionForm) -> HttpResponse:
    now = timezone.now()
    refused, goes_all_the_same = facts.refused_by_denial(override, now)
    newer_holds = _newer_holds(override, now=now)
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
        _refuse(override, request.user, barred)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        if not form.approves:
            messages.success(request, _denied_words(override, refused, goes_all_the_same))
        elif newer_holds:
            words = _("Approved, and %(submission)s stays held. %(kept)s") % {
                "submission": override.submission,
                "kept": facts.kept_words(newer_holds),
            }
            messages.warning(request, words)
        else:
            messages.success(request, _approved_words(override))
    return redirect("admin:override_decide", override.pk)


def _approved_words(override: Override) -> str:
    if delay := facts.send_delay_words():
        return _(
            "Approved. %(submission)s goes to CXone in %(delay)s; until then you can take the approval back, "
            "and an officer can stop it."
        ) % {"submission": override.submission, "delay": delay}
    return _("Approved. %(submission)s goes to CXone now.") % {"submission": override.submission}


def _denied_words(override: Override, refused: str, goes_all_the_same: str) -> str:
    if not goes_all_the_same:
        return _("Denied. %(submission)s is refused, and nothing of it goes to CXone.") % {
            "submission": override.submission
        }
    delay = facts.send_delay_words()
    when = _("in %(delay)s") % {"delay": delay} if delay else _("now")
    return _(
        "Denied. %(refused)s of %(submission)s is refused, and nothing of it goes to CXone. "
        "%(goes_all_the_same)s, which nothing holds, goes %(when)s."
    ) % {
        "refused": refused,
        "submission": override.submission,
        "goes_all_the_same": goes_all_the_same,
        "when": when,
    }


urls: list[URLPattern] = [
    path("overrides/<int:pk>/", decide, name="override_decide"),
    path("overrides/<int:pk>/revoke/", revoke, name="override_revoke"),
]
