"""Claiming due rows: a lease says until when they are ours, a fence tells a late writer that they no longer are."""

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


def due(statuses: Sequence[str], now: datetime) -> QuerySet[Submission]:
    """The rows whose time has come and which nobody has, the longest due first."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    return Submission.objects.filter(
        free, status__in=statuses, next_attempt_at__isnull=False, next_attempt_at__lte=now
    ).order_by("next_attempt_at", "pk")


def claim(statuses: Sequence[str], *, limit: int, now: datetime) -> list[Submission]:
    """Take up to `limit` due rows. Two workers never get the same row: they skip each other's locks, or wait on SQLite."""
    # Looking first keeps an idle worker from taking SQLite's write lock.
    if not limit or not due(statuses, now).exists():
        return []
    with transaction.atomic():
        rows = due(statuses, now)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        taken = list(rows.values_list("pk", flat=True)[:limit])
        Submission.objects.filter(pk__in=taken).update(fence=F("fence") + 1, lease_until=now + LEASE)
    return list(
        Submission.objects.filter(pk__in=taken)
        .select_related("request", "identifier")
        .order_by("next_attempt_at", "pk")
    )


def locked(claimed: Sequence[Submission]) -> list[Submission]:
    """The claimed rows that are still ours, read anew and locked in key order until the transaction ends."""
    fences = {row.pk: row.fence for row in claimed}
    rows = (
        Submission.objects.select_for_update(of=("self",))
        .filter(pk__in=fences)
        .select_related("request", "identifier")
        .order_by("pk")
    )
    return [row for row in rows if row.fence == fences[row.pk]]


def give_back(claimed: Sequence[Submission], *, at: datetime) -> None:
    """Return rows that were not begun, for a later time; rows that others have taken meanwhile are left alone."""
    for row in claimed:
        Submission.objects.filter(pk=row.pk, fence=row.fence, lease_until__isnull=False).update(
            next_attempt_at=at, lease_until=None
        )
