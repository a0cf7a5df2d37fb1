"""Deciding on an override: by whom, and what an approval and a denial do.

Nobody decides on what they filed or asked for, or on a hold that they placed; the database checks that again.
"""

from datetime import datetime
from typing import Any

from audit.events import Event
from audit.trail import Trail
from erasure import holds, lifecycle
from erasure.choices import NoticeKind, OverrideDecision, SubmissionStatus
from erasure.models import Override, Submission
from erasure.overrides.telling import MAY_DECIDE, tell, tell_owners


class DecisionBarred(lifecycle.MoveRefused):
    """This person may not decide, whatever the decision; `code` is the reason as the audit log names it."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


def bar(override: Override, user: Any) -> DecisionBarred | None:
    """What keeps this person from deciding; None when nothing does. Superusers are bound like everybody."""
    if override.filed_by_id == user.pk:
        return DecisionBarred(
            "filed_by",
            "You filed this request. Somebody else has to decide on it. "
            "That holds for everybody, superusers too.",
        )
    if override.asked_by_id == user.pk:
        return DecisionBarred("asked_by", "You asked for this override. Somebody else has to decide on it.")
    if any(hold.placed_by_id == user.pk for hold in holds.named(override.holds)):
        return DecisionBarred(
            "placed_by", "You placed a hold that this would override. Somebody else has to decide on it."
        )
    if not user.has_perm(f"erasure.{MAY_DECIDE}"):
        return DecisionBarred("no_permission", "Only reviewers decide on overrides.")
    return None


def why_not(override: Override, user: Any, *, now: datetime) -> str:
    """Why this person cannot decide on it now; empty when they can."""
    return _over(override, now) or str(bar(override, user) or "")


def _over(override: Override, now: datetime) -> str:
    if override.decision:
        return f"This was decided already: {override.standing}."
    if override.submission.status != SubmissionStatus.BLOCKED:
        return f"{override.submission} is no longer held, so there is nothing left to decide."
    if override.expires_at <= now:
        return "This question has expired. It has to be asked again."
    return ""


def note_barred(log: Trail, override: Override, *, by: Any, because: DecisionBarred) -> None:
    """Put on record that somebody tried to decide who may not; in its own transaction, after the rollback."""
    lifecycle.record(
        log,
        override.submission,
        Event.OVERRIDE_REFUSED,
        actor=by.actor,
        res="denied",
        reason=because.code,
        override=override.pk,
        holds=override.holds,
    )


def decide(
    log: Trail, override: Override, *, by: Any, approve: bool, reason: str, now: datetime, send_at: datetime
) -> None:
    """Approve or deny. Raises DecisionBarred for who may not, MoveRefused when there is nothing to decide.

    A denial refuses only what is held: where other categories wait together with it, they go at `send_at`.
    """
    holds.share_register()
    locked_submission(override)
    current = Override.objects.select_for_update(no_key=True).get(pk=override.pk)
    if barred := bar(current, by):
        raise barred
    if refusal := _over(current, now):
        raise lifecycle.MoveRefused(refusal)
    if not reason.strip():
        raise lifecycle.MoveRefused("Give your reason. It is needed either way and goes on record.")
    override.decision = OverrideDecision.APPROVED if approve else OverrideDecision.DENIED
    override.decided_by, override.decided_at, override.decision_reason = by, now, reason.strip()
    override.save(update_fields=["decision", "decided_by", "decided_at", "decision_reason"])
    if approve:
        _approve(log, override, by=by, now=now, send_at=send_at)
    else:
        _deny(log, override, by=by, now=now, send_at=send_at)
    asked_for = override.submission.request
    tell({override.asked_by_id, asked_for.owner_id}, NoticeKind.OVERRIDE_DECIDED, override, now=now)


def _approve(log: Trail, override: Override, *, by: Any, now: datetime, send_at: datetime) -> None:
    submission = override.submission
    lifecycle.record(log, submission, Event.OVERRIDE_APPROVED, actor=by.actor, holds=override.holds)
    lifecycle.resume(log, submission, actor=by.actor, because="override", send_at=send_at)
    tell_owners(override, NoticeKind.HOLD_OVERRIDDEN, now=now)


def _deny(log: Trail, override: Override, *, by: Any, now: datetime, send_at: datetime) -> None:
    submission = override.submission
    lifecycle.record(
        log, submission, Event.OVERRIDE_DENIED, actor=by.actor, res="denied", holds=override.holds
    )
    held, codes = questioned_part(override, now=now)
    if held and set(held) < set(submission.categories):
        submission, _rest = lifecycle.split(
            log, submission, held=held, held_by=codes, actor=by.actor, send_at=send_at, now=now
        )
    lifecycle.refuse(log, submission, by=by, now=now)


def questioned_part(override: Override, *, now: datetime) -> tuple[list[str], list[str]]:
    """What a denial refuses: the categories that the holds in question forbid, and the codes of those.

    Holds that have ended since count where no other is left, so that a denial is never empty.
    """
    asked_about = [hold for hold in holds.active(now) if hold.code in override.holds]
    met = holds.held_part(override.submission, asked_about)
    return met if met[0] else holds.held_part(override.submission, holds.named(override.holds))


def locked_submission(override: Override) -> Submission:
    """The submission it is about, locked before the override itself, as everywhere."""
    locked = Submission.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "request", "identifier"
    )
    return locked.get(pk=override.submission_id)
