"""Taking back whatever an import has filed and nothing has been sent of: asked for once, done by a worker."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from audit.events import Event
from audit.trail import audited
from erasure import doorbell, lifecycle
from erasure.choices import ImportStage, SubmissionStatus
from erasure.imports import claims
from erasure.imports.uploads import IMPORT_JOB
from erasure.lots import DATABASE_TROUBLE
from erasure.models import ImportRun, Submission

logger = logging.getLogger(__name__)

AT_ONCE = 25
NOT_SENT = (SubmissionStatus.BLOCKED, SubmissionStatus.QUEUED)
ENDED = (ImportStage.DONE, ImportStage.STOPPED)


def filed_by(run: ImportRun) -> QuerySet[Submission]:
    """What this import has filed."""
    return Submission.objects.filter(request__imported_row__run=run)


def can_be_withdrawn(run: ImportRun) -> QuerySet[Submission]:
    """What can still be stopped of it."""
    return filed_by(run).filter(status__in=NOT_SENT)


def ask(run: ImportRun, *, by: Any) -> bool:
    """Ask for all that was not sent to be taken back.

    False where that is under way already, where nothing is left to take back, or while rows are being filed.
    """
    if not can_be_withdrawn(run).exists():
        return False
    is_idle = Q(withdraw_asked_at__isnull=True) | Q(withdrawn_at__isnull=False)
    with transaction.atomic():
        ended = ImportRun.objects.filter(is_idle, pk=run.pk, stage__in=ENDED)
        asked = ended.update(withdraw_asked_at=timezone.now(), withdraw_by=by, withdrawn_at=None)
        doorbell.ring(IMPORT_JOB)
    return bool(asked)


def withdraw(run: ImportRun, *, is_over: Callable[[], bool]) -> None:
    """Stop what can be stopped, some dozens in a transaction. Raises claims.RunLost."""
    while keys := list(can_be_withdrawn(run).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        if not _cancel_by_itself_if_need_be(run, keys):
            # None of these can be stopped; what stands in the way is in the program's log.
            break
        if is_over():
            return
    _finish(run)


def _cancel_by_itself_if_need_be(run: ImportRun, keys: Sequence[int]) -> int:
    try:
        return _cancel(run, keys)
    except (claims.RunLost, *DATABASE_TROUBLE):
        raise
    except Exception as error:
        logger.exception("withdrawing_failed", extra={"error": type(error).__name__, "row": list(keys)})
    return sum(_cancel_by_itself_if_need_be(run, [key]) for key in keys) if len(keys) > 1 else 0


def _cancel(run: ImportRun, keys: Sequence[int]) -> int:
    """Stop these; says of how many that was possible."""
    now = timezone.now()
    with audited() as log:
        current = claims.locked(run, now=now)
        rows = (
            Submission.objects.filter(pk__in=keys, status__in=NOT_SENT)
            .select_related("request", "identifier")
            .select_for_update(no_key=True, of=("self",))
            .order_by("pk")
        )
        by = current.withdraw_by
        done = 0
        for row in rows:
            lifecycle.cancel(log, row, by=by, because="stopped", now=now)
            done += 1
        current.withdrawn += done
        current.save(update_fields=["withdrawn", "lease_until"])
    return done


def _finish(run: ImportRun) -> None:
    now = timezone.now()
    with audited() as log:
        current = claims.locked(run, now=now)
        current.withdrawn_at, current.lease_until = now, None
        current.save(update_fields=["withdrawn_at", "lease_until"])
        by = current.withdraw_by
        all_filed = filed_by(current).count()
        log.record(
            Event.IMPORT_STOPPED,
            actor=by.actor if by else lifecycle.SYSTEM,
            obj=current.obj,
            data={
                "rows": current.rows,
                "submissions": current.withdrawn,
                "too_late": all_filed - current.withdrawn,
            },
        )
