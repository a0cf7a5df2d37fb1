"""Stopping or taking over several requests at once: first what would happen, then what did."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.words import Words
from erasure import together
from erasure.admin.access import page
from erasure.admin.override_facts import shown
from erasure.admin.together_words import reasons_of, too_many_words
from erasure.models import PrivacyRequest, Submission
from erasure.models.subjects import in_order
from erasure.plain_words import categories_words, count_words

LIST = "admin:erasure_privacyrequest_changelist"
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
    #: As in “7 of 9 can be stopped”.
    done_to: Words
    button: Words
    for_ticked: Words
    icon: str
    destroys: bool
    explains: Words
    look: Callable[[PrivacyRequest, Any], tuple[str, str]]
    carry_out: Callable[[Iterable[PrivacyRequest], Any], together.Outcome]
    said: Callable[[int], str]


def _stopping(request: PrivacyRequest, _user: Any) -> tuple[str, str]:
    parts: list[Submission] = getattr(request, "parts", [])
    waiting = [part for part in parts if part.status in together.STOPPABLE]
    what = "; ".join(
        _("submission %(number)s: %(categories)s")
        % {"number": part.number, "categories": categories_words(part.categories)}
        for part in waiting
    )
    if gone := len([part for part in parts if not part.is_terminal]) - len(waiting):
        what += _("; %(count)s came too late to be stopped") % {"count": count_words(gone, "submission")}
    return what, together.why_not_stop(request, parts)


def _taking_over(request: PrivacyRequest, user: Any) -> tuple[str, str]:
    has_it = _("%(shown_name)s has it now") % {"shown_name": request.owner.shown_name}
    return has_it, together.why_not_take_over(request, user)


STOP = Act(
    address="admin:requests_stop",
    title=_lazy("Stop several requests"),
    done_to=_lazy("stopped"),
    button=_lazy("Stop"),
    for_ticked=_lazy("Stop what is ticked"),
    icon="cancel",
    destroys=True,
    explains=_lazy(
        "Whatever has not been sent of them is stopped for good: to send it after all, file it anew. The "
        "requests stay open until the person is answered."
    ),
    look=_stopping,
    carry_out=lambda requests, user: together.stop_all(requests, by=user),
    said=lambda count: (
        _("%(count)s stopped before anything was sent.") % {"count": count_words(count, "submission")}
    ),
)
TAKE_OVER = Act(
    address="admin:requests_take_over",
    title=_lazy("Take over several requests"),
    done_to=_lazy("taken over"),
    button=_lazy("Take over"),
    for_ticked=_lazy("Take over what is ticked"),
    icon="person",
    destroys=False,
    explains=_lazy("You have them from then on; whoever has them now sees it in the timeline."),
    look=_taking_over,
    carry_out=lambda requests, user: together.take_over_all(requests, by=user),
    said=lambda count: _("You have %(count)s now.") % {"count": count_words(count, "more request")},
)


def ask(request: HttpRequest, act: Act, references: Sequence[str]) -> HttpResponse:
    """What the act would do to each of the chosen, before it does it."""
    if refusal := too_many_words(len(references), "request"):
        messages.error(request, refusal)
        return redirect(LIST)
    chosen = [_chosen(found, act, request.user) for found in _found(references)]
    context = {
        "title": act.title,
        "act": act,
        "able": [one for one in chosen if not one.why_not],
        "others": [one for one in chosen if one.why_not],
        "count": len(chosen),
        "none_words": _("None of these can be %(done_to)s") % {"done_to": act.done_to},
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


def _carried_out(request: HttpRequest, act: Act) -> HttpResponse:
    references = list(dict.fromkeys(request.POST.getlist("request")))
    if refusal := too_many_words(len(references), "request"):
        messages.error(request, refusal)
        return redirect(LIST)
    outcome = act.carry_out(_found(references), request.user)
    if outcome.done:
        messages.success(request, act.said(len(outcome.done)))
    for words in reasons_of(outcome.refused, _("Not %(done_to)s") % {"done_to": act.done_to}):
        messages.error(request, words)
    if not outcome.done and not outcome.refused:
        messages.error(
            request,
            _("Nothing was %(done_to)s, since none of the requests was ticked.") % {"done_to": act.done_to},
        )
    return redirect(LIST)


def _found(references: Sequence[str]) -> Sequence[PrivacyRequest]:
    parts = Submission.objects.only(*PART_COLUMNS).order_by("number")
    return list(
        PrivacyRequest.objects.filter(reference__in=references)
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
]
