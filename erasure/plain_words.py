"""Codes, counts and moments as sentences have them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, ngettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.words import Words, numbered
from erasure.choices import Category

#: Why CXone did not take something, or nobody knows whether it did: the codes that the pipeline writes.
REASONS: Mapping[str, Words] = {
    "rate_limited": _lazy("CXone asked for fewer calls"),
    "unreachable": _lazy("CXone could not be reached"),
    "authentication_failed": _lazy("CXone did not accept our client"),
    "scope_missing": _lazy("our CXone client lacks a scope"),
    "token_unavailable": _lazy("CXone gave no access token"),
    "token_busy": _lazy("the access token was just being renewed"),
    "timed_out": _lazy("its answer did not come in time"),
    "connection_broken": _lazy("the connection broke before its answer was complete"),
    "server_trouble": _lazy("CXone answered with a server error"),
    "unreadable_answer": _lazy("its answer could not be understood"),
}

#: What is counted: by the English noun, the words for one and for several.
COUNTED: Mapping[str, Any] = {
    "day": ngettext_lazy("%(count)s day", "%(count)s days", "number"),
    "delivery": ngettext_lazy("%(count)s delivery", "%(count)s deliveries", "number"),
    "entry": ngettext_lazy("%(count)s entry", "%(count)s entries", "number"),
    "hold": ngettext_lazy("%(count)s hold", "%(count)s holds", "number"),
    "hour": ngettext_lazy("%(count)s hour", "%(count)s hours", "number"),
    "minute": ngettext_lazy("%(count)s minute", "%(count)s minutes", "number"),
    "more request": ngettext_lazy("%(count)s more request", "%(count)s more requests", "number"),
    "notice": ngettext_lazy("%(count)s notice", "%(count)s notices", "number"),
    "override": ngettext_lazy("%(count)s override", "%(count)s overrides", "number"),
    "override decision": ngettext_lazy(
        "%(count)s override decision", "%(count)s override decisions", "number"
    ),
    "record": ngettext_lazy("%(count)s record", "%(count)s records", "number"),
    "request": ngettext_lazy("%(count)s request", "%(count)s requests", "number"),
    "submission": ngettext_lazy("%(count)s submission", "%(count)s submissions", "number"),
}


def reason_words(code: str) -> str:
    """A code of the pipeline in words; one that is not known here, spelled out."""
    return str(REASONS.get(code, code.replace("_", " ")))


def categories_words(codes: Iterable[str]) -> str:
    """The labels of categories, with commas; a code that is not known here stays as it is."""
    return ", ".join(str(Category(code).label) if code in Category.values else code for code in codes)


def uncapitalised(label: Words) -> str:
    """A label as it stands within a sentence; German keeps its capitals there, which are those of nouns."""
    words = str(label)
    return words if (get_language() or "").startswith("de") else words[:1].lower() + words[1:]


def count_words(count: int, noun: str) -> str:
    """`1 record`, `1,284 records`; the noun is one of `COUNTED`."""
    return str(COUNTED[noun] % {"number": count, "count": numbered(count)})


def duration_words(milliseconds: int) -> str:
    """A duration to two units: `820 ms`, `3.2 s`, `3 min 48 s`, `2 h 5 min`, `4 days 1 h`."""
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    if milliseconds < 60_000:
        return f"{number_format(milliseconds / 1000, 1)} s"
    span = timedelta(milliseconds=milliseconds)
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if span.days:
        return f"{count_words(span.days, 'day')} {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"


def time_left_words(left: timedelta) -> str:
    """How long it still is, in one unit: `less than a minute`, `4 minutes`, `3 hours`, `2 days`."""
    minutes = round(left.total_seconds() / 60)
    if left < timedelta(minutes=1):
        return _("less than a minute")
    if minutes < 90:
        return count_words(minutes, "minute")
    return count_words(round(minutes / 60), "hour") if minutes < 48 * 60 else count_words(left.days, "day")


def clock_words(moment: datetime) -> str:
    """When something will be, in the reader's zone: `at 14:05` today, `on 21 Nov at 09:00` on another day."""
    there = timezone.localtime(moment)
    clock = date_format(there, "TIME_FORMAT")
    if there.date() == timezone.localdate():
        return _("at %(clock)s") % {"clock": clock}
    return _("on %(day)s at %(clock)s") % {"day": date_format(there, "MONTH_DAY_FORMAT"), "clock": clock}
