"""A year's figures for whoever has to publish them: California's own section, then every regulation alike."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.words import Words
from erasure.admin import figures_csv
from erasure.admin.access import page
from erasure.admin.figure_tables import Column, Line, ground_name, group_name, groups, line
from erasure.admin.figures_csv import Value
from erasure.admin.list_links import RECEIVED, Cell, counted, days
from erasure.admin.month_page import FIRST_YEAR, LAST_YEAR, PERMISSION, month_code, month_name
from erasure.admin.request_filters import COMPLIED
from erasure.admin.tiles import decimal
from erasure.asked import controllers_today
from erasure.choices import Outcome, Regulation, RequestType
from erasure.metrics import figures
from erasure.metrics.figures import Figure, Group
from erasure.metrics.periods import Period, month_of, year_of
from erasure.metrics.year import YearRow, year_figures
from erasure.refusal_grounds import all_ground_codes

#: The requests of § 7102(a)(1) that this program carries, as the section names them.
CALIFORNIAS_NAMES: Mapping[str, Words] = {
    RequestType.ERASURE: _lazy("Requests to delete"),
    RequestType.ACCESS: _lazy("Requests to know"),
}
WHOLE, PART, DENIED, NOTHING_FOUND, WITHDRAWN = (
    figures.answered_as(outcome)
    for outcome in (
        Outcome.DONE,
        Outcome.PARTLY_DONE,
        Outcome.REFUSED,
        Outcome.NOTHING_FOUND,
        Outcome.WITHDRAWN,
    )
)


@dataclass(frozen=True)
class YearLine:
    """One row: its counts, the sum that California asks for, and the days to the answer."""

    counted: Line
    complied: Cell
    answered: int
    median: str
    mean: str
    answered_later: Cell

    @property
    def group(self) -> Group | None:
        """What the row is about."""
        return self.counted.group


@page(PERMISSION)
def show(request: HttpRequest, year: int) -> HttpResponse:
    """The year for California first, then for every regulation, with what the numbers mean."""
    period = _period_or_404(year)
    rows = year_figures(year)
    lines = [_line(group, rows.get(group, YearRow()), period) for group in groups(rows)]
    context = {
        "title": _("Figures of %(year)s") % {"year": year},
        "year": year,
        "is_unfinished": period.last >= controllers_today(),
        "columns": columns(),
        "california": _of_california(lines),
        "lines": lines,
        "grounds": _grounds(rows, period),
        "before": year - 1 if year > FIRST_YEAR else None,
        "after": year + 1 if year < controllers_today().year else None,
        "months": _months(year),
        "controllers_zone": timezone.get_default_timezone_name(),
    }
    return render(request, "erasure/figures_year.html", {**admin.site.each_context(request), **context})


@page(PERMISSION)
def download(_request: HttpRequest, year: int) -> HttpResponse:
    """The same as a table: a row for each regulation and type, a column for each number."""
    _period_or_404(year)
    rows = year_figures(year)
    grounds = {f"refused_on_{code}": figures.refused_on(code) for code in all_ground_codes()}
    header = ["year", "regulation", "type", *_csv_counts(YearRow()), *grounds]
    table = (
        [year, *group, *_csv_counts(row).values(), *(row.counts[figure] for figure in grounds.values())]
        for group in groups(rows)
        for row in (rows.get(group, YearRow()),)
    )
    return figures_csv.table(f"figures-{year}.csv", header, table)


def columns() -> list[Column]:
    """The figures of a year in the order of the table."""
    headers: dict[Figure, str] = {
        figures.RECEIVED: _("Received"),
        WHOLE: _("Complied with in whole"),
        PART: _("Complied with in part"),
        DENIED: _("Denied"),
        NOTHING_FOUND: _("Nothing found"),
        WITHDRAWN: _("Withdrawn"),
        figures.OPEN: _("Not yet answered"),
    }
    return [Column(figure, header, RECEIVED) for figure, header in headers.items()]


def _line(group: Group, row: YearRow, period: Period) -> YearLine:
    received = {**days(RECEIVED, period), **group._asdict()}
    after = (period.last + timedelta(days=1)).isoformat()
    return YearLine(
        line(group_name(group), row.counts, columns(), period, group),
        complied=counted(row.complied, outcome=COMPLIED, **received),
        answered=row.days.total,
        median=decimal(row.days.median),
        mean=decimal(row.days.mean),
        answered_later=counted(row.answered_later, answered_from=after, **received),
    )


def _of_california(lines: list[YearLine]) -> list[YearLine]:
    """California's rows, by the names that its section has for the types."""
    return [
        replace(one, counted=replace(one.counted, name=str(CALIFORNIAS_NAMES[one.group.type])))
        for one in lines
        if one.group is not None and one.group.regulation == Regulation.CCPA
    ]


def _csv_counts(row: YearRow) -> dict[str, Value]:
    return {
        "received": row.counts[figures.RECEIVED],
        "complied_in_whole_or_part": row.complied,
        "complied_in_whole": row.counts[WHOLE],
        "complied_in_part": row.counts[PART],
        "denied": row.counts[DENIED],
        "nothing_found": row.counts[NOTHING_FOUND],
        "withdrawn": row.counts[WITHDRAWN],
        "not_yet_answered": row.counts[figures.OPEN],
        "answered_after_the_year": row.answered_later,
        "answered_in_substance": row.days.total,
        "median_days": row.days.median,
        "mean_days": row.days.mean,
    }


def _grounds(rows: Mapping[Group, YearRow], period: Period) -> list[tuple[str, list[Line]]]:
    """For each regulation and type that refused anything: the grounds, and how many on each."""
    found = []
    for group in groups(rows):
        counts = rows.get(group, YearRow()).counts
        lines = [
            line(ground_name(code), counts, [Column(figures.refused_on(code), "", RECEIVED)], period, group)
            for code in all_ground_codes()
            if counts[figures.refused_on(code)]
        ]
        if lines:
            found.append((group_name(group), lines))
    return found


def _months(year: int) -> list[tuple[str, str]]:
    """The months of the year that have begun: as an address has each, and in words."""
    begun = (date(year, month, 1) for month in range(1, 13))
    today = controllers_today()
    return [(month_code(first), month_name(month_of(first))) for first in begun if first <= today]


def _period_or_404(year: int) -> Period:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    return year_of(year)


urls: list[URLPattern] = [
    path("figures/year/<int:year>/", show, name="year_figures"),
    path("figures/year/<int:year>/figures.csv", download, name="year_figures_csv"),
]
