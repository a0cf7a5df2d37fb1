"""Claiming due deliveries, vault by vault: a lease says until when, a fence tells a late writer."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from erasure.models import Delivery, Vault

#: Longer than the longest call of any kind and its recording: at OneTrust a token, a look, a change, and the
#: same once more after a 401, 15 s each.
LEASE = timedelta(seconds=150)
#: So many deliveries to one vault are under way in one worker at a time.
AT_ONCE = 8


def due(now: datetime) -> QuerySet[Delivery]:
    """The deliveries whose time has come and which nobody has, whether or not their vault may be called."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    return Delivery.objects.filter(free, next_attempt_at__isnull=False, next_attempt_at__lte=now)


def callable_vaults(now: datetime) -> QuerySet[Vault]:
    """The vaults that are on, may be called now, and have something due."""
    unpaused = Q(paused_until__isnull=True) | Q(paused_until__lte=now)
    return Vault.objects.filter(unpaused, Exists(due(now).filter(vault=OuterRef("pk"))), is_on=True).order_by(
        "pk"
    )


def claim(
    now: datetime, *, under_way: Mapping[int, int] | None = None, room: int | None = None
) -> list[Delivery]:
    """Take what is due of every vault that may be called; of one after a pause, one alone.

    With what the caller has `under_way` for a vault it gets no more than `AT_ONCE`, and in all no more than
    there is `room` for: what would wait for a thread would lose its lease. Two workers never get the same
    row, and only one of them gets a vault's first call after a pause.
    """
    busy = under_way or {}
    taken: list[Delivery] = []
    for key in callable_vaults(now).values_list("pk", flat=True):
        free = AT_ONCE - busy.get(key, 0)
        limit = free if room is None else min(free, room - len(taken))
        if limit > 0:
            taken += _claim(key, now, limit=limit)
    return taken


def _claim(vault_key: int, now: datetime, *, limit: int) -> list[Delivery]:
    with transaction.atomic():
        vault = Vault.objects.select_for_update(no_key=True).only("is_on", "paused_until").get(pk=vault_key)
        if not vault.is_on or (vault.paused_until and vault.paused_until > now):
            return []
        trying = vault.paused_until is not None
        rows = due(now).filter(vault=vault_key).order_by("next_attempt_at", "pk")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(no_key=True, skip_locked=True)
        # Nothing of it is encrypted, so that one damaged value cannot spoil the claim of all.
        taken = list(rows.only("pk", "vault_id", "fence")[: 1 if trying else limit])
        if trying and taken:
            # Until this one's outcome is noted, or its worker has died, the others go on waiting.
            Vault.objects.filter(pk=vault_key).update(paused_until=now + LEASE)
        Delivery.objects.filter(pk__in=[row.pk for row in taken]).update(
            fence=F("fence") + 1, lease_until=now + LEASE
        )
    for row in taken:
        row.fence += 1
    return taken


def still_ours(claimed: Sequence[Delivery], *, without: Sequence[str] = ()) -> list[Delivery]:
    """The claimed rows that nobody has taken over, locked in key order until the transaction ends.

    Whole, but for the columns `without`, which are read when they are asked for.
    """
    fences = {row.pk: row.fence for row in claimed}
    rows = (
        Delivery.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk__in=list(fences))
        .select_related("request", "submission", "submission__identifier")
        .defer(*without)
        .order_by("pk")
    )
    return [row for row in rows if row.fence == fences[row.pk]]
