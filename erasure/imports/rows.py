"""From a line of cells to a request as it is asked for, and all that is wrong with the line.

What is said of a line never repeats what stands in it: the words stay when the list is gone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from erasure.asked import Filing, Identifier, against_receipt, against_sending, clock_of, controllers_today
from erasure.cells import ONE_DAY, code_of, day_of
from erasure.choices import Category, Channel, IdentifierKind, IdentityCheck, Regulation, RequestType, Scope
from erasure.deadlines import ClockError, regulations_on
from erasure.imports.table import COLUMNS, Line
from erasure.vault_tasks import as_named, why_not_a_task

CHOICES: Mapping[str, type[TextChoices]] = {
    "type": RequestType,
    "scope": Scope,
    "regulation": Regulation,
    "channel": Channel,
}
#: In which column stands what a violation is about.
COLUMN_OF: Mapping[str, str] = {"subjectId": "subject_id", "identifiers": "subject_id"}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LONGEST_REFERENCE = 200
#: No law here is as old; a date before it is a slip, such as the day from which spreadsheets count.
FIRST_DAY = date(2000, 1, 1)


@dataclass(frozen=True)
class Fault:
    """What is wrong in one column (empty: with the whole line), and the way out, as one text."""

    column: str
    words: str

    def __str__(self) -> str:
        return f"{self.column}: {self.words}" if self.column else self.words


@dataclass(frozen=True)
class Terms:
    """What is said once for the whole list."""

    identity_check: str = IdentityCheck.OTHER
    duplicate_reason: str = ""
    filed_on_host_by: str = ""


@dataclass(frozen=True)
class Row:
    """A line as a request, and what is against filing it; what cannot be read has a stand-in in `filing`."""

    line: int
    filing: Filing
    faults: Sequence[Fault]


def row_of(line: Line, terms: Terms) -> Row:
    """The request that the line asks for, with everything that is wrong with it by itself."""
    codes = {name: code_of(choices, line.cell(name)) for name, choices in CHOICES.items()}
    categories = [part.strip() for part in line.cell("categories").split(";") if part.strip()]
    known = [code for part in categories if (code := code_of(Category, part))]
    received_on = day_of(line.cell("received_on"))
    filing = Filing(
        identifiers=[Identifier(IdentifierKind.CXONE_ID, line.cell("subject_id"))],
        type=codes["type"] or "",
        regulation=codes["regulation"] or "",
        received_on=received_on or controllers_today(),
        channel=codes["channel"] or Channel.OTHER,
        identity_check=terms.identity_check,
        categories=known,
        scope=codes["scope"] or "",
        description=line.cell("description"),
        external_reference=line.cell("external_reference"),
        vault_task=as_named(line.cell("vault_task")),
        refuse_duplicates=True,
        duplicate_reason=terms.duplicate_reason,
        filed_on_host_by=terms.filed_on_host_by,
    )
    unread = [
        *_misfits(line),
        *_unknown_codes(line, codes),
        *_against_categories(categories, known),
        *_against_day(received_on),
    ]
    return Row(line.number, filing, [*unread, *_against(filing, but={fault.column for fault in unread})])


def _against(filing: Filing, *, but: set[str]) -> list[Fault]:
    """What the rules have against it, besides the columns that have been spoken of.

    Open requests of the person, of the task, and holds, are looked up for many rows at once.
    """
    early = against_receipt(filing.received_on)
    faults = [] if early or {"received_on", "regulation"} & but else _against_clock(filing)
    for violation in [*early, *against_sending(filing)]:
        column = COLUMN_OF.get(violation.field, violation.field)
        if column not in but:
            faults.append(Fault(column, f"{violation.message} {violation.way_out}".strip()))
    return faults


def _against_clock(filing: Filing) -> list[Fault]:
    try:
        clock_of(filing)
    except ClockError as error:
        return [Fault("regulation", str(error))]
    return []


def _misfits(line: Line) -> list[Fault]:
    """What is wrong with the shape of a line, and cells that a spreadsheet has turned into something else."""
    faults = []
    if line.has_more:
        words = _("It has more cells than the header has columns. Quote a cell that has a separator in it.")
        faults.append(Fault("", words))
    if _begins_like_a_formula(line, "subject_id"):
        words = _(
            "It begins like a formula or a phone number. CXone takes its own id here: look it up. If this "
            "is the id all the same, file this request by itself on the page."
        )
        faults.append(Fault("subject_id", words))
    if _begins_like_a_formula(line, "external_reference"):
        words = _("It begins like a formula, and a spreadsheet may have changed it. Put a letter before it.")
        faults.append(Fault("external_reference", words))
    reference = line.cell("external_reference")
    if len(reference) > LONGEST_REFERENCE or not (reference.isprintable() or not reference):
        words = _("Shorten it to one line of at most %(most)s characters.") % {"most": LONGEST_REFERENCE}
        faults.append(Fault("external_reference", words))
    if words := why_not_a_task(line.cell("vault_task")):
        faults.append(Fault("vault_task", words))
    return faults


def _begins_like_a_formula(line: Line, column: str) -> bool:
    return line.cells[COLUMNS.index(column)].lstrip(" ").startswith(FORMULA_STARTS)


def _unknown_codes(line: Line, codes: Mapping[str, str | None]) -> list[Fault]:
    faults = []
    for name, code in codes.items():
        if code is None and (line.cell(name) or name != "channel"):
            allowed = ", ".join(_allowed(name))
            faults.append(Fault(name, _("Write one of %(allowed)s.") % {"allowed": allowed}))
    return faults


def _allowed(column: str) -> Sequence[str]:
    """The codes of a column; laws that are switched off are not offered."""
    return [one.regulation for one in regulations_on()] if column == "regulation" else CHOICES[column].values


def _against_categories(named: Sequence[str], known: Sequence[str]) -> list[Fault]:
    if named and len(named) == len(known):
        return []
    words = _("Write one or more of %(allowed)s, with a semicolon between them.")
    return [Fault("categories", words % {"allowed": ", ".join(Category.values)})]


def _against_day(day: date | None) -> list[Fault]:
    if day is None:
        return [
            Fault("received_on", _("This cannot be read as a day. Write it as %(day)s.") % {"day": ONE_DAY})
        ]
    if day < FIRST_DAY:
        return [Fault("received_on", _("This day lies too far back. Look for a slip in the year."))]
    return []
