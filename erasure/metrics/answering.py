"""Receipts and answers within a period: how many, in time or not, and after how many days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from erasure.metrics.distribution import Distribution
from erasure.metrics.periods import Period
from erasure.metrics.sql_time import DaysBetween
from erasure.models import PrivacyRequest

#: An answer is late where the reason for it stands, which `lifecycle.answer` demands of every answer after
#: its date: for a refusal, whole or part, the end of the first period, else the due date
#: (`lifecycle.due_for`). Neither moves once the person is answered.
IN_TIME = Q(late_reason="")


@dataclass(frozen=True)
class Answers:
    """The requests answered within a period: how many, how many of them in time, and the days each took."""

    answered: int
    in_time: int
    days: Distribution


@dataclass(frozen=True)
class PartCount:
    """What one day, or one month of a long period, brought."""

    part: Period
    received: int
    answered: int


def answers(period: Period, *, regulation: str = "") -> Answers:
    """The requests answered in these days; the days run from receipt to answer."""
    rows = _of(regulation).filter(**period.within("answered_on"))
    took = rows.annotate(days=DaysBetween("answered_on", "received_on")).order_by().values_list("days")
    counted = list(took.annotate(count=Count("pk"), in_time=Count("pk", IN_TIME)))
    days = Distribution.of((days, count) for days, count, _in_time in counted)
    return Answers(days.total, sum(in_time for _days, _count, in_time in counted), days)


def received_and_answered(period: Period, *, regulation: str = "") -> list[PartCount]:
    """Receipts and answers of each part of the period, the oldest first."""
    received = _per_day("received_on", period, regulation)
    answered = _per_day("answered_on", period, regulation)
    return [PartCount(part, _sum(received, part), _sum(answered, part)) for part in period.parts()]


def _of(regulation: str) -> QuerySet[PrivacyRequest]:
    requests = PrivacyRequest.objects.all()
    return requests.filter(regulation=regulation) if regulation else requests


def _per_day(column: str, period: Period, regulation: str) -> Mapping[date, int]:
    within = _of(regulation).filter(**period.within(column))
    return dict(within.order_by().values_list(column).annotate(count=Count("pk")))


def _sum(counts: Mapping[date, int], part: Period) -> int:
    if part.days == 1:
        return counts.get(part.first, 0)
    return sum(count for day, count in counts.items() if part.first <= day <= part.last)
