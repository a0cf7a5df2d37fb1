"""Taking back whatever an import has filed and nothing has been sent of: asked for once, done by a worker."""

import logging
from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from audit.events import Event
from audit.trail import audited
from erasure import doorbell, lifecycle
from erasure.choices import Category, ImportStage, SubmissionStatus
from erasure.imports import claims
from erasure.imports.uploads import IMPORT_JOB
from erasure.lots import DATABASE_TROUBLE
from erasure.models import ImportRun, Submission

#: Each splitting leaves a part with fewer categories.
MOST_SPLITTINGS = len(Category) - 1
logger = logging.getLogger(__name__)

AT_ONCE = 25
NOT_SENT = (SubmissionStatus.BLOCKED, SubmissionStatus.QUEUED)
ENDED = (ImportStage.DONE, ImportStage.STOPPED)


def _filed_with_the_request(splittings: int) -> Q:
    """What came of a row's own submission by so many splittings, one after the other."""
    own = Q()
    whole = ""
    for _splitting in range(splittings):
        own &= Q((f"{whole}filed_at", F(f"{whole}replaces__closed_at")))
        whole += "replaces__"
    return own & Q((f"{whole}replaces", None), (f"{whole}filed_at", F("request__filed_at")))


_OWN = reduce(or_, map(_filed_with_the_request, range(MOST_SPLITTINGS + 1)))


def filed_by(run: ImportRun) -> QuerySet[Submission]:
    """What this import has filed, and the parts that came of it by splitting; not what a person has filed
    for the same requests afterwards.

    A row's submissions are filed in the moment in which its request is registered, and a part in the moment
    in which the whole ends. Whoever files again does so later: only what has ended is replaced by a person.
    """
    return Submission.objects.filter(_OWN, request__imported_row__run=run)


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
        asked = ended.update(
            withdraw_asked_at=timezone.now(), withdraw_by=by, withdrawn_at=None, withdrawn_up_to=0
        )
        doorbell.ring(IMPORT_JOB)
    return bool(asked)


def withdraw(run: ImportRun, *, is_over: Callable[[], bool]) -> None:
    """Stop what can be stopped, some dozens in a transaction, until the turn is over.

    One that cannot be stopped is passed by; why stands in the program's log. Raises claims.RunLost.
    """
    while keys := _next_keys(run):
        _cancel_by_itself_if_need_be(run, keys)
        _pass_by(run, keys[-1])
        if is_over():
            return
    _finish(run)


def _next_keys(run: ImportRun) -> list[int]:
    left = can_be_withdrawn(run).filter(pk__gt=run.withdrawn_up_to)
    return list(left.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def _pass_by(run: ImportRun, key: int) -> None:
    with transaction.atomic():
        current = claims.locked(run, now=timezone.now())
        current.withdrawn_up_to = run.withdrawn_up_to = key
        current.save(update_fields=["withdrawn_up_to", "lease_until"])


def _cancel_by_itself_if_need_be(run: ImportRun, keys: Sequence[int]) -> None:
    try:
        _cancel(run, keys)
    except (claims.RunLost, *DATABASE_TROUBLE):
        raise
    except Exception as error:
        logger.exception("withdrawing_failed", extra={"error": type(error).__name__, "row": list(keys)})
        if len(keys) > 1:
            for key in keys:
                _cancel_by_itself_if_need_be(run, [key])


def _cancel(run: ImportRun, keys: Sequence[int]) -> None:
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


def _finish(run: ImportRun) -> None:
    now = timezone.now()
    with audited() as log:
        current = claims.locked(run, now=now)
        current.withdrawn_at, current.lease_until = now, None
        current.save(update_fields=["withdrawn_at", "lease_until"])
        by = current.withdraw_by
        sent = filed_by(current).filter(first_sent_at__isnull=False).count()
        log.record(
            Event.IMPORT_STOPPED,
            actor=by.actor if by else lifecycle.SYSTEM,
            obj=current.obj,
            data={
                "rows": current.rows,
                "submissions": current.withdrawn,
                "too_late": sent,
            },
        )
