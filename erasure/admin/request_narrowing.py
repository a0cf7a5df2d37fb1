"""What an address of the list of requests asks for: read, said in words, and carried out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from audit.words import Words
from erasure.admin.request_filters import (
    ENDED_FROM,
    ENDED_TO,
    FILTER_OF,
    FILTERS,
    Choices,
    Filter,
    Requests,
    ended_within,
)

#: What else an address of the list may say: the search, the page of the list, the order of a column.
SEARCH, PAGE, ORDER = "q", "p", "o"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LIST = "admin:erasure_privacyrequest_changelist"


def list_address(narrowed_by: Mapping[str, str] | str = "") -> str:
    """The list of requests, narrowed by its own filters, such as `stage=open`."""
    terms = narrowed_by if isinstance(narrowed_by, str) else urlencode(narrowed_by)
    return f"{reverse(LIST)}?{terms}" if terms else reverse(LIST)


@dataclass(frozen=True)
class Chip:
    """One thing that the list is narrowed by, in words, and the address of the list without it."""

    label: Words
    words: Words
    without: str


@dataclass(frozen=True)
class Narrowing:
    """The choices that an address makes, by the names of the filters, and what in it was not understood."""

    chosen: Mapping[str, str]
    words: Mapping[str, Words]
    #: The labels of filters with a choice that does not exist, and how many other parameters are unknown.
    wrong: Sequence[Words]
    unknown: int
    search: str = ""

    @classmethod
    def read(cls, terms: Mapping[str, str]) -> "Narrowing":
        """What the parameters of an address ask for. What is not understood narrows nothing."""
        chosen: dict[str, str] = {}
        words: dict[str, Words] = {}
        wrong: list[Words] = []
        for one in FILTERS:
            if not (value := terms.get(one.name, "").strip()):
                continue
            if said := _words_of(one, value):
                chosen[one.name], words[one.name] = value, said
            else:
                wrong.append(one.label)
        unknown = sum(name not in FILTER_OF and name not in {SEARCH, PAGE, ORDER} for name in terms)
        return cls(chosen, words, wrong, unknown, terms.get(SEARCH, "").strip())

    def narrowed(self, requests: Requests, *, reader: int | None) -> Requests:
        """The requests that fit all the choices; the search is not among them."""
        for name, value in self.chosen.items():
            requests = FILTER_OF[name].narrow(requests, value, reader)
        first, last = (self.chosen.get(name, "") for name in (ENDED_FROM, ENDED_TO))
        return ended_within(requests, first=first, last=last)

    @property
    def is_of_open_alone(self) -> bool:
        """Whether no answered request fits, whichever there are."""
        return any(FILTER_OF[name].open_alone(value) for name, value in self.chosen.items())

    @property
    def chips(self) -> list[Chip]:
        """Each choice in words, with the way to the list without it."""
        return [
            Chip(FILTER_OF[name].label, self.words[name], list_address(self._terms(without=name)))
            for name in self.chosen
        ]

    @property
    def address(self) -> str:
        """The list as it is narrowed, on its first page."""
        return list_address(self._terms())

    @property
    def address_without_filters(self) -> str:
        """The list with the search alone."""
        return list_address({SEARCH: self.search} if self.search else {})

    @property
    def codes(self) -> list[str]:
        """The choices as the audit log writes them: `stage:open`."""
        return [f"{name}:{value}" for name, value in self.chosen.items()]

    @property
    def complaint(self) -> str:
        """What of the address was left out, in words; empty when all was understood."""
        if self.wrong:
            labels = ", ".join(_("“%(label)s”") % {"label": label} for label in self.wrong)
            return _(
                "The address asks for something that %(labels)s does not know; that was left out. "
                "Choose from the filters."
            ) % {"labels": labels}
        if self.unknown:
            return _(
                "The address asks for something that this list cannot be narrowed by; that was left out."
            )
        return ""

    def _terms(self, *, without: str = "") -> dict[str, str]:
        kept = {name: value for name, value in self.chosen.items() if name != without}
        return {SEARCH: self.search, **kept} if self.search else kept


@dataclass(frozen=True)
class Control:
    """One control of the panel: a list to choose from, or a day."""

    name: str
    label: Words
    options: "Choices | None"
    value: str


def controls(narrowing: Narrowing) -> list[Control]:
    """The panel's controls, as they stand now."""
    return [
        Control(
            one.name, one.label, one.options() if one.options else None, narrowing.chosen.get(one.name, "")
        )
        for one in FILTERS
    ]


def _words_of(one: Filter, value: str) -> Words:
    """The choice in words; empty when there is no such choice."""
    if one.options is None:
        day = _day(value)
        return date_format(day, "DATE_FORMAT") if day else ""
    return str(dict(one.options()).get(value, ""))


def _day(value: str) -> date | None:
    if not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
