"""A verification as pages show it: how far it is, whether a worker is at it, and what its verdict means."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from audit.admin.event_words import events_words, name_of
from audit.admin.verification_words import VerdictLook, look_of
from audit.models import AuditVerification

#: After so long without a worker, or without a sign of the one at work, the page says so.
PATIENCE = timedelta(seconds=15)
SILENCE = timedelta(seconds=60)


@dataclass(frozen=True)
class Run:
    """A verification as pages show it."""

    row: AuditVerification
    who: str
    look: VerdictLook | None
    waits_for_worker: bool
    is_silent: bool

    @property
    def percent(self) -> int:
        """How much of the lines is done, 0 to 100, rounded down."""
        return 0 if not self.row.size else min(100, self.row.done * 100 // self.row.size)

    @property
    def size_words(self) -> str:
        """How many lines there are to verify, as they were counted at its start."""
        return "" if self.row.size is None else events_words(self.row.size)

    @property
    def done_words(self) -> str:
        """How many lines are done."""
        return f"{self.row.done:,}"

    @property
    def compares_state(self) -> bool:
        """Whether every line is done, and what remains is comparing the requests with their events."""
        return self.row.finished_at is None and bool(self.row.size) and self.row.done >= (self.row.size or 0)

    @property
    def moving(self) -> str:
        """Whether the page has to ask again: `soon` or `never`."""
        return "soon" if self.row.finished_at is None else "never"

    @property
    def version(self) -> str:
        """Changes whenever the page would."""
        row = self.row
        state = [row.done, row.size, row.verdict, row.words, bool(row.started_at)]
        state += [self.waits_for_worker, self.is_silent]
        return hashlib.sha256(json.dumps(state).encode()).hexdigest()[:32]

    @property
    def said(self) -> str:
        """What screen readers are told when something happened; not every step of the bar."""
        if self.look is not None:
            return str(self.look.title)
        return _("No worker is at it.") if self.waits_for_worker else _("The verification is under way.")


def run_of(row: AuditVerification, *, now: datetime) -> Run:
    """One verification with what its row says in words."""
    is_open = row.finished_at is None
    beat = row.beat_at or row.started_at
    return Run(
        row,
        name_of(row.asked_by),
        None if is_open else look_of(row.verdict),
        is_open and row.started_at is None and row.asked_at < now - PATIENCE,
        is_open and beat is not None and beat < now - SILENCE,
    )


def last_finished(*, now: datetime) -> Run | None:
    """The verification that ended last."""
    row = AuditVerification.objects.filter(finished_at__isnull=False).order_by("-finished_at").first()
    return run_of(row, now=now) if row else None


def under_way() -> AuditVerification | None:
    """A verification that has not ended, if there is one."""
    return AuditVerification.objects.filter(finished_at__isnull=True).order_by("asked_at").last()
