"""Releasing a hold: one reviewer proposes it on its page, a second one decides. `releasing` rules."""

from typing import Any, NoReturn

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.permissions import RefusalOnRecord
from audit.trail import audited
from erasure import releasing
from erasure.admin.access import page
from erasure.admin.barred_tries import put_on_record
from erasure.admin.hold_list import PLACE_HOLD
from erasure.admin.hold_page import hold_or_404, rendered_hold
from erasure.admin.withdrawing import withdraw_own
from erasure.forms.releasing_hold import ProposalForm, ReleaseForm
from erasure.lifecycle import MoveRefused
from erasure.models import HoldRelease, LegalHold


@page(PLACE_HOLD, methods=("POST",))
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose the release to a second reviewer."""
    hold = hold_or_404(pk)
    if barred := releasing.bar_asking(hold, request.user):
        _refuse(hold, request.user, barred)
    form = ProposalForm(request.POST)
    if not form.is_valid():
        return rendered_hold(request, hold, proposal=form)
    try:
        with audited() as log:
            releasing.ask(log, hold, by=request.user, reason=form.cleaned_data["reason"], now=timezone.now())
    except releasing.ReleaseBarred as barred:
        _refuse(hold, request.user, barred)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("Proposed. %(hold)s stays in force until a second reviewer decides.") % {"hold": hold}
        )
    return redirect("admin:hold_page", pk)


@page(PLACE_HOLD, methods=("POST",))
def decide(request: HttpRequest, pk: int, release: int) -> HttpResponse:
    """Release the hold, or keep it."""
    proposal = _proposal_or_404(pk, release)
    if barred := releasing.bar_deciding(proposal, request.user):
        _refuse(proposal.hold, request.user, barred, release=proposal)
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return rendered_hold(request, hold_or_404(pk), decision=form)
    try:
        with audited() as log:
            releasing.decide(
                log,
                proposal,
                by=request.user,
                approve=form.releases,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
    except releasing.ReleaseBarred as barred:
        # Barred since the first look, or because of what who proposed it has filed since.
        _refuse(proposal.hold, request.user, barred, release=proposal)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _what_happens(proposal.hold, released=form.releases))
    return redirect("admin:hold_page", pk)


@page(PLACE_HOLD, methods=("POST",))
def withdraw(request: HttpRequest, pk: int, release: int) -> HttpResponse:
    """Take back one's own proposal. Somebody else's is refused."""
    proposal = _proposal_or_404(pk, release)
    withdraw_own(
        request,
        proposal,
        lambda log: releasing.withdraw(log, proposal, by=request.user, now=timezone.now()),
        not_theirs=_("Only who proposed a release can withdraw it."),
        done=_("Withdrawn. %(hold)s stays; its release can be proposed again.") % {"hold": proposal.hold},
    )
    return redirect("admin:hold_page", pk)


def _proposal_or_404(hold: int, release: int) -> HoldRelease:
    proposals = HoldRelease.objects.select_related("hold", "asked_by")
    return get_object_or_404(proposals, pk=release, hold=hold)


def _refuse(
    hold: LegalHold, user: Any, barred: releasing.ReleaseBarred, *, release: HoldRelease | None = None
) -> NoReturn:
    """Sent by somebody whose page had no buttons: on record, then 403."""
    key = release.pk if release else 0
    put_on_record(lambda log: releasing.note_barred(log, hold, by=user, because=barred, release=key), by=user)
    raise RefusalOnRecord(str(barred))


def _what_happens(hold: LegalHold, *, released: bool) -> str:
    if released:
        return _(
            "Released. What nothing else holds goes on by itself within a minute; %(hold)s stops nothing "
            "more."
        ) % {"hold": hold}
    return _("Kept. %(hold)s stays in force; its release can be proposed again.") % {"hold": hold}


urls: list[URLPattern] = [
    path("holds/<int:pk>/release/", propose, name="hold_release"),
    path("holds/<int:pk>/release/<int:release>/decide/", decide, name="hold_release_decide"),
    path("holds/<int:pk>/release/<int:release>/withdraw/", withdraw, name="hold_release_withdraw"),
]
