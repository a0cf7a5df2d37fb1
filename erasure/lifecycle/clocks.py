"""What moves a request's clock after it began: an extension, and pauses where the law knows them.

Each act adds its row, and then the dates are computed anew from the date of receipt with all that stands, so
that the order in which things were recorded never matters. Every act is on record with old and new date.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from audit.events import Event
from audit.trail import Trail
from erasure import deadlines
from erasure.choices import ExtensionGround, PauseGround
from erasure.deadlines import Clock, ClockError, Extended, ExtensionOffer, Paused, stored
from erasure.lifecycle.moves import MoveRefused
from erasure.lifecycle.registering import controllers_day, locked
from erasure.models import ClockPause, Extension, PrivacyRequest


def clock_of(request: PrivacyRequest) -> Clock:
    """The request's dates, replayed with its extension and pauses. Raises ClockError."""
    return _replayed(request, extension=extended(request), pauses=paused(request))


def extend(
    log: Trail,
    request: PrivacyRequest,
    *,
    by: Any,
    ground: ExtensionGround,
    told_on: date,
    explanation: str,
    now: datetime,
) -> Extension:
    """Take more time, once, within the first period, the person having been told. Raises MoveRefused."""
    current = locked(request)
    today = controllers_day(now)
    if refusal := why_not_extend(current, ground=ground, told_on=told_on, today=today):
        raise MoveRefused(refusal)
    previous = current.due_on
    longer = _replayed(
        current, extension=Extended(ground=str(ground), told_on=told_on), pauses=paused(current)
    )
    row = Extension.objects.create(
        request=current,
        ground=ground,
        told_on=told_on,
        explanation=explanation,
        previous_due_on=previous,
        due_on=longer.due_on,
        extended_by=by,
        extended_at=now,
    )
    set_dates(request, longer)
    log.record(
        Event.REQUEST_EXTENDED,
        actor=by.actor,
        obj=request.obj,
        data={
            "previous_due_on": previous.isoformat(),
            "due_on": longer.due_on.isoformat(),
            "reason": str(ground),
            "told_on": told_on.isoformat(),
        },
    )
    return row


def why_not_extend(request: PrivacyRequest, *, ground: str, told_on: date, today: date) -> str:
    """Why the request cannot be extended like this; empty when it can."""
    if request.is_answered:
        return answered_words(request)
    return deadlines.why_not_extend(
        request.regulation,
        request.received_on,
        ground=ground,
        told_on=told_on,
        today=today,
        request_type=request.type,
        extension=extended(request),
        pauses=paused(request),
    )


def extension_offer(request: PrivacyRequest) -> ExtensionOffer | None:
    """What an extension would bring; None where the law knows none, or there is one already.

    Raises ClockError.
    """
    return deadlines.extension_offer(
        request.regulation,
        request.received_on,
        request_type=request.type,
        extension=extended(request),
        pauses=paused(request),
    )


def pause(
    log: Trail, request: PrivacyRequest, *, by: Any, ground: PauseGround, from_day: date, now: datetime
) -> ClockPause:
    """The person was asked for what the law lets the clock wait for. Raises MoveRefused."""
    current = locked(request)
    today = controllers_day(now)
    if refusal := why_not_pause(current, ground=ground, from_day=from_day, today=today):
        raise MoveRefused(refusal)
    row = ClockPause.objects.create(
        request=current, ground=ground, from_day=from_day, begun_by=by, begun_at=now
    )
    set_dates(request, clock_of(current))
    log.record(
        Event.REQUEST_PAUSED,
        actor=by.actor,
        obj=request.obj,
        data={"reason": str(ground), "from": from_day.isoformat(), "due_on": request.due_on.isoformat()},
    )
    return row


def why_not_pause(request: PrivacyRequest, *, ground: str, from_day: date, today: date) -> str:
    """Why the clock does not stand still like this; empty when it does."""
    if request.is_answered:
        return answered_words(request)
    if open_pause(request) is not None:
        return _("The clock is paused already. Record first when the answer came.")
    return deadlines.why_not_pause(
        request.regulation,
        request.type,
        received_on=request.received_on,
        ground=ground,
        from_day=from_day,
        until_day=None,
        pauses=paused(request),
        today=today,
        extension=extended(request),
    )


