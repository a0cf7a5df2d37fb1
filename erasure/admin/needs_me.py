"""What needs the reader, on the landing page: an officer's requests, a reviewer's decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from audit.words import numbered
from erasure import attention, owners
from erasure.admin.request_filters import OPEN
from erasure.admin.request_narrowing import list_address
from erasure.asked import controllers_today
from erasure.attention import Counts, Need, Todo, TodoGroup, waiting_releases
from erasure.choices import RequestStage
from erasure.models import HoldRelease, PrivacyRequest

SHOWN_PER_GROUP = 5
OVERRIDES_SHOWN = 10

#: The choice of the switch, in the address: the reader's own requests, or all.
WHOSE = "whose"
MINE, EVERYBODYS = "mine", "everybody"
DECIDE_RELEASE = "erasure.place_hold"


@dataclass(frozen=True)
class Row:
    """One request of a group, the way to what its sentence asks for, and the word for it."""

    todo: Todo
    href: str
    word: str


@dataclass(frozen=True)
class Group:
    """A group with its rows; `href` is the list of exactly those it counts."""

    group: TodoGroup
    href: str
    rows: list[Row]

    @property
    def is_cut(self) -> bool:
        """Whether there are more than are shown."""
        return self.group.count > len(self.rows)


def needs(request: HttpRequest) -> dict[str, Any]:
    """An officer's part of the page: the groups of the reader's own requests, or of everybody's."""
    reader: Any = request.user
    whose = EVERYBODYS if request.GET.get(WHOSE) == EVERYBODYS else MINE
    today, owner = controllers_today(), reader.pk if whose == MINE else None
    counts = attention.counts(today, owner=reader)
    groups = [
        attention.to_be_handed_over(today, shown=SHOWN_PER_GROUP),
        *attention.needing_somebody(today, shown=SHOWN_PER_GROUP, owner=owner),
        attention.to_be_looked_at(shown=SHOWN_PER_GROUP, owner=owner),
        attention.to_be_certified(timezone.now(), shown=SHOWN_PER_GROUP, owner=owner),
    ]
    counted = counts.mine if whose == MINE else counts.everybodys
    found = [group for group in groups if group]
    return {
        "whose": whose,
        "groups": [_shown(group, whose=whose) for group in found],
        "heading": _heading(found, Counts.pressing(counted), whose=whose),
        "open": sum(counted.values()),
        "open_href": list_address({"stage": OPEN, **({"owner": owners.ME} if whose == MINE else {})}),
        "switch": _switch(whose, counts),
        "any_request": bool(counts.everybodys) or PrivacyRequest.objects.exists(),
        "hand_over_href": reverse("admin:requests_hand_over"),
    }


def decisions(request: HttpRequest) -> dict[str, Any]:
    """A reviewer's part of the page: the overrides to decide, the nearest deadline first."""
    waiting = attention.to_be_decided_by(request.user, timezone.now())
    return {"overrides": list(waiting[:OVERRIDES_SHOWN]), "count": waiting.count()}


def releases(user: Any) -> list[HoldRelease]:
    """The releases of holds that this person may decide on; empty for who decides on none."""
    if not user.has_perm(DECIDE_RELEASE):
        return []
    return [one.release for one in waiting_releases(user, now=timezone.now()) if one.can_decide]


def _heading(groups: Sequence[TodoGroup], pressing: int, *, whose: str) -> str:
    """How many need somebody, of all that stand below. Those that nobody has stand below the reader's own,
    too, and are told apart; among everybody's they are counted already.
    """
    counted = {group.need: group.count for group in groups}
    count = pressing + counted.get(Need.MARKED, 0) + counted.get(Need.UNCERTIFIED, 0)
    nobodys = counted.get(Need.WITHOUT_OWNER, 0) if whose == MINE else 0
    numbers = {"count": numbered(count), "nobodys": numbered(nobodys)}
    if count and nobodys:
        return _("%(count)s of yours and %(nobodys)s that nobody has") % numbers
    if nobodys:
        words = ngettext(
            "%(nobodys)s request that nobody has", "%(nobodys)s requests that nobody has", nobodys
        )
        return str(words % numbers)
    if count:
        words = ngettext("%(count)s request needs somebody", "%(count)s requests need somebody", count)
        return str(words % numbers)
    return _("Nothing needs you") if whose == MINE else _("Nothing needs anybody")


def _switch(whose: str, counts: Counts) -> list[tuple[str, str, int, bool]]:
    """The two choices: word, address, how many need somebody, and whether it is the one shown."""
    landing = reverse("admin:index")
    return [
        (_("Mine"), landing, Counts.pressing(counts.mine), whose == MINE),
        (
            _("Everybody’s"),
            f"{landing}?{WHOSE}={EVERYBODYS}",
            Counts.pressing(counts.everybodys),
            whose == EVERYBODYS,
        ),
    ]


def _shown(group: TodoGroup, *, whose: str) -> Group:
    rows = [Row(todo, *_action(group.need, todo)) for todo in group.todos]
    return Group(group, list_address(group.terms(mine=whose == MINE)), rows)


def _action(need: Need, todo: Todo) -> tuple[str, str]:
    """The way to what the sentence asks for, and its word."""
    pages = {
        RequestStage.REGISTERED: ("admin:request_send", _("Send")),
        RequestStage.TO_BE_ANSWERED: ("admin:request_answer", _("Answer")),
        RequestStage.ANSWERED: ("admin:request_certificate", _("Certificate")),
    }
    to_its_page = ("admin:request_page", pgettext("button", "Open"))
    elsewhere = need in {Need.TO_BE_CONFIRMED, Need.PAUSED, Need.WITHOUT_OWNER, Need.MARKED}
    page, word = to_its_page if elsewhere else pages.get(todo.stage, to_its_page)
    return reverse(page, args=[todo.request.reference]), word
