"""Numbers that lead to the list they count: addresses of the list of requests, narrowed by its filters."""

from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from erasure.metrics import figures
from erasure.metrics.figures import Figure, Group
from erasure.metrics.periods import Period

RECEIVED, ANSWERED, ENDED = "received", "answered", "ended"
#: The filter that narrows a list of receipts, or of answers, to those that a figure counts.
_FILTER_OF = {
    figures.OPEN.name: "stage",
    figures.EXTENDED.name: "extended",
    figures.ANSWERED_EXTENDED.name: "extended",
    figures.IN_TIME.name: "in_time",
    figures.LATE.name: "late",
    "late_for": "late",
    "outcome": "outcome",
    "refused_on": "ground",
}
_VALUE_OF = {
    figures.OPEN: "open",
    figures.EXTENDED: "yes",
    figures.ANSWERED_EXTENDED: "yes",
    figures.IN_TIME: "yes",
    figures.LATE: "yes",
}


class Cell(NamedTuple):
    """A number, and the list it counts; nothing is counted, or no list, where `href` is empty."""

    value: int
    href: str = ""


def requests_list(**narrowed_by: str) -> str:
    """The list of requests with these of its filters; an empty one is left out."""
    address = reverse("admin:erasure_privacyrequest_changelist")
    filters = {name: value for name, value in narrowed_by.items() if value}
    return f"{address}?{urlencode(filters)}" if filters else address


def counted(value: int, **narrowed_by: str) -> Cell:
    """A number with its list; nought has none."""
    return Cell(value, requests_list(**narrowed_by) if value else "")


def days(side: str, period: Period) -> dict[str, str]:
    """The filters for what was received, or answered, within these days."""
    return {f"{side}_from": period.first.isoformat(), f"{side}_to": period.last.isoformat()}


def of_figure(figure: Figure, side: str, period: Period, group: Group | None = None) -> dict[str, str]:
    """The filters of the list that a figure counts, of one regulation and type or of all."""
    narrowed_by = {**days(side, period), **(group._asdict() if group else {})}
    name = _FILTER_OF.get(figure.name)
    return {**narrowed_by, name: _VALUE_OF.get(figure, figure.code)} if name else narrowed_by
