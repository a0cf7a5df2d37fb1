"""Dates as people write them, in the language of the reader: English "20 December 2026", German
"20. Dezember 2026". Outside a request it is English, whatever the host's locale.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils import dateformat
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

# Stands beside every date that comes from here.
DISCLAIMER = gettext_lazy("Computed, not legal advice.")

DUE_SOON_DAYS = 7

#: A date, and a date with its weekday, by language, in Django's letters for dates.
DATE_FORMATS = {"en": ("j F Y", "l j F Y"), "de": ("j. F Y", "l, j. F Y")}


@dataclass(frozen=True, kw_only=True)
class DueWords:
    """How far off a due date is, in words, with the look of its badge. Negative days are overdue.

    `words` stand alone ("Due in 8 days"), `brief` beside a word that says "due" already ("in 8 days").
    """

    words: str
    brief: str
    tone: Literal["danger", "warning", "neutral"]
    icon: str
    days: int


def long_date(day: date) -> str:
    """`day` as people write it: "20 December 2026"."""
    return dateformat.format(day, _formats()[0])


def long_date_with_weekday(day: date) -> str:
    """`day` with its weekday: "Monday 21 December 2026"."""
    return dateformat.format(day, _formats()[1])


def month_name(day: date) -> str:
    """The month of `day`: "December"."""
    return dateformat.format(day, "F")


def weekday_name(day: date) -> str:
    """The weekday of `day`: "Monday"."""
    return dateformat.format(day, "l")


def days_left_words(due_on: date, today: date) -> DueWords:
    """How far off `due_on` is on `today`, both in the controller's time zone; "due today" is its own word."""
    days = (due_on - today).days
    if days < 0:
        words = ngettext("%(count)d day overdue", "%(count)d days overdue", -days) % {"count": -days}
        return DueWords(words=words, brief=words, tone="danger", icon="event_busy", days=days)
    if days == 0:
        return DueWords(words=_("Due today"), brief=_("today"), tone="danger", icon="today", days=days)
    words, brief = _ahead(days)
    if days <= DUE_SOON_DAYS:
        return DueWords(words=words, brief=brief, tone="warning", icon="event_upcoming", days=days)
    return DueWords(words=words, brief=brief, tone="neutral", icon="event", days=days)


def _ahead(days: int) -> tuple[str, str]:
    if days == 1:
        return _("Due tomorrow"), _("tomorrow")
    count = {"count": days}
    words = ngettext("Due in %(count)d day", "Due in %(count)d days", days) % count
    return words, ngettext("in %(count)d day", "in %(count)d days", days) % count


def _formats() -> tuple[str, str]:
    language = (get_language() or "en").partition("-")[0]
    return DATE_FORMATS.get(language, DATE_FORMATS["en"])
