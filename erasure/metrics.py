"""The numbers of the dashboard, computed from rows at the moment somebody looks.

Due dates, dates of receipt and dates of answers are dates in the controller's zone, so `today` is one too.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from erasure.choices import RequestStage, SubmissionStatus
from erasure.deadlines import DUE_SOON_DAYS
from erasure.models import PrivacyRequest, Submission
from erasure.stages import stage_column

SOON = timedelta(days=DUE_SOON_DAYS)
#: The bands of "open requests by days left": label, first and last day from today; None is without end.
BANDS: tuple[tuple[str, int | None, int | None], ...] = (
    ("Overdue", None, -1),
    ("Today", 0, 0),
    ("1–7 days", 1, 7),
    ("8–14", 8, 14),
    ("15–21", 15, 21),
    ("22–30", 22, 30),
    ("Later", 31, None),
)


@dataclass(frozen=True, kw_only=True)
class OpenWork:
    """Requests not yet answered: how many, how pressing, where they stand. `bands` counts by days left."""

    total: int
    overdue: int
    due_today: int
    due_soon: int
    to_be_answered: int
    on_hold: int
    failed: int
    bands: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Median and 95th percentile by nearest rank: each is a duration that was really taken."""

    median: timedelta
    p95: timedelta


@dataclass(frozen=True, kw_only=True)
class AtCXone:
    """What became of the submissions that ended within a period, and how long the completed ones took."""

    completed: int
    failed: int
    since_filing: Spread | None
    since_acceptance: Spread | None

    @property
    def success_rate(self) -> float | None:
        """Completed out of completed and failed, 0 to 1; None when nothing ended."""
        ended = self.completed + self.failed
        return self.completed / ended if ended else None


@dataclass(frozen=True)
class Punctuality:
    """How many requests were answered within a period, and how many of them by their due date."""

    answered: int
    in_time: int


@dataclass(frozen=True)
class DayCount:
    """What one day brought."""

    day: date
    received: int
    answered: int


def open_work(today: date) -> OpenWork:
    """Everything not yet answered, counted in one query. Due soon is today and the seven days after it."""
    requests = PrivacyRequest.objects.filter(outcome="").alias(stage=stage_column())
    bands = {f"band_{place}": Count("pk", _due_within(today, *band[1:])) for place, band in enumerate(BANDS)}
    counts = requests.aggregate(
        total=Count("pk"),
        due_soon=Count("pk", Q(due_on__gte=today, due_on__lte=today + SOON)),
        to_be_answered=Count("pk", Q(stage=RequestStage.TO_BE_ANSWERED)),
        on_hold=Count("pk", Q(stage=RequestStage.BLOCKED)),
        failed=Count("pk", Q(stage=RequestStage.FAILED)),
        **bands,
    )
    by_band = tuple(counts.pop(name) for name in bands)
    return OpenWork(overdue=by_band[0], due_today=by_band[1], bands=by_band, **counts)


def at_cxone(since: datetime) -> AtCXone:
    """The submissions that CXone completed or failed from `since` on."""
    ended = Submission.objects.filter(closed_at__gte=since)
    counts = ended.aggregate(
        completed=Count("pk", Q(status=SubmissionStatus.COMPLETED)),
        failed=Count("pk", Q(status=SubmissionStatus.FAILED)),
    )
    completed = ended.filter(status=SubmissionStatus.COMPLETED)
    return AtCXone(
        **counts,
        since_filing=_spread(completed, "filed_at"),
        since_acceptance=_spread(completed.filter(accepted_at__isnull=False), "accepted_at"),
    )


def answered_between(first: date, last: date) -> Punctuality:
    """The requests answered from `first` to `last`, both days included."""
    answered = PrivacyRequest.objects.filter(answered_on__gte=first, answered_on__lte=last)
    counts = answered.aggregate(answered=Count("pk"), in_time=Count("pk", Q(answered_on__lte=F("due_on"))))
    return Punctuality(**counts)


def by_day(today: date, *, days: int) -> list[DayCount]:
    """Received and answered on each of the last `days` days, today included, the oldest first."""
    first = today - timedelta(days=days - 1)
    received, answered = _per_day("received_on", first, today), _per_day("answered_on", first, today)
    return [
        DayCount(day, received.get(day, 0), answered.get(day, 0))
        for day in (first + timedelta(days=ahead) for ahead in range(days))
    ]


def _due_within(today: date, first: int | None, last: int | None) -> Q:
    within = Q()
    if first is not None:
        within &= Q(due_on__gte=today + timedelta(days=first))
    if last is not None:
        within &= Q(due_on__lte=today + timedelta(days=last))
    return within


def _per_day(column: str, first: date, last: date) -> dict[date, int]:
    within = PrivacyRequest.objects.filter(**{f"{column}__gte": first, f"{column}__lte": last})
    return dict(within.order_by().values_list(column).annotate(count=Count("pk")))


def _spread(completed: QuerySet[Submission], since: str) -> Spread | None:
    """The rows at two ranks, picked by the database: the same query, and exact, on SQLite and PostgreSQL."""
    count = completed.count()
    if not count:
        return None
    median, p95 = nearest_rank(count, percent=50), nearest_rank(count, percent=95)
    took = ExpressionWrapper(F("closed_at") - F(since), output_field=DurationField())
    ranked = completed.annotate(took=took).annotate(rank=Window(RowNumber(), order_by=["took", "pk"]))
    at_rank = dict(ranked.filter(rank__in={median, p95}).values_list("rank", "took"))
    # A row that ends between the two queries may move the ranks: the last that is left stands in.
    last = max(at_rank)
    return Spread(median=at_rank.get(median, at_rank[last]), p95=at_rank.get(p95, at_rank[last]))


def nearest_rank(count: int, *, percent: int) -> int:
    """The rank, from 1, of the smallest of `count` values that at least `percent` of them do not exceed."""
    return max(1, ceil(count * percent / 100))
