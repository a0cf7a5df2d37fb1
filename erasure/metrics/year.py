"""A year as California Code of Regulations, title 11, § 7102 asks for it, for every regulation alike.

A request counts to the calendar year in which it was received, whenever it was answered. What the numbers
mean is written down for whoever publishes them in `docs/figures.md`, and on the page.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet

from erasure.choices import Outcome
from erasure.metrics import figures
from erasure.metrics.distribution import Distribution
from erasure.metrics.figures import Counts, Group
from erasure.metrics.month import count_grounds
from erasure.metrics.periods import Period, year_of
from erasure.metrics.sql_time import DaysBetween
from erasure.models import PrivacyRequest

#: A request that its person withdrew was not responded to in substance.
SUBSTANTIVE = frozenset(Outcome) - {Outcome.WITHDRAWN}


@dataclass
class YearRow:
    """The requests of one regulation and type that were received in a year.

    `counts` has those received, those still open, those of each outcome, and those refused on each ground.
    `days` are the calendar days from receipt to answer of all that were answered in substance.
    """

    counts: Counts = field(default_factory=Counter)
    answered_later: int = 0
    days: Distribution = field(default_factory=lambda: Distribution({}))

    @property
    def complied(self) -> int:
        """Complied with in whole or in part."""
        return (
            self.counts[figures.answered_as(Outcome.DONE)]
            + self.counts[figures.answered_as(Outcome.PARTLY_DONE)]
        )


def year_figures(year: int) -> dict[Group, YearRow]:
    """Every figure of the year by regulation and type, in two queries."""
    period = year_of(year)
    received = PrivacyRequest.objects.filter(**period.within("received_on"))
    rows: dict[Group, YearRow] = defaultdict(YearRow)
    days: dict[Group, list[tuple[int, int]]] = defaultdict(list)
    for law, type_, outcome, took, count, later in _counted(received, period):
        group = Group(law, type_)
        figure = figures.answered_as(outcome) if outcome else figures.OPEN
        rows[group].counts.update({figures.RECEIVED: count, figure: count})
        rows[group].answered_later += later
        if outcome in SUBSTANTIVE:
            days[group].append((took, count))
    for group, pairs in days.items():
        rows[group].days = Distribution.of(pairs)
    for group, counts in _grounds(received).items():
        rows[group].counts.update(counts)
    return dict(rows)


def _counted(received: QuerySet[PrivacyRequest], period: Period) -> Iterable[Any]:
    """Regulation, type, outcome and days to the answer: how many, and how many of them after the year."""
    took = received.annotate(days=DaysBetween("answered_on", "received_on")).order_by()
    return took.values_list("regulation", "type", "outcome", "days").annotate(
        count=Count("pk"), later=Count("pk", Q(answered_on__gt=period.last))
    )


def _grounds(received: QuerySet[PrivacyRequest]) -> dict[Group, Counts]:
    counts = figures.nothing_counted()
    count_grounds(counts, received)
    return counts
