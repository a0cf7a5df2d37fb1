"""Tiles: one number each, with a word for what it is, a note, and the list it counts."""

import math
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.words import Words, numbered
from erasure.admin.list_links import ANSWERED, ENDED, RECEIVED, days, requests_list
from erasure.metrics.answering import Answers
from erasure.metrics.at_cxone import AtCXone
from erasure.metrics.open_work import Pressing
from erasure.metrics.periods import Period
from erasure.plain_words import duration_words

NONE = "–"


@dataclass(frozen=True)
class Tile:
    """One number; `href` leads to the list it counts, and is empty for what counts no list."""

    label: str
    value: str | int
    note: str
    tone: str = ""
    href: str = ""

    @property
    def shown(self) -> str:
        """The number as people read it."""
        return numbered(self.value) if isinstance(self.value, int) else self.value


def open_tiles(work: Pressing, *, regulation: str = "") -> list[Tile]:
    """Open, overdue and due soon."""
    return [
        Tile(
            _("Open"),
            work.total,
            _("not yet answered"),
            href=requests_list(stage="open", regulation=regulation),
        ),
        pressing(
            _("Overdue"),
            work.overdue,
            _("past the statutory date"),
            "danger",
            due="overdue",
            regulation=regulation,
        ),
        pressing(
            _("Due in 7 days"),
            work.due_soon,
            _of_them_today(work.due_today),
            "warning",
            due="soon",
            regulation=regulation,
        ),
    ]


def to_be_answered(count: int, *, regulation: str = "") -> Tile:
    """What has ended at CXone and has no answer yet."""
    note = _("nothing is under way any more")
    return pressing(
        _("To be answered"), count, note, "warning", stage="to_be_answered", regulation=regulation
    )


def pressing(label: str, count: int, note: str, tone: str, **narrowed_by: str) -> Tile:
    """A number that is good news at nought, and has a tone above."""
    return Tile(label, count, note, tone if count else "", requests_list(**narrowed_by))


def in_time(answers: Answers, period: Period, note: Words, *, regulation: str = "") -> Tile:
    """How many answers were in time, of all within these days."""
    return Tile(
        _("Answered in time"),
        _("%(part)s of %(whole)s") % {"part": numbered(answers.in_time), "whole": numbered(answers.answered)},
        str(note),
        "warning" if answers.in_time < answers.answered else "",
        requests_list(in_time="yes", **days(ANSWERED, period), regulation=regulation),
    )


def received(count: int, period: Period, *, regulation: str = "") -> Tile:
    """How many arrived within these days."""
    return Tile(
        _("Received"),
        count,
        _("in these days"),
        href=requests_list(**days(RECEIVED, period), regulation=regulation),
    )


def days_to_answer(answers: Answers, period: Period, *, regulation: str = "") -> list[Tile]:
    """The median and the 95th percentile of the days from receipt to answer."""
    href = requests_list(**days(ANSWERED, period), regulation=regulation) if answers.answered else ""
    note = _("from receipt, %(count)s answered") % {"count": numbered(answers.answered)}
    p95 = answers.days.percentile(95)
    return [
        Tile(_("Median days to answer"), decimal(answers.days.median), note, href=href),
        Tile(_("95 % answered within"), NONE if p95 is None else _days(p95), note, href=href),
    ]


def at_cxone(ended: AtCXone, period: Period) -> list[Tile]:
    """How many succeeded there, and how long it took, of submissions; the list is of their requests."""
    total = ended.completed + ended.failed
    href = requests_list(**days(ENDED, period)) if total else ""
    counts = {"part": numbered(ended.completed), "whole": numbered(total)}
    shares = _("%(part)s of %(whole)s submissions") % counts if total else _("none ended")
    return [
        Tile(_("Success rate at CXone"), percent(ended.success_rate), shares, href=href),
        Tile(
            _("Median time at CXone"),
            took(ended.median_since_acceptance),
            _("%(duration)s since filing") % {"duration": took(ended.median_since_filing)},
            href=href if ended.completed else "",
        ),
    ]


def percent(rate: float | None) -> str:
    """A rate of 0 to 1 with one decimal, rounded down, so that 100 % means all; a dash for none."""
    if rate is None:
        return NONE
    tenths = math.floor(rate * 1000)
    return f"{number_format(tenths / 10, 1 if tenths % 10 else 0)} %"


def took(seconds: int | None) -> str:
    """A duration in words; a dash where nothing was measured."""
    return NONE if seconds is None else duration_words(seconds * 1000)


def decimal(number: Fraction | None) -> str:
    """A number to one decimal, half rounded up; a dash for none."""
    if number is None:
        return NONE
    tenths = math.floor(number * 10 + Fraction(1, 2))
    return str(number_format(tenths / 10, 1 if tenths % 10 else 0))


def short_span(period: Period) -> str:
    """The days in words: `1 Nov 2026 to 30 Nov 2026`."""
    if period.days == 1:
        return short(period.first)
    return _("%(first)s to %(last)s") % {"first": short(period.first), "last": short(period.last)}


def short(day: date) -> str:
    """A day: `20 Dec 2026`, `20.12.2026`."""
    return str(date_format(day, "SHORT_DATE_FORMAT"))


def _of_them_today(count: int) -> str:
    if not count:
        return _("none of them today")
    words: Any = ngettext("%(count)s of them today", "%(count)s of them today", count)
    return str(words % {"count": numbered(count)})


def _days(count: int) -> str:
    words: Any = ngettext("%(count)s day", "%(count)s days", count)
    return str(words % {"count": numbered(count)})
