"""Asking for an override: what may be asked, how long it waits, taking it back before the decision."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event
from audit.trail import Trail, audited
from erasure import holds, lifecycle, notices
from erasure.choices import NoticeKind, OverrideDecision, OverrideReason, SubmissionStatus
from erasure.lots import in_lots
from erasure.models import Override, Submission
from erasure.overrides.binding import digest
from erasure.overrides.telling import MAY_DECIDE, tell, tell_owners, who_can_decide

#: So many questions are looked after in one transaction.
AT_ONCE = 100
SHORTEST_JUSTIFICATION = 20
FEWEST_WORDS = 4
NOT_SUBSTANTIAL = _lazy("Write at least one sentence: the reviewer decides on it, and it goes on record.")


def lifetime() -> timedelta:
    """How long a question may wait, and an approval be used."""
    return timedelta(days=settings.OVERRIDE_DAYS)


def is_substantial(justification: str) -> bool:
    """Whether it can be a sentence at all: long enough, and of several different words."""
    words = {word.casefold() for word in justification.split()}
    return len(justification.strip()) >= SHORTEST_JUSTIFICATION and len(words) >= FEWEST_WORDS


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
        raise lifecycle.MoveRefused(
            _("%(submission)s is not held, so there is nothing to override.") % {"submission": submission}
        )
    if any(map(holds.is_rule, current.held_by)):
        raise lifecycle.MoveRefused(
            _(
                "%(submission)s was stopped by a rule of the payload, which no override lifts. Stop it and "
                "file it anew."
            )
            % {"submission": submission}
        )
    if not is_substantial(justification):
        raise lifecycle.MoveRefused(NOT_SUBSTANTIAL)
    if waiting := submission.overrides.filter(decision="").first():
        if waiting.expires_at > now:
            raise lifecycle.MoveRefused(
                _("An override for %(submission)s waits for a decision already.") % {"submission": submission}
            )
        _expire(log, waiting, now=now)
    override = Override.objects.create(
        submission=submission,
        filed_by=submission.filed_by,
        asked_by=by,
        asked_at=now,
        reason=reason,
        justification=justification.strip(),
        holds=holds.in_the_way(current, holds.active(now, on=holds.people_of(current))),
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
    tell([person.pk for person in who_can_decide(override)], NoticeKind.OVERRIDE_WAITS, override, now=now)
    tell_owners(override, NoticeKind.HOLD_QUESTIONED, now=now)
    return override


def withdraw(log: Trail, override: Override, *, by: Any, now: datetime) -> None:
    """Take back an undecided question; the submission stays held."""
    current = Override.objects.select_for_update(no_key=True).get(pk=override.pk)
    if current.decision or current.asked_by_id != by.pk:
        raise lifecycle.MoveRefused(_("Only who asked can withdraw, and only before the decision."))
    override.decision, override.decided_at = OverrideDecision.WITHDRAWN, now
    override.save(update_fields=["decision", "decided_at"])
    lifecycle.record(log, override.submission, Event.OVERRIDE_WITHDRAWN, actor=by.actor)


def expire_due(now: datetime) -> int:
    """Close the questions that nobody decided in time, and tell who asked; how many there were."""
    due = Override.objects.filter(decision="", expires_at__lte=now)
    keys = list(due.order_by("pk").values_list("pk", flat=True))

    def expire(lot: Sequence[int]) -> int:
        with audited() as log:
            locked = due.filter(pk__in=lot).select_for_update(no_key=True, of=("self",)).order_by("pk")
            overrides = list(locked.select_related("submission__request", "submission__identifier"))
            for override in overrides:
                _expire(log, override, now=now)
        return len(overrides)

    return in_lots(keys, expire, at_once=AT_ONCE)


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
            tell(reviewers, NoticeKind.OVERRIDE_PRESSES, override, now=now)
        Override.objects.filter(pk__in=[override.pk for override in overrides]).update(press_at=None)
    return len(overrides)


def _expire(log: Trail, override: Override, *, now: datetime) -> None:
    """Close a question that nobody decided in time, so that it can be asked again."""
    override.decision, override.decided_at = OverrideDecision.EXPIRED, now
    override.save(update_fields=["decision", "decided_at"])
    lifecycle.record(
        log, override.submission, Event.OVERRIDE_EXPIRED, actor=lifecycle.SYSTEM, override=override.pk
    )
    tell([override.asked_by_id], NoticeKind.OVERRIDE_EXPIRED, override, now=now)
