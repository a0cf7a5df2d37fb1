"""From the bytes of a file to lines of named cells, one after the other, so that no list is ever in memory.

Nothing is guessed that could be wrong in silence: the separator is the one by which the header has the most
of the known columns, and a column that is not known is refused, since a misspelt name would else lose what
stands below it.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from erasure.imports.decoding import ListUnreadable, encoding_of, save_as, text_of

NEEDED = ("subject_id", "type", "categories", "scope", "regulation", "received_on")
COLUMNS = (*NEEDED, "channel", "external_reference", "vault_task", "description")
SEPARATORS = (",", ";", "\t")
MOST_ROWS = 50_000
MOST_BYTES = 50_000_000
#: The longest row that can be meant has some hundred characters.
LONGEST_ROW = 20_000
LIKE_A_NAME = re.compile(r"[A-Za-z_]{1,40}")
MOST_NAMES_SHOWN = 5


@dataclass(frozen=True)
class Line:
    """One row: the line of the file on which it begins, and its cells in the order of COLUMNS.

    A cell keeps the blanks around it. `has_more` is whether there are cells beyond the header's last column.
    """

    number: int
    cells: tuple[str, ...]
    has_more: bool = False

    def cell(self, column: str) -> str:
        """What stands in a column, without blanks around it."""
        return self.cells[COLUMNS.index(column)].strip()


@dataclass(frozen=True)
class Table:
    """How a list is to be read, and how many rows it has."""

    encoding: str
    separator: str
    rows: int


def table_of(content: IO[bytes]) -> Table:
    """Read the whole list once, keeping nothing. Raises ListUnreadable for what cannot be read to its end."""
    encoding = encoding_of(content)
    separator = _separator(content, encoding)
    count = sum(1 for _line in _lines(content, encoding, separator))
    if not count:
        raise ListUnreadable(_("There is no row below the header. Add one line for each request."))
    return Table(encoding, separator, count)


def lines_of(content: IO[bytes], table: Table) -> Iterator[Line]:
    """The rows, blank ones left out."""
    return _lines(content, table.encoding, table.separator)


def _lines(content: IO[bytes], encoding: str, separator: str) -> Iterator[Line]:
    records = _records(content, encoding, separator)
    _number, header = next(records, (0, []))
    columns = _columns(header)
    places = [columns.index(name) if name in columns else len(columns) for name in COLUMNS]
    for count, (number, cells) in enumerate(records):
        if count == MOST_ROWS:
            raise ListUnreadable(
                _("It has more than %(most)s rows. Split it into several lists.") % {"most": f"{MOST_ROWS:,}"}
            )
        found = [*cells[: len(columns)], *[""] * (len(columns) - len(cells)), ""]
        yield Line(number, tuple(found[at] for at in places), has_more=any(cells[len(columns) :]))


def _records(content: IO[bytes], encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The records that are not blank, each with the line on which it begins."""
    pieces = _Pieces(text_of(content, encoding))
    reader = csv.reader(pieces, delimiter=separator, strict=True)
    while True:
        begins = pieces.count + 1
        pieces.begin()
        try:
            cells = next(reader, None)
        except csv.Error:
            raise ListUnreadable(
                _(
                    "From line %(line)s on it cannot be read as CSV: a quotation mark is not closed, or "
                    "stands within a cell without being doubled. Put that right and choose it again."
                )
                % {"line": begins}
            ) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield begins, cells


class _Pieces:
    """The lines of a text, of which none, and no record of several, may be longer than a row can be."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._length = 0
        self.count = 0

    def begin(self) -> None:
        """A new record begins."""
        self._length = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_ROW + 1)
        if not line:
            raise StopIteration
        self.count += 1
        self._length += len(line)
        if "\0" in line:
            raise ListUnreadable(
                _("Line %(line)s has NUL characters, which no list has. %(way_out)s")
                % {"line": self.count, "way_out": save_as()}
            )
        if self._length > LONGEST_ROW:
            raise ListUnreadable(
                _(
                    "The row that reaches line %(line)s is longer than %(most)s characters. Look for a "
                    "quotation mark that is not closed, and put that right."
                )
                % {"line": self.count, "most": f"{LONGEST_ROW:,}"}
            )
        return line


def _separator(content: IO[bytes], encoding: str) -> str:
    """The separator by which the first line that is not blank has the most of our columns."""
    header = next((line for line in _Pieces(text_of(content, encoding)) if line.strip()), "")
    return max(SEPARATORS, key=lambda one: len({_name(cell) for cell in header.split(one)} & set(COLUMNS)))


def _name(cell: str) -> str:
    return re.sub(r"[\s_-]+", "_", cell.strip().strip('"').strip().casefold())


def _columns(header: Sequence[str]) -> list[str]:
    """The columns of the header; empty ones at its end do not count. Raises ListUnreadable."""
    names = [_name(cell) for cell in header]
    while names and not names[-1]:
        names.pop()
    missing = ", ".join(name for name in NEEDED if name not in names)
    if not set(names) & set(COLUMNS):
        raise ListUnreadable(
            _("The first line does not name the columns. It has to: %(names)s.")
            % {"names": ", ".join(COLUMNS)}
        )
    if unknown := _unknown(header[: len(names)]):
        raise ListUnreadable(
            _("The first line has what is no column here: %(unknown)s. Known are %(known)s.")
            % {"unknown": unknown, "known": ", ".join(COLUMNS)}
        )
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ListUnreadable(
            _("The first line names a column twice: %(names)s. Leave one of them out.")
            % {"names": ", ".join(twice)}
        )
    if missing:
        raise ListUnreadable(_("The first line lacks a column: %(names)s. Add it.") % {"names": missing})
    return names


def _unknown(header: Sequence[str]) -> str:
    """What is no column, by its name where it looks like one: a list without a header begins with people."""
    unknown = [
        f"“{cell}”" if LIKE_A_NAME.fullmatch(cell) else _("cell %(number)s") % {"number": number}
        for number, cell in enumerate((cell.strip() for cell in header), start=1)
        if _name(cell) not in COLUMNS
    ]
    more = len(unknown) - MOST_NAMES_SHOWN
    shown = ", ".join(unknown[:MOST_NAMES_SHOWN])
    return _("%(names)s and %(count)s more") % {"names": shown, "count": more} if more > 0 else shown
