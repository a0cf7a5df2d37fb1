"""From a line of named cells to a hold as it is asked for, or to all that is wrong with the line."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from erasure.asked import Identifier
from erasure.cells import code_of, day_of
from erasure.choices import Category, HoldKind, IdentifierKind
from erasure.hold_lists.table import Line
from erasure.hold_wishes import HoldWish, against_placing

#: In which column stands what a violation of `hold_wishes` is about.
COLUMN_OF: Mapping[str, str] = {"identifiers": "identifier", "from_day": "from", "until_day": "until"}
CHOICES: Mapping[str, type[TextChoices]] = {
    "identifier_kind": IdentifierKind,
    "category": Category,
    "kind": HoldKind,
}


@dataclass(frozen=True)
class Fault:
    """What is wrong in one column (empty: with the whole line), and the way out, as one text."""

    column: str
    words: str


def wish_of(line: Line) -> tuple[HoldWish, list[Fault]]:
    """The hold that the line asks for, and what cannot be read of it, which has a stand-in in the hold."""
    faults = _misfits(line)
    codes = {name: _code(name, line.cells.get(name, "")) for name in CHOICES}
    days = {name: day_of(line.cells.get(name, "")) for name in ("from", "until")}
    faults += [_unknown_code(name) for name, code in codes.items() if code is None]
    faults += [
        Fault(name, _("This cannot be read as a day. Write it as 2026-01-31."))
        for name, day in days.items()
        if day is None and line.cells.get(name)
    ]
    value = line.cells.get("identifier", "")
    kind = codes["identifier_kind"] or IdentifierKind.CXONE_ID
    wish = HoldWish(
        kind=codes["kind"] or "",
        matter=line.cells.get("matter", ""),
        ground=line.cells.get("ground", ""),
        identifiers=[Identifier(kind, value)] if value else [],
        category=codes["category"] or "",
        from_day=days["from"],
        until_day=days["until"],
        # Whether one like it is there already is looked at for the list as a whole.
        again=True,
    )
    return wish, faults


def faults_of(wish: HoldWish, unread: Sequence[Fault], *, people: Collection[int]) -> list[Fault]:
    """What is against the hold, besides what could not even be read; `people` have its identifiers."""
    unreadable = {fault.column for fault in unread}
    faults = []
    for violation in against_placing(wish, people=people):
        column = COLUMN_OF.get(violation.field, violation.field)
        if column not in unreadable and not (
            column == "identifier" and "category" in unreadable and not wish.identifiers
        ):
            faults.append(Fault(column, f"{violation.message} {violation.way_out}".strip()))
    return faults


def _misfits(line: Line) -> list[Fault]:
    """What is wrong with the shape of a line."""
    faults = []
    if line.has_more:
        faults.append(
            Fault(
                "",
                _("It has more cells than the header has columns. Quote a cell that has a separator in it."),
            )
        )
    if line.cells.get("identifier_kind") and not line.cells.get("identifier"):
        # Without it the hold would be on everybody, which nobody meant who named a kind.
        faults.append(
            Fault("identifier", _("A kind is given, but no identifier. Add it, or empty both cells."))
        )
    return faults


def _code(column: str, cell: str) -> str | None:
    """The code that a cell means, by the code itself or its label, in any case; None when it means none."""
    if not cell:
        return None if column == "kind" else ""
    return code_of(CHOICES[column], cell)


def _unknown_code(column: str) -> Fault:
    allowed = ", ".join(CHOICES[column].values)
    empty = {
        "identifier_kind": _(", or nothing for a CXone id"),
        "category": _(", or nothing for all of them"),
    }
    return Fault(
        column, _("Write one of %(allowed)s%(get)s.") % {"allowed": allowed, "get": empty.get(column, "")}
    )
