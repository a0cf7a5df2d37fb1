"""The list of deliveries: what vaults were told, are still to be told, or could not be told.

Operators see no requests: a reference leads to its page only for whoever may open that, and nothing here says
anything about a person. What is searched for is posted, so that a mistaken identifier stands in no address.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from audit.words import Words, numbered
from erasure.admin.access import page
from erasure.admin.delivery_narrowing import MOST_COUNTED, DeliveryNarrowing, counted, page_of
from erasure.admin.delivery_words import line_of
from erasure.admin.references import of_year, whole_reference
from erasure.asked import controllers_today
from erasure.choices import DeliveryState, Occasion
from erasure.models import Vault
from erasure.plain_words import count_words

MANAGE = "erasure.manage_vaults"
LONGEST_TERM = 320
#: What needs somebody comes right after all; of what is over nobody needs the number.
TABS = (
    DeliveryState.GIVEN_UP,
    DeliveryState.WAITING,
    DeliveryState.DELIVERED,
    DeliveryState.NOT_FOR_IT,
    DeliveryState.LET_BE,
)
COUNTED_TABS = frozenset({DeliveryState.GIVEN_UP, DeliveryState.WAITING})


@dataclass(frozen=True)
class Tab:
    """One state, or all: its address, how many are in it where that matters, and whether it is shown."""

    label: Words
    address: str
    count: str
    is_shown: bool
    is_pressing: bool


@page(MANAGE, methods=("GET", "HEAD", "POST"))
def show(request: HttpRequest) -> HttpResponse:
    """A page of the list; posted, the reference that was searched for goes into the address."""
    if request.method == "POST":
        return _searched(request)
    narrowing = DeliveryNarrowing.read(request.GET.dict())
    if not narrowing.is_wrong and "" in request.GET.values():
        # The form sends every filter, chosen or not; the address is to say what was chosen.
        return redirect(narrowing.address)
    now, found = timezone.now(), narrowing.deliveries()
    shown = page_of(found, before=request.GET.get("before", ""), after=request.GET.get("after", ""))
    context = {
        "title": _("Deliveries"),
        "narrowing": narrowing,
        "terms": urlencode(narrowing.terms),
        "tabs": _tabs(narrowing),
        "vaults": Vault.objects.order_by("name").values_list("code", "name"),
        "occasions": Occasion.choices,
        "lines": [line_of(row, now=now) for row in shown.rows],
        "count_words": _count_words(counted(found)) if shown.rows else "",
        "newer": shown.newer,
        "older": shown.older,
        "may_see_requests": request.user.has_perm("erasure.view_privacyrequest"),
    }
    return render(request, "erasure/delivery_list.html", {**admin.site.each_context(request), **context})


def _searched(request: HttpRequest) -> HttpResponse:
    terms: dict[str, Any] = QueryDict(request.POST.get("list", "")).dict()
    narrowing = DeliveryNarrowing.read(terms)
    # A submission is written PR-2026-000042/2; all that is told of its request belongs together.
    term = request.POST.get("term", "").strip()[:LONGEST_TERM].split("/")[0]
    reference = whole_reference(term) or of_year(term, controllers_today().year)
    if term and not reference:
        messages.error(
            request,
            _(
                "That is no reference. Enter one such as PR-2026-000042: deliveries are found by nothing else."
            ),
        )
    return redirect(narrowing.but("reference", reference).address)


def _tabs(narrowing: DeliveryNarrowing) -> list[Tab]:
    every = Tab(_("All"), narrowing.but("state", "").address, "", not narrowing.state, is_pressing=False)
    return [every, *(_tab(state, narrowing.but("state", state), narrowing.state) for state in TABS)]


def _tab(state: DeliveryState, narrowing: DeliveryNarrowing, shown: str) -> Tab:
    count = counted(narrowing.deliveries()) if state in COUNTED_TABS else 0
    is_pressing = state == DeliveryState.GIVEN_UP and count > 0
    return Tab(state.label, narrowing.address, _number(count), shown == state, is_pressing)


def _number(count: int) -> str:
    if not count:
        return ""
    return f"{numbered(MOST_COUNTED)}+" if count > MOST_COUNTED else numbered(count)


def _count_words(count: int) -> str:
    if count > MOST_COUNTED:
        return _("More than %(most)s deliveries") % {"most": numbered(MOST_COUNTED)}
    return count_words(count, "delivery")


urls: list[URLPattern] = [path("deliveries/", show, name="delivery_list")]
