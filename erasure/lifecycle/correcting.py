"""Putting the date of receipt or the regulation right, with a reason: the old values stay on record.

The dates are replayed from the corrected beginning. An extension or a pause for which they leave no room
falls, and that is said before and on record after.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from audit.events import Event
from audit.trail import Trail
from erasure import deadlines
from erasure.deadlines import Clock, Paused, long_date
from erasure.lifecycle.clocks import answered_words, extended, paused, set_dates
from erasure.lifecycle.moves import MoveRefused
from erasure.lifecycle.registering import controllers_day, locked
from erasure.models import ClockCorrection, PrivacyRequest


@dataclass(frozen=True)
class Corrected:
    """What a correction would bring: the new dates, and what it leaves no room for, in words."""

    clock: Clock
    extension_falls: str = ""
    pauses_fall: Sequence[str] = ()


def corrected(request: PrivacyRequest, *, regulation: str, received_on: date, today: date) -> Corrected:
    """What the request's dates would be, with what would fall. Raises MoveRefused, and ClockError."""
    if request.is_answered:
        raise MoveRefused(answered_words(request))
    if (regulation, received_on) == (request.regulation, request.received_on):
        raise MoveRefused(_("Nothing would change. Give another date of receipt, or another regulation."))
    if received_on > today:
        raise MoveRefused(
            _("The date of receipt lies in the future. Give the day on which it arrived: %(day)s or earlier.")
            % {"day": long_date(today)}
        )
    _refuse_what_it_contradicts(request, received_on)
    kept, falling = _pauses_that_hold(request, regulation=regulation, received_on=received_on, today=today)
    facts: dict[str, Any] = {"request_type": request.type, "pauses": kept}
    bare = deadlines.clock(regulation, received_on, **facts)
    extension = extended(request)
    why = ""
    if extension is not None:
        why = deadlines.why_not_extend(
            regulation,
            received_on,
            ground=extension.ground,
            told_on=extension.told_on,
            today=extension.told_on,
            **facts,
        )
    clock = (
        bare
        if extension is None or why
        else deadlines.clock(regulation, received_on, extension=extension, **facts)
    )
    return Corrected(clock, why, falling)


def correct_clock(
    log: Trail,
    request: PrivacyRequest,
    *,
    by: Any,
    regulation: str,
    received_on: date,
    reason: str,
    now: datetime,
) -> ClockCorrection:
    """Put the date of receipt or the regulation right. Raises MoveRefused, and ClockError.

    The old values stay on record. What the new dates leave no room for falls, and is said.
    """
    current = locked(request)
    if not reason.strip():
        raise MoveRefused(_("Say why it is corrected; the reason stays with the request."))
    found = corrected(current, regulation=regulation, received_on=received_on, today=controllers_day(now))
    row = ClockCorrection.objects.create(
        request=current,
        previous_regulation=current.regulation,
        regulation=regulation,
        previous_received_on=current.received_on,
        received_on=received_on,
        previous_due_on=current.due_on,
        due_on=found.clock.due_on,
        reason=reason,
        corrected_by=by,
        corrected_at=now,
    )
    had_extension = extended(current) is not None
    # The pauses first: which of them hold is asked with the extension, as when the dates were computed.
    if found.pauses_fall:
        _let_pauses_fall(current, found.clock.regulation, received_on=received_on, now=now)
    if found.extension_falls:
        current.extensions.filter(fell_at__isnull=True).update(fell_at=now)
    request.regulation, request.received_on = regulation, received_on
    set_dates(request, found.clock, "regulation", "received_on")
    extension = ("fell" if found.extension_falls else "kept") if had_extension else "none"
    log.record(
        Event.REQUEST_CLOCK_CORRECTED,
        actor=by.actor,
        obj=request.obj,
        data={
            "previous_regulation": row.previous_regulation,
            "regulation": regulation,
            "previous_received_on": row.previous_received_on.isoformat(),
            "received_on": received_on.isoformat(),
            "previous_due_on": row.previous_due_on.isoformat(),
            "due_on": row.due_on.isoformat(),
            "extension": extension,
            "pauses_fell": len(found.pauses_fall),
        },
    )
    return row


def _refuse_what_it_contradicts(request: PrivacyRequest, received_on: date) -> None:
    if request.acknowledged_on is not None and request.acknowledged_on < received_on:
        raise MoveRefused(
            _("The receipt was confirmed on %(day)s; the request cannot have arrived after that.")
            % {"day": long_date(request.acknowledged_on)}
        )


def _pauses_that_hold(
    request: PrivacyRequest, *, regulation: str, received_on: date, today: date
) -> tuple[list[Paused], list[str]]:
    """The pauses that the corrected dates leave room for, and for each of the others why it falls."""
    kept: list[Paused] = []
    falling: list[str] = []
    for one in paused(request):
        why = deadlines.why_not_pause(
            regulation,
            request.type,
            received_on=received_on,
            ground=one.ground,
            from_day=one.from_day,
            until_day=one.until_day,
            pauses=kept,
            today=today,
            # A pause within the extended time has room in it; an extension that falls gives none.
            extension=extended(request),
        )
        if why:
            falling.append(why)
        else:
            kept.append(one)
    return kept, falling


def _let_pauses_fall(request: PrivacyRequest, regulation: str, *, received_on: date, now: datetime) -> None:
    kept, _falling = _pauses_that_hold(
        request, regulation=regulation, received_on=received_on, today=controllers_day(now)
    )
    holding = {(one.ground, one.from_day) for one in kept}
    for row in request.pauses.filter(fell_at__isnull=True):
        if (row.ground, row.from_day) not in holding:
            row.fell_at = now
            row.save(update_fields=["fell_at"])
