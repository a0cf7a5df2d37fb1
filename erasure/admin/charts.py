"""The charts of the dashboard, each with the words and the table that say the same without it."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from audit.words import Words
from erasure.admin.list_links import ANSWERED, RECEIVED, Cell, counted, days
from erasure.choices import Category, Regulation
from erasure.metrics.answering import PartCount
from erasure.metrics.at_cxone import Answered
from erasure.metrics.open_work import BANDS, Band
from erasure.metrics.periods import Period

BAR = {"borderRadius": 3, "maxBarThickness": 34}
#: A grey that can be read on both grounds: the colours of a chart are read once, when it is drawn.
TICKS = {"color": "#77828b", "precision": 0, "maxRotation": 0, "autoSkipPadding": 12}
#: The scale of names, and the scale of counts.
NAMES = {"grid": {"display": False}, "border": {"display": False}, "ticks": TICKS}
COUNTS = {
    "beginAtZero": True,
    "suggestedMax": 4,
    "grid": {"lineWidth": 0.5},
    "border": {"display": False},
    "ticks": TICKS,
}
OPTIONS: dict[str, Any] = {
    "responsive": True,
    "maintainAspectRatio": False,
    "animation": False,
    "plugins": {"legend": {"display": False}},
    "scales": {"x": NAMES, "y": COUNTS},
}
#: Bars that lie: long names stand beside them, each one shown.
LYING = {
    **OPTIONS,
    "indexAxis": "y",
    "scales": {"x": COUNTS, "y": {**NAMES, "ticks": {**TICKS, "autoSkip": False}}},
}
STACKED = {**OPTIONS, "scales": {"x": {**NAMES, "stacked": True}, "y": {**COUNTS, "stacked": True}}}


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A bar chart. `legend` pairs a colour's class with its words; `data` and `options` are Chart.js JSON."""

    key: str
    title: str
    subtitle: str
    alt: str
    headers: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]
    data: str
    legend: Sequence[tuple[str, str]] = ()
    options: str = field(default_factory=lambda: json.dumps(OPTIONS))
    height: int = 220

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(cell.value for _name, cells in self.rows for cell in cells)


def received_and_answered(
    parts: Sequence[PartCount], span: str, *, is_by_month: bool, regulation: str
) -> Chart:
    """Requests received and answered in each part of a period."""
    names = [_part_name(one.part, is_by_month=is_by_month) for one in parts]
    received, answered = [one.received for one in parts], [one.answered for one in parts]
    cells = [
        (
            counted(one.received, **days(RECEIVED, one.part), regulation=regulation),
            counted(one.answered, **days(ANSWERED, one.part), regulation=regulation),
        )
        for one in parts
    ]
    totals = {"received": sum(received), "answered": sum(answered), "span": span}
    return Chart(
        key="per-day",
        title=_("Received and answered per month") if is_by_month else _("Received and answered per day"),
        subtitle=span,
        alt=_(
            "Bar chart, %(span)s: %(received)s received and %(answered)s answered in all."
            " The table has each of them."
        )
        % totals,
        legend=[("", _("Received")), ("soft", _("Answered"))],
        headers=[_("Month") if is_by_month else _("Day"), _("Received"), _("Answered")],
        rows=list(zip(names, cells, strict=True)),
        data=_data(
            names,
            _bars(_("Received"), received, "var(--pa-chart-1)"),
            _bars(_("Answered"), answered, "var(--pa-chart-2)"),
        ),
    )


def open_by_days_left(counts: Sequence[int], today: date, *, regulation: str) -> Chart:
    """Open requests by the days that are left until their statutory date; one count for each of BANDS."""
    names = [str(band.label) for band in BANDS]
    cells = [
        (counted(count, stage="open", **_due_days(band, today), regulation=regulation),)
        for band, count in zip(BANDS, counts, strict=True)
    ]
    return Chart(
        key="days-left",
        title=_("Open requests by days left"),
        subtitle=_("Until the statutory date"),
        alt=_("Bar chart of open requests by days left: %(counts)s.") % {"counts": _told(names, counts)},
        legend=[("danger", _("Overdue or today")), ("warning", _("Within 7 days")), ("", _("Later"))],
        headers=[_("Days left"), _("Open requests")],
        rows=list(zip(names, cells, strict=True)),
        data=_data(names, _bars(_("Open requests"), counts, [_colour_of(band) for band in BANDS])),
    )


