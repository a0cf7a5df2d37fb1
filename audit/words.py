"""What people read: texts that may be translated only when they are shown, numbers, and days."""

from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from django.utils.formats import date_format, number_format

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

#: A text, or one that becomes a text in the language of whoever reads it.
Words: TypeAlias = "str | _StrPromise"


def numbered(number: int) -> str:
    """A number as people read it: `1,284`, in German `1.284`."""
    return str(number_format(number, force_grouping=True))


def day_words(day: date) -> str:
    """A day in full: `20 December 2026`, in German `20. Dezember 2026`."""
    return date_format(day, "DATE_FORMAT")
