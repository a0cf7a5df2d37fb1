"""Overrides as officers and reviewers make them by the program's own rules, and what the log says of them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import OperationalError
from django.utils import timezone

from audit.events import Event
from audit.models import AuditEvent
from audit.trail import audited
from erasure import overrides
from erasure.choices import OverrideReason
from erasure.models import Override, Submission
from privacyadmin.models import User

Given = TypeVar("Given")
JUSTIFICATION = "The recordings are kept by counsel; RET-1 does not reach them."


def asked(submission: Submission, *, by: User, now: datetime | None = None) -> Override:
    with audited() as log:
        return overrides.ask(
            log,
            submission,
            by=by,
            reason=OverrideReason.EVIDENCE_PRESERVED,
            justification=JUSTIFICATION,
            now=now or timezone.now(),
        )


def decided(
    override: Override, *, by: User, approve: bool = True, send_delay: timedelta = timedelta(minutes=15)
) -> Override:
    now = timezone.now()
    with audited() as log:
        overrides.decide(
            log,
            override,
            by=by,
            approve=approve,
            reason="Counsel confirmed it.",
            now=now,
            send_at=now + send_delay,
        )
    return override


def revoked(override: Override, *, by: User) -> Override:
    with audited() as log:
        overrides.revoke(log, override, by=by, now=timezone.now())
    return override


def withdrawn(override: Override, *, by: User) -> Override:
    with audited() as log:
        overrides.withdraw(log, override, by=by, now=timezone.now())
    return override


def expired(override: Override) -> Override:
    overrides.expire_due(override.expires_at + timedelta(seconds=1))
    override.refresh_from_db()
    return override


def entries(act: Event) -> list[dict[str, Any]]:
    """The lines of the log of one kind, oldest first."""
    return [event.entry for event in AuditEvent.objects.filter(act=act).order_by("seq")]


def patiently(act: Callable[[], Given]) -> Given:
    """Try until the lock is free: SQLite does not always wait for it by itself."""
    for _ in range(2000):
        try:
            return act()
        except OperationalError as error:
            if "locked" not in str(error):
                raise
    raise AssertionError("The lock was never free.")
