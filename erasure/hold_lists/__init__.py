"""Lists of legal holds as CSV: read without guessing, looked at row by row, and placed; twice is once."""

from erasure.hold_lists.checked import Checked, Verdict, checked_list
from erasure.hold_lists.placed import Placed, place_list
from erasure.hold_lists.rows import Fault
from erasure.hold_lists.table import COLUMNS, MOST_BYTES, MOST_ROWS, ListUnreadable, lines_of

__all__ = [
    "COLUMNS",
    "MOST_BYTES",
    "MOST_ROWS",
    "Checked",
    "Fault",
    "ListUnreadable",
    "Placed",
    "Verdict",
    "checked_list",
    "lines_of",
    "place_list",
]
