"""Handing over what was left behind: the open requests of those who can look after them no more."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from erasure import owners, together
from erasure.admin.access import page
from erasure.admin.override_facts import shown
from erasure.admin.together_words import reasons_of, too_many_words
from erasure.asked import controllers_today
from erasure.forms.handing_over import HandOverForm
from erasure.models import PrivacyRequest
from erasure.models.subjects import in_order
from erasure.plain_words import count_words


@page("erasure.file_request", methods=("GET", "HEAD", "POST"))
def hand_over(request: HttpRequest) -> HttpResponse:
    """Whoever left requests behind, with counts; the requests of one of them, and to whom they go."""
    form = HandOverForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _carried_out(request, form)
    return _page(request, form)


def _page(request: HttpRequest, form: HandOverForm) -> HttpResponse:
    left = owners.left_behind(controllers_today())
    asked_for = request.GET.get("from", "")
    chosen = next((one for one in left if one.person.staff_id == asked_for), left[0] if left else None)
    ticked = request.POST.getlist("request")
    requests = _shown(owners.open_requests_of(chosen.person)) if chosen else []
    context = {
        "title": _("Hand over requests"),
        "form": form,
        "left": left,
        "chosen": chosen,
        "rows": [(one, _masked(one), not ticked or one.reference in ticked) for one in requests],
        "most": together.MOST,
    }
    return shown(request, "left_behind", context)


def _shown(requests: QuerySet[PrivacyRequest]) -> Sequence[PrivacyRequest]:
    with_names = requests.select_related("subject").defer("note", "salt", "answer_note", "derivation")
    return list(with_names.prefetch_related("subject__identifiers")[: together.MOST])


def _masked(request: PrivacyRequest) -> str:
    identifiers = in_order(request.subject.identifiers.all())
    return identifiers[0].masked if identifiers else ""


def _carried_out(request: HttpRequest, form: HandOverForm) -> HttpResponse:
    references = list(dict.fromkeys(request.POST.getlist("request")))
    if refusal := too_many_words(len(references), "request"):
        messages.error(request, refusal)
        return redirect("admin:requests_hand_over")
    person: Any = form.person
    # Of those alone that nobody has: a colleague's requests are taken over, or handed over by themselves.
    found = owners.without_owner().filter(reference__in=references).select_related("owner")
    outcome = together.hand_over_all(found, to=person, by=request.user)
    _say(request, outcome, person, asked=len(references))
    return redirect("admin:requests_hand_over" if owners.without_owner().exists() else "admin:index")


def _say(request: HttpRequest, outcome: together.Outcome, person: Any, *, asked: int) -> None:
    if outcome.done:
        words = {"name": person.shown_name, "requests": count_words(len(outcome.done), "more request")}
        messages.success(request, _("%(name)s has %(requests)s now.") % words)
    for words_of_one in reasons_of(outcome.refused, _("Not handed over")):
        messages.error(request, words_of_one)
    if not asked:
        messages.error(request, _("Nothing was handed over, since none of the requests was ticked."))
    elif gone := asked - len(outcome.done) - len(outcome.refused):
        words = {"requests": count_words(gone, "request")}
        messages.warning(request, _("%(requests)s had somebody already, and stayed there.") % words)


urls: list[URLPattern] = [path("requests/hand-over/", hand_over, name="requests_hand_over")]