def open_by_category(counts: Counter[str], *, regulation: str) -> Chart:
    """Open requests by category: one about several counts in each."""
    codes = [str(code) for code in Category if counts[code]] + ([""] if counts[""] else [])
    names = [_category_name(code) for code in codes]
    cells = [
        (counted(counts[code], category=code or "none", stage="open", regulation=regulation),)
        for code in codes
    ]
    return _open_by(
        key="category",
        title=_("Open requests by category"),
        subtitle=_("One about several counts in each"),
        header=_("Category"),
        names=names,
        cells=cells,
    )


def open_by_regulation(counts: Counter[str]) -> Chart:
    """Open requests by regulation."""
    codes = [str(code) for code in Regulation if counts[code]]
    cells = [(counted(counts[code], regulation=code, stage="open"),) for code in codes]
    return _open_by(
        key="regulation",
        title=_("Open requests by regulation"),
        subtitle=_("Whose clock runs"),
        header=_("Regulation"),
        names=[str(Regulation(code).label) for code in codes],
        cells=cells,
    )


def answers_of_cxone(parts: Sequence[Answered], span: str, *, is_by_month: bool) -> Chart:
    """What CXone answered to sendings: one bar for each part of a period, one colour for each kind."""
    kinds: tuple[tuple[str, Words, str, list[int]], ...] = (
        ("", _("Accepted"), "1", [one.accepted for one in parts]),
        ("soft", _("Refused (400)"), "2", [one.refused for one in parts]),
        ("warning", _("Too many calls (429)"), "warning", [one.too_many for one in parts]),
        ("danger", _("Server error (5xx)"), "danger", [one.server_trouble for one in parts]),
        ("grey", _("Other trouble"), "grey", [one.other for one in parts]),
    )
    names = [_part_name(one.part, is_by_month=is_by_month) for one in parts]
    labels = [str(label) for _tone, label, _colour, _counts in kinds]
    sums = [sum(counts) for _tone, _label, _colour, counts in kinds]
    return Chart(
        key="cxone",
        title=_("CXone’s answers to sendings"),
        subtitle=span,
        alt=_("Bar chart, %(span)s, in all: %(counts)s. The table has each of them.")
        % {"span": span, "counts": _told(labels, sums)},
        legend=[(tone, str(label)) for tone, label, _colour, _counts in kinds],
        headers=[_("Month") if is_by_month else _("Day"), *labels],
        rows=[
            (name, [Cell(counts[place]) for _tone, _label, _colour, counts in kinds])
            for place, name in enumerate(names)
        ],
        data=_data(
            names,
            *(
                _bars(str(label), counts, f"var(--pa-chart-{colour})")
                for _tone, label, colour, counts in kinds
            ),
        ),
        options=json.dumps(STACKED),
    )


def _open_by(
    *, key: str, title: str, subtitle: str, header: str, names: list[str], cells: list[tuple[Cell]]
) -> Chart:
    """A chart of lying bars, one for each name."""
    counts = [cell.value for (cell,) in cells]
    return Chart(
        key=key,
        title=title,
        subtitle=subtitle,
        alt=_("Bar chart, %(title)s: %(counts)s.") % {"title": title, "counts": _told(names, counts)},
        headers=[header, _("Open requests")],
        rows=list(zip(names, cells, strict=True)),
        data=_data(names, _bars(_("Open requests"), counts, "var(--pa-chart-1)")),
        options=json.dumps(LYING),
        height=max(120, 40 + 28 * len(names)),
    )


def _due_days(band: Band, today: date) -> dict[str, str]:
    """The filters for the band's days; an end that there is not is left out."""
    first, last = band.days(today)
    return {
        "due_from": first.isoformat() if first else "",
        "due_to": last.isoformat() if last else "",
    }


def _category_name(code: str) -> str:
    return str(Category(code).label) if code else _("Not chosen yet")


def _colour_of(band: Band) -> str:
    if band.last is None or band.last > 7:
        return "var(--pa-chart-1)"
    return "var(--pa-chart-warning)" if band.last > 0 else "var(--pa-chart-danger)"


def _told(names: Sequence[str], counts: Sequence[int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in zip(names, counts, strict=True))


def _part_name(part: Period, *, is_by_month: bool) -> str:
    return str(date_format(part.first, "M Y")) if is_by_month else _short(part.first)


def _short(day: date) -> str:
    return str(date_format(day, "MONTH_DAY_FORMAT"))


def _bars(label: str, counts: Sequence[int], colour: str | Sequence[str]) -> dict[str, Any]:
    return {"label": label, "data": list(counts), "backgroundColor": colour, **BAR}


def _data(labels: Sequence[str], *datasets: dict[str, Any]) -> str:
    return json.dumps({"labels": list(labels), "datasets": list(datasets)})
