"""How CXone does: what became of what it took, how long that took, and what it answered to sendings.

All regulations together: to CXone they are the same.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Case, CharField, Count, QuerySet, Value, When
from django.utils import timezone

from audit.events import Event
from audit.models import AuditEvent
from erasure.choices import SubmissionStatus
from erasure.metrics.distribution import nearest_rank
from erasure.metrics.periods import Period
from erasure.metrics.sql_time import QuarterHour, SecondsBetween
from erasure.models import Submission

QUARTER_SECONDS = 900
ENDED_THERE = (SubmissionStatus.COMPLETED, SubmissionStatus.FAILED)
#: The codes of `pipeline.submitted.reason_code` for what CXone itself said.
TOO_MANY, SERVER_TROUBLE = "rate_limited", "server_trouble"
#: Our own token was just being renewed: CXone was not called.
NOT_CALLED = "token_busy"


@dataclass(frozen=True, kw_only=True)
class AtCXone:
    """What became of the submissions that ended within a period, and how long the completed ones took.

    The medians are whole seconds, by nearest rank: each is a duration that was really taken.
    """

    completed: int
    failed: int
    median_since_filing: int | None
    median_since_acceptance: int | None

    @property
    def success_rate(self) -> float | None:
        """Completed out of completed and failed, 0 to 1; None when nothing ended."""
        ended = self.completed + self.failed
        return self.completed / ended if ended else None


@dataclass
class Answered:
    """What CXone answered to sendings within a part of a period; `other` holds what was no answer, too."""

    part: Period
    accepted: int = 0
    refused: int = 0
    too_many: int = 0
    server_trouble: int = 0
    other: int = 0


@dataclass(frozen=True)
class _ByDay:
    """Counts by kind and by day in the controller's zone."""

    counts: Counter[tuple[str, date]] = field(default_factory=Counter)

    def add(self, kind: str, quarter: int, count: int) -> None:
        moment = datetime.fromtimestamp(quarter * QUARTER_SECONDS, UTC)
        self.counts[kind, timezone.localdate(moment, timezone.get_default_timezone())] += count

    def within(self, part: Period) -> Mapping[str, int]:
        found: Counter[str] = Counter()
        for (kind, day), count in self.counts.items():
            if part.first <= day <= part.last:
                found[kind] += count
        return found


def at_cxone(period: Period) -> AtCXone:
    """The submissions that CXone completed or failed in these days."""
    first, after = period.moments
    ended = Submission.objects.filter(closed_at__gte=first, closed_at__lt=after)
    counts = _by_status(ended)
    completed = ended.filter(status=SubmissionStatus.COMPLETED)
    return AtCXone(
        completed=counts[SubmissionStatus.COMPLETED],
        failed=counts[SubmissionStatus.FAILED],
        median_since_filing=_median(completed, "filed_at", of=counts[SubmissionStatus.COMPLETED]),
        median_since_acceptance=_median(completed, "accepted_at", of=counts[SubmissionStatus.COMPLETED]),
    )


def answers_of_cxone(period: Period) -> list[Answered]:
    """What CXone answered to sendings, by day or by month; questions for a status are not among them.

    What it accepted and what it refused (400) is counted from submissions. What it did not take, and what
    stayed unclear, is counted from the events of the log that tell of it, one for each try.
    """
    first, after = period.moments
    days = _ByDay()
    accepted = Submission.objects.filter(accepted_at__gte=first, accepted_at__lt=after)
    _add(days, accepted, "accepted_at", Value("accepted"))
    refused = Submission.objects.filter(
        status=SubmissionStatus.FAILED,
        error_code="refused_by_cxone",
        closed_at__gte=first,
        closed_at__lt=after,
    )
    _add(days, refused, "closed_at", Value("refused"))
    _add(days, _troubles(first, after), "occurred_at", _kind_of_trouble())
    return [Answered(part, **days.within(part)) for part in period.parts()]


def _by_status(ended: QuerySet[Submission]) -> Counter[str]:
    counted = ended.filter(status__in=ENDED_THERE).order_by().values_list("status")
    return Counter(dict(counted.annotate(count=Count("pk"))))


def _median(completed: QuerySet[Submission], since: str, *, of: int) -> int | None:
    """The duration in the middle, picked by the database. What was completed had been accepted."""
    took = completed.annotate(took=SecondsBetween("closed_at", since)).order_by("took")
    rank = nearest_rank(of, percent=50)
    return took.values_list("took", flat=True)[rank - 1 : rank].first()


def _troubles(first: datetime, after: datetime) -> QuerySet[AuditEvent]:
    acts = (Event.REQUEST_REQUEUED, Event.REQUEST_UNCLEAR)
    told = AuditEvent.objects.filter(act__in=acts, occurred_at__gte=first, occurred_at__lt=after)
    return told.exclude(body__contains=_said(NOT_CALLED))


def _kind_of_trouble() -> Case:
    return Case(
        When(body__contains=_said(TOO_MANY), then=Value("too_many")),
        When(body__contains=_said(SERVER_TROUBLE), then=Value("server_trouble")),
        default=Value("other"),
        output_field=CharField(),
    )


def _said(reason: str) -> str:
    """How a line of the log has it; its `data` holds codes alone, so nothing else reads like this."""
    return f'"reason":"{reason}"'


def _add(days: _ByDay, rows: QuerySet[Any], moment: str, kind: Case | Value) -> None:
    told = rows.annotate(quarter=QuarterHour(moment), kind=kind).order_by()
    for code, quarter, count in told.values_list("kind", "quarter").annotate(count=Count("pk")):
        days.add(code, quarter, count)
