"""The two charts of the landing page, each with the words and the table that say the same without it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format

from erasure.metrics import BANDS, DayCount

BAR = {"borderRadius": 3, "maxBarThickness": 34}
#: A grey that can be read on both grounds: the colours of a chart are read once, when it is drawn.
TICKS = {"color": "#77828b", "precision": 0, "maxRotation": 0, "autoSkipPadding": 12}
OPTIONS = {
    "responsive": True,
    "maintainAspectRatio": False,
    "animation": False,
    "plugins": {"legend": {"display": False}},
    "scales": {
        "x": {"grid": {"display": False}, "border": {"display": False}, "ticks": TICKS},
        "y": {
            "beginAtZero": True,
            "suggestedMax": 4,
            "grid": {"lineWidth": 0.5},
            "border": {"display": False},
            "ticks": TICKS,
        },
    },
}


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A bar chart. `legend` pairs a colour's class with its words; `data` and `options` are Chart.js JSON."""

    key: str
    title: str
    subtitle: str
    alt: str
    legend: Sequence[tuple[str, str]]
    headers: Sequence[str]
    rows: Sequence[Sequence[str | int]]
    data: str
    options: str = json.dumps(OPTIONS)


def received_and_answered(days: Sequence[DayCount]) -> Chart:
    """Requests received and answered on each day."""
    received, answered = sum(day.received for day in days), sum(day.answered for day in days)
    span = f"{_short(days[0].day)} to {_short(days[-1].day)}"
    return Chart(
        key="per-day",
        title="Received and answered per day",
        subtitle=f"Last {len(days)} days",
        alt=f"Bar chart, {span}: {received} received and {answered} answered in all. The table has each day.",
        legend=[("", "Received"), ("soft", "Answered")],
        headers=["Day", "Received", "Answered"],
        rows=[(_short(day.day), day.received, day.answered) for day in days],
        data=_data(
            [_short(day.day) for day in days],
            _bars("Received", [day.received for day in days], "var(--pa-chart-1)"),
            _bars("Answered", [day.answered for day in days], "var(--pa-chart-2)"),
        ),
    )


def open_by_days_left(counts: Sequence[int]) -> Chart:
    """Open requests by the days that are left until their statutory date; one count for each of BANDS."""
    labels = [label for label, _first, _last in BANDS]
    colours = [_colour_of(last) for _label, _first, last in BANDS]
    words = ", ".join(f"{label} {count}" for label, count in zip(labels, counts, strict=True))
    return Chart(
        key="days-left",
        title="Open requests by days left",
        subtitle="Until the statutory date",
        alt=f"Bar chart of open requests by days left: {words}.",
        legend=[("danger", "Overdue or today"), ("warning", "Within 7 days"), ("", "Later")],
        headers=["Days left", "Open requests"],
        rows=list(zip(labels, counts, strict=True)),
        data=_data(labels, _bars("Open requests", counts, colours)),
    )


def _colour_of(last_day: int | None) -> str:
    if last_day is None or last_day > 7:
        return "var(--pa-chart-1)"
    return "var(--pa-chart-warning)" if last_day > 0 else "var(--pa-chart-danger)"


def _bars(label: str, counts: Sequence[int], colour: str | Sequence[str]) -> dict[str, Any]:
    return {"label": label, "data": list(counts), "backgroundColor": colour, **BAR}


def _data(labels: Sequence[str], *datasets: dict[str, Any]) -> str:
    return json.dumps({"labels": list(labels), "datasets": list(datasets)})


def _short(day: date) -> str:
    return date_format(day, "j M")
