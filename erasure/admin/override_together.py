"""The overrides that wait, and deciding on several of them at once. `together` and `overrides` rule."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from audit.permissions import PermissionMissing, RefusalOnRecord
from erasure import attention, holds, overrides, together
from erasure.admin import override_facts as facts
from erasure.admin.access import page
from erasure.admin.barred_tries import put_on_record
from erasure.admin.together_words import reasons_of, too_many_words
from erasure.forms.overriding import DecisionForm
from erasure.models import Override
from erasure.plain_words import categories_words
from erasure.together import MOST

NONE_CHOSEN = _lazy("Tick the overrides that you want to decide on together, then press the button again.")


@dataclass(frozen=True)
class Question:
    """One of the chosen overrides, with what a reviewer wants to know of it."""

    override: Override
    categories: str
    newer_holds: str
    #: What a denial lets go all the same.
    goes_all_the_same: str
    why_not: str


@page("erasure.decide_override")
def waiting_list(request: HttpRequest) -> HttpResponse:
    """The overrides that wait for a decision, the nearest statutory date first."""
    now = timezone.now()
    context = {
        "title": _("Overrides to decide"),
        "overrides": attention.undecided_overrides(now),
        "for_reader": set(attention.to_be_decided_by(request.user, now).values_list("pk", flat=True)),
        "all_ticked": request.GET.get("ticked") == "all",
    }
    return facts.shown(request, "override_list", context)


@page("erasure.view_privacyrequest", methods=("GET", "HEAD", "POST"))
def decide_together(request: HttpRequest) -> HttpResponse:
    """The chosen overrides with their facts, and one decision on those that this person may decide on.

    Whoever may only see requests gets here to be refused: a decision they send is put on record for each.
    """
    keys = _keys((request.POST if request.method == "POST" else request.GET).getlist("override"))
    may_decide = request.user.has_perm(f"erasure.{overrides.MAY_DECIDE}")
    if may_decide and (refusal := too_many_words(len(keys), "override") if keys else NONE_CHOSEN):
        messages.error(request, refusal)
        return redirect("admin:override_list")
    few = sorted(keys)[:MOST]
    chosen = list(Override.objects.filter(pk__in=few).select_related(*facts.RELATED).order_by("pk"))
    form = DecisionForm(request.POST if request.method == "POST" else None)
    barred = {override.pk: bar for override in chosen if (bar := overrides.bar(override, request.user))}
    if request.method == "POST":
        # The page had no box for these: a decision on them was made up by hand.
        for override in chosen:
            if override.pk in barred:
                _put_on_record(override, barred[override.pk], by=request.user)
    if not may_decide:
        if request.method == "POST" and barred:
            raise RefusalOnRecord(_("Only reviewers decide on overrides."))
        raise PermissionMissing(f"erasure.{overrides.MAY_DECIDE}")
    if request.method == "POST" and form.is_valid():
        return _decided(request, chosen, barred, form)
    return facts.shown(request, "override_together", {"form": form, **_context(request, chosen)})


def _keys(given: Iterable[str]) -> set[int]:
    """The keys among what was sent; anything else chooses nothing."""
    return {int(key) for key in given if key.isdecimal() and len(key) < 10}


def _context(request: HttpRequest, chosen: Sequence[Override]) -> dict[str, Any]:
    now = timezone.now()
    people = {person for override in chosen for person in holds.people_of(override.submission)}
    in_force = holds.ByPerson(holds.active(now, on=people))
    questions = [_question(override, in_force, request.user, now=now) for override in chosen]
    open_ones = [question for question in questions if not question.why_not]
    return {
        "title": _("Decide on several overrides"),
        "questions": open_ones,
        "others": [question for question in questions if question.why_not],
        "chosen": len(questions),
        "send_delay": facts.send_delay_words(),
    }


def _question(override: Override, in_force: holds.ByPerson, user: Any, *, now: datetime) -> Question:
    return Question(
        override=override,
        categories=categories_words(override.submission.categories),
        newer_holds=", ".join(facts.newer_holds(override, in_force.concerning(override.submission))),
        goes_all_the_same=facts.refused_by_denial(override, now)[1],
        why_not=overrides.why_not(override, user, now=now),
    )


def _put_on_record(override: Override, barred: overrides.DecisionBarred, *, by: Any) -> None:
    put_on_record(lambda log: overrides.note_barred(log, override, by=by, because=barred), by=by)


def _decided(
    request: HttpRequest,
    chosen: Sequence[Override],
    barred: Mapping[int, overrides.DecisionBarred],
    form: DecisionForm,
) -> HttpResponse:
    open_ones = [override for override in chosen if override.pk not in barred]
    in_force = holds.ByPerson(holds.active(timezone.now()))
    newer = {
        str(one.submission): found
        for one in open_ones
        if (found := facts.newer_holds(one, in_force.concerning(one.submission)))
    }
    outcome = together.decide_all(
        open_ones,
        by=request.user,
        approve=form.approves,
        reason=form.cleaned_data["reason"],
        send_delay=timedelta(seconds=settings.SEND_DELAY_SECONDS),
    )
    names = {
        str(override.submission): str(barred[override.pk]) for override in chosen if override.pk in barred
    }
    if outcome.done:
        freed = outcome.done if form.approves else ()
        kept = {name: facts.kept_words(newer[name]) for name in freed if name in newer}
        counts = len(outcome.done), len(chosen)
        messages.success(request, _done_words(*counts, kept=len(kept), approved=form.approves))
        for words in reasons_of(kept, _("Approved, and stays held")):
            messages.warning(request, words)
    for words in reasons_of({**names, **outcome.refused}, _("Not decided")):
        messages.error(request, words)
    return redirect("admin:override_list")


def _done_words(done: int, chosen: int, *, kept: int, approved: bool) -> str:
    """How many were decided on, and what goes; `kept` of those approved meet a hold that came later."""
    whole = done == chosen and done > 1
    count = (_("All %(done)s") if whole else _("%(done)s of %(chosen)s")) % {"done": done, "chosen": chosen}
    if not approved:
        return ngettext(
            "%(count)s denied: it is refused, and nothing held goes to CXone.",
            "%(count)s denied: they are refused, and nothing held goes to CXone.",
            done,
        ) % {"count": count}
    if kept == done:
        return _("%(count)s approved. Nothing goes to CXone yet.") % {"count": count}
    delay = facts.send_delay_words()
    what = _("What nothing else holds") if kept else _("What was held")
    if not delay:
        return _("%(count)s approved. %(what)s goes to CXone now.") % {"count": count, "what": what}
    return _(
        "%(count)s approved. %(what)s goes to CXone in %(delay)s; until then each approval can be taken back."
    ) % {"count": count, "what": what, "delay": delay}


urls: list[URLPattern] = [
    path("overrides/", waiting_list, name="override_list"),
    path("overrides/together/", decide_together, name="override_together"),
]
