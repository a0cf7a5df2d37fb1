"""A month: what was received in it, and what was answered in it, whenever that was received."""

from collections.abc import Iterable

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from erasure.choices import Outcome
from erasure.metrics import figures
from erasure.metrics.figures import Counts, Figure, Group
from erasure.metrics.periods import Period
from erasure.models import Extension, PrivacyRequest

#: The outcomes under which a part can have been refused (`lifecycle.outcome_of`).
MAY_HOLD_A_REFUSAL = (Outcome.REFUSED, Outcome.PARTLY_DONE)


def month_figures(month: Period) -> dict[Group, Counts]:
    """Every figure of the month by regulation and type, in five queries."""
    counts = figures.nothing_counted()
    _count_received(counts, PrivacyRequest.objects.filter(**month.within("received_on")))
    _count_answered(counts, PrivacyRequest.objects.filter(**month.within("answered_on")))
    return dict(counts)


def _count_received(counts: dict[Group, Counts], received: QuerySet[PrivacyRequest]) -> None:
    rows = received.order_by().values_list("regulation", "type")
    for law, type_, count, still_open in rows.annotate(all=Count("pk"), open=Count("pk", Q(outcome=""))):
        counts[Group(law, type_)].update({figures.RECEIVED: count, figures.OPEN: still_open})
    _count_extended(counts, received, figures.EXTENDED)


def _count_answered(counts: dict[Group, Counts], answered: QuerySet[PrivacyRequest]) -> None:
    rows = answered.order_by().values_list("regulation", "type", "outcome", "late_reason")
    for law, type_, outcome, late_reason, count in rows.annotate(count=Count("pk")):
        counts[Group(law, type_)].update(dict.fromkeys(_said(outcome, late_reason), count))
    _count_extended(counts, answered, figures.ANSWERED_EXTENDED)
    count_grounds(counts, answered)


def _said(outcome: str, late_reason: str) -> Iterable[Figure]:
    yield figures.ANSWERED
    yield figures.answered_as(outcome)
    if late_reason:
        yield figures.LATE
        yield figures.late_for(late_reason)
    else:
        yield figures.IN_TIME


def _count_extended(counts: dict[Group, Counts], requests: QuerySet[PrivacyRequest], figure: Figure) -> None:
    """Those with an extension that stands."""
    standing = Extension.objects.filter(request=OuterRef("pk"), fell_at__isnull=True)
    rows = requests.filter(Exists(standing)).order_by().values_list("regulation", "type")
    for law, type_, count in rows.annotate(count=Count("pk")):
        counts[Group(law, type_)][figure] += count


def count_grounds(counts: dict[Group, Counts], answered: QuerySet[PrivacyRequest]) -> None:
    """Requests refused, whole or part, by ground; one that was refused on two grounds counts in both."""
    refused = answered.filter(outcome__in=MAY_HOLD_A_REFUSAL, answer_parts__outcome=Outcome.REFUSED)
    rows = refused.order_by().values_list("regulation", "type", "answer_parts__ground")
    for law, type_, ground, count in rows.annotate(count=Count("pk", distinct=True)):
        counts[Group(law, type_)][figures.refused_on(ground)] += count
