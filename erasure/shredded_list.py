"""What was shredded, in a small file beside the database, so that a restored backup is shredded again.

One line of JSON for each step of each request: reference, moment of filing, step, and when that was noted;
nothing personal. Lines are only ever added. The moment of filing belongs to the match, since a database that
was set back gives references out a second time.

The database is shredded first and the file written afterwards, so that a line never claims what was rolled
back; what a crash keeps out of the file is found missing and added (`forgetting`).
"""

import json
import logging
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

logger = logging.getLogger(__name__)


class Shredded(NamedTuple):
    """One step of forgetting of one request."""

    reference: str
    filed_at: datetime
    step: int


def append(path: Path, shredded: Iterable[Shredded], *, at: datetime) -> None:
    """Add lines, on disk when this returns. Raises OSError when the file cannot be written."""
    lines = "".join(f"{_line(one, at=at)}\n" for one in shredded)
    if not lines:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    # One write to a file opened for appending: lines of several processes do not mix.
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        _write(descriptor, (b"\n" if _is_torn(descriptor) else b"") + lines.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        _sync_folder(path.parent)


def read(path: Path) -> set[Shredded]:
    """All steps on the list; none where there is no file yet. Raises OSError when it cannot be read.

    A line that was torn by a crash, or damaged, is passed over and told in the program's log by its number.
    """
    found: set[Shredded] = set()
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    _take(line, number, found)
    except FileNotFoundError:
        return set()
    return found


def _take(line: bytes, number: int, found: set[Shredded]) -> None:
    try:
        fields = json.loads(line)
        filed_at = datetime.fromisoformat(fields["filed_at"]).astimezone(UTC)
        found.add(Shredded(str(fields["reference"]), filed_at, int(fields["step"])))
    except (ValueError, KeyError, TypeError):
        logger.warning("shredded_list_line_unreadable %d", number)


def _line(one: Shredded, *, at: datetime) -> str:
    fields = {
        "reference": one.reference,
        "filed_at": one.filed_at.astimezone(UTC).isoformat(),
        "step": one.step,
        "at": at.astimezone(UTC).isoformat(),
    }
    return json.dumps(fields)


def _is_torn(descriptor: int) -> bool:
    """Whether the file ends in the middle of a line."""
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"


def _write(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _sync_folder(folder: Path) -> None:
    """A new file is there after a power failure only once its folder is on disk, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
