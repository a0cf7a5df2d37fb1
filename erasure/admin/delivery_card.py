"""The deliveries on a request's page: which vault was told what, and what becomes of the rest.

To send again is the operators' work, who are named; whoever is one, too, finds the buttons.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from erasure.admin.delivery_words import LINE_COLUMNS, DeliveryLine, line_of
from erasure.choices import DeliveryState
from erasure.deliveries import by_hand
from erasure.models import Delivery, PrivacyRequest, Vault

#: A delivery this close to its time is watched as closely as one that is under way.
SOON = timedelta(seconds=60)


@dataclass(frozen=True)
class CardLine:
    """One delivery, the vault's own words where the reader may have them, and what the reader may do."""

    line: DeliveryLine
    said: str
    can_send_again: bool
    can_let_be: bool


@dataclass(frozen=True)
class DeliveryCard:
    """The deliveries of a request, and the vaults that are told once something of it ends."""

    lines: Sequence[CardLine]
    vaults: str
    #: Whether somebody has to see to one, who is not the reader.
    needs_operator: bool


def deliveries_of(request: PrivacyRequest) -> list[Delivery]:
    """All of them, the answer after the submissions, with the vaults' words."""
    rows = Delivery.objects.filter(request=request).select_related("vault", "request", "submission")
    return list(rows.only(*LINE_COLUMNS, "last_answer").order_by("-submission__number", "vault__name", "pk"))


def delivery_card(
    deliveries: Sequence[Delivery], *, may: Mapping[str, bool], now: datetime
) -> DeliveryCard | None:
    """The card for somebody with these powers; None where there is no vault.

    The vault's own words go to those who may see identifiers. The one that was sent was taken out of them,
    but a vault may know the person by another name, and auditors see everybody masked.
    """
    vaults = ", ".join(Vault.objects.filter(is_on=True).order_by("name").values_list("name", flat=True))
    if not vaults and not deliveries:
        return None
    lines = [_line(row, may=may, now=now) for row in deliveries]
    stuck = any(one.line.needs_operator for one in lines)
    return DeliveryCard(lines, vaults, needs_operator=stuck and not may["tell_vaults"])


def moving_of(deliveries: Sequence[Delivery], *, now: datetime) -> str:
    """How soon one of them can change by itself: `soon`, `later` or `never`.

    What waits for a vault that is off moves once somebody has switched it on, and not by itself.
    """
    waiting = [row for row in deliveries if row.state == DeliveryState.WAITING]
    if any(row.lease_until and row.lease_until > now for row in waiting):
        return "soon"
    times = [_goes_at(row) for row in waiting if row.vault.is_on]
    if any(moment <= now + SOON for moment in times if moment):
        return "soon"
    return "later" if times else "never"


def version_of(deliveries: Sequence[Delivery], *, now: datetime) -> list[object]:
    """What the card shows and no event tells: a failed attempt has none, nor has a vault's pause."""
    return [
        (
            *(row.pk, row.state, row.attempts, row.last_trouble, row.vault.is_on),
            *(_written(row.next_attempt_at), _written(row.vault.paused_until)),
            bool(row.next_attempt_at and row.next_attempt_at <= now),
            bool(row.lease_until and row.lease_until > now),
        )
        for row in deliveries
    ]


def _line(row: Delivery, *, may: Mapping[str, bool], now: datetime) -> CardLine:
    failed = row.state != DeliveryState.DELIVERED
    return CardLine(
        line=line_of(row, now=now),
        said=(row.last_answer or "") if failed and may["reveal"] else "",
        can_send_again=may["tell_vaults"] and not by_hand.why_not_again(row, now=now),
        can_let_be=may["tell_vaults"] and not by_hand.why_not_let_be(row, now=now),
    )


def _goes_at(row: Delivery) -> datetime | None:
    times = [moment for moment in (row.next_attempt_at, row.vault.paused_until) if moment]
    return max(times, default=None)


def _written(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
