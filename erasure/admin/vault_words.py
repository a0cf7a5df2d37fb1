"""What pages say of a vault: what it speaks, where it is, how it stands, and how much it is still to be told.

Never more of an address than its host: the rest may hold a password or a token.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.words import Words
from erasure.admin.delivery_narrowing import beginning_of, list_address
from erasure.asked import controllers_today
from erasure.choices import (
    DELIVERY_LOOKS,
    TROUBLE_LINES,
    UNDELIVERED,
    DeliveryState,
    DeliveryTrouble,
    Look,
    OffBecause,
    VaultKind,
)
from erasure.models import Delivery, Vault

#: Deliveries are counted over so many days.
COUNTED_FOR = timedelta(days=30)

KIND_ICONS: Mapping[str, str] = {
    VaultKind.DATABASE: "database",
    VaultKind.HTTP: "webhook",
    VaultKind.ONETRUST: "task_alt",
    VaultKind.SECURITI: "science",
}
KIND_LINES: Mapping[str, Words] = {
    VaultKind.DATABASE: _lazy(
        "One row for each outcome, in this program’s own database or in another that it can reach."
    ),
    VaultKind.HTTP: _lazy(
        "One signed JSON message for each outcome, to any receiver that keeps to the Standard Webhooks rules."
    ),
    VaultKind.ONETRUST: _lazy(
        "Comments on the subtask that a request names, and completes it once the person was answered."
    ),
    VaultKind.SECURITI: _lazy(
        "Answers the subtask that a request names. Experimental: no official reference of its interface is "
        "public."
    ),
}


@dataclass(frozen=True)
class Counted:
    """How many deliveries of a vault are in a state, and the list of them; no list where there are none."""

    label: str
    count: int
    look: Look
    href: str


@dataclass(frozen=True)
class VaultLine:
    """One vault as its list and its page show it."""

    vault: Vault
    where: str
    icon: str
    look: Look
    word: str
    trouble: str
    trouble_line: str
    is_in_trouble: bool
    counted: list[Counted]
    waiting: int
    given_up: int
    given_up_href: str
    is_paused: bool
    is_trying: bool


def lines_of(vaults: Iterable[Vault], *, now: datetime) -> list[VaultLine]:
    """Each vault in words; what it is told is counted for all of them at once."""
    rows = list(vaults)
    counts = _counts([vault.pk for vault in rows])
    return [_line(vault, counts[vault.pk], now=now) for vault in rows]


def deliveries_of(vault: Vault, state: DeliveryState, *, today: date) -> str:
    """The list of a vault's deliveries in one state: of those that arrived, the ones that are counted."""
    terms = {"vault": vault.code, "state": state.value}
    if state == DeliveryState.DELIVERED:
        terms["since"] = (today - COUNTED_FOR).isoformat()
    return list_address(**terms)


def where(vault: Vault) -> str:
    """The host of a vault's address, with its port where one is named."""
    is_database = vault.kind == VaultKind.DATABASE
    if not vault.address:
        return _("This program’s own database") if is_database else _("No address yet")
    try:
        parts = urlsplit(vault.address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return _("An address without a host")
    # Before an unescaped slash in a password, its beginning would stand where a host does.
    is_torn = is_database and "@" in (parts.path + parts.query + parts.fragment)
    if is_database and not parts.netloc:
        return _("A file or a socket on this machine")
    if not host or is_torn:
        return _("An address without a host")
    shown = f"[{host}]" if ":" in host else host
    return f"{shown}:{port}" if port else shown


def trouble_words(code: str) -> tuple[str, str]:
    """What a trouble is, and what it means and asks for; empty for none."""
    if code not in DeliveryTrouble.values:
        return "", ""
    trouble = DeliveryTrouble(code)
    return str(trouble.label), str(TROUBLE_LINES[trouble])


def _line(vault: Vault, counts: Mapping[str, int], *, now: datetime) -> VaultLine:
    waiting, given_up = counts[DeliveryState.WAITING], counts[DeliveryState.GIVEN_UP]
    pause = _pause_of(vault, waiting, now)
    look, word = _standing(vault, pause)
    trouble, line = trouble_words(vault.last_trouble)
    return VaultLine(
        vault=vault,
        where=where(vault),
        icon=KIND_ICONS[vault.kind],
        look=look,
        word=word,
        trouble=trouble,
        trouble_line=line,
        is_in_trouble=_is_in_trouble(vault),
        counted=[
            _counted(vault, state, label, counts[state])
            for state, label in (
                (DeliveryState.DELIVERED, _("Delivered in 30 days")),
                (DeliveryState.WAITING, _("Waiting")),
                (DeliveryState.GIVEN_UP, _("Given up")),
            )
        ],
        waiting=waiting,
        given_up=given_up,
        given_up_href=deliveries_of(vault, DeliveryState.GIVEN_UP, today=controllers_today()),
        is_paused=pause is not None,
        is_trying=pause == "trying",
    )


def _is_in_trouble(vault: Vault) -> bool:
    """Whether nothing arrived since the last trouble; what to do about an older one helps nobody."""
    failed, arrived = vault.last_failure_at, vault.last_success_at
    return vault.is_on and failed is not None and (arrived is None or arrived < failed)


def _counted(vault: Vault, state: DeliveryState, label: str, count: int) -> Counted:
    today = controllers_today()
    return Counted(
        label, count, DELIVERY_LOOKS[state], deliveries_of(vault, state, today=today) if count else ""
    )


def _pause_of(vault: Vault, waiting: int, now: datetime) -> Literal["paused", "trying"] | None:
    """Whether nobody calls it, or one delivery alone is about to.

    Only an answer ends a pause that has run out, and nothing but a delivery brings one.
    """
    if not vault.is_on or vault.paused_until is None:
        return None
    if vault.paused_until > now:
        return "paused"
    return "trying" if waiting else None


def _standing(vault: Vault, pause: str | None) -> tuple[Look, str]:
    if not vault.is_on:
        gone = vault.off_because == OffBecause.GONE
        return (Look("danger", "link_off"), _("Gone")) if gone else (Look("neutral", "toggle_off"), _("Off"))
    if pause == "paused":
        return Look("warning", "pause_circle"), _("Paused")
    if pause == "trying":
        return Look("warning", "sync"), _("Trying again")
    return Look("success", "check_circle"), _("On")


def _counts(keys: list[int]) -> Mapping[int, Mapping[str, int]]:
    since = beginning_of(controllers_today() - COUNTED_FOR)
    lately = Q(state=DeliveryState.DELIVERED, made_at__gte=since)
    rows = (
        Delivery.objects.filter(Q(state__in=sorted(UNDELIVERED)) | lately, vault__in=keys)
        .order_by()
        .values_list("vault", "state")
        .annotate(count=Count("pk"))
    )
    found: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for key, state, count in rows:
        found[key][state] = count
    return found
