"""From the bytes of a file to lines of named cells. Whatever cannot be read for certain is refused in words.

Nothing is guessed: text is UTF-8, or UTF-16 that says so, and the separator is the one by which the header
has the columns we know.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.words import numbered

COLUMNS = ("identifier_kind", "identifier", "category", "kind", "matter", "ground", "from", "until")
NEEDED = ("kind", "matter", "ground")
SEPARATORS = (",", ";", "\t")
MOST_BYTES = 1_000_000
MOST_ROWS = 2_000
LIKE_A_NAME = re.compile(r"[a-z_]{1,40}")
MOST_NAMES_SHOWN = 5
SAVE_AS = _lazy("Save it as “CSV UTF-8” and choose it again.")


class ListUnreadable(Exception):  # noqa: N818 - reads as what it is where it is caught.
    """The list cannot be read as a whole; the text says why, and what to do."""


@dataclass(frozen=True)
class Line:
    """One row: the line of the file on which it begins, and its cells by column, without blanks around."""

    number: int
    cells: Mapping[str, str]
    #: Whether it has cells beyond the last column of the header.
    has_more: bool = False


def lines_of(content: bytes) -> list[Line]:
    """The rows of the list, blank ones left out. Raises ListUnreadable."""
    if len(content) > MOST_BYTES:
        raise ListUnreadable(
            _("It is larger than %(most_bytes)s MB. Split it into several lists.")
            % {"most_bytes": MOST_BYTES // 1_000_000}
        )
    records = _records(_text(content))
    _number, header = next(records, (0, []))
    columns = _columns(header)
    lines: list[Line] = []
    for number, cells in records:
        if len(lines) == MOST_ROWS:
            raise ListUnreadable(
                _("It has more than %(most_rows)s rows. Split it into several lists.")
                % {"most_rows": numbered(MOST_ROWS)}
            )
        named = dict(zip(columns, cells, strict=False))
        lines.append(Line(number, named, has_more=any(cells[len(columns) :])))
    if not lines:
        raise ListUnreadable(_("There is no row below the header. Add one line for each hold."))
    return lines


def _text(content: bytes) -> str:
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise ListUnreadable(
            _("Its characters are not in UTF-8. %(save_as)s") % {"save_as": SAVE_AS}
        ) from None
    if "\0" in text:
        raise ListUnreadable(
            _("It has NUL characters, which no list has: it may be another kind of file. %(save_as)s")
            % {"save_as": SAVE_AS}
        )
    return text


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """The records that are not blank, each with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            raise ListUnreadable(
                _(
                    "From line %(begins)s on it cannot be read as CSV: a quotation mark is not closed, or "
                    "stands within a cell without being doubled. Put that right and choose it again."
                )
                % {"begins": begins}
            ) from None
        if cells is None:
            return
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            yield begins, stripped
        begins = reader.line_num + 1


def _separator(text: str) -> str:
    """The separator by which the first line that is not blank has the most of our columns."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=lambda one: len({_name(cell) for cell in header.split(one)} & set(COLUMNS)))


def _name(cell: str) -> str:
    return cell.strip().strip('"').strip().casefold().replace(" ", "_")


def _columns(header: Sequence[str]) -> list[str]:
    """The columns of the header; empty ones at its end do not count. Raises ListUnreadable."""
    names = [_name(cell) for cell in header]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise ListUnreadable(_("It is empty. The first line names the columns, each further line one hold."))
    if not set(names) <= set(COLUMNS):
        raise ListUnreadable(
            _("The first line has what is no column here: %(shown)s. Known are %(columns)s.")
            % {"shown": _shown(names), "columns": ", ".join(COLUMNS)}
        )
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ListUnreadable(
            _("The first line names a column twice: %(twice)s. Leave one of them out.")
            % {"twice": ", ".join(twice)}
        )
    missing = [name for name in NEEDED if name not in names]
    if not {"identifier", "category"} & set(names):
        missing.append(_("identifier or category"))
    if missing:
        raise ListUnreadable(
            _("The first line lacks a column: %(missing)s. Add it.") % {"missing": ", ".join(missing)}
        )
    return names


def _shown(names: Sequence[str]) -> str:
    """What is no column, by its name where it looks like one: a list without a header begins with people."""
    unknown = [
        f"“{name}”" if LIKE_A_NAME.fullmatch(name) else _("cell %(number)s") % {"number": number}
        for number, name in enumerate(names, start=1)
        if name not in COLUMNS
    ]
    more = len(unknown) - MOST_NAMES_SHOWN
    return f"{', '.join(unknown[:MOST_NAMES_SHOWN])}{f' and {more} more' if more > 0 else ''}"
