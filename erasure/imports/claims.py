"""Whose a run is at the moment: one worker's at a time, by a lease and a fence.

Every transaction of the work begins by locking the run and asking whether it still belongs to whoever works.
So a worker that was thought dead and comes back changes nothing, and what one killed in the middle has
committed is known whole: a lot and its outcome are one transaction.
"""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from erasure.choices import ImportStage, ImportVia
from erasure.models import ImportRun

#: A worker that gave no sign for so long has lost its run to whoever takes it up next.
LEASE = timedelta(seconds=30)
WORK_OF_A_WORKER = Q(stage__in=[ImportStage.CHECKING, ImportStage.FILING]) | Q(
    withdraw_asked_at__isnull=False, withdrawn_at__isnull=True
)


class RunLost(Exception):  # noqa: N818 - reads as what it is where it is caught.
    """The run was stopped, thrown away, or taken over by another worker: nothing was changed."""


def waiting(now: datetime) -> QuerySet[ImportRun]:
    """The runs that wait for a worker, the oldest first. What a command files is the command's own."""
    is_free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    of_page = ImportRun.objects.exclude(via=ImportVia.COMMAND, stage=ImportStage.FILING)
    return of_page.filter(WORK_OF_A_WORKER, is_free).order_by("created_at", "pk")


def claim_next(now: datetime) -> ImportRun | None:
    """The run that has waited longest, now ours; None when none waits."""
    for run in waiting(now):
        if claim(run, now=now):
            return run
    return None


def claim(run: ImportRun, *, now: datetime) -> bool:
    """Make a run ours; False when somebody else was faster."""
    free = ImportRun.objects.filter(pk=run.pk, fence=run.fence, stage=run.stage)
    if not free.update(fence=run.fence + 1, lease_until=now + LEASE):
        return False
    run.fence, run.lease_until = run.fence + 1, now + LEASE
    return True


def locked(run: ImportRun, *, now: datetime) -> ImportRun:
    """The run's row, locked until the transaction ends, with a new lease. Raises RunLost."""
    ours = ImportRun.objects.select_for_update(no_key=True, of=("self",)).select_related("started_by")
    current = ours.filter(pk=run.pk, fence=run.fence, stage=run.stage).first()
    if current is None:
        raise RunLost
    current.lease_until = now + LEASE
    return current


def give_back(run: ImportRun) -> None:
    """Let somebody else go on at once."""
    ImportRun.objects.filter(pk=run.pk, fence=run.fence).update(lease_until=None)
