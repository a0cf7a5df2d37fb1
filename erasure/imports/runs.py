"""The life of an import: begun by the word of its giver, filed lot by lot, stopped or ended, taken back.

All the work is that of workers, which find it by its rows; a command does its own.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from audit.events import Event
from audit.trail import Trail, audited
from erasure import doorbell, freed_pages
from erasure.choices import ImportStage, ImportStopped, ImportVia
from erasure.imports import claims, withdrawing
from erasure.imports.checking import check
from erasure.imports.claims import RunLost
from erasure.imports.filing_lots import GiverBarred, file_next_lot
from erasure.imports.outcomes import summed
from erasure.imports.uploads import IMPORT_JOB, throw_away_cells
from erasure.models import ImportRun

SYSTEM = "sys"
#: A command that gave no sign for so long was killed.
COMMAND_LOST_AFTER = timedelta(minutes=10)


def begin(run: ImportRun, *, identity_check: str, duplicate_reason: str) -> bool:
    """Let a list that was looked at be filed; False where somebody has done so, or it has ended."""
    with audited() as log:
        waits = ImportRun.objects.select_for_update(no_key=True).filter(pk=run.pk, stage=ImportStage.CHECKED)
        if (current := waits.first()) is None:
            return False
        current.stage, current.begun_at = ImportStage.FILING, timezone.now()
        current.identity_check, current.duplicate_reason = identity_check, duplicate_reason or None
        current.done, current.counts = 0, {}
        current.save()
        note_begun(log, current)
        doorbell.ring(IMPORT_JOB)
    return True


def note_begun(log: Trail, run: ImportRun) -> None:
    """Put on record that a list begins to be filed."""
    _record(log, run, Event.IMPORT_STARTED, {"via": run.via})


def stop(run: ImportRun, *, by: Any) -> bool:
    """File no further rows; what is left of the list goes. False where it is not being filed any more."""
    return _stop(run, actor=by.actor)


def work_next(*, until: float) -> bool:
    """Work on the run that has waited longest, until that time of `time.monotonic()`; False for none."""
    run = claims.claim_next(timezone.now())
    if run is None:
        return False

    def is_over() -> bool:
        return time.monotonic() >= until

    try:
        if run.stage == ImportStage.CHECKING:
            check(run, is_over=is_over)
        elif run.stage == ImportStage.FILING:
            file_all(run, send_delay=timedelta(seconds=settings.SEND_DELAY_SECONDS), is_over=is_over)
        else:
            withdrawing.withdraw(run, is_over=is_over)
    except RunLost:
        # It was stopped, or another worker has it now.
        return True
    claims.give_back(run)
    return True


def file_all(
    run: ImportRun,
    *,
    send_delay: timedelta,
    is_over: Callable[[], bool] = lambda: False,
    progress: Callable[[], None] = lambda: None,
) -> None:
    """File lot after lot of a claimed run, and end it with the last one. Raises RunLost.

    Where its giver may not file any more, it is stopped; what was filed before stays.
    """
    try:
        while file_next_lot(run, send_delay=send_delay):
            progress()
            if is_over():
                return
    except GiverBarred:
        _stop(run, actor=SYSTEM, because=ImportStopped.GIVER_BARRED)
        run.refresh_from_db()
    else:
        _finish(run)
    freed_pages.clear()


def are_waiting(now: datetime) -> bool:
    """Whether a run waits for a worker."""
    return claims.waiting(now).exists()


def stop_what_commands_left(now: datetime) -> int:
    """Stop the runs of commands that were killed; the same command run again files what is missing."""
    silent = Q(lease_until__lt=now - COMMAND_LOST_AFTER) | Q(
        lease_until__isnull=True, begun_at__lt=now - COMMAND_LOST_AFTER
    )
    lost = ImportRun.objects.filter(silent, via=ImportVia.COMMAND, stage=ImportStage.FILING)
    return sum(_stop(run, actor=SYSTEM) for run in lost)


def _stop(run: ImportRun, *, actor: str, because: ImportStopped | None = None) -> bool:
    with audited() as log:
        filing = ImportRun.objects.select_for_update(no_key=True).filter(pk=run.pk, stage=ImportStage.FILING)
        if (current := filing.first()) is None:
            return False
        _end(current, ImportStage.STOPPED, because=because)
        throw_away_cells(current)
        why = {"because": because.value} if because else {}
        _record(log, current, Event.IMPORT_STOPPED, {**summed(current.counts), **why}, actor=actor)
    return True


def _finish(run: ImportRun) -> None:
    with audited() as log:
        current = claims.locked(run, now=timezone.now())
        _end(current, ImportStage.DONE)
        _record(log, current, Event.IMPORT_FINISHED, summed(current.counts))
    run.stage = current.stage


def _end(run: ImportRun, stage: ImportStage, *, because: ImportStopped | None = None) -> None:
    run.stage, run.finished_at, run.stopped_because = stage, timezone.now(), because or ""
    run.duplicate_reason = run.lease_until = None
    run.save(update_fields=["stage", "finished_at", "stopped_because", "duplicate_reason", "lease_until"])


def _record(
    log: Trail, run: ImportRun, event: Event, data: Mapping[str, int | str], *, actor: str = ""
) -> None:
    log.record(event, actor=actor or run.started_by.actor, obj=run.obj, data={"rows": run.rows, **data})
