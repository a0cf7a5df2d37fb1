"""Where a whole request stands, derived from its answer and its submissions, so that there is only one truth to keep."""

from collections.abc import Sequence
from dataclasses import dataclass

from erasure.choices import TERMINAL_STATUSES, RequestStage, SubmissionStatus


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
