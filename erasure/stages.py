"""Where a whole request stands, derived from its answer and its submissions: one truth to keep."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, CharField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from erasure.choices import TERMINAL_STATUSES, RequestStage, SubmissionStatus
from erasure.models import Submission


@dataclass(frozen=True)
class Part:
    """What the stage needs to know of one submission that no later one replaces."""

    status: str
    attention: str


#: Asked in this order: what needs a person comes before what moves by itself.
_BY_STATUS: tuple[tuple[frozenset[str], RequestStage], ...] = (
    (frozenset({SubmissionStatus.FAILED}), RequestStage.FAILED),
    (frozenset({SubmissionStatus.BLOCKED}), RequestStage.BLOCKED),
    (frozenset({SubmissionStatus.SUBMITTING, SubmissionStatus.PROCESSING}), RequestStage.PROCESSING),
    (frozenset({SubmissionStatus.QUEUED}), RequestStage.QUEUED),
)


def stage_of(parts: Sequence[Part], *, answered: bool) -> RequestStage:
    """The stage of a request with these parts."""
    if answered:
        return RequestStage.ANSWERED
    if not parts:
        return RequestStage.REGISTERED
    if any(part.attention and part.status not in TERMINAL_STATUSES for part in parts):
        return RequestStage.ATTENTION
    for statuses, stage in _BY_STATUS:
        if any(part.status in statuses for part in parts):
            return stage
    return RequestStage.TO_BE_ANSWERED


def stage_column() -> Case:
    """`stage_of` as a column of PrivacyRequest, to filter and count by; a test compares the two.

    One subquery, which finds the parts of a request by its key. To ask for each stage whether there is such a
    part says the same, but PostgreSQL answers that by reading the parts of all requests there ever were.
    """
    parts = Submission.objects.filter(request=OuterRef("pk"), replaced_by__isnull=True)
    flagged = ~Q(attention="") & ~Q(status__in=TERMINAL_STATUSES)
    asked = (
        (flagged, RequestStage.ATTENTION),
        *((Q(status__in=statuses), stage) for statuses, stage in _BY_STATUS),
    )
    place = Case(*(When(is_so, then=Value(place)) for place, (is_so, _stage) in enumerate(asked)), default=99)
    stage = Case(
        *(When(is_so, then=Value(stage)) for is_so, stage in asked),
        default=Value(RequestStage.TO_BE_ANSWERED),
        output_field=CharField(),
    )
    first = parts.annotate(stage=stage).order_by(place, "pk").values("stage")[:1]
    return Case(
        When(~Q(outcome=""), then=Value(RequestStage.ANSWERED)),
        default=Coalesce(Subquery(first), Value(RequestStage.REGISTERED)),
        output_field=CharField(),
    )
