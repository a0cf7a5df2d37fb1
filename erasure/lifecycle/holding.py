"""What is filed for a request, and what stops it or lets it go before it is sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from audit.events import Event
from audit.trail import Trail
from erasure import doorbell, notices
from erasure.choices import NoticeKind, Occasion
from erasure.holds import is_rule
from erasure.lifecycle.moves import (
    SUBMIT_JOB,
    SYSTEM,
    MoveRefused,
    S,
    ended,
    move,
    record,
    set_unless_changed,
)
from erasure.lifecycle.reporting import report_end
from erasure.models import PrivacyRequest, SubjectIdentifier, Submission


def file(
    log: Trail,
    request: PrivacyRequest,
    *,
    by: Any,
    identifier: SubjectIdentifier,
    categories: Sequence[str],
    scope: str,
    description: str,
    holds: Sequence[str],
    send_at: datetime,
    now: datetime,
    replaces: Submission | None = None,
    actor: str = "",
) -> Submission:
    """File one submission: queued for `send_at`, or blocked when holds (their codes) meet it.

    `by` is who answers for the filing, and `actor` who does it, where a part is filed again by another hand.
    Raises MoveRefused once the person has been answered: nothing may follow the answer unseen.
    """
    actor = actor or by.actor
    # The request's row is locked so that two people filing at once get two numbers.
    if PrivacyRequest.objects.select_for_update(no_key=True).get(pk=request.pk).is_answered:
        raise MoveRefused(
            _("%(reference)s is answered. Register what the person asks now anew.")
            % {"reference": request.reference}
        )
    submission = Submission(
        request=request,
        number=request.submissions.count() + 1,
        replaces=replaces,
        status=S.BLOCKED if holds else S.QUEUED,
        identifier=identifier,
        type=request.type,
        categories=list(categories),
        scope=scope,
        description=description,
        filed_by=by,
        filed_at=now,
        held_by=list(holds),
        next_attempt_at=None if holds else send_at,
    )
    submission.save(force_insert=True)
    evidence = {
        "type": submission.type,
        "categories": submission.categories,
        "scope": submission.scope,
        "regulation": request.regulation,
        "received_on": request.received_on.isoformat(),
        "due_on": request.due_on.isoformat(),
    }
    if request.identity_check:
        evidence["identity"] = request.identity_check
    record(log, submission, Event.REQUEST_FILED, actor=actor, **evidence)
    if holds:
        record(log, submission, Event.REQUEST_BLOCKED, actor=actor, res="denied", holds=list(holds))
    elif send_at <= now:
        doorbell.ring(SUBMIT_JOB)
    return submission


def note_corrected(log: Trail, old: Submission, new: Submission, *, by: Any) -> None:
    """Put on record that one submission was filed anew as another."""
    log.record(
        Event.REQUEST_CORRECTED,
        actor=by.actor,
        obj=old.request.obj,
        data={"old": old.number, "new": new.number},
    )


def cancel(log: Trail, submission: Submission, *, by: Any, because: str, now: datetime) -> None:
    """Stop a submission that has not been sent. Raises MoveRefused once it may have reached CXone."""
    if submission.status not in {S.BLOCKED, S.QUEUED}:
        raise MoveRefused(
            _("%(submission)s can no longer be stopped: it is “%(status)s”, and CXone has no recall.")
            % {"submission": submission, "status": submission.get_status_display()}
        )
    move(
        log,
        submission,
        S.CANCELLED,
        event=Event.REQUEST_CANCELLED,
        actor=by.actor,
        evidence={"because": because},
        changes=ended(now),
    )


def note_stop_refused(log: Trail, submission: Submission, *, by: Any) -> None:
    """Put on record that somebody tried to stop a submission that could not be stopped any more."""
    record(log, submission, Event.REQUEST_CANCELLED, actor=by.actor, res="denied", because="too_late")


def refuse(log: Trail, submission: Submission, *, by: Any, now: datetime) -> None:
    """End a held submission whose override was denied."""
    move(
        log,
        submission,
        S.REFUSED,
        event=Event.REQUEST_REFUSED,
        actor=by.actor,
        evidence={"because": "denied"},
        changes=ended(now),
    )
    report_end(log, submission, Occasion.REFUSED, now=now)


def resume(log: Trail, submission: Submission, *, actor: str, because: str, send_at: datetime) -> None:
    """Let a held submission go: its override was approved, or no hold meets it any more."""
    move(
        log,
        submission,
        S.QUEUED,
        out_of=S.BLOCKED,
        event=Event.REQUEST_RESUMED,
        actor=actor,
        evidence={"because": because},
        changes={"next_attempt_at": send_at, "lease_until": None, "held_by": []},
    )
    doorbell.ring(SUBMIT_JOB)


def suspend(
    log: Trail, submission: Submission, *, holds: Sequence[str], now: datetime, actor: str = SYSTEM
) -> None:
    """Stop a queued submission because of holds that nothing overrides; whoever looks after it is told."""
    move(
        log,
        submission,
        S.BLOCKED,
        out_of=S.QUEUED,
        event=Event.REQUEST_SUSPENDED,
        actor=actor,
        evidence={"holds": list(holds)},
        changes={"next_attempt_at": None, "lease_until": None, "held_by": list(holds)},
    )
    request = submission.request
    notices.tell(
        {request.owner_id, submission.filed_by_id},
        NoticeKind.SUSPENDED,
        about=str(submission),
        target=request.reference,
        now=now,
    )


def note_held_by(log: Trail, submission: Submission, *, holds: Sequence[str]) -> None:
    """Note what keeps a blocked submission now, where that has changed while it waits; rules stay."""
    codes = [*holds, *(code for code in submission.held_by if is_rule(code))]
    if codes == submission.held_by:
        return
    set_unless_changed(submission, held_by=codes)
    record(log, submission, Event.REQUEST_BLOCKED, res="denied", holds=codes)


def note_held_late(log: Trail, submission: Submission, *, holds: Sequence[str]) -> None:
    """Put on record that holds came when it had left already: CXone has no recall."""
    record(log, submission, Event.REQUEST_HELD_LATE, res="failed", holds=list(holds))


def split(
    log: Trail,
    submission: Submission,
    *,
    held: Sequence[str],
    held_by: Sequence[str],
    rest_held_by: Sequence[str] = (),
    actor: str,
    send_at: datetime,
    now: datetime,
) -> tuple[Submission, Submission]:
    """Put the `held` categories of a blocked submission apart from the rest, which goes out; both, as filed.

    `held_by` are the codes of what holds them; with `rest_held_by` the rest waits too, for other holds.

    A payload never changes, so that the submission ends and two take its place. Who filed it answers for
    both: nobody gets to decide on their own filing by having another split it. Raises MoveRefused where
    there is nothing to put apart.
    """
    rest = [category for category in submission.categories if category not in held]
    if submission.status != S.BLOCKED or not rest or len(rest) == len(submission.categories):
        raise MoveRefused(
            _("%(submission)s has no part that could go by itself.") % {"submission": submission}
        )
    move(
        log,
        submission,
        S.CANCELLED,
        event=Event.REQUEST_CANCELLED,
        actor=actor,
        evidence={"because": "split"},
        changes=ended(now),
    )
    waiting, going = (
        file(
            log,
            submission.request,
            by=submission.filed_by,
            identifier=submission.identifier,
            categories=categories,
            scope=submission.scope,
            description=submission.description or "",
            holds=holds,
            send_at=send_at,
            now=now,
            replaces=submission,
            actor=actor,
        )
        for categories, holds in ((list(held), held_by), (rest, rest_held_by))
    )
    record(log, submission, Event.REQUEST_SPLIT, actor=actor, held=waiting.number, rest=going.number)
    return waiting, going
