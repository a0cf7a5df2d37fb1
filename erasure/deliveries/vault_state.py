"""What all workers share about a vault: its pause, its streak of failures, and whether it is on."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from audit.events import Event
from audit.trail import Trail
from erasure import notices
from erasure.choices import TROUBLE_OF_THE_VAULT, DeliveryState, DeliveryTrouble, NoticeKind, OffBecause
from erasure.models import Delivery, Vault
from erasure.vault import NotDelivered, Receipt

#: So many failures in a row, and everything that the vault is to be told waits.
FAILURES_BEFORE_PAUSE = 3
PAUSE_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 900.0


def note(log: Trail, vault: Vault, results: Sequence[Receipt | NotDelivered], *, now: datetime) -> None:
    """Write down what some attempts met; `vault` is locked. An answer to a message ends streak and pause."""
    if not results:
        return
    troubles = [
        result
        for result in results
        if isinstance(result, NotDelivered) and result.trouble in TROUBLE_OF_THE_VAULT
    ]
    if any(isinstance(result, Receipt) for result in results):
        vault.last_success_at = now
    if len(troubles) < len(results):
        # It works; each row that failed has its own wait.
        if vault.paused_until is not None:
            _wake(vault, now=now)
        vault.streak, vault.paused_until = 0, None
    if troubles:
        vault.last_failure_at, vault.last_trouble = now, troubles[-1].trouble
        _note_troubles(log, vault, troubles, all_failed=len(troubles) == len(results), now=now)
    vault.save(
        update_fields=[
            *("is_on", "off_because", "off_since", "paused_until", "streak"),
            *("last_success_at", "last_failure_at", "last_trouble"),
        ]
    )


def _note_troubles(
    log: Trail, vault: Vault, troubles: Sequence[NotDelivered], *, all_failed: bool, now: datetime
) -> None:
    if any(error.trouble == DeliveryTrouble.GONE for error in troubles):
        switch_off(log, vault, because=OffBecause.GONE, now=now)
        return
    if all_failed:
        # A wave counts call by call, but how long the pause is should not hang on how wide it was.
        reached = vault.streak + len(troubles)
        vault.streak = (
            vault.streak + 1 if vault.streak >= FAILURES_BEFORE_PAUSE else min(reached, FAILURES_BEFORE_PAUSE)
        )
    seconds = pause_seconds(vault.streak)
    asked = [error.retry_after for error in troubles if error.retry_after is not None]
    if asked or seconds:
        vault.paused_until = now + timedelta(seconds=max([seconds, *asked]))


def _wake(vault: Vault, *, now: datetime) -> None:
    """The vault is back: what waits because of its trouble need not wait for its own next hour.

    What a worker has under way is left alone, whose rows are locked in another order.
    """
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    Delivery.objects.filter(
        free,
        vault=vault,
        state=DeliveryState.WAITING,
        next_attempt_at__gt=now,
        last_trouble__in=sorted(TROUBLE_OF_THE_VAULT),
    ).update(next_attempt_at=now)


def pause_seconds(streak: int) -> float:
    """How long nobody calls after so many failures in a row, in seconds; 0 while they are too few."""
    if streak < FAILURES_BEFORE_PAUSE:
        return 0.0
    doublings = min(streak - FAILURES_BEFORE_PAUSE, 8)
    grown = min(LONGEST_PAUSE_SECONDS, PAUSE_SECONDS * 2**doublings)
    return float(grown * random.uniform(1.0, 1.2))  # noqa: S311 - it spreads callers; nothing secret hangs on it.


def switch_off(log: Trail, vault: Vault, *, because: OffBecause, now: datetime, actor: str = "sys") -> None:
    """Send it nothing more; `vault` is locked, and saved by the caller. What waits goes on waiting."""
    if not vault.is_on:
        return
    vault.is_on, vault.off_because, vault.off_since = False, because, now
    vault.streak, vault.paused_until = 0, None
    log.record(
        Event.VAULT_SWITCHED_OFF,
        actor=actor,
        obj=vault.obj,
        data={"because": str(because), "waiting": waiting_at(vault)},
    )
    if because == OffBecause.GONE:
        people = notices.people_who_may("manage_vaults").values_list("pk", flat=True)
        notices.tell(list(people), NoticeKind.VAULT_GONE, about=vault.code, target=str(vault.pk), now=now)


def waiting_at(vault: Vault) -> int:
    """How much waits to be told to it."""
    return Delivery.objects.filter(vault=vault, state=DeliveryState.WAITING).count()
