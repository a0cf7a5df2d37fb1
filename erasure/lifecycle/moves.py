"""The table of moves, and the one place that writes a status: compare and swap, then the event."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.events import Event
from audit.trail import Trail
from audit.value_kinds import SYSTEM_ID
from erasure.choices import Attention, OverrideDecision, SubmissionStatus
from erasure.models import Submission

S = SubmissionStatus
SYSTEM = "sys"
SUBMIT_JOB = "erasure.jobs.submit_due"
POLL_JOB = "erasure.jobs.poll_due"

MOVES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        S.BLOCKED: frozenset({S.QUEUED, S.REFUSED, S.CANCELLED}),
        S.QUEUED: frozenset({S.SUBMITTING, S.BLOCKED, S.CANCELLED}),
        S.SUBMITTING: frozenset({S.PROCESSING, S.QUEUED, S.FAILED}),
        S.PROCESSING: frozenset({S.COMPLETED, S.FAILED}),
        S.COMPLETED: frozenset(),
        S.FAILED: frozenset(),
        S.REFUSED: frozenset(),
        S.CANCELLED: frozenset(),
    }
)

#: The gravest last: of several flags the gravest is shown, and the log has them all.
ATTENTION_BY_GRAVITY: Sequence[str] = (
    "",
    Attention.STALLED,
    Attention.UNCLEAR,
    Attention.UNKNOWN_AT_CXONE,
    Attention.UNEXPECTED_ANSWER,
    Attention.POISONED,
    Attention.HELD_IN_DOUBT,
    Attention.SECOND_ID,
    Attention.CONTRADICTED,
)

#: Flags that only say "this is not moving": they go when it moves on. The others stay for a person to read.
PASSING_FLAGS = frozenset(
    {
        Attention.STALLED,
        Attention.UNCLEAR,
        Attention.UNEXPECTED_ANSWER,
        Attention.HELD_IN_DOUBT,
        Attention.UNKNOWN_AT_CXONE,
        Attention.CONTRADICTED,
        Attention.POISONED,
    }
)


class MoveRefused(Exception):  # noqa: N818 - an answer to people, not a fault of the program.
    """The move is not in the table, or a rule forbids it; the text says to people what stands in the way."""


class Stale(MoveRefused):
    """Somebody else moved the row first; nothing was changed."""

    def __init__(self, submission: Submission) -> None:
        super().__init__(
            _("%(submission)s has moved on in the meantime. Reload the page and look again.")
            % {"submission": submission}
        )


def move(
    log: Trail,
    submission: Submission,
    to: SubmissionStatus,
    *,
    event: Event,
    evidence: Mapping[str, Any],
    changes: Mapping[str, Any],
    actor: str = SYSTEM,
    res: Any = "ok",
    out_of: SubmissionStatus | None = None,
) -> None:
    """Check the move against the table, save it, record it. `out_of`: where this way to a status begins."""
    if to not in MOVES[submission.status] or submission.status != (out_of or submission.status):
        raise MoveRefused(
            _("%(submission)s is “%(status)s” and cannot become “%(label)s”.")
            % {
                "submission": submission,
                "status": submission.get_status_display(),
                "label": to.label,
            }
        )
    was_blocked = submission.status == S.BLOCKED
    set_unless_changed(submission, status=str(to), **changes)
    if was_blocked:
        # After the submission's row, in the order in which whoever decides on the question locks the two.
        _withdraw_question(log, submission, actor=actor)
    record(log, submission, event, actor=actor, res=res, **evidence)


def _withdraw_question(log: Trail, submission: Submission, *, actor: str) -> None:
    """What is no longer held needs no override: a question still open about it is taken back."""
    open_question = submission.overrides.filter(decision="")
    if open_question.update(decision=OverrideDecision.WITHDRAWN, decided_at=timezone.now()):
        record(log, submission, Event.OVERRIDE_WITHDRAWN, actor=actor)


def set_unless_changed(submission: Submission, *, while_flagged: str | None = None, **changes: Any) -> None:
    """Compare and swap: the row is written only while it still has the status and fence that were read."""
    unchanged = Submission.objects.filter(pk=submission.pk, status=submission.status, fence=submission.fence)
    if while_flagged is not None:
        unchanged = unchanged.filter(attention=while_flagged)
    if unchanged.update(**changes) != 1:
        raise Stale(submission)
    for name, value in changes.items():
        setattr(submission, name, value)


def record(
    log: Trail, submission: Submission, event: Event, *, actor: str = SYSTEM, res: Any = "ok", **evidence: Any
) -> None:
    """Put an event about a submission into the log, under its request, with its number and subject tag."""
    log.record(
        event,
        actor=actor,
        obj=submission.request.obj,
        sub=submission.sub,
        res=res,
        data={"submission": submission.number, **evidence},
    )


def ended(now: datetime, attention: str = "") -> dict[str, Any]:
    """What every end changes besides the status: no work is left, and passing flags go."""
    return {
        "closed_at": now,
        "next_attempt_at": None,
        "lease_until": None,
        "attention": without_passing(attention),
    }


def without_passing(attention: str) -> str:
    """The flag that stays when a submission moves on."""
    return "" if attention in PASSING_FLAGS else attention


def loggable(cxone_id: str | None) -> str | None:
    """CXone's id as the log may carry it; one with characters that no id should have goes in as its hash."""
    if cxone_id is None or SYSTEM_ID.accepts(cxone_id):
        return cxone_id
    return f"sha256:{hashlib.sha256(cxone_id.encode()).hexdigest()}"
