"""Overrides: the decision of a second person that one held submission may go.

An approval is bound by a digest to exactly what was approved, and to the holds that were in force then:
another hold voids it for as long as it stands. It serves one submission, and can be taken back until it is
used. Nobody decides on what they filed or asked for, or on a hold that they placed; the database checks that
again.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from audit.events import Event
from audit.trail import Trail, audited
from erasure import holds, lifecycle, notices
from erasure.choices import NoticeKind, OverrideDecision, OverrideReason, SubmissionStatus
from erasure.encryption import salt_bytes
from erasure.models import LegalHold, Override, Submission
from erasure.plain_words import clock_words

MAY_DECIDE = "decide_override"
#: So many questions are looked after in one transaction.
AT_ONCE = 100
SHORTEST_JUSTIFICATION = 20
FEWEST_WORDS = 4
NOT_SUBSTANTIAL = "Write at least one sentence: the reviewer decides on it, and it goes on record."


def lifetime() -> timedelta:
    """How long a question may wait, and an approval be used."""
    return timedelta(days=settings.OVERRIDE_DAYS)


def is_substantial(justification: str) -> bool:
    """Whether it can be a sentence at all: long enough, and of several different words."""
    words = {word.casefold() for word in justification.split()}
    return len(justification.strip()) >= SHORTEST_JUSTIFICATION and len(words) >= FEWEST_WORDS


def digest(submission: Submission) -> str:
    """HMAC-SHA256 under the request's salt of what is to be erased, the description included."""
    return _digest(
        submission,
        type=submission.type,
        subject=submission.identifier.value,
        categories=submission.categories,
        scope=submission.scope,
        description=submission.description or "",
    )


def _frozen_digest(submission: Submission) -> str:
    """The same of the bytes that are going out, where they were frozen by an earlier passage of the gate."""
    frozen = json.loads(submission.frozen_payload or "{}")
    return _digest(
        submission,
        type=frozen.get("type"),
        subject=frozen.get("subjectId"),
        categories=frozen.get("categories", []),
        scope=frozen.get("scope"),
        description=frozen.get("description", ""),
    )


def _digest(submission: Submission, *, categories: Sequence[str], **what: Any) -> str:
    what["categories"] = sorted(categories)
    canonical = json.dumps(what, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    salt = salt_bytes(submission.request.salt or "")
    return hmac.new(salt, b"override/v1\0" + canonical.encode(), hashlib.sha256).hexdigest()


def ask(
    log: Trail, submission: Submission, *, by: Any, reason: OverrideReason, justification: str, now: datetime
) -> Override:
    """Ask for an override of every hold on this submission. Raises MoveRefused when that cannot be asked."""
    # The row is locked so that of two who ask at once the second is told, and asks about what is held now.
    current = (
        Submission.objects.select_for_update(no_key=True, of=("self",))
        .select_related("request", "identifier")
        .get(pk=submission.pk)
    )
    if current.status != SubmissionStatus.BLOCKED:
        raise lifecycle.MoveRefused(f"{submission} is not held, so there is nothing to override.")
    if any(map(holds.is_rule, current.held_by)):
        raise lifecycle.MoveRefused(
            f"{submission} was stopped by a rule of the payload, which no override lifts. "
            "Stop it and file it anew."
        )
    if not is_substantial(justification):
        raise lifecycle.MoveRefused(NOT_SUBSTANTIAL)
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
        holds=holds.in_the_way(current, holds.active(now)),
        digest=digest(submission),
        expires_at=now + lifetime(),
        press_at=now + lifetime() / 2,
    )
    lifecycle.record(
        log,
        override.submission,
        Event.OVERRIDE_ASKED,
        actor=by.actor,
        ground=str(reason),
        holds=override.holds,
    )
    _tell_who_can_decide(override, now=now)
    _tell_owners(override, NoticeKind.HOLD_QUESTIONED, now=now)
    return override


def expire_due(now: datetime) -> int:
    """Close the questions that nobody decided in time, and tell who asked; how many there were."""
    due = Override.objects.filter(decision="", expires_at__lte=now)
    if not due.exists():
        return 0
    with audited() as log:
        locked = due.select_for_update(no_key=True, of=("self",)).order_by("pk")
        overrides = list(locked.select_related("submission__request", "submission__identifier")[:AT_ONCE])
        for override in overrides:
            _expire(log, override, now=now)
    return len(overrides)


