"""What needs an operator about vaults, on the landing page: deliveries given up, vaults that take nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.words import Words
from erasure.admin.delivery_narrowing import list_address
from erasure.admin.delivery_words import pause_words
from erasure.choices import DeliveryState, DeliveryTrouble, Look, OffBecause
from erasure.deliveries import standing
from erasure.deliveries.standing import VaultInTrouble
from erasure.models import Vault
from erasure.plain_words import count_words

GONE = Look("danger", "link_off")
PAUSED = Look("warning", "pause_circle")
OFF = Look("neutral", "toggle_off")


@dataclass(frozen=True)
class TroubleRow:
    """A vault in trouble in words, and the list of what waits for it."""

    vault: Vault
    look: Look
    badge: Words
    words: str
    waiting: int
    href: str


def deliveries(_request: HttpRequest) -> dict[str, Any]:
    """What waits, what was given up, and which vaults keep it; `any_vault` says whether there is one."""
    now = timezone.now()
    still = standing.undelivered()
    return {
        "any_vault": Vault.objects.exists(),
        "still": still,
        "troubles": [_row(one, now) for one in standing.vaults_in_trouble()],
        "given_up_href": list_address(state=DeliveryState.GIVEN_UP),
        "waiting_href": list_address(state=DeliveryState.WAITING),
        "heading": _heading(still.given_up),
    }


def _heading(given_up: int) -> str:
    if not given_up:
        return _("Deliveries to vaults")
    return _("%(deliveries)s given up") % {"deliveries": count_words(given_up, "delivery")}


def _row(one: VaultInTrouble, now: datetime) -> TroubleRow:
    vault = one.vault
    href = list_address(state=DeliveryState.WAITING, vault=vault.code)
    if vault.off_because == OffBecause.OPERATOR:
        words = _(
            "It was switched off, and what waits keeps its requests from being shredded. Switch it on again, "
            "or let the deliveries be."
        )
        return TroubleRow(vault, OFF, _("Off"), words, one.waiting, href)
    if not vault.is_on:
        words = _(
            "It answered that it is gone, so it was switched off. Ask its owner, then switch it on again."
        )
        return TroubleRow(vault, GONE, _("Gone"), words, one.waiting, href)
    known = vault.last_trouble in DeliveryTrouble.values
    why = DeliveryTrouble(vault.last_trouble).label if known else _("It takes nothing just now")
    words = _("%(why)s; %(pause)s.") % {"why": why, "pause": pause_words(vault, now)}
    return TroubleRow(vault, PAUSED, _("Paused"), words, one.waiting, href)
