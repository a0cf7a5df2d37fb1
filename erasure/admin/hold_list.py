"""The list of legal holds: what is in force first, and above it the releases that wait for somebody.

The search is posted, so that no matter and no identifier ever stands in an address; what was found is shown
at once and remembered nowhere.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from erasure import holds
from erasure.admin.access import page
from erasure.admin.hold_words import HoldLine, line_of, with_people
from erasure.admin.request_search import LONGEST_TERM, subjects_known_by
from erasure.attention import waiting_releases
from erasure.choices import HoldState
from erasure.hold_wishes import matter_key
from erasure.models import LegalHold

PLACE_HOLD = "erasure.place_hold"
ON_A_PAGE = 50
#: Matters are encrypted and have to be read one by one; of more holds only the newest are.
MOST_MATTERS_READ = 5_000
MOST_FOUND = 100
#: What a list that is empty would show, by state.
NOTHING = {
    HoldState.IN_FORCE: (
        _lazy("No hold in force"),
        _lazy("Holds that stop what they meet stand here, each with what it stops."),
    ),
    HoldState.AHEAD: (
        _lazy("No hold lies ahead"),
        _lazy("Holds whose first day is still to come stand here. They stop nothing yet."),
    ),
    HoldState.ENDED: (
        _lazy("No hold has ended"),
        _lazy("Holds whose last day is over stand here."),
    ),
    HoldState.RELEASED: (
        _lazy("No hold was released"),
        _lazy("Holds that two reviewers released stand here, each with their reasons."),
    ),
}
#: What is in force stands first, then what lies ahead, then what is over.
ORDER = (HoldState.IN_FORCE, HoldState.AHEAD)


@dataclass(frozen=True)
class Tab:
    """One state, or all: how many there are, and whether they are what is shown."""

    label: str
    state: str
    count: int
    is_shown: bool


@dataclass(frozen=True)
class Row:
    """One hold of the list, and how many submissions wait because of it."""

    line: HoldLine
    stops: int


@page(PLACE_HOLD, methods=("GET", "HEAD", "POST"))
def show(request: HttpRequest) -> HttpResponse:
    """A page of the list, of all holds or of those in one state; posted, what a search has found."""
    now = timezone.now()
    if request.method == "POST":
        term = request.POST.get("term", "").strip()[:LONGEST_TERM]
        if not term:
            return redirect("admin:hold_list")
        found = list(_found(term))
        return _shown(request, {"rows": _rows(found, now=now), "is_cut": len(found) == MOST_FOUND})
    wanted = request.GET.get("state", "")
    state = HoldState(wanted) if wanted in HoldState.values else None
    shown = _page(state, number=request.GET.get("page", "1"), now=now)
    context = {
        "tabs": _tabs(state, now=now),
        "page": shown,
        "rows": _rows(list(shown.object_list), now=now),
        "state": state,
        "nothing_heading": NOTHING[state][0] if state else "",
        "nothing_words": NOTHING[state][1] if state else "",
        "releases": waiting_releases(request.user, now=now),
    }
    return _shown(request, context)


def _shown(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    everywhere = admin.site.each_context(request)
    return render(request, "erasure/hold_list.html", {**everywhere, "title": _("Legal holds"), **context})


def _page(state: HoldState | None, *, number: str, now: datetime) -> Page[LegalHold]:
    ranks = [When(holds.in_state(one, now), then=Value(rank)) for rank, one in enumerate(ORDER)]
    rank = Case(*ranks, default=Value(len(ORDER)), output_field=IntegerField())
    wanted = LegalHold.objects.filter(holds.in_state(state, now)) if state else LegalHold.objects.all()
    ordered = with_people(wanted).order_by(rank, "-placed_at", "-pk")
    return Paginator(ordered, ON_A_PAGE).get_page(number)


def _tabs(state: HoldState | None, *, now: datetime) -> list[Tab]:
    counts = LegalHold.objects.aggregate(
        all=Count("pk"), **{one.value: Count("pk", filter=holds.in_state(one, now)) for one in HoldState}
    )
    over = [one for one in HoldState if one not in ORDER]
    each = [Tab(str(one.label), one.value, counts[one.value], one is state) for one in (*ORDER, *over)]
    return [Tab(_("All"), "", counts["all"], state is None), *each]


def _rows(found: list[LegalHold], *, now: datetime) -> list[Row]:
    """The holds in words; what waits is counted for all of them at once."""
    counts = holds.stopped_counts() if found else {}
    lines = [line_of(hold, now=now) for hold in found]
    return [Row(line, counts.get(line.hold.code, 0) if line.state in ORDER else 0) for line in lines]


def _found(term: str) -> QuerySet[LegalHold]:
    """The holds with this in their code or matter, or on the person known by it; the newest first."""
    if not term.isprintable():
        return LegalHold.objects.none()
    keys = [pk for pk, matter in _matters() if matter_key(term) in matter_key(matter or "")]
    wanted = Q(code__icontains=term) | Q(subject__in=subjects_known_by(term)) | Q(pk__in=keys[:MOST_FOUND])
    return with_people(LegalHold.objects.filter(wanted)).order_by("-placed_at", "-pk")[:MOST_FOUND]


def _matters() -> QuerySet[LegalHold, tuple[int, str | None]]:
    newest = LegalHold.objects.filter(matter__isnull=False).order_by("-placed_at", "-pk")
    return newest.values_list("pk", "matter")[:MOST_MATTERS_READ]


urls: list[URLPattern] = [path("holds/", show, name="hold_list")]
