"""Requests not yet answered: how many, how pressing, where they stand, what they are about."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from audit.words import Words
from erasure.choices import RequestStage, SubmissionStatus
from erasure.metrics import SOON
from erasure.models import Override, PrivacyRequest
from erasure.stages import stage_column


@dataclass(frozen=True)
class Band:
    """Open requests by the days left until the statutory date; an end of None is without end."""

    label: Words
    first: int | None
    last: int | None

    def days(self, today: date) -> tuple[date | None, date | None]:
        """Its first and its last day, seen from today."""
        first = None if self.first is None else today + timedelta(days=self.first)
        return first, None if self.last is None else today + timedelta(days=self.last)

    def due(self, today: date) -> Q:
        """The condition that a request's date lies in it."""
        first, last = self.days(today)
        since = Q() if first is None else Q(due_on__gte=first)
        return since if last is None else since & Q(due_on__lte=last)


BANDS: tuple[Band, ...] = (
    Band(_("Overdue"), None, -1),
    Band(_("Today"), 0, 0),
    Band(_("1–7 days"), 1, 7),
    Band(_("8–14"), 8, 14),
    Band(_("15–21"), 15, 21),
    Band(_("22–30"), 22, 30),
    Band(_("Later"), 31, None),
)


@dataclass(frozen=True, kw_only=True)
class Pressing:
    """Open requests by their statutory date. `bands` has one count for each of BANDS."""

    total: int
    due_soon: int
    bands: tuple[int, ...]

    @property
    def overdue(self) -> int:
        """Those whose date has passed."""
        return self.bands[0]

    @property
    def due_today(self) -> int:
        """Those whose date is today."""
        return self.bands[1]


@dataclass(frozen=True, kw_only=True)
class Contents:
    """Open requests by regulation, and by category; one that is about several categories counts in each.

    The category "" is that of requests for which nothing was chosen yet.
    """

    by_regulation: Counter[str]
    by_category: Counter[str]


def open_requests(regulation: str = "") -> QuerySet[PrivacyRequest]:
    """Those not yet answered, of one regulation or of all."""
    requests = PrivacyRequest.objects.filter(outcome="")
    return requests.filter(regulation=regulation) if regulation else requests


def pressing(today: date, *, regulation: str = "") -> Pressing:
    """How open requests stand to their dates, in one query. Due soon is today and the seven days after it."""
    counted = open_requests(regulation).aggregate(
        total=Count("pk"),
        due_soon=Count("pk", Q(due_on__gte=today, due_on__lte=today + SOON)),
        **{f"band_{place}": Count("pk", band.due(today)) for place, band in enumerate(BANDS)},
    )
    bands = tuple(counted[f"band_{place}"] for place in range(len(BANDS)))
    return Pressing(total=counted["total"], due_soon=counted["due_soon"], bands=bands)


def by_stage(*, regulation: str = "") -> Counter[RequestStage]:
    """Open requests by where they stand."""
    staged = open_requests(regulation).annotate(stage=stage_column())
    counted = staged.order_by().values_list("stage").annotate(count=Count("pk"))
    return Counter({RequestStage(stage): count for stage, count in counted})


def contents(*, regulation: str = "") -> Contents:
    """What open requests are about, in one query: few lists of categories are ever chosen."""
    lists = open_requests(regulation).annotate(chosen=Cast("categories", TextField()))
    counted = lists.order_by().values_list("regulation", "chosen").annotate(count=Count("pk"))
    by_regulation: Counter[str] = Counter()
    by_category: Counter[str] = Counter()
    for law, chosen, count in counted:
        by_regulation[law] += count
        for category in set(json.loads(chosen)) or {""}:
            by_category[category] += count
    return Contents(by_regulation=by_regulation, by_category=by_category)


def about_category(requests: QuerySet[PrivacyRequest], category: str) -> QuerySet[PrivacyRequest]:
    """Those of these requests that this category was chosen for; "" for those that have none."""
    if not category:
        return requests.filter(categories=[])
    # A code in quotes stands nowhere else in the text of the list.
    return requests.alias(chosen=Cast("categories", TextField())).filter(chosen__contains=f'"{category}"')


def awaiting_override(requests: QuerySet[PrivacyRequest], now: datetime) -> QuerySet[PrivacyRequest]:
    """Those of these requests with a held part on which a reviewer has still to decide."""
    undecided = Override.objects.filter(
        submission__request=OuterRef("pk"),
        submission__status=SubmissionStatus.BLOCKED,
        decision="",
        expires_at__gt=now,
    )
    return requests.filter(Exists(undecided), outcome="")
