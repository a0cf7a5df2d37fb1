"""Figures as a table for spreadsheets: counts alone, about nobody, so that taking them is no audited act."""

import csv
import io
from collections.abc import Iterable, Sequence
from fractions import Fraction

from django.http import HttpResponse

from audit.export.csv_view import guarded

Value = str | int | Fraction | None


def table(name: str, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> HttpResponse:
    """A download of this name. A cell that a spreadsheet would compute gets an apostrophe before it."""
    text = io.StringIO(newline="")
    written = csv.writer(text, lineterminator="\r\n")
    written.writerow(header)
    written.writerows([guarded(_cell(value)) for value in row] for row in rows)
    answer = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8; header=present")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _cell(value: Value) -> str:
    """A number to two decimals at most, with a point; nothing for none."""
    if value is None:
        return ""
    if isinstance(value, Fraction):
        return f"{float(value):.2f}".rstrip("0").rstrip(".")
    return str(value)
