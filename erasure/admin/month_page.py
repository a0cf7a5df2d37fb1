"""A month's figures, as a page to print and as a table to download."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from erasure.admin import figures_csv
from erasure.admin.access import page
from erasure.admin.figure_tables import Column, Line, ground_name, group_name, groups, line
from erasure.admin.list_links import ANSWERED, RECEIVED
from erasure.asked import controllers_today
from erasure.choices import LateReason, Outcome
from erasure.metrics import figures
from erasure.metrics.figures import Counts, Figure
from erasure.metrics.month import month_figures
from erasure.metrics.periods import Period, month_of
from erasure.refusal_grounds import all_ground_codes

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
FIRST_YEAR, LAST_YEAR = 1990, 9998
PERMISSION = "erasure.view_privacyrequest"


@page(PERMISSION)
def show(request: HttpRequest, month: str) -> HttpResponse:
    """What the month brought, by regulation and type; late and why; refused and on what ground."""
    period = _period_or_404(month)
    counts = month_figures(period)
    total = figures.total(counts)
    name = month_name(period)
    context = {
        "title": _("Figures of %(month)s") % {"month": name},
        "name": name,
        "month": month,
        "year": period.first.year,
        "is_unfinished": period.last >= controllers_today(),
        "total": line(_("All"), total, columns(), period),
        "columns": columns(),
        "lines": [
            line(group_name(group), counts.get(group, Counts()), columns(), period, group)
            for group in groups(counts)
        ],
        "outcomes": _by_code(map(str, Outcome), figures.answered_as, _outcome_name, total, period),
        "late": _by_code(map(str, LateReason), figures.late_for, _late_name, total, period),
        "grounds": _by_code(all_ground_codes(), figures.refused_on, ground_name, total, period),
        "controllers_zone": timezone.get_default_timezone_name(),
        **_beside(period),
    }
    return render(request, "erasure/figures_month.html", {**admin.site.each_context(request), **context})


@page(PERMISSION)
def download(_request: HttpRequest, month: str) -> HttpResponse:
    """The same as a table: a row for each regulation and type, a column for each number."""
    counts = month_figures(_period_or_404(month))
    wanted = _csv_figures()
    header = ["month", "regulation", "type", *("_".join(filter(None, figure)) for figure in wanted)]
    rows: Iterator[list[str | int]] = (
        [month, group.regulation, group.type, *(counts.get(group, Counts())[figure] for figure in wanted)]
        for group in groups(counts)
    )
    return figures_csv.table(f"figures-{month}.csv", header, rows)


def columns() -> list[Column]:
    """The figures of the month in the order of the table."""
    return [
        Column(figures.RECEIVED, _("Received"), RECEIVED),
        Column(figures.OPEN, _("Of these still open"), RECEIVED),
        Column(figures.EXTENDED, _("Of these extended"), RECEIVED),
        Column(figures.ANSWERED, _("Answered"), ANSWERED),
        Column(figures.IN_TIME, _("In time"), ANSWERED),
        Column(figures.LATE, _("Answered late"), ANSWERED),
        Column(figures.answered_as(Outcome.REFUSED), _("Refused"), ANSWERED),
        Column(figures.answered_as(Outcome.WITHDRAWN), _("Withdrawn"), ANSWERED),
    ]


def month_name(period: Period) -> str:
    """The month in words, such as `November 2026`."""
    return str(date_format(period.first, "F Y"))


def month_code(day: date) -> str:
    """The month of a day as an address has it."""
    return f"{day.year:04d}-{day.month:02d}"


def _by_code(
    codes: Iterable[str],
    figure_of: Callable[[str], Figure],
    name_of: Callable[[str], str],
    total: Counts,
    period: Period,
) -> Sequence[Line]:
    """A line for each code that occurs."""
    return [
        line(name_of(code), total, [Column(figure_of(code), "", ANSWERED)], period)
        for code in codes
        if total[figure_of(code)]
    ]


def _outcome_name(code: str) -> str:
    return str(Outcome(code).label)


def _late_name(code: str) -> str:
    return str(LateReason(code).label)


def _csv_figures() -> list[Figure]:
    return [
        *(figures.RECEIVED, figures.OPEN, figures.EXTENDED),
        *(figures.ANSWERED, figures.IN_TIME, figures.LATE, figures.ANSWERED_EXTENDED),
        *(figures.late_for(str(code)) for code in LateReason),
        *(figures.answered_as(str(code)) for code in Outcome),
        *(figures.refused_on(code) for code in all_ground_codes()),
    ]


def _beside(period: Period) -> dict[str, Any]:
    """The months before and after; there is none after the one that runs."""
    after = period.last + timedelta(days=1)
    return {
        "before": month_of(period.first - timedelta(days=1)),
        "after": month_of(after) if after <= controllers_today() else None,
    }


def _period_or_404(month: str) -> Period:
    found = _MONTH.fullmatch(month)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise Http404
    return month_of(date(int(found[1]), int(found[2]), 1))


urls: list[URLPattern] = [
    path("figures/month/<str:month>/", show, name="month_figures"),
    path("figures/month/<str:month>/figures.csv", download, name="month_figures_csv"),
]