def press_due(now: datetime) -> int:
    """Tell all reviewers of the questions half of whose time is gone, once each; how many there were."""
    due = Override.objects.filter(decision="", press_at__lte=now, submission__status=SubmissionStatus.BLOCKED)
    if not due.exists():
        return 0
    with transaction.atomic():
        locked = due.select_for_update(no_key=True, of=("self",)).order_by("pk")
        overrides = list(locked.select_related("submission__request")[:AT_ONCE])
        reviewers = [reviewer.pk for reviewer in notices.people_who_may(MAY_DECIDE)]
        for override in overrides:
            _tell(reviewers, NoticeKind.OVERRIDE_PRESSES, override, now=now)
        Override.objects.filter(pk__in=[override.pk for override in overrides]).update(press_at=None)
    return len(overrides)


def _expire(log: Trail, override: Override, *, now: datetime) -> None:
    """Close a question that nobody decided in time, so that it can be asked again."""
    override.decision, override.decided_at = OverrideDecision.EXPIRED, now
    override.save(update_fields=["decision", "decided_at"])
    lifecycle.record(
        log, override.submission, Event.OVERRIDE_EXPIRED, actor=lifecycle.SYSTEM, override=override.pk
    )
    _tell([override.asked_by_id], NoticeKind.OVERRIDE_EXPIRED, override, now=now)


def who_can_decide(override: Override) -> list[Any]:
    """The reviewers whom nothing keeps from deciding on it, by name."""
    owners = [hold.placed_by_id for hold in holds.named(override.holds)]
    barred = {override.filed_by_id, override.asked_by_id, *owners}
    return [person for person in notices.people_who_may(MAY_DECIDE) if person.pk not in barred]


def _tell(people: Collection[int | None], kind: NoticeKind, override: Override, *, now: datetime) -> None:
    notices.tell(people, kind, about=str(override.submission), target=str(override.pk), now=now)


def _tell_who_can_decide(override: Override, *, now: datetime) -> None:
    able = [person.pk for person in who_can_decide(override)]
    _tell(able, NoticeKind.OVERRIDE_WAITS, override, now=now)


def _tell_owners(override: Override, kind: NoticeKind, *, now: datetime) -> None:
    """Tell whoever placed the holds in question."""
    _tell([hold.placed_by_id for hold in holds.named(override.holds)], kind, override, now=now)


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
    _locked_submission(override)
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
    _tell({override.asked_by_id, asked_for.owner_id}, NoticeKind.OVERRIDE_DECIDED, override, now=now)


def _approve(log: Trail, override: Override, *, by: Any, now: datetime, send_at: datetime) -> None:
    submission = override.submission
    lifecycle.record(log, submission, Event.OVERRIDE_APPROVED, actor=by.actor, holds=override.holds)
    lifecycle.resume(log, submission, actor=by.actor, because="override", send_at=send_at)
    _tell_owners(override, NoticeKind.HOLD_OVERRIDDEN, now=now)


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


class TooLateToRevoke(lifecycle.MoveRefused):
    """What was approved has been sent already, and CXone has no recall."""


def why_not_revoke(override: Override, user: Any, *, now: datetime) -> str:
    """Why this person cannot take the approval back now; empty when they can."""
    if not user.has_perm(f"erasure.{MAY_DECIDE}"):
        return "Only reviewers take an approval back. An officer can stop the submission instead."
    if override.decision != OverrideDecision.APPROVED or override.revoked_at:
        return "There is no approval to take back."
    return _too_late(override) or _no_longer_matters(override, now)


def _too_late(override: Override) -> str:
    submission = override.submission
    sent = submission.first_sent_at or override.used_at
    return f"Too late: {submission} was sent {clock_words(sent)}, and CXone has no recall." if sent else ""


