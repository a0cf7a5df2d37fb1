"""The events as a table for spreadsheets (RFC 4180). A view and no evidence: only the JSONL can be verified.

A cell that a spreadsheet would take for a formula gets an apostrophe before it, so cells are not always what
the log says; `leaf` says which line of the log a row shows.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator

from audit.export.lines import pages
from audit.export.taking import Export
from audit.log_format import CANONICAL, JSON

COLUMNS = ("seq", "leaf", "ts", "act", "actor", "obj", "res", "sub", "data")
#: What makes a spreadsheet compute a cell, or hides that it would.
FORMULA_STARTS = frozenset("=+-@\t\r\n\0")


def csv_view(export: Export) -> Iterator[bytes]:
    """The header, then each event as a row, a page at a time.

    Of a line that cannot be read the row shows what the columns beside it say, and the line itself under
    `data`.
    """
    yield _table([COLUMNS])
    for rows in pages(export, "seq", "leaf", "line", "act", "actor", "obj"):
        yield _table(_cells(*row) for row in rows)


def guarded(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would compute."""
    return f"'{cell}" if cell[:1] in FORMULA_STARTS and cell else cell


def _table(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(map(guarded, row) for row in rows)
    # Only a damaged line holds what UTF-8 cannot carry; it is shown, and must not end the table.
    return text.getvalue().encode(errors="backslashreplace")


def _cells(seq: int, leaf: bytes | str, line: bytes | str, act: str, actor: str, obj: str) -> list[str]:
    shown_leaf = leaf if isinstance(leaf, str) else bytes(leaf).hex()
    text = line if isinstance(line, str) else line.decode(errors="backslashreplace")
    try:
        says = _said(text)
    except (ValueError, RecursionError):
        says = ["", act, actor, obj, "", "", text]
    return [str(seq), shown_leaf, *says]


def _said(line: str) -> list[str]:
    """What the line says, in the order of the columns. Raises ValueError for what is no JSON object."""
    says = json.loads(line)
    if not isinstance(says, dict):
        raise ValueError("line: is not a JSON object.")  # noqa: TRY004 - one error for all that cannot be read.
    return [_text(says.get(key)) for key in COLUMNS[2:]]


def _text(value: JSON) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else CANONICAL.encode(value)
