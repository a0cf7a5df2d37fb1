"""What an address of the list of deliveries asks for, and the pages of that list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from audit.value_kinds import DATE
from erasure.admin.delivery_words import with_columns
from erasure.admin.references import whole_reference
from erasure.choices import DeliveryState, Occasion
from erasure.models import Delivery, PrivacyRequest, Vault

ON_A_PAGE = 50
#: Beyond it nobody counts: “more than 10,000” says as much, and the database need not look at a million rows.
MOST_COUNTED = 10_000


EARLIEST_DAY = "2000-01-01"
PARAMETERS = ("state", "vault", "occasion", "reference", "since")


@dataclass(frozen=True)
class DeliveryNarrowing:
    """The choices that an address makes, by name. `is_wrong` says that it makes one that does not exist."""

    terms: Mapping[str, str]
    is_wrong: bool = False

    @classmethod
    def read(cls, terms: Mapping[str, str]) -> "DeliveryNarrowing":
        """What the parameters of an address ask for. What is not understood narrows nothing."""
        asked = {name: value for name in PARAMETERS if (value := terms.get(name, "").strip())}
        understood = {name: value for name, value in asked.items() if _is_there(name, value)}
        return cls(understood, is_wrong=len(understood) < len(asked))

    @property
    def state(self) -> str:
        """The state that is shown; empty for all."""
        return self.terms.get("state", "")

    @property
    def since(self) -> date | None:
        """The day from which on they were made; None for all."""
        return date.fromisoformat(self.terms["since"]) if "since" in self.terms else None

    @property
    def ever(self) -> str:
        """The list without that day."""
        return self.but("since", "").address

    @property
    def address(self) -> str:
        """The list, narrowed so, on its first page."""
        return list_address(**self.terms)

    def but(self, name: str, value: str) -> "DeliveryNarrowing":
        """The same with another choice of this name; with an empty one, without."""
        kept = {**self.terms, name: value}
        return DeliveryNarrowing({key: chosen for key, chosen in kept.items() if chosen})

    def deliveries(self) -> QuerySet[Delivery]:
        """All that fit.

        What is named is looked up first: of a key the database knows how many rows to expect, where through a
        join it would walk along the newest of all until it had found enough.
        """
        columns: dict[str, Any] = dict(self.terms)
        if since := columns.pop("since", ""):
            columns["made_at__gte"] = beginning_of(date.fromisoformat(since))
        if code := columns.get("vault"):
            columns["vault"] = Vault.objects.filter(code=code).values_list("pk", flat=True).first()
        if reference := columns.pop("reference", ""):
            known = PrivacyRequest.objects.filter(reference=reference)
            columns["request"] = known.values_list("pk", flat=True).first()
        return Delivery.objects.filter(**columns)


def beginning_of(day: date) -> datetime:
    """The first moment of a day in the controller's zone."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())


def _is_there(name: str, value: str) -> bool:
    if name == "since":
        # A year before this program was made is a slip, and one that no database holds would be an error.
        return DATE.accepts(value) and value >= EARLIEST_DAY
    if name == "vault":
        return Vault.objects.filter(code=value).exists()
    if name == "reference":
        return value == whole_reference(value)
    return value in (DeliveryState if name == "state" else Occasion).values


@dataclass(frozen=True)
class ListPage:
    """One page of the list, the newest first, and the keys from which the pages beside it go on."""

    rows: Sequence[Delivery]
    newer: int | None
    older: int | None


def list_address(**terms: str) -> str:
    """The list of deliveries, narrowed by these of its filters."""
    return f"{reverse('admin:delivery_list')}?{urlencode(terms)}" if terms else reverse("admin:delivery_list")


def counted(deliveries: QuerySet[Delivery], *, most: int = MOST_COUNTED) -> int:
    """How many there are, or `most` and one more."""
    return deliveries.order_by()[: most + 1].count()


def page_of(deliveries: QuerySet[Delivery], *, before: str = "", after: str = "") -> ListPage:
    """The page that follows the delivery with the key `before`, or precedes `after`; else the first one.

    It goes on from a row, and counts none that stand before it: the last page is as quick as the first.
    """
    if (mark := _mark(after)) is not None:
        nearest = deliveries.filter(made_at__gte=mark.made_at).exclude(made_at=mark.made_at, pk__lte=mark.pk)
        rows = list(with_columns(nearest).order_by("made_at", "pk")[: ON_A_PAGE + 1])
        if len(rows) > ON_A_PAGE:
            shown = rows[:ON_A_PAGE][::-1]
            return ListPage(shown, shown[0].pk, shown[-1].pk)
    mark = None if after else _mark(before)
    if mark is not None:
        deliveries = deliveries.filter(
            Q(made_at__lt=mark.made_at) | Q(pk__lt=mark.pk), made_at__lte=mark.made_at
        )
    rows = list(with_columns(deliveries).order_by("-made_at", "-pk")[: ON_A_PAGE + 1])
    shown = rows[:ON_A_PAGE]
    newer = shown[0].pk if shown and mark is not None else None
    return ListPage(shown, newer, shown[-1].pk if len(rows) > ON_A_PAGE else None)


def _mark(key: str) -> Any:
    """The row that a page goes on from; None when the address names none."""
    if not key.isdecimal() or len(key) > 15:
        return None
    return Delivery.objects.filter(pk=int(key)).only("made_at").first()
