"""What belongs together when the log is taken away: the events, what they are checked with, and how."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from audit.export.csv_view import csv_view
from audit.export.lines import jsonl
from audit.export.taking import Export, Form
from audit.verifier.frontier_text import frontier_text

EVENTS_FILES = {Form.JSONL: "events.jsonl", Form.CSV: "events.csv"}
CHECKPOINT, VKEY, FRONTIER, README = "checkpoint", "vkey", "frontier", "README.txt"
KEY_CHANGE = "checkpoint-at-key-change-"


class File(NamedTuple):
    """A file by its name, and its content piece by piece."""

    name: str
    content: Iterable[bytes]


def files_of(export: Export, form: Form) -> Iterator[File]:
    """All files of an export, the events last: everything else is small."""
    changes = {f"{KEY_CHANGE}{one.size}": one.note for one in export.source.key_changes(export.size)}
    texts = {CHECKPOINT: export.checkpoint.note, VKEY: export.source.vkeys(), **changes}
    if export.first:
        texts[FRONTIER] = frontier_text(origin=export.source.origin, frontier=export.frontier)
    texts[README] = _readme(export, form)
    for name, text in texts.items():
        yield File(name, [text.encode()])
    yield events_file(export, form)


def events_file(export: Export, form: Form) -> File:
    """The events alone: as evidence, or with `Form.CSV` as a view."""
    if form is Form.CSV:
        return File(EVENTS_FILES[Form.CSV], csv_view(export))
    return File(EVENTS_FILES[Form.JSONL], jsonl(export))


def _readme(export: Export, form: Form) -> str:
    return f"""Audit log {export.source.origin}
Events {export.first} to {export.size - 1}, as signed over the first {export.size} events.

That this export was made is event {export.number} of the log that is running. It was written
after the checkpoint was signed, so it is not in here; the next export has it.

{_ABOUT_CSV if form is Form.CSV else _HOW_TO_CHECK}
{_WHAT_IT_SHOWS}"""


_ABOUT_CSV = """events.csv is a view for spreadsheets and no evidence: cells that a spreadsheet would
compute have an apostrophe before them. What can be checked is an export as JSONL.
"""


_HOW_TO_CHECK = f"""To check it on another machine, Python 3.11 or newer is needed and nothing else. Take the
verifier from the page of the audit log, or from somebody else who uses it. Lay it beside this
folder, not in it: a later export into this folder is refused once other files lie here. Beside
the folder, run

    python3 -I -S audit-verify.pyz --vkey noted-vkey --export FOLDER --known checkpoint-N

FOLDER is this folder. noted-vkey is the verifier key that was noted when the log began, kept
apart from every export. If none was noted then, use the oldest copy that left the server, such
as the {VKEY} file of the first checkpoint mail. The file FOLDER/{VKEY} is here for convenience:
with it alone, whoever forged the export could have forged the key as well.

checkpoint-N is a checkpoint that you were handed earlier: by mail, or with an older export. Add
--known for each that you hold; leave it out if you hold none.
"""


_WHAT_IT_SHOWS = """An export that verifies is consistent with the checkpoints presented. Without a checkpoint
that was kept elsewhere, a rewrite by somebody who holds both database and signing key cannot
be excluded. The events show what was recorded, at the server's time.
"""
