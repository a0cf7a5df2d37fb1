"""Reading the `Retry-After` header (RFC 9110 §10.2.3) in every shape that servers send it."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_PAUSE_SECONDS = 3600.0
"""A pause that a server asks for is honoured up to this: a slip in a header must not stop us for days."""


def parse_retry_after(value: str | None, *, now: datetime) -> float | None:
    """Give the seconds to wait, 0 to 3600, or None when the header names no usable time.

    A number of seconds and an HTTP-date are both understood; a date in the past is 0. A negative or
    fractional number is neither, and gives None: the caller then falls back on its own backoff.
    `now` is aware and stands for the moment at which the answer arrived.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return _seconds(text)
    return _until_date(text, now=now)


def _seconds(digits: str) -> float:
    # The length is looked at first: int() of a header full of digits is slow, and refused past 4300.
    significant = digits.lstrip("0")
    if len(significant) > len("3600"):
        return LONGEST_PAUSE_SECONDS
    return min(float(significant or "0"), LONGEST_PAUSE_SECONDS)


def _until_date(text: str, *, now: datetime) -> float | None:
    if not text[:1].isalpha():
        # All three forms of an HTTP-date begin with a day's name; the lenient parser takes far more.
        return None
    try:
        moment = parsedate_to_datetime(text)
        # The obsolete asctime form names no zone; RFC 9110 §5.6.7 says that it is UTC.
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        wait = (aware - now).total_seconds()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return min(max(wait, 0.0), LONGEST_PAUSE_SECONDS)
