"""Verifications that somebody asked for on a page, carried out by a worker.

A run is a row: asked for, then claimed by one worker at a time through compare-and-swap on `beat_at`, which
that worker moves about once a second while `done` grows towards `size`, both in lines. When all lines are
done the state is compared with the events; `done` stays until the run ends with `finished_at`, `verdict`
(`OK`, `WARN`, `FAIL line 12`, `TRUNCATED`, …, or `NOT VERIFIED` where the verification itself failed) and
`words`, a sentence a line. The verdict is also the event `audit.verified`, in the name of who asked.
A worker that gives no sign for a minute has lost its run to whoever takes it up next.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeAlias

from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from audit.checking.findings import Verdict
from audit.checking.verification_report import Progress, VerificationReport
from audit.models import AuditHead, AuditVerification
from audit.trail import AuditError, LogNotReadyError, audited

logger = logging.getLogger(__name__)

LOST_AFTER = timedelta(seconds=60)
#: A database that is away is waited for so long, and then the run ends without a verdict.
GIVE_UP_AFTER = timedelta(hours=1)
BEAT_SECONDS = 1.0

Check: TypeAlias = Callable[[Progress], VerificationReport]


class RunLostError(Exception):
    """Another worker has taken the run over, since this one gave no sign for too long."""


def ask(*, by: str) -> AuditVerification:
    """The run that this actor may wait for: one that is open already, else a new one.

    Nothing has to be rung: the tick finds it within a second.
    """
    with transaction.atomic():
        # Whoever asks at the same moment waits here, and is then given the first one's run.
        AuditHead.objects.select_for_update().filter(pk=AuditHead.ONLY).first()
        return _open().first() or AuditVerification.objects.create(asked_by=by, asked_at=timezone.now())


def are_waiting(now: datetime) -> bool:
    """Whether a run waits for a worker."""
    return _claimable(now).exists()


def run_next(*, check: Check) -> bool:
    """Carry out the oldest run that waits for a worker; False when there is none.

    Raises OperationalError or InterfaceError when the database goes away: the run stays open and is taken up
    again once it counts as lost.
    """
    run = _claim()
    if run is None:
        return False
    try:
        run.carry_out(check)
    except RunLostError:
        logger.warning("verification_run_lost", extra={"run": run.row.pk})
    return True


def _open() -> QuerySet[AuditVerification]:
    return AuditVerification.objects.filter(finished_at__isnull=True).order_by("asked_at", "pk")


def _claimable(now: datetime) -> QuerySet[AuditVerification]:
    return _open().filter(Q(beat_at__isnull=True) | Q(beat_at__lt=now - LOST_AFTER))


def _claim() -> "_Run | None":
    now = timezone.now()
    for row in _claimable(now):
        run = _Run(row)
        try:
            run.write(started_at=now, done=0, size=None)
        except RunLostError:
            continue
        return run
    return None


class _Run:
    """A run in the hands of this worker, as long as nobody else writes to its row."""

    def __init__(self, row: AuditVerification) -> None:
        self.row = row
        self._beat_due = time.monotonic() + BEAT_SECONDS

    def write(self, **changes: object) -> None:
        """Change the row and give a sign of life. Raises RunLostError when somebody else has it."""
        now = timezone.now()
        ours = _open().filter(pk=self.row.pk, beat_at=self.row.beat_at)
        if ours.update(beat_at=now, **changes) != 1:
            raise RunLostError
        self.row.beat_at = now

    def progress(self, done: int, total: int) -> None:
        """Say how far the run is, about once a second."""
        if time.monotonic() >= self._beat_due:
            self._beat_due = time.monotonic() + BEAT_SECONDS
            self.write(done=done, size=total)

    def carry_out(self, check: Check) -> None:
        """Verify, and end the run with its verdict. Raises RunLostError."""
        try:
            report = check(self.progress)
        except (OperationalError, InterfaceError):
            if timezone.now() - self.row.asked_at < GIVE_UP_AFTER:
                raise
            self._give_up("The database could not be read for an hour.")
        except RunLostError:
            raise
        except Exception:
            logger.exception("verification_failed", extra={"run": self.row.pk})
            self._give_up("The verification itself failed. The program's log says more.")
        else:
            self._finish(report)

    def _finish(self, report: VerificationReport) -> None:
        last_beat = self.row.beat_at
        try:
            with audited() as trail:
                self._end(report, report.words())
                report.record(trail, via="page", actor=self.row.asked_by)
        except (AuditError, DatabaseError) as error:
            logger.warning("verification_not_recorded", extra={"error": type(error).__name__})
            # The beat was rolled back with the event.
            self.row.beat_at = last_beat
            self._end(report, f"{report.words()}\n{not_recorded(error)}")

    def _end(self, report: VerificationReport, words: str) -> None:
        lines = report.size + report.ended
        self.write(
            done=lines,
            size=lines,
            finished_at=timezone.now(),
            verdict=report.findings.title,
            words=words,
        )

    def _give_up(self, why: str) -> None:
        words = f"{why} Nothing is known about the log either way."
        self.write(finished_at=timezone.now(), verdict=str(Verdict.NOT_VERIFIED), words=words)


def not_recorded(error: AuditError | DatabaseError) -> str:
    """Why a verification could not itself be put on record, for people."""
    why = (
        str(error) if isinstance(error, LogNotReadyError) else "Nothing can be appended to the log as it is."
    )
    return f"This verification itself could not be written to the log. {why}"
