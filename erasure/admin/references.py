"""A request's reference, such as PR-2026-000042: in addresses, and as people write it when they search."""

import re

from django.db.models import Q
from django.urls import register_converter

_WHOLE = re.compile(r"(?:PR-?)?([0-9]{4})-([0-9]{1,12})", re.IGNORECASE)
_PART = re.compile(r"PR-[0-9-]{0,17}", re.IGNORECASE)
#: Longer numbers are telephone numbers or ids; no year brings more requests than this can count.
_NUMBER = re.compile(r"[0-9]{1,6}")


class ReferenceConverter:
    """Lets `<reference:reference>` in a path match references and nothing else."""

    regex = r"PR-[0-9]{4}-[0-9]{6,12}"

    def to_python(self, value: str) -> str:
        """The reference as it stands in the address."""
        return value

    def to_url(self, value: str) -> str:
        """The reference as it goes into an address."""
        return value


register_converter(ReferenceConverter, "reference")


def whole_reference(term: str) -> str:
    """The reference that `term` spells, with or without PR- and leading zeros; empty when it spells none."""
    found = _WHOLE.fullmatch(term)
    return f"PR-{found[1]}-{int(found[2]):06d}" if found else ""


def of_year(term: str, year: int) -> str:
    """The reference that a number alone means in this year, with or without leading zeros; else empty."""
    return f"PR-{year}-{int(term):06d}" if _NUMBER.fullmatch(term) else ""


def by_reference(term: str) -> Q | None:
    """The requests whose reference `term` spells, whole or in part; None when it cannot be part of one."""
    if whole := whole_reference(term):
        return Q(reference=whole) | Q(reference__icontains=term)
    if _PART.fullmatch(term) or _NUMBER.fullmatch(term):
        return Q(reference__icontains=term)
    return None
