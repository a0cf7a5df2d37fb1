"""What all workers share about a vault: its pause, its streak of failures, and whether it is on."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from audit.events import Event
from audit.trail import Trail
from erasure import notices
from erasure.choices import TROUBLE_OF_THE_VAULT, DeliveryState, DeliveryTrouble, NoticeKind, OffBecause
from erasure.deliveries.told import Told
from erasure.models import Delivery, Vault
from erasure.vault import NotDelivered, Receipt

#: So many failures in a row, and everything that the vault is to be told waits.
FAILURES_BEFORE_PAUSE = 3
PAUSE_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 900.0
ALL = Q()


def note(log: Trail, vault: Vault, told: Sequence[Told], *, now: datetime) -> None:
    """Write down what some attempts met; `vault` is locked. An answer to a message ends streak and pause."""
    met = [one for one in told if not one.reached_nobody]
    if not met:
        _note_nothing(vault, told, now=now)
        return
    troubles = [trouble for one in met if (trouble := one.trouble)]
    answered = [one for one in met if one.trouble is None]
    if any(isinstance(one.result, Receipt) for one in answered):
        vault.last_success_at = now
    if _end_pause(vault, answered):
        wake(vault, Q(last_trouble__in=sorted(TROUBLE_OF_THE_VAULT)), now=now)
    if troubles:
        vault.last_failure_at, vault.last_trouble = now, troubles[-1].trouble
        _note_troubles(log, vault, troubles, all_failed=not answered, now=now)
    vault.save(
        update_fields=[
            *("is_on", "off_because", "off_since", "paused_until", "streak"),
            *("last_success_at", "last_failure_at", "last_trouble"),
        ]
    )


def _note_nothing(vault: Vault, told: Sequence[Told], *, now: datetime) -> None:
    """The one that was to try the vault has not asked it: the next one tries."""
    if told and vault.paused_until and vault.paused_until > now and _is_of_this_pause(vault, told):
        vault.paused_until = now
        vault.save(update_fields=["paused_until"])


def _end_pause(vault: Vault, answered: Sequence[Told]) -> bool:
    """End streak and pause, if these answers say that the vault works; whether there was a pause to end.

    What was sent before the vault asked for the pause, or was found to need one, says nothing about its end.
    """
    if not answered or (vault.paused_until and not _is_of_this_pause(vault, answered)):
        return False
    was_paused = vault.paused_until is not None
    vault.streak, vault.paused_until = 0, None
    return was_paused


def _is_of_this_pause(vault: Vault, told: Sequence[Told]) -> bool:
    return vault.last_failure_at is None or any(one.begun >= vault.last_failure_at for one in told)


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


def wake(vault: Vault, those: Q = ALL, *, now: datetime) -> None:
    """The vault is back, or another one: what waits for it need not wait for its own next hour.

    What a worker has under way is left alone, whose rows are locked in another order. `vault` is locked.
    """
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    waiting = Delivery.objects.filter(free, those, vault=vault, state=DeliveryState.WAITING)
    waiting.filter(next_attempt_at__gt=now).update(next_attempt_at=now)


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
