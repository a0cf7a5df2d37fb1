"""What a person asked, from the day it is registered to the day that person is answered."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from audit.events import Event
from audit.trail import Trail
from erasure.choices import TERMINAL_STATUSES, Channel, Outcome
from erasure.deadlines import Clock, long_date, stored
from erasure.lifecycle.moves import MoveRefused, S
from erasure.models import PrivacyRequest, ReferenceCounter, Subject

#: Outcomes that claim that CXone was asked and answered.
OUTCOMES_OF_WORK = frozenset({Outcome.DONE, Outcome.PARTLY_DONE, Outcome.NOTHING_FOUND})


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
        derivation=stored(clock.steps),
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


def assign(log: Trail, request: PrivacyRequest, *, to: Any, by: Any) -> None:
    """Give the request another owner. Raises MoveRefused when it has that owner already."""
    previous = PrivacyRequest.objects.select_for_update(no_key=True, of=("self",)).get(pk=request.pk).owner
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
    current = PrivacyRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
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
