"""An import as its pages show it: how far it is, what its counts say, and what can be done about it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from erasure.admin.request_narrowing import list_address
from erasure.asked import controllers_today
from erasure.choices import (
    IMPORT_STAGE_LOOKS,
    IMPORT_VERDICT_LOOKS,
    ImportStage,
    ImportVerdict,
    Look,
)
from erasure.imports import withdrawing
from erasure.imports.falling_due import days_overdue
from erasure.imports.outcomes import SUMS, summed
from erasure.imports.results import UNFILED, Known, duplicate_words
from erasure.models import ImportRun

#: After so long without a worker, the page says so.
PATIENCE = timedelta(seconds=15)
SEPARATORS = {",": _lazy("comma"), ";": _lazy("semicolon"), "\t": _lazy("tab")}
#: What a verdict is called as long as nothing is filed.
WOULD_BE = {
    ImportVerdict.FILE: _lazy("Would be filed"),
    ImportVerdict.SPLIT: _lazy("Would be filed, a part on hold"),
    ImportVerdict.BLOCKED: _lazy("Would be on hold"),
}
NOT_FILED_LOOK = Look("neutral", "block")


@dataclass(frozen=True)
class Shown:
    """An import as pages show it."""

    run: ImportRun
    reader: Any
    now: datetime
    #: What it has filed, and what of that can still be stopped; asked for once.
    filed: int
    stoppable: int

    @property
    def stage(self) -> ImportStage:
        return ImportStage(self.run.stage)

    @property
    def look(self) -> Look:
        return IMPORT_STAGE_LOOKS[self.stage]

    @property
    def is_working(self) -> bool:
        """Whether a worker has something to do for it."""
        return self.stage in {ImportStage.CHECKING, ImportStage.FILING} or self.is_withdrawing

    @property
    def is_withdrawing(self) -> bool:
        return self.run.withdraw_asked_at is not None and self.run.withdrawn_at is None

    @property
    def is_unfiled(self) -> bool:
        return self.stage in UNFILED

    @property
    def has_ended(self) -> bool:
        return self.stage in {ImportStage.DONE, ImportStage.STOPPED}

    @property
    def is_mine(self) -> bool:
        return bool(self.run.started_by_id == self.reader.pk)

    @property
    def percent(self) -> int:
        """How much of the rows is done, 0 to 100, rounded down."""
        return min(100, self.run.done * 100 // self.run.rows)

    @property
    def sums(self) -> dict[str, int]:
        """`filed`, `blocked`, `refused`, `same`."""
        return summed(self.run.counts)

    @property
    def left(self) -> int:
        """The rows of which nothing became, since a stop came first."""
        return self.run.rows - sum(self.run.counts.values()) if self.stage == ImportStage.STOPPED else 0

    @property
    def files(self) -> int:
        """How many rows would be filed or put on hold."""
        return self.sums["filed"] + self.sums["blocked"]

    @property
    def requests_address(self) -> str:
        """The list of requests, narrowed to what it has filed."""
        return list_address({"import": str(self.run.pk)})

    @property
    def duplicates(self) -> int:
        """The rows about somebody who has an open request."""
        return int(self.run.counts.get(ImportVerdict.DUPLICATE, 0))

    @cached_property
    def days_overdue(self) -> dict[int, int]:
        """By how many days each line is late before it is filed, as long as nothing is filed."""
        return days_overdue(self.run, controllers_today()) if self.stage == ImportStage.CHECKED else {}

    @property
    def separator(self) -> str:
        return str(SEPARATORS[self.run.separator])

    @property
    def can_withdraw(self) -> bool:
        return self.has_ended and not self.is_withdrawing and bool(self.stoppable)

    @property
    def waits_for_worker(self) -> bool:
        """Whether a worker should be at it and none has been for some time."""
        if not self.is_working or (self.run.lease_until and self.run.lease_until > self.now):
            return False
        asked = self.run.withdraw_asked_at or self.run.begun_at or self.run.created_at
        return asked < self.now - PATIENCE

    @property
    def moving(self) -> str:
        """Whether the page has to ask again: `soon`, `later` while what was filed leaves, or `never`."""
        if self.is_working:
            return "soon"
        return "later" if self.can_withdraw else "never"

    @property
    def version(self) -> str:
        """Changes whenever the page would."""
        run = self.run
        state = [run.stage, run.done, run.counts, run.withdrawn, self.stoppable, self.filed]
        state += [self.is_withdrawing, self.waits_for_worker]
        return hashlib.sha256(json.dumps(state).encode()).hexdigest()[:32]

    @property
    def said(self) -> str:
        """What screen readers are told when something happened; not every step of the bar."""
        if self.is_withdrawing:
            return _("What was not sent is being stopped.")
        return str(self.stage.label)


@dataclass(frozen=True)
class Tab:
    """The rows of one verdict, or all: how many there are, and whether they are what is shown."""

    label: str
    verdict: str
    count: int
    is_shown: bool


@dataclass(frozen=True)
class ShownRow:
    """A row in words."""

    known: Known
    look: Look
    label: str
    why: str
    overdue: str = ""


def shown_of(run: ImportRun, *, reader: Any) -> Shown:
    """One import with what can still be stopped of it."""
    ended = run.stage in {ImportStage.DONE, ImportStage.STOPPED, ImportStage.FILING}
    filed = withdrawing.filed_by(run).count() if ended else 0
    stoppable = withdrawing.can_be_withdrawn(run).count() if filed else 0
    return Shown(run, reader, timezone.now(), filed, stoppable)


def tabs_of(shown: Shown, verdict: str) -> list[Tab]:
    """All rows, and those of each verdict that there is."""
    counts = shown.run.counts
    found = [
        Tab(_label(one, is_unfiled=shown.is_unfiled), one.value, counts[one], one == verdict)
        for verdicts in SUMS.values()
        for one in verdicts
        if counts.get(one)
    ]
    return [Tab(_("All"), "", sum(counts.values()) + shown.left, not verdict), *found]


def _overdue_words(days: int) -> str:
    """That a row is late already; empty for one in time."""
    if not days:
        return ""
    words = ngettext("Already overdue by %(count)d day", "Already overdue by %(count)d days", days)
    return words % {"count": days}


def row_of(known: Known, *, is_unfiled: bool, days_overdue: int = 0) -> ShownRow:
    """A row with what would happen to it, or what did, and why, and by how many days it is late already."""
    if known.verdict is None:
        return ShownRow(known, NOT_FILED_LOOK, _("Not filed"), _("The import was stopped before this line."))
    look = IMPORT_VERDICT_LOOKS[known.verdict]
    label = _label(known.verdict, is_unfiled=is_unfiled)
    return ShownRow(known, look, label, _why(known), _overdue_words(days_overdue))


def _label(verdict: ImportVerdict, *, is_unfiled: bool) -> str:
    return str(WOULD_BE.get(verdict, verdict.label) if is_unfiled else verdict.label)


def _why(known: Known) -> str:
    if known.holds:
        return _("Held by %(holds)s.") % {"holds": ", ".join(known.holds)}
    if known.verdict == ImportVerdict.DUPLICATE:
        return duplicate_words(known)
    if known.verdict == ImportVerdict.SAME:
        if known.like_line:
            return _("The same as line %(line)s.") % {"line": known.like_line}
        return _("The same row was filed before as %(reference)s.") % {"reference": known.reference}
    return ""
