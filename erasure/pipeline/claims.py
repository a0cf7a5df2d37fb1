"""Claiming due rows.

A lease says until when they are ours, a fence tells a late writer that they no longer are.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from erasure.choices import SubmissionStatus
from erasure.models import Submission

#: Longer than one row's whole work (60 s) begun as late as a row may be begun (10 s after its claim).
LEASE = timedelta(seconds=80)

TO_SUBMIT = (SubmissionStatus.QUEUED, SubmissionStatus.SUBMITTING)
TO_POLL = (SubmissionStatus.PROCESSING,)

#: All that a claim has to carry. Nothing of it is encrypted, so that one damaged value cannot spoil the claim
#: of a whole batch.
CARRIED = ("pk", "status", "fence", "lease_until", "next_attempt_at", "cxone_id", "callback_at")


def due(statuses: Sequence[str], now: datetime) -> QuerySet[Submission]:
    """The rows whose time has come and which nobody has, the longest due first."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    return Submission.objects.filter(
        free, status__in=statuses, next_attempt_at__isnull=False, next_attempt_at__lte=now
    ).order_by("next_attempt_at", "pk")


def how_many_due(statuses: Sequence[str], *, at_most: int, now: datetime) -> int:
    """How many rows could be claimed now.

    A plain look, which keeps an idle worker from taking SQLite's write lock.
    """
    return due(statuses, now)[:at_most].count()


def claim(statuses: Sequence[str], *, limit: int, now: datetime) -> list[Submission]:
    """Take up to `limit` due rows.

    Two workers never get the same row: they skip each other's locks, or wait for one another on SQLite.

    The rows carry what `CARRIED` names.
    """
    if not limit:
        return []
    with transaction.atomic():
        rows = due(statuses, now)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(no_key=True, skip_locked=True)
        taken = list(rows.only(*CARRIED)[:limit])
        lease_until = now + LEASE
        Submission.objects.filter(pk__in=[row.pk for row in taken]).update(
            fence=F("fence") + 1, lease_until=lease_until
        )
    for row in taken:
        row.fence, row.lease_until = row.fence + 1, lease_until
    return taken


def locked(claimed: Sequence[Submission]) -> QuerySet[Submission]:
    """The claimed rows, whole and as they are now, locked in key order until the transaction ends.

    Some may belong to others by now, which their fence tells.
    """
    return (
        Submission.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk__in=[row.pk for row in claimed])
        .select_related("request", "identifier")
        .order_by("pk")
    )


def still_ours(claimed: Sequence[Submission]) -> list[Submission]:
    """The claimed rows that nobody has taken over, locked as `locked` does."""
    fences = {row.pk: row.fence for row in claimed}
    return [row for row in locked(claimed) if row.fence == fences[row.pk]]


def renew_lease(rows: Sequence[Submission], *, now: datetime) -> None:
    """Count the lease of rows from now on: they waited for their turn, and are about to be called for."""
    Submission.objects.filter(pk__in=[row.pk for row in rows]).update(lease_until=now + LEASE)


def give_back(claimed: Sequence[Submission]) -> None:
    """Return rows that were not begun.

    They are still due. Rows that others have taken meanwhile are left alone.
    """
    by_fence: dict[int, list[int]] = defaultdict(list)
    for row in claimed:
        by_fence[row.fence].append(row.pk)
    with transaction.atomic():
        for fence, keys in by_fence.items():
            Submission.objects.filter(pk__in=keys, fence=fence).update(lease_until=None)
