"""Codes, counts and moments as sentences have them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

from erasure.choices import Category, Words

#: Why CXone did not take something, or nobody knows whether it did: the codes that the pipeline writes.
REASONS: Mapping[str, str] = {
    "rate_limited": "CXone asked for fewer calls",
    "unreachable": "CXone could not be reached",
    "authentication_failed": "CXone did not accept our client",
    "scope_missing": "our CXone client lacks a scope",
    "token_unavailable": "CXone gave no access token",
    "token_busy": "the access token was just being renewed",
    "timed_out": "its answer did not come in time",
    "connection_broken": "the connection broke before its answer was complete",
    "server_trouble": "CXone answered with a server error",
    "unreadable_answer": "its answer could not be understood",
}


def reason_words(code: str) -> str:
    """A code of the pipeline in words; one that is not known here, spelled out."""
    return REASONS.get(code, code.replace("_", " "))


def categories_words(codes: Iterable[str]) -> str:
    """The labels of categories, with commas; a code that is not known here stays as it is."""
    return ", ".join(str(Category(code).label) if code in Category.values else code for code in codes)


def uncapitalised(label: Words) -> str:
    """A label as it stands within a sentence; German keeps its capitals there, which are those of nouns."""
    words = str(label)
    return words if (get_language() or "").startswith("de") else words[:1].lower() + words[1:]


def count_words(count: int, noun: str) -> str:
    """`1 record`, `1,284 records`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def duration_words(milliseconds: int) -> str:
    """A duration to two units: `820 ms`, `3.2 s`, `3 min 48 s`, `2 h 5 min`, `4 days 1 h`."""
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:.1f} s"
    span = timedelta(milliseconds=milliseconds)
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if span.days:
        return f"{count_words(span.days, 'day')} {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"


def clock_words(moment: datetime) -> str:
    """When something will be, in the reader's zone: `at 14:05` today, `on 21 Nov at 09:00` on another day."""
    there = timezone.localtime(moment)
    at = f"at {date_format(there, 'H:i')}"
    return at if there.date() == timezone.localdate() else f"on {date_format(there, 'j M')} {at}"
