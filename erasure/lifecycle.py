"""The table of moves, and the only writer of a status.

Every function here takes the open `Trail` of the caller's transaction (`audit.trail.audited`): the move and
its event are saved together or not at all. A move is a compare-and-swap on status and fence, so that of two
movers one wins and the other is told.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from django.utils import timezone

from audit.events import Event
from audit.trail import Trail
from audit.value_kinds import SYSTEM_ID
from erasure import doorbell
from erasure.choices import (
    TERMINAL_STATUSES,
    Attention,
    Channel,
    Outcome,
    OverrideDecision,
    RequestType,
    SubmissionStatus,
)
from erasure.deadlines import Clock, long_date
from erasure.models import PrivacyRequest, ReferenceCounter, Subject, SubjectIdentifier, Submission

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


#: Outcomes that claim that CXone was asked and answered.
OUTCOMES_OF_WORK = frozenset({Outcome.DONE, Outcome.PARTLY_DONE, Outcome.NOTHING_FOUND})


class MoveRefused(Exception):  # noqa: N818 - an answer to people, not a fault of the program.
    """The move is not in the table, or a rule forbids it; the text says to people what stands in the way."""


class Stale(MoveRefused):
    """Somebody else moved the row first; nothing was changed."""

    def __init__(self, submission: Submission) -> None:
        super().__init__(f"{submission} has moved on in the meantime. Reload the page and look again.")


# What the person asked
# -----------------------------------------------------------------------------------------------


def next_reference(year: int) -> str:
    """The next reference of a year, PR-2026-000042; the counter's row stays locked until the commit."""
    ReferenceCounter.objects.get_or_create(year=year)
    counter = ReferenceCounter.objects.select_for_update().get(year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"PR-{year}-{counter.last:06d}"


def register(
    log: Trail, *, by: Any, subject: Subject, clock: Clock, now: datetime, **facts: Any
) -> PrivacyRequest:
    """Record that a person asked. The clock runs from the date of receipt, which never moves afterwards."""
    request = PrivacyRequest.objects.create(
        reference=next_reference(now.year),
        subject=subject,
        regulation=clock.regulation,
        received_on=clock.received_on,
        due_on=clock.due_on,
        target_on=clock.target_on,
        acknowledge_by=clock.acknowledge_by,
        derivation=_derivation(clock),
        rule_version=clock.rule_version,
        filed_by=by,
        owner=by,
        filed_at=now,
        **facts,
    )
    log.record(
        Event.REQUEST_REGISTERED,
        actor=by.actor,
        obj=request.obj,
        data={
            "type": request.type,
            "regulation": request.regulation,
            "received_on": request.received_on.isoformat(),
            "due_on": request.due_on.isoformat(),
            "channel": request.channel,
        },
    )
    return request


def _derivation(clock: Clock) -> list[dict[str, str]]:
    """The steps that led to each date, as kept with the request: `of` names the date they lead to."""
    steps = [("due", step) for step in clock.steps] + [("target", clock.target_step)]
    if clock.acknowledge_step is not None:
        steps.append(("acknowledge", clock.acknowledge_step))
    return [{"of": of, "text": step.text, "source": step.source} for of, step in steps]


def assign(log: Trail, request: PrivacyRequest, *, to: Any, by: Any) -> None:
    """Give the request another owner. Raises MoveRefused when it has that owner already."""
    previous = PrivacyRequest.objects.select_for_update(of=("self",)).get(pk=request.pk).owner
    if previous == to:
        raise MoveRefused(f"{request.reference} is with {to.shown_name} already.")
    request.owner = to
    request.save(update_fields=["owner"])
    log.record(
        Event.REQUEST_ASSIGNED,
        actor=by.actor,
        obj=request.obj,
        data={"owner": to.actor, "previous": previous.actor},
    )


def set_payload_wish(
    request: PrivacyRequest, *, categories: Sequence[str], scope: str, identity_check: str
) -> None:
    """Complete a request that was only registered with what is now to be sent for it."""
    request.categories, request.scope, request.identity_check = list(categories), scope, identity_check
    request.save(update_fields=["categories", "scope", "identity_check"])


def answer(
    log: Trail,
    request: PrivacyRequest,
    *,
    by: Any,
    outcome: Outcome,
    channel: Channel,
    answered_on: date,
    note: str,
    now: datetime,
) -> None:
    """Record that the person was answered: the end of the legal clock. Raises MoveRefused.

    The day of the answer is one in the controller's zone, from the receipt to today.
    """
    current = PrivacyRequest.objects.select_for_update().get(pk=request.pk)
    today = timezone.localdate(now, timezone=timezone.get_default_timezone())
    refusal = why_not_answer(current, outcome) or why_not_answered_on(current, answered_on, today=today)
    if refusal:
        raise MoveRefused(refusal)
    request.outcome, request.answer_channel, request.answered_on = outcome, channel, answered_on
    request.answer_note, request.answered_by, request.answer_recorded_at = note, by, now
    request.save(
        update_fields=[
            "outcome",
            "answer_channel",
            "answered_on",
            "answer_note",
            "answered_by",
            "answer_recorded_at",
        ]
    )
    log.record(
        Event.REQUEST_ANSWERED,
        actor=by.actor,
        obj=request.obj,
        data={"outcome": str(outcome), "channel": str(channel), "answered_on": answered_on.isoformat()},
    )


def why_not_answer(request: PrivacyRequest, outcome: str | None = None) -> str:
    """Why this request cannot be answered (with this outcome) now; empty when it can.

    An answer is about what is done, so nothing may still be on its way; and "done" needs something done.
    """
    if request.answered_on is not None:
        return f"{request.reference} was answered already, on {long_date(request.answered_on)}."
    statuses = set(request.submissions.values_list("status", flat=True))
    if not statuses <= TERMINAL_STATUSES:
        return "Something is still open at CXone or on hold. Wait for its end, or stop it, then answer."
    if outcome in OUTCOMES_OF_WORK and S.COMPLETED not in statuses:
        return (
            "CXone has reported nothing done for this request. "
            "Answer “refused” or “withdrawn”, or send it first."
        )
    return ""


def why_not_answered_on(request: PrivacyRequest, day: date, *, today: date) -> str:
    """Why the person cannot have been answered on this day; empty when they can."""
    if day < request.received_on:
        received = long_date(request.received_on)
        return f"The request was received on {received}; it cannot have been answered before."
    if day > today:
        return f"This day lies ahead. Record the answer once it has gone out: {long_date(today)} or earlier."
    return ""


# What is sent for it
# -------------------------------------------------------------------------------------------------


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
) -> Submission:
    """File one submission: queued for `send_at`, or blocked when holds (their codes) meet it.

    Raises MoveRefused once the person has been answered: nothing may follow the answer unseen.
    """
    # The request's row is locked so that two people filing at once get two numbers.
    if PrivacyRequest.objects.select_for_update().get(pk=request.pk).is_answered:
        raise MoveRefused(f"{request.reference} is answered. Register what the person asks now anew.")
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
    _record(log, submission, Event.REQUEST_FILED, actor=by.actor, **evidence)
    if replaces is not None:
        correction = {"old": replaces.number, "new": submission.number}
        log.record(Event.REQUEST_CORRECTED, actor=by.actor, obj=request.obj, data=correction)
    if holds:
        _record(log, submission, Event.REQUEST_BLOCKED, actor=by.actor, res="denied", holds=list(holds))
    elif send_at <= now:
        doorbell.ring(SUBMIT_JOB)
    return submission


