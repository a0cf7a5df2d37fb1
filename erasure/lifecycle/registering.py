"""What a person asked: from the day it is registered, who has it, and what colleagues write about it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.events import Event
from audit.trail import Trail
from erasure.choices import Channel
from erasure.deadlines import Clock, long_date, stored
from erasure.lifecycle.moves import MoveRefused
from erasure.models import Comment, PrivacyRequest, ReferenceCounter, Subject


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
    """Record that a person asked. The clock runs from the date of receipt, which moves with a recorded
    correction alone.
    """
    request = PrivacyRequest.objects.create(
        reference=next_reference(now.year),
        subject=subject,
        regulation=clock.regulation,
        received_on=clock.received_on,
        first_due_on=clock.first_due_on,
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
    """Give the request another owner. Raises MoveRefused when it has that owner already, or is answered."""
    current = locked(request)
    if current.is_answered:
        raise MoveRefused(_("It is answered; nobody needs to have it any more."))
    previous = current.owner
    if previous == to:
        raise MoveRefused(
            _("%(reference)s is with %(name)s already.")
            % {"reference": request.reference, "name": to.shown_name}
        )
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


def locked(request: PrivacyRequest) -> PrivacyRequest:
    """The request as it stands now, its row ours until the commit."""
    return PrivacyRequest.objects.select_for_update(no_key=True, of=("self",)).get(pk=request.pk)


def controllers_day(now: datetime) -> date:
    """The day of a moment where the controller sits."""
    return timezone.localdate(now, timezone=timezone.get_default_timezone())


def acknowledge(
    log: Trail, request: PrivacyRequest, *, by: Any, channel: Channel, acknowledged_on: date, now: datetime
) -> None:
    """Record that the person was told that the request came in. Raises MoveRefused.

    California asks for it within ten business days; elsewhere it is a courtesy.
    """
    current = locked(request)
    if refusal := why_not_acknowledge(current, acknowledged_on, today=controllers_day(now)):
        raise MoveRefused(refusal)
    request.acknowledged_on, request.acknowledged_channel = acknowledged_on, channel
    request.save(update_fields=["acknowledged_on", "acknowledged_channel"])
    log.record(
        Event.REQUEST_ACKNOWLEDGED,
        actor=by.actor,
        obj=request.obj,
        data={"acknowledged_on": acknowledged_on.isoformat(), "channel": str(channel)},
    )


def why_not_acknowledge(request: PrivacyRequest, day: date, *, today: date) -> str:
    """Why the receipt cannot have been confirmed on this day; empty when it can."""
    if request.acknowledged_on is not None:
        return _("The receipt of %(reference)s was confirmed already, on %(day)s.") % {
            "reference": request.reference,
            "day": long_date(request.acknowledged_on),
        }
    if day < request.received_on:
        return _("The request was received on %(day)s; its receipt cannot have been confirmed before.") % {
            "day": long_date(request.received_on)
        }
    if day > today:
        return _("This day lies ahead. Record it once the confirmation has gone out.")
    return ""


def comment(log: Trail, request: PrivacyRequest, *, by: Any, text: str, now: datetime) -> Comment:
    """Keep what a colleague writes, encrypted. Raises MoveRefused once the request's text was shredded."""
    current = locked(request)
    if current.shredded_at is not None:
        raise MoveRefused(
            _("What was written about %(reference)s has been shredded, and nothing is added any more.")
            % {"reference": request.reference}
        )
    number = current.comments.count() + 1
    written = Comment.objects.create(request=current, number=number, text=text, written_by=by, written_at=now)
    log.record(Event.REQUEST_COMMENTED, actor=by.actor, obj=request.obj, data={"comment": number})
    return written
