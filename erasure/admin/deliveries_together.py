"""Sending deliveries again, or letting them be: what would happen to each of the chosen, then what did.

The list asks first, since it may have chosen a thousand; the page of one delivery, and of a request, has
shown all there is to know, and acts at once. `erasure.deliveries.by_hand` rules.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.words import Words, numbered
from erasure.admin.access import page
from erasure.admin.delivery_list import MANAGE
from erasure.admin.delivery_narrowing import DeliveryNarrowing, counted
from erasure.admin.delivery_words import line_of, with_columns
from erasure.deliveries import by_hand
from erasure.deliveries.by_hand import Done
from erasure.models import Delivery
from erasure.plain_words import count_words

#: So many at once; of more that match, the oldest are taken, and the rest stays to be chosen again.
MOST = 1_000
#: So many of them are named one by one.
NAMED = 20
#: So many are locked, and put on record, in one transaction: workers wait for the log meanwhile.
IN_A_LOT = 100


@dataclass(frozen=True, kw_only=True)
class Act:
    """One act on deliveries: its words, whom it leaves out, and who carries it out."""

    code: str
    title: Words
    #: With two numbers, as in “7 of 9 can be sent again”.
    able: Words
    unable: Words
    none_able: Words
    button: Words
    icon: str
    destroys: bool
    explains: Words
    why_not: Callable[..., str]
    carry_out: Callable[..., Done]
    said: Words


@dataclass(frozen=True)
class Reason:
    """Why some of the chosen are left out: how many, and the first of them by name."""

    words: str
    count: str
    names: str


AGAIN = Act(
    code="again",
    title=_lazy("Send deliveries again"),
    able=_lazy("%(able)s of %(count)s can be sent again"),
    unable=_lazy("%(unable)s of %(count)s cannot be sent again"),
    none_able=_lazy("None of these can be sent again"),
    button=_lazy("Send again"),
    icon="replay",
    destroys=False,
    explains=_lazy(
        "Each keeps its message and its id, so that a vault that has it already drops the repeat. They go at "
        "once and begin their attempts anew; where a vault is paused or switched off, they wait for it."
    ),
    why_not=by_hand.why_not_again,
    carry_out=by_hand.send_again,
    said=_lazy("%(deliveries)s to be sent again now."),
)
LET_BE = Act(
    code="let_be",
    title=_lazy("Let deliveries be"),
    able=_lazy("%(able)s of %(count)s can be let be"),
    unable=_lazy("%(unable)s of %(count)s cannot be let be"),
    none_able=_lazy("None of these can be let be"),
    button=_lazy("Let be"),
    icon="cancel",
    destroys=True,
    explains=_lazy(
        "The vaults are not told, and nobody is reminded of it; that stands in the timeline of each request. "
        "Until a request is shredded its deliveries can still be sent again."
    ),
    why_not=by_hand.why_not_let_be,
    carry_out=by_hand.let_be,
    said=_lazy("%(deliveries)s let be."),
)
ACTS = {act.code: act for act in (AGAIN, LET_BE)}


@page(MANAGE, methods=("POST",))
def together(request: HttpRequest) -> HttpResponse:
    """The look at what was chosen; with `sure`, the act itself."""
    act = ACTS.get(request.POST.get("act", ""))
    terms: dict[str, Any] = QueryDict(request.POST.get("list", "")).dict()
    narrowing = DeliveryNarrowing.read(terms)
    is_all = "all" in request.POST
    keys = _oldest_of(narrowing) if is_all else _keys(request.POST.getlist("delivery"))
    if act is None or not keys:
        messages.error(
            request, _("Nothing was chosen. Tick the deliveries that you want to do something with.")
        )
        return redirect(narrowing.address)
    if "sure" in request.POST:
        _carry_out(request, act, keys)
        return _back(request, keys, narrowing)
    left = counted(narrowing.deliveries()) - len(keys) if is_all else 0
    return _looked_at(request, act, keys, narrowing, left=left)


def _looked_at(
    request: HttpRequest, act: Act, keys: Sequence[int], narrowing: DeliveryNarrowing, *, left: int
) -> HttpResponse:
    now = timezone.now()
    rows = list(with_columns(Delivery.objects.filter(pk__in=keys)).order_by("made_at", "pk"))
    able = [row for row in rows if not act.why_not(row, now=now)]
    numbers = {
        "able": numbered(len(able)),
        "unable": numbered(len(rows) - len(able)),
        "count": numbered(len(rows)),
    }
    context = {
        "title": act.title,
        "act": act,
        "able_words": act.able % numbers,
        "unable_words": act.unable % numbers,
        "lines": [line_of(row, now=now) for row in able[:NAMED]],
        "more": numbered(len(able) - NAMED) if len(able) > NAMED else "",
        "keys": [row.pk for row in able],
        "by_vault": _by_vault(able),
        "reasons": _reasons(rows, act, now=now),
        "left": left,
        "most": numbered(MOST),
        "list": request.POST.get("list", ""),
        "list_address": narrowing.address,
        "may_see_requests": request.user.has_perm("erasure.view_privacyrequest"),
    }
    everywhere = admin.site.each_context(request)
    return render(request, "erasure/deliveries_together.html", {**everywhere, **context})


def _carry_out(request: HttpRequest, act: Act, keys: Sequence[int]) -> None:
    done = 0
    for lot in _lots(keys):
        done += act.carry_out(lot, by=request.user, now=timezone.now()).done
    if done:
        messages.success(request, act.said % {"deliveries": count_words(done, "delivery")})
    if done < len(keys):
        messages.error(
            request,
            _(
                "%(deliveries)s left as they were: meanwhile they were delivered, are being sent, or had "
                "nothing left to tell."
            )
            % {"deliveries": count_words(len(keys) - done, "delivery")},
        )


def _back(request: HttpRequest, keys: Sequence[int], narrowing: DeliveryNarrowing) -> HttpResponse:
    """To where the button was pressed."""
    where = request.POST.get("back", "")
    one = Delivery.objects.filter(pk=keys[0]).values_list("pk", "request__reference").first()
    if one and where == "request":
        return redirect("admin:request_page", reference=one[1])
    return (
        redirect("admin:delivery_page", pk=one[0]) if one and where == "page" else redirect(narrowing.address)
    )


def _keys(given: Collection[str]) -> list[int]:
    """The keys among what was sent, one by one or with commas between them; anything else chooses nothing."""
    sent = [key for words in given for key in words.split(",")]
    found = {int(key) for key in sent if key.isdecimal() and len(key) < 16}
    return sorted(found)[:MOST]


def _oldest_of(narrowing: DeliveryNarrowing) -> list[int]:
    oldest = narrowing.deliveries().order_by("made_at", "pk")
    return list(oldest.values_list("pk", flat=True)[:MOST])


def _lots(keys: Sequence[int]) -> list[Sequence[int]]:
    return [keys[first : first + IN_A_LOT] for first in range(0, len(keys), IN_A_LOT)]


def _by_vault(rows: Sequence[Delivery]) -> list[tuple[str, str]]:
    counts = Counter(row.vault.name for row in rows)
    return [(name, count_words(count, "delivery")) for name, count in sorted(counts.items())]


def _reasons(rows: Sequence[Delivery], act: Act, *, now: datetime) -> list[Reason]:
    found: dict[str, list[Delivery]] = {}
    for row in rows:
        if why := act.why_not(row, now=now):
            found.setdefault(why, []).append(row)
    return [
        Reason(why, count_words(len(those), "delivery"), ", ".join(str(row) for row in islice(those, 10)))
        for why, those in found.items()
    ]


urls: list[URLPattern] = [path("deliveries/together/", together, name="deliveries_together")]
