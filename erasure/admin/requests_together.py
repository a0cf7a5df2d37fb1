"""Stopping, taking over or handing over several requests at once: first what would happen, then what did."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.words import Words
from erasure import together
from erasure.admin.access import page
from erasure.admin.override_facts import shown
from erasure.admin.request_narrowing import Narrowing
from erasure.admin.together_words import reasons_of, too_many_words
from erasure.forms.handing_over import HandOverForm
from erasure.models import PrivacyRequest, Submission
from erasure.models.subjects import in_order
from erasure.plain_words import categories_words, count_words

PART_COLUMNS = ("request", "number", "status", "categories")


@dataclass(frozen=True)
class Chosen:
    """One request as the page shows it: what would be done to it, or why nothing."""

    request: PrivacyRequest
    masked: str
    what: str
    why_not: str


@dataclass(frozen=True, kw_only=True)
class Act:
    """One act on several requests: its words, whom it refuses, and who carries it out."""

    address: str
    title: Words
    #: With two numbers, as in “7 of 9 can be stopped”, “2 of 9 cannot be stopped”.
    able: Words
    unable: Words
    none_able: Words
    #: Before the names of those that it was not done to, and what is said when none was ticked.
    not_done: Words
    nothing_done: Words
    button: Words
    icon: str
    destroys: bool
    explains: Words
    look: Callable[[PrivacyRequest, Any], tuple[str, str]]
    #: Both take at last the colleague who was chosen; None for an act that asks for nobody.
    carry_out: Callable[[Iterable[PrivacyRequest], Any, Any], together.Outcome]
    said: Callable[[int, Any], str]
    asks_to_whom: bool = False


def _stopping(request: PrivacyRequest, _user: Any) -> tuple[str, str]:
    parts: list[Submission] = getattr(request, "parts", [])
    waiting = [part for part in parts if part.status in together.STOPPABLE]
    said = [
        _("submission %(number)d: %(categories)s")
        % {"number": part.number, "categories": categories_words(part.categories)}
        for part in waiting
    ]
    if gone := len([part for part in parts if not part.is_terminal]) - len(waiting):
        said.append(
            _("%(submissions)s came too late to be stopped")
            % {"submissions": count_words(gone, "submission")}
        )
    return "; ".join(said), together.why_not_stop(request, parts)


def _taking_over(request: PrivacyRequest, user: Any) -> tuple[str, str]:
    return _who_has(request), together.why_not_take_over(request, user)


def _handing_over(request: PrivacyRequest, _user: Any) -> tuple[str, str]:
    return _who_has(request), together.why_nobody_needs(request)


def _who_has(request: PrivacyRequest) -> str:
    return _("%(name)s has it now") % {"name": request.owner.shown_name}


STOP = Act(
    address="admin:requests_stop",
    title=_lazy("Stop several requests"),
    able=_lazy("%(able)d of %(count)d can be stopped"),
    unable=_lazy("%(unable)d of %(count)d cannot be stopped"),
    none_able=_lazy("None of these can be stopped"),
    not_done=_lazy("Not stopped"),
    nothing_done=_lazy("Nothing was stopped, since none of the requests was ticked."),
    button=_lazy("Stop what is ticked"),
    icon="cancel",
    destroys=True,
    explains=_lazy(
        "Whatever has not been sent of them is stopped for good: to send it after all, file it anew. "
        "The requests stay open until the person is answered."
    ),
    look=_stopping,
    carry_out=lambda requests, user, _to: together.stop_all(requests, by=user),
    said=lambda count, _to: (
        _("%(submissions)s stopped before anything was sent.")
        % {"submissions": count_words(count, "submission")}
    ),
)
TAKE_OVER = Act(
    address="admin:requests_take_over",
    title=_lazy("Take over several requests"),
    able=_lazy("%(able)d of %(count)d can be taken over"),
    unable=_lazy("%(unable)d of %(count)d cannot be taken over"),
    none_able=_lazy("None of these can be taken over"),
    not_done=_lazy("Not taken over"),
    nothing_done=_lazy("Nothing was taken over, since none of the requests was ticked."),
    button=_lazy("Take over what is ticked"),
    icon="person",
    destroys=False,
    explains=_lazy("You have them from then on; whoever has them now sees it in the timeline."),
    look=_taking_over,
    carry_out=lambda requests, user, _to: together.take_over_all(requests, by=user),
    said=lambda count, _to: (
        _("You have %(requests)s now.") % {"requests": count_words(count, "more request")}
    ),
)
HAND_OVER = Act(
    address="admin:requests_hand_over_together",
    title=_lazy("Hand over several requests"),
    able=_lazy("%(able)d of %(count)d can be handed over"),
    unable=_lazy("%(unable)d of %(count)d cannot be handed over"),
    none_able=_lazy("None of these can be handed over"),
    not_done=_lazy("Not handed over"),
    nothing_done=_lazy("Nothing was handed over, since none of the requests was ticked."),
    button=_lazy("Hand over what is ticked"),
    icon="person",
    destroys=False,
    explains=_lazy(
        "Whoever gets them finds them under “What needs me” at once; the timeline of each says who handed it "
        "over."
    ),
    look=_handing_over,
    carry_out=lambda requests, user, to: together.hand_over_all(requests, to=to, by=user),
    said=lambda count, to: (
        _("%(name)s has %(requests)s now.")
        % {"name": to.shown_name, "requests": count_words(count, "more request")}
    ),
    asks_to_whom=True,
)


def ask(request: HttpRequest, act: Act, chosen: QuerySet[PrivacyRequest]) -> HttpResponse:
    """What the act would do to each of the chosen, before it does it."""
    if refusal := too_many_words(chosen.count(), "request"):
        messages.error(request, refusal)
        return redirect(request.get_full_path())
    form = HandOverForm() if act.asks_to_whom else None
    return _question(request, act, chosen, form=form, terms=request.GET.dict())


def _question(
    request: HttpRequest,
    act: Act,
    chosen: QuerySet[PrivacyRequest],
    *,
    form: HandOverForm | None,
    terms: Mapping[str, str],
) -> HttpResponse:
    found = [_chosen(one, act, request.user) for one in _with_parts(chosen)]
    able = [one for one in found if not one.why_not]
    others = [one for one in found if one.why_not]
    numbers = {"able": len(able), "unable": len(others), "count": len(found)}
    context = {
        "title": act.title,
        "act": act,
        "form": form,
        "able": able,
        "others": others,
        "able_words": act.able % numbers,
        "others_words": act.unable % numbers,
        "list_terms": urlencode(terms),
        "list_address": Narrowing.read(terms).address,
    }
    return shown(request, "requests_together", context)


@page("erasure.file_request", methods=("POST",))
def stop(request: HttpRequest) -> HttpResponse:
    """Stop what has not been sent of the chosen requests."""
    return _carried_out(request, STOP)


@page("erasure.file_request", methods=("POST",))
def take_over(request: HttpRequest) -> HttpResponse:
    """Become the owner of the chosen requests."""
    return _carried_out(request, TAKE_OVER)


@page("erasure.file_request", methods=("POST",))
def hand_over(request: HttpRequest) -> HttpResponse:
    """Make a colleague the owner of the chosen requests."""
    return _carried_out(request, HAND_OVER)


def _carried_out(request: HttpRequest, act: Act) -> HttpResponse:
    references = list(dict.fromkeys(request.POST.getlist("request")))
    terms: dict[str, Any] = QueryDict(request.POST.get("list", "")).dict()
    back = Narrowing.read(terms).address
    if refusal := too_many_words(len(references), "request"):
        messages.error(request, refusal)
        return redirect(back)
    chosen = PrivacyRequest.objects.filter(reference__in=references)
    form = HandOverForm(request.POST) if act.asks_to_whom else None
    if references and form is not None and not form.is_valid():
        return _question(request, act, chosen, form=form, terms=terms)
    to = form.person if references and form is not None else None
    outcome = act.carry_out(_with_parts(chosen), request.user, to)
    if outcome.done:
        messages.success(request, act.said(len(outcome.done), to))
    for words in reasons_of(outcome.refused, str(act.not_done)):
        messages.error(request, words)
    if not outcome.done and not outcome.refused:
        messages.error(request, act.nothing_done)
    return redirect(back)


def _with_parts(requests: QuerySet[PrivacyRequest]) -> Sequence[PrivacyRequest]:
    parts = Submission.objects.only(*PART_COLUMNS).order_by("number")
    return list(
        requests.defer(None)
        .prefetch_related(None)
        .select_related("owner", "subject")
        .prefetch_related(Prefetch("submissions", parts, "parts"), "subject__identifiers")
        .order_by("due_on", "pk")
    )


def _chosen(found: PrivacyRequest, act: Act, user: Any) -> Chosen:
    identifiers = in_order(found.subject.identifiers.all())
    what, why_not = act.look(found, user)
    return Chosen(found, identifiers[0].masked if identifiers else "", what, why_not)


urls: list[URLPattern] = [
    path("requests/together/stop/", stop, name="requests_stop"),
    path("requests/together/take-over/", take_over, name="requests_take_over"),
    path("requests/together/hand-over/", hand_over, name="requests_hand_over_together"),
]