def why_not_resume(request: PrivacyRequest, *, until_day: date, today: date) -> str:
    """Why the clock does not go on from this day; empty when it does."""
    if request.is_answered:
        return answered_words(request)
    row = open_pause(request)
    if row is None:
        return _("The clock of %(reference)s is not paused.") % {"reference": request.reference}
    others = paused(request, leaving_out_open=True)
    return deadlines.why_not_end_pause(_as_paused(row), until_day, others=others, today=today)


def resume_clock(
    log: Trail, request: PrivacyRequest, *, by: Any, until_day: date, now: datetime
) -> ClockPause:
    """What was asked for has come: the clock goes on from there. Raises MoveRefused."""
    current = locked(request)
    if refusal := why_not_resume(current, until_day=until_day, today=controllers_day(now)):
        raise MoveRefused(refusal)
    row = current.pauses.get(fell_at__isnull=True, until_day__isnull=True)
    previous = current.due_on
    row.until_day, row.ended_by, row.ended_at = until_day, by, now
    row.save(update_fields=["until_day", "ended_by", "ended_at"])
    set_dates(request, clock_of(current))
    log.record(
        Event.REQUEST_UNPAUSED,
        actor=by.actor,
        obj=request.obj,
        data={
            "from": row.from_day.isoformat(),
            "until": until_day.isoformat(),
            "previous_due_on": previous.isoformat(),
            "due_on": request.due_on.isoformat(),
        },
    )
    return row


def clock_resumed_on(request: PrivacyRequest, day: date) -> Clock | None:
    """The dates that follow when a paused clock goes on from this day; None where it is not paused.

    An answer of that day is judged by them: whoever never sent what the clock waits for can be refused, and
    that is not late for the waiting. A law that is switched off computes nothing any more.
    """
    row = open_pause(request)
    if row is None or row.from_day > day:
        return None
    pauses = [replace(one, until_day=day) if one.until_day is None else one for one in paused(request)]
    try:
        return _replayed(request, extension=extended(request), pauses=pauses)
    except ClockError:
        return None


def _replayed(request: PrivacyRequest, *, extension: Extended | None, pauses: Sequence[Paused]) -> Clock:
    return deadlines.clock(
        request.regulation,
        request.received_on,
        request_type=request.type,
        extension=extension,
        pauses=pauses,
    )


def set_dates(request: PrivacyRequest, clock: Clock, *also: str) -> None:
    """Save the dates with how each came about, and the columns that changed with them."""
    request.first_due_on, request.due_on, request.target_on = (
        clock.first_due_on,
        clock.due_on,
        clock.target_on,
    )
    request.acknowledge_by, request.rule_version = clock.acknowledge_by, clock.rule_version
    request.derivation = stored(clock.steps)
    dates = ("first_due_on", "due_on", "target_on", "acknowledge_by", "derivation", "rule_version")
    request.save(update_fields=[*dates, *also])


def extended(request: PrivacyRequest) -> Extended | None:
    """The extension that stands."""
    row = request.extensions.filter(fell_at__isnull=True).first()
    return None if row is None else Extended(ground=row.ground, told_on=row.told_on)


def open_pause(request: PrivacyRequest) -> ClockPause | None:
    """The pause in which the clock stands now."""
    return request.pauses.filter(fell_at__isnull=True, until_day__isnull=True).first()


def paused(request: PrivacyRequest, *, leaving_out_open: bool = False) -> list[Paused]:
    """The pauses that stand, by their first day."""
    rows = request.pauses.filter(fell_at__isnull=True).order_by("from_day", "pk")
    if leaving_out_open:
        rows = rows.filter(until_day__isnull=False)
    return [_as_paused(row) for row in rows]


def _as_paused(row: ClockPause) -> Paused:
    return Paused(ground=row.ground, from_day=row.from_day, until_day=row.until_day)


def answered_words(request: PrivacyRequest) -> str:
    """Why the clock of an answered request moves no more."""
    return _("%(reference)s is answered; its clock has ended.") % {"reference": request.reference}
