"""One delivery in words: where it stands, what the vault said last, when it is tried next, what keeps it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from audit.words import Words
from erasure.choices import (
    DELIVERY_LOOKS,
    TROUBLE_LINES,
    DeliveryState,
    DeliveryTrouble,
    Look,
    Occasion,
    OffBecause,
)
from erasure.models import Delivery, Vault
from erasure.plain_words import time_left_words, uncapitalised

#: What lines are made of; nothing that is encrypted, so that a long list decrypts nothing.
LINE_COLUMNS = (
    *("vault", "request", "submission", "occasion", "state", "made_at", "attempts", "settled_at"),
    *("next_attempt_at", "lease_until", "last_tried_at", "last_status", "last_trouble"),
    *("vault__name", "vault__code", "vault__is_on", "vault__off_because", "vault__paused_until"),
    *("vault__last_trouble", "request__reference", "request__shredded_at", "submission__number"),
)


@dataclass(frozen=True, kw_only=True)
class DeliveryLine:
    """A delivery as lists and cards show it. `next_try` and `why` are empty once nothing waits."""

    delivery: Delivery
    state: Words
    look: Look
    occasion: Words
    last: str
    next_try: str
    why: str
    trouble_line: Words

    @property
    def needs_operator(self) -> bool:
        """Whether it goes no further without somebody."""
        return self.delivery.state == DeliveryState.GIVEN_UP


def with_columns(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """The deliveries with what lines are made of, read together."""
    return deliveries.select_related("vault", "request", "submission").only(*LINE_COLUMNS)


def line_of(delivery: Delivery, *, now: datetime) -> DeliveryLine:
    """The delivery in words."""
    state = DeliveryState(delivery.state)
    next_try, why = _next_try(delivery, now)
    trouble = trouble_of(delivery)
    return DeliveryLine(
        delivery=delivery,
        state=state.label,
        look=DELIVERY_LOOKS[state],
        occasion=Occasion(delivery.occasion).label,
        last=last_words(delivery),
        next_try=next_try,
        why=why,
        trouble_line=TROUBLE_LINES[trouble] if trouble else "",
    )


def trouble_of(delivery: Delivery) -> DeliveryTrouble | None:
    """What kept it from being told at the last attempt; None when nothing did."""
    known = delivery.last_trouble in DeliveryTrouble.values
    return DeliveryTrouble(delivery.last_trouble) if known else None


def last_words(delivery: Delivery) -> str:
    """The last answer in short: `500: reported an error of its own`; empty before the first attempt."""
    trouble = trouble_of(delivery)
    status = delivery.last_status
    if trouble is None:
        # A database says nothing but that it has the row.
        without = _("Taken by the vault") if delivery.state == DeliveryState.DELIVERED else ""
        return _("Taken (%(status)s)") % {"status": status} if status else without
    if status is None:
        return str(trouble.label)
    return f"{status}: {uncapitalised(trouble.label)}"


def pause_words(vault: Vault, now: datetime) -> str:
    """That a vault is paused, and for how long still; after that one delivery alone tries."""
    if vault.paused_until and vault.paused_until > now:
        return _("paused for %(left)s") % {"left": time_left_words(vault.paused_until - now)}
    return _("one delivery is about to try it again")


def _next_try(delivery: Delivery, now: datetime) -> tuple[str, str]:
    """When it is tried next, and what else it waits for."""
    due, vault = delivery.next_attempt_at, delivery.vault
    if due is None:
        return "", ""
    if delivery.lease_until and delivery.lease_until > now:
        return _("Being sent now"), ""
    if not vault.is_on:
        gone = vault.off_because == OffBecause.GONE
        return _("Not yet"), _("the vault is gone") if gone else _("the vault is switched off")
    if vault.paused_until and vault.paused_until > max(now, due):
        return _in(vault.paused_until, now), _("the vault is paused")
    if due <= now:
        return _("Now"), _("as soon as a worker is free")
    return _in(due, now), ""


def _in(moment: datetime, now: datetime) -> str:
    return _("In %(left)s") % {"left": time_left_words(moment - now)}
