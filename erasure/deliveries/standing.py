"""How telling the vaults stands: what waits, what was given up, and which vaults keep it from going."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet

from erasure.choices import DeliveryState, OffBecause
from erasure.deliveries.vault_secrets import SECRETS
from erasure.models import Delivery, Vault


@dataclass(frozen=True)
class Undelivered:
    """How many deliveries wait, how many were given up, and since when the oldest of those is not told."""

    waiting: int
    given_up: int
    given_up_since: datetime | None


@dataclass(frozen=True)
class VaultInTrouble:
    """A vault that takes nothing just now or is told nothing, and how much waits for it."""

    vault: Vault
    waiting: int


def undelivered() -> Undelivered:
    """What is still to be told, whatever the vault: two short looks into the index by state."""
    given_up = Delivery.objects.filter(state=DeliveryState.GIVEN_UP).aggregate(
        count=Count("pk"), since=Min("made_at")
    )
    return Undelivered(
        waiting=Delivery.objects.filter(state=DeliveryState.WAITING).count(),
        given_up=given_up["count"],
        given_up_since=given_up["since"],
    )


def keys_with(state: DeliveryState) -> QuerySet[Delivery, int]:
    """The keys of the requests of which a delivery is in this state, to narrow requests by."""
    return Delivery.objects.filter(state=state).values_list("request", flat=True)


def vaults_in_trouble() -> list[VaultInTrouble]:
    """Those that said that they are gone, and those that are paused or off while something waits for them."""
    troubled = Q(is_on=False) | Q(paused_until__isnull=False)
    vaults = list(Vault.objects.filter(troubled).defer(*SECRETS).order_by("is_on", "name"))
    # Whatever waits has a time for its next attempt: only among these is it looked for.
    waiting = Delivery.objects.filter(vault__in=vaults, next_attempt_at__isnull=False)
    counts = dict(waiting.order_by().values_list("vault").annotate(count=Count("pk")))
    found = [VaultInTrouble(vault, counts.get(vault.pk, 0)) for vault in vaults]
    # A pause is over with the first answer; where nothing is left to be told, nobody would ever get one.
    return [one for one in found if one.waiting or one.vault.off_because == OffBecause.GONE]


def readiness() -> str:
    """`ok`, `not set up`, or since when something waits for a vault that takes nothing.

    What was given up, or waits for a vault that somebody switched off, is for operators, and says nothing
    about today.
    """
    if not Vault.objects.exists():
        return "not set up"
    by_choice = OffBecause.OPERATOR
    keys = [one.vault.pk for one in vaults_in_trouble() if one.waiting and one.vault.off_because != by_choice]
    if not keys:
        return "ok"
    oldest = Delivery.objects.filter(vault__in=keys, state=DeliveryState.WAITING).order_by("made_at")
    since = oldest.values_list("made_at", flat=True).first()
    return f"failing since {since:%Y-%m-%dT%H:%M:%SZ}" if since else "ok"
