"""Overrides: the decision of a second person that one held submission may go.

An approval is bound by a digest to exactly what was approved, and to the holds that were in force then:
another hold voids it.
Nobody decides on what they filed or asked for; the database checks that again.
"""

import hashlib
import hmac
import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from audit.events import Event
from audit.trail import Trail
from erasure import holds, lifecycle
from erasure.choices import OverrideDecision, OverrideReason, SubmissionStatus
from erasure.encryption import salt_bytes
from erasure.models import LegalHold, Override, Submission

LIFETIME = timedelta(days=14)
SHORTEST_JUSTIFICATION = 20


def digest(submission: Submission) -> str:
    """HMAC-SHA256 under the request's salt of what is to be erased, the description included."""
    what = {
        "type": submission.type,
        "subject": submission.identifier.value,
        "categories": sorted(submission.categories),
        "scope": submission.scope,
        "description": submission.description or "",
    }
    canonical = json.dumps(what, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    salt = salt_bytes(submission.request.salt or "")
    return hmac.new(salt, b"override/v1\0" + canonical.encode(), hashlib.sha256).hexdigest()


def ask(
    log: Trail, submission: Submission, *, by: Any, reason: OverrideReason, justification: str, now: datetime
) -> Override:
    """Ask for an override of every hold on this submission. Raises MoveRefused when that cannot be asked."""
    # The row is locked so that of two who ask at once the second is told, and asks about what is held now.
    current = Submission.objects.select_for_update().get(pk=submission.pk)
    if current.status != SubmissionStatus.BLOCKED:
        raise lifecycle.MoveRefused(f"{submission} is not held, so there is nothing to override.")
    if any(map(holds.is_rule, current.held_by)):
        raise lifecycle.MoveRefused(
            f"{submission} was stopped by a rule of the payload, which no override lifts. "
            "Stop it and file it anew."
        )
    if len(justification.strip()) < SHORTEST_JUSTIFICATION:
        raise lifecycle.MoveRefused(
            "Write at least one sentence. The reviewer decides on it, and it goes on record."
        )
    if waiting := submission.overrides.filter(decision="").first():
        if waiting.expires_at > now:
            raise lifecycle.MoveRefused(f"An override for {submission} waits for a decision already.")
        _expire(log, waiting, now=now)
    override = Override.objects.create(
        submission=submission,
        filed_by=submission.filed_by,
        asked_by=by,
        asked_at=now,
        reason=reason,
        justification=justification.strip(),
        holds=current.held_by,
        digest=digest(submission),
        expires_at=now + LIFETIME,
    )
    lifecycle.record(
        log,
        override.submission,
        Event.OVERRIDE_ASKED,
        actor=by.actor,
        ground=str(reason),
        holds=override.holds,
    )
    return override


def _expire(log: Trail, override: Override, *, now: datetime) -> None:
    """Close a question that nobody decided in time, so that it can be asked again."""
    override.decision, override.decided_at = OverrideDecision.EXPIRED, now
    override.save(update_fields=["decision", "decided_at"])
    lifecycle.record(
        log, override.submission, Event.OVERRIDE_EXPIRED, actor=lifecycle.SYSTEM, override=override.pk
    )


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
    if LegalHold.objects.filter(code__in=override.holds, placed_by=user).exists():
        return DecisionBarred(
            "placed_by", "You placed a hold that this would override. Somebody else has to decide on it."
        )
    if not user.has_perm("erasure.decide_override"):
        return DecisionBarred("no_permission", "Only reviewers decide on overrides.")
    return None


def why_not(override: Override, user: Any, *, now: datetime) -> str:
    """Why this person cannot decide on it now; empty when they can."""
    return _over(override, now) or str(bar(override, user) or "")


def _over(override: Override, now: datetime) -> str:
    if override.decision:
        return f"This was decided already: {override.get_decision_display()}."
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
    """Approve or deny. Raises DecisionBarred for who may not, MoveRefused when there is nothing to decide."""
    current = Override.objects.select_for_update().get(pk=override.pk)
    if barred := bar(current, by):
        raise barred
    if refusal := _over(current, now):
        raise lifecycle.MoveRefused(refusal)
    if not reason.strip():
        raise lifecycle.MoveRefused("Give your reason. It is needed either way and goes on record.")
    override.decision = OverrideDecision.APPROVED if approve else OverrideDecision.DENIED
    override.decided_by, override.decided_at, override.decision_reason = by, now, reason.strip()
    override.save(update_fields=["decision", "decided_by", "decided_at", "decision_reason"])
    submission = override.submission
    if approve:
        lifecycle.record(
            log, override.submission, Event.OVERRIDE_APPROVED, actor=by.actor, holds=override.holds
        )
        lifecycle.resume(log, submission, actor=by.actor, because="override", send_at=send_at)
    else:
        lifecycle.record(
            log,
            override.submission,
            Event.OVERRIDE_DENIED,
            actor=by.actor,
            res="denied",
            holds=override.holds,
        )
        lifecycle.refuse(log, submission, by=by, now=now)


def withdraw(log: Trail, override: Override, *, by: Any, now: datetime) -> None:
    """Take back an undecided question; the submission stays held."""
    current = Override.objects.select_for_update().get(pk=override.pk)
    if current.decision or current.asked_by_id != by.pk:
        raise lifecycle.MoveRefused("Only who asked can withdraw, and only before the decision.")
    override.decision, override.decided_at = OverrideDecision.WITHDRAWN, now
    override.save(update_fields=["decision", "decided_at"])
    lifecycle.record(log, override.submission, Event.OVERRIDE_WITHDRAWN, actor=by.actor)


def covers(submission: Submission, hold_codes: Collection[str], *, now: datetime) -> Override | None:
    """The approval that lets this submission through these holds; None when there is none that still fits.

    One that has not been used in time is void; one that has been used serves the repeats of that sending.
    """
    in_time = Q(expires_at__gt=now) | Q(used_at__isnull=False)
    approved = submission.overrides.filter(in_time, decision=OverrideDecision.APPROVED).order_by(
        "-decided_at"
    )
    what = digest(submission) if approved else ""
    for override in approved:
        if set(hold_codes) <= set(override.holds) and hmac.compare_digest(override.digest, what):
            return override
    return None


def mark_used(override: Override, now: datetime) -> None:
    """Note the first passage; an override serves one submission, however often that has to be repeated."""
    if override.used_at is None:
        override.used_at = now
        override.save(update_fields=["used_at"])
