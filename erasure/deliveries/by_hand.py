"""What operators do with deliveries: have them sent again at once, or let them be."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from audit.events import Event
from audit.trail import audited
from erasure import doorbell
from erasure.choices import DeliveryState
from erasure.deliveries.outcomes import record
from erasure.deliveries.vault_secrets import SECRETS
from erasure.lifecycle import DELIVER_JOB
from erasure.models import Delivery, PrivacyRequest, Vault


@dataclass(frozen=True)
class Done:
    """How many deliveries something was done with, of how many that were asked for."""

    done: int
    asked: int


#: What can be sent again: whatever is not with its vault, unless it is being sent right now.
SENDABLE = frozenset(
    {DeliveryState.WAITING, DeliveryState.GIVEN_UP, DeliveryState.NOT_FOR_IT, DeliveryState.LET_BE}
)
#: What can be let be: what would else go on waiting, or be shown as given up.
DISMISSIBLE = frozenset({DeliveryState.WAITING, DeliveryState.GIVEN_UP})


def why_not_again(row: Delivery, *, now: datetime) -> str:
    """Why this delivery cannot be sent again now; empty when it can."""
    if row.state not in SENDABLE:
        return _("The vault has it already.")
    if row.request.shredded_at:
        return _("Its request was shredded, and with it what there was to tell.")
    return _why_busy(row, now)


def why_not_let_be(row: Delivery, *, now: datetime) -> str:
    """Why this delivery cannot be let be now; empty when it can."""
    if row.state not in DISMISSIBLE:
        return _("Nothing of it waits any more.")
    return _why_busy(row, now)


def _why_busy(row: Delivery, now: datetime) -> str:
    if row.lease_until and row.lease_until > now:
        return _("It is being sent right now; look again in a minute.")
    return ""


def send_again(keys: Collection[int], *, by: Any, now: datetime) -> Done:
    """Have these deliveries sent at once, with all their attempts before them; the others are left alone.

    What is gone of its text was shredded with its request, and cannot be sent any more.
    """
    with audited() as log:
        _lock_requests(keys)
        rows = [row for row in _locked(keys, SENDABLE, now=now) if not row.request.shredded_at]
        for row in rows:
            row.state, row.settled_at = DeliveryState.WAITING, None
            row.next_attempt_at, row.attempts, row.lease_until = now, 0, None
            row.save(update_fields=["state", "settled_at", "next_attempt_at", "attempts", "lease_until"])
            record(log, Event.VAULT_RETRIED, row.vault, row, actor=by.actor)
        _end_pauses({row.vault_id for row in rows}, now=now)
        if rows:
            doorbell.ring(DELIVER_JOB)
    return Done(len(rows), len(keys))


def let_be(keys: Collection[int], *, by: Any, now: datetime) -> Done:
    """Give these deliveries up for good; the others are left alone."""
    with audited() as log:
        rows = _locked(keys, DISMISSIBLE, now=now)
        for row in rows:
            row.state, row.settled_at = DeliveryState.LET_BE, now
            row.next_attempt_at = row.lease_until = None
            row.save(update_fields=["state", "settled_at", "next_attempt_at", "lease_until"])
            record(log, Event.VAULT_DISMISSED, row.vault, row, actor=by.actor)
    return Done(len(rows), len(keys))


def _lock_requests(keys: Collection[int]) -> None:
    """Before their vaults and deliveries: none of them is shredded from now on, or it is seen that it was."""
    requests = PrivacyRequest.objects.filter(pk__in=Delivery.objects.filter(pk__in=keys).values("request"))
    list(requests.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def _locked(keys: Collection[int], states: Collection[str], *, now: datetime) -> Sequence[Delivery]:
    """In key order, after their vaults; without what a worker is sending right now."""
    list(
        # Not by a join, which would lock the deliveries with them, in whatever order.
        Vault.objects.select_for_update(no_key=True)
        .filter(pk__in=Delivery.objects.filter(pk__in=keys).values("vault"))
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    rows = Delivery.objects.select_for_update(no_key=True, of=("self",)).filter(
        free, pk__in=keys, state__in=sorted(states)
    )
    # Without what is told and the vault's secrets: what can be read no more can at least be let be.
    unread = ("body", "last_answer", *(f"vault__{name}" for name in SECRETS))
    whole = rows.select_related("request", "vault", "submission", "submission__identifier")
    return list(whole.defer(*unread).order_by("pk"))


def _end_pauses(vaults: Collection[int], *, now: datetime) -> None:
    """Whoever sends again wants to see at once whether it works; the first delivery alone tries."""
    Vault.objects.filter(pk__in=vaults, paused_until__gt=now).update(paused_until=now)