def _no_longer_matters(override: Override, now: datetime) -> str:
    submission = override.submission
    if submission.status != SubmissionStatus.QUEUED:
        return f"{submission} is “{submission.get_status_display()}”: nothing of it is about to be sent."
    if not holds.stopping(holds.active(now), submission):
        return (
            f"No hold is in the way of {submission} any more, so the approval no longer matters. "
            "An officer can stop the submission."
        )
    return ""


def _locked_submission(override: Override) -> Submission:
    """The submission it is about, locked before the override itself, as everywhere."""
    locked = Submission.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "request", "identifier"
    )
    return locked.get(pk=override.submission_id)


def revoke(log: Trail, override: Override, *, by: Any, now: datetime) -> None:
    """Take an approval back before it was used: the submission is held again. Raises MoveRefused, of
    which TooLateToRevoke is put on record in a transaction of its own.

    The gate asks under the same lock of the row, so that either this or the sending comes first.
    """
    holds.share_register()
    submission = _locked_submission(override)
    current = Override.objects.select_for_update(no_key=True).get(pk=override.pk)
    current.submission = submission
    if refusal := why_not_revoke(current, by, now=now):
        raise (TooLateToRevoke if _too_late(current) else lifecycle.MoveRefused)(refusal)
    in_force = holds.active(now, on=holds.people_of(submission))
    codes = [hold.code for hold in holds.stopping(in_force, submission)]
    override.revoked_by, override.revoked_at = by, now
    override.save(update_fields=["revoked_by", "revoked_at"])
    lifecycle.record(
        log, submission, Event.OVERRIDE_REVOKED, actor=by.actor, override=override.pk, holds=override.holds
    )
    lifecycle.suspend(log, submission, holds=codes, now=now, actor=by.actor)
    _tell([override.asked_by_id], NoticeKind.OVERRIDE_REVOKED, override, now=now)


def note_too_late(log: Trail, override: Override, *, by: Any) -> None:
    """Put on record that somebody tried to take back an approval of what had been sent."""
    lifecycle.record(
        log,
        override.submission,
        Event.OVERRIDE_REVOKED,
        actor=by.actor,
        res="denied",
        override=override.pk,
        holds=override.holds,
    )


def withdraw(log: Trail, override: Override, *, by: Any, now: datetime) -> None:
    """Take back an undecided question; the submission stays held."""
    current = Override.objects.select_for_update(no_key=True).get(pk=override.pk)
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
    approvals = submission.overrides.filter(
        in_time, decision=OverrideDecision.APPROVED, revoked_at__isnull=True
    ).order_by("-decided_at")
    fitting = [approval for approval in approvals if set(hold_codes) <= set(approval.holds)]
    if not fitting:
        return None
    what = {digest(submission)}
    if submission.frozen_payload:
        what.add(_frozen_digest(submission))
    for approval in fitting:
        if all(hmac.compare_digest(approval.digest, one) for one in what):
            return approval
    return None


def uncovered(
    submission: Submission, in_force: Sequence[LegalHold], *, now: datetime
) -> tuple[list[str], Override | None]:
    """The codes of the holds that forbid sending it; where an approval covers them all, that one and none."""
    codes = [hold.code for hold in holds.stopping(in_force, submission)]
    approval = covers(submission, codes, now=now) if codes else None
    return ([], approval) if approval else (codes, None)


def uncovered_codes(
    rows: Sequence[Submission], in_force: Sequence[LegalHold], *, now: datetime
) -> Iterator[tuple[Submission, list[str]]]:
    """The codes that forbid sending each of many rows; their approvals are looked for all at once."""
    approvals = Override.objects.filter(
        submission__in=rows, decision=OverrideDecision.APPROVED, revoked_at__isnull=True
    )
    approved = set(approvals.values_list("submission", flat=True))
    of_person = holds.ByPerson(in_force)
    for row in rows:
        concerning = of_person.concerning(row)
        if row.pk in approved:
            yield row, uncovered(row, concerning, now=now)[0]
        else:
            yield row, [hold.code for hold in holds.stopping(concerning, row)]


def mark_used(override: Override, now: datetime) -> None:
    """Note the first passage; an override serves one submission, however often that has to be repeated."""
    if override.used_at is None:
        override.used_at = now
        override.save(update_fields=["used_at"])