def cancel(log: Trail, submission: Submission, *, by: Any, because: str, now: datetime) -> None:
    """Stop a submission that has not been sent. Raises MoveRefused once it may have reached CXone."""
    if submission.status not in {S.BLOCKED, S.QUEUED}:
        raise MoveRefused(
            f"{submission} can no longer be stopped: it is “{submission.get_status_display()}”, "
            "and CXone has no recall."
        )
    _move(
        log,
        submission,
        S.CANCELLED,
        event=Event.REQUEST_CANCELLED,
        actor=by.actor,
        evidence={"because": because},
        changes=_ended(now),
    )


def note_stop_refused(log: Trail, submission: Submission, *, by: Any) -> None:
    """Put on record that somebody tried to stop a submission that could not be stopped any more."""
    _record(log, submission, Event.REQUEST_CANCELLED, actor=by.actor, res="denied", because="too_late")


def refuse(log: Trail, submission: Submission, *, by: Any, now: datetime) -> None:
    """End a held submission whose override was denied."""
    _move(
        log,
        submission,
        S.REFUSED,
        event=Event.REQUEST_REFUSED,
        actor=by.actor,
        evidence={"because": "denied"},
        changes=_ended(now),
    )


def resume(log: Trail, submission: Submission, *, actor: str, because: str, send_at: datetime) -> None:
    """Let a held submission go: its override was approved, or no hold meets it any more."""
    _move(
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


def suspend(log: Trail, submission: Submission, *, holds: Sequence[str]) -> None:
    """Stop a queued submission at the gate because of holds that came after its filing."""
    _move(
        log,
        submission,
        S.BLOCKED,
        event=Event.REQUEST_SUSPENDED,
        evidence={"holds": list(holds)},
        changes={"next_attempt_at": None, "lease_until": None, "held_by": list(holds)},
    )


# On its way
# ----------------------------------------------------------------------------------------------------------


def begin_sending(log: Trail, submission: Submission, *, payload: str, now: datetime) -> None:
    """The gate is passed: from here on it may reach CXone, so it can no longer be stopped.

    The payload is frozen the first time; what was frozen once is what goes out however often it is tried.
    """
    frozen = {} if submission.frozen_payload else {"frozen_payload": payload}
    _move(
        log,
        submission,
        S.SUBMITTING,
        event=Event.REQUEST_SENDING,
        evidence={"attempt": submission.attempts + 1},
        changes={"first_sent_at": now, "attempts": submission.attempts + 1, **frozen},
    )


def repeat_sending(log: Trail, submission: Submission) -> None:
    """The very same bytes go out once more, since nobody knows whether CXone took them; the status stays."""
    if submission.status != S.SUBMITTING:
        raise MoveRefused(f"{submission} is “{submission.get_status_display()}”: there is nothing to repeat.")
    _set(submission, attempts=submission.attempts + 1)
    _record(log, submission, Event.REQUEST_SENDING, attempt=submission.attempts)


def note_unclear(log: Trail, submission: Submission, *, reason: str) -> None:
    """Put on record that the answer to a sending was lost; unclear is not failed, so the status stays."""
    _record(log, submission, Event.REQUEST_UNCLEAR, reason=reason)


def accept(
    log: Trail, submission: Submission, *, cxone_id: str, next_poll_at: datetime, now: datetime
) -> None:
    """CXone took it and gave its id; from here on its status is asked for."""
    strangers = [other for other in submission.other_cxone_ids if other != cxone_id]
    _move(
        log,
        submission,
        S.PROCESSING,
        event=Event.REQUEST_SUBMITTED,
        evidence={"cxone_id": _loggable(cxone_id), "attempt": submission.attempts},
        changes={
            "cxone_id": cxone_id,
            "accepted_at": now,
            "next_attempt_at": next_poll_at,
            "lease_until": None,
            "attention": _without_passing(submission.attention),
        },
    )
    for _ in strangers:
        raise_attention(log, submission, Attention.SECOND_ID)


def keep_other_id(log: Trail, submission: Submission, *, cxone_id: str) -> None:
    """A late answer brought an id after the row had been taken over: it is kept.

    While the row is still being sent, the next answer shows whether it is a second one; later it always is.
    """
    if cxone_id in {submission.cxone_id, *submission.other_cxone_ids}:
        return
    _set(submission, other_cxone_ids=[*submission.other_cxone_ids, cxone_id])
    if submission.status != S.SUBMITTING:
        raise_attention(log, submission, Attention.SECOND_ID)


def requeue(log: Trail, submission: Submission, *, reason: str, next_attempt_at: datetime) -> None:
    """CXone provably did not take it: it may be stopped again, and goes through the gate anew."""
    _move(
        log,
        submission,
        S.QUEUED,
        out_of=S.SUBMITTING,
        event=Event.REQUEST_REQUEUED,
        evidence={"reason": reason},
        changes={"first_sent_at": None, "next_attempt_at": next_attempt_at, "lease_until": None},
    )


def complete(log: Trail, submission: Submission, *, records: int | None, body: str, now: datetime) -> None:
    """CXone's status, asked for by us, says that it has finished."""
    evidence: dict[str, Any] = {
        "completion_time_ms": _milliseconds(submission.filed_at, now),
        "records_deleted": records if submission.type == RequestType.ERASURE else None,
        "categories": submission.categories,
        "scope": submission.scope,
        "cxone_id": _loggable(submission.cxone_id),
        "callback": submission.callback_at is not None,
    }
    if submission.type == RequestType.ERASURE:
        evidence["event_type"] = "PRIVACY_DELETION_COMPLETED"
    _move(
        log,
        submission,
        S.COMPLETED,
        event=Event.REQUEST_COMPLETED,
        evidence=evidence,
        changes={"records_affected": records, "upstream_body": body, **_ended(now, submission.attention)},
    )


def fail(
    log: Trail,
    submission: Submission,
    *,
    code: str,
    message: str,
    now: datetime,
    records: int | None = None,
    body: str | None = None,
) -> None:
    """CXone refused it (400) or reports that it failed; its own words are kept for the officer."""
    _move(
        log,
        submission,
        S.FAILED,
        event=Event.REQUEST_FAILED,
        res="failed",
        evidence={"reason": code, "records_deleted": records, "cxone_id": _loggable(submission.cxone_id)},
        changes={
            "error_code": code,
            "error_message": message,
            "records_affected": records,
            "upstream_body": body,
            **_ended(now, submission.attention),
        },
    )


def raise_attention(log: Trail, submission: Submission, flag: Attention) -> None:
    """Mark a submission for a person to look at. A graver flag that is there already stays."""
    shown = ATTENTION_BY_GRAVITY.index(submission.attention)
    if ATTENTION_BY_GRAVITY.index(flag) > shown:
        _set(submission, attention=str(flag))
    elif flag != Attention.SECOND_ID:
        # What is noticed anew with every answer is not written down anew; a second id comes but once.
        return
    _record(log, submission, Event.ATTENTION_RAISED, flag=str(flag))


def contradict(log: Trail, submission: Submission) -> None:
    """A callback said one thing and CXone's own status another: a person has to look."""
    if submission.attention != Attention.CONTRADICTED:
        _record(log, submission, Event.CALLBACK_CONTRADICTED, res="denied")
        raise_attention(log, submission, Attention.CONTRADICTED)


def note_callback(log: Trail, submission: Submission, *, status: str) -> None:
    """Put a recorded callback into the log. It moves nothing: only an answer to our own question does."""
    _record(log, submission, Event.CALLBACK_RECEIVED, actor="cxone", status=status)


def note_callback_time(submission: Submission, *, at: datetime) -> None:
    """Remember that a callback came, and make the question due.

    The lease is left alone: a poll that is running must not be doubled.
    """
    due: dict[str, Any] = {"next_attempt_at": at} if submission.status == S.PROCESSING else {}
    _set(submission, callback_at=at, **due)


def note_late_callback(log: Trail, submission: Submission, *, status: str) -> None:
    """A callback after the end goes into the log; another end than CXone's status told is for a person.

    One that still tells of the way there is merely late. To what never went out any callback is a
    contradiction.
    """
    note_callback(log, submission, status=status)
    submission.callbacks.update(audited=True)
    told = {S.COMPLETED: "COMPLETED", S.FAILED: "FAILED"}.get(S(submission.status))
    if told is None or {told, status} == {"COMPLETED", "FAILED"}:
        contradict(log, submission)


def clear_attention(log: Trail, submission: Submission, *, by: Any) -> None:
    """A person has looked at it. Raises MoveRefused when nothing is flagged: somebody else was first."""
    flag = submission.attention
    if not flag:
        raise MoveRefused(f"Nothing about {submission} waits for a look any more.")
    # A graver flag that came since this one was shown is not cleared unseen.
    _set(submission, while_flagged=flag, attention="")
    _record(log, submission, Event.ATTENTION_CLEARED, actor=by.actor, flag=flag)


def keep_answer(submission: Submission, *, body: str) -> None:
    """Keep what CXone said, encrypted, though it closed nothing."""
    _set(submission, upstream_body=body)


def reschedule(submission: Submission, *, next_attempt_at: datetime, **counts: Any) -> None:
    """Give the row back with a later time. The status stays, so there is no event."""
    _set(submission, next_attempt_at=next_attempt_at, lease_until=None, **counts)


# The one place that writes
# -------------------------------------------------------------------------------------------


def _move(
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
            f"{submission} is “{submission.get_status_display()}” and cannot become “{to.label}”."
        )
    if submission.status == S.BLOCKED:
        _withdraw_question(log, submission, actor=actor)
    _set(submission, status=str(to), **changes)
    _record(log, submission, event, actor=actor, res=res, **evidence)


def _withdraw_question(log: Trail, submission: Submission, *, actor: str) -> None:
    """What is no longer held needs no override: a question still open about it is taken back."""
    open_question = submission.overrides.filter(decision="")
    if open_question.update(decision=OverrideDecision.WITHDRAWN, decided_at=timezone.now()):
        _record(log, submission, Event.OVERRIDE_WITHDRAWN, actor=actor)


def _set(submission: Submission, *, while_flagged: str | None = None, **changes: Any) -> None:
    """Compare and swap: the row is written only while it still has the status and fence that were read."""
    unchanged = Submission.objects.filter(pk=submission.pk, status=submission.status, fence=submission.fence)
    if while_flagged is not None:
        unchanged = unchanged.filter(attention=while_flagged)
    if unchanged.update(**changes) != 1:
        raise Stale(submission)
    for name, value in changes.items():
        setattr(submission, name, value)


def _record(
    log: Trail, submission: Submission, event: Event, *, actor: str = SYSTEM, res: Any = "ok", **evidence: Any
) -> None:
    log.record(
        event,
        actor=actor,
        obj=submission.request.obj,
        sub=submission.sub,
        res=res,
        data={"submission": submission.number, **evidence},
    )


def _ended(now: datetime, attention: str = "") -> dict[str, Any]:
    return {
        "closed_at": now,
        "next_attempt_at": None,
        "lease_until": None,
        "attention": _without_passing(attention),
    }


def _without_passing(attention: str) -> str:
    return "" if attention in PASSING_FLAGS else attention


def _loggable(cxone_id: str | None) -> str | None:
    """CXone's id as the log may carry it; one with characters that no id should have goes in as its hash."""
    if cxone_id is None or SYSTEM_ID.accepts(cxone_id):
        return cxone_id
    return f"sha256:{hashlib.sha256(cxone_id.encode()).hexdigest()}"


def _milliseconds(since: datetime, until: datetime) -> int:
    return max(0, round((until - since).total_seconds() * 1000))
