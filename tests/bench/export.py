"""Exporting the log: its speed beside a bare loop over a cursor, and the memory it takes beyond the imports.

The bare loop reads the same column of the same rows with one statement and writes each with its LF to the
same place. Memory is measured in processes of their own, for a log of 10,000 events and for the whole one:
`resident` is what the process held at most, SQLite's cache included, and `tracemalloc` what Python did. The
former is read from Linux's /proc and not from `ru_maxrss`, which a process takes over from its parent.

`python -m tests.bench.export FORM SIZE HOW` is such a process.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402 - models need the apps to be ready.

from audit.export.csv_view import csv_view  # noqa: E402 - the same.
from audit.export.files import files_of  # noqa: E402 - the same.
from audit.export.lines import jsonl  # noqa: E402 - the same.
from audit.export.source import present  # noqa: E402 - the same.
from audit.export.taking import Export, Form, begin  # noqa: E402 - the same.
from audit.export.zip_stream import zipped  # noqa: E402 - the same.
from audit.log_format import Frontier  # noqa: E402 - the same.
from audit.models import AuditCheckpoint  # noqa: E402 - the same.
from tests.bench import long_log  # noqa: E402 - the same.
from tests.bench.figures import Figures, paired, seconds  # noqa: E402 - the same.

SHORT = 10_000
CONTENT: dict[str, Callable[[Export], Iterable[bytes]]] = {
    Form.JSONL: jsonl,
    Form.CSV: csv_view,
    Form.ZIP: lambda export: zipped(files_of(export, Form.JSONL), modified=export.checkpoint.signed_at),
}


def measure(*, events: int, rounds: int) -> Iterator[Figures]:
    """Speed of the JSONL over the whole log; memory of each form, for a short log and the whole one."""
    long_log.lengthen(max(events, SHORT))
    export = begin(present(), form=Form.JSONL, via="command")
    yield from paired(
        f"export of {export.size:,} events as JSONL, by a bare loop over a cursor",
        ours=lambda: seconds(lambda: _write(jsonl(export))),
        measure=lambda: seconds(lambda: _write(_bare(export))),
        rounds=rounds,
    )
    for form in Form:
        # Tracing makes a long log take minutes; for the evidence alone it is worth them.
        for how in ("resident", "tracemalloc") if form is Form.JSONL else ("resident",):
            short, whole = _peak(form, SHORT, how), _peak(form, export.size, how)
            yield {
                "figure": f"peak memory beyond the imports, {form}, {how}",
                f"megabytes_at_{SHORT}": short,
                f"megabytes_at_{export.size}": whole,
            }


def _bare(export: Export) -> Iterator[bytes]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM audit_event WHERE seq < %s ORDER BY seq", [export.size])
        for (body,) in cursor:
            yield body.encode() + b"\n"


def _write(pieces: Iterable[bytes]) -> None:
    with open(os.devnull, "wb") as nowhere:
        for piece in pieces:
            nowhere.write(piece)


def _peak(form: Form, size: int, how: str) -> float:
    command = [sys.executable, "-m", "tests.bench.export", form, str(size), how]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module.
    megabytes: float = json.loads(done.stdout)
    return megabytes


def main() -> None:
    """Export the first events of the log that is there, and print the peak of memory in megabytes."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("form", choices=list(CONTENT))
    arguments.add_argument("size", type=int)
    arguments.add_argument("how", choices=["resident", "tracemalloc"])
    options = arguments.parse_args()
    export = Export(present(), 0, _of_size(options.size), Frontier(), number=0)
    if options.how == "tracemalloc":
        tracemalloc.start()
        _write(CONTENT[options.form](export))
        peak = tracemalloc.get_traced_memory()[1]
    else:
        # This makes the peak begin anew, so that what the imports needed for a moment hides nothing.
        Path("/proc/self/clear_refs").write_text("5")
        before = _most_resident()
        _write(CONTENT[options.form](export))
        peak = _most_resident() - before
    sys.stdout.write(json.dumps(round(peak / 1e6, 2)))


def _of_size(size: int) -> AuditCheckpoint:
    """The newest checkpoint, as if it were one over so many events; nobody verifies what goes nowhere."""
    newest = AuditCheckpoint.objects.order_by("-size")[0]
    return AuditCheckpoint(
        origin=newest.origin, size=size, root=newest.root, note=newest.note, signed_at=newest.signed_at
    )


def _most_resident() -> int:
    """Bytes of memory that this process held at most."""
    status = Path("/proc/self/status").read_text()
    (kibibytes,) = re.findall(r"^VmHWM:\s+([0-9]+) kB$", status, re.MULTILINE)
    return int(kibibytes) * 1024


if __name__ == "__main__":
    main()
