"""`manage.py export_audit`: the audit log as a folder that can be verified on another machine."""

import uuid
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from audit.export import source, taking
from audit.export.files import EVENTS_FILES, files_of
from audit.export.folder import Folder, opened
from audit.export.source import ExportRefusedError
from audit.export.taking import Export, Form
from audit.signing.signing_errors import SigningError
from audit.trail import LogNotReadyError

BAR_WIDTH = 30
REFUSALS = (ExportRefusedError, SigningError, LogNotReadyError, ImproperlyConfigured)


class Command(BaseCommand):
    """Exit 0 when the folder is complete, else 1 with the reason on standard error."""

    help = (
        "Write the audit log into a folder: events.jsonl (or events.csv), checkpoint, vkey, and for a later "
        "part its frontier. A folder with an older export of the same log is brought up to date."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments as the interfaces name them, and --log for one that ended."""
        parser.add_argument(
            "--out", metavar="DIR", type=Path, required=True, help="the folder; made if need be"
        )
        parser.add_argument("--since", metavar="SEQ", type=int, default=0, help="begin with this event")
        parser.add_argument(
            "--format",
            choices=[form.value for form in EVENTS_FILES],
            default=Form.JSONL.value,
            help="jsonl (default) can be verified; csv is a view for spreadsheets",
        )
        parser.add_argument(
            "--log", metavar="UUID", help="export this log, which ended, up to the last checkpoint of it"
        )

    def handle(self, *_args: Any, out: Path, since: int, log: str | None, **options: Any) -> None:
        """Raises CommandError for whatever keeps the export from being complete."""
        form = Form(options["format"])
        try:
            chosen = source.present() if log is None else source.ended(_uuid(log))
            with opened(out) as folder:
                folder.refuse_another(origin=chosen.origin, form=form)
                export = taking.begin(chosen, form=form, via="command", first=since)
                missing = self._write(folder, export, form)
        except REFUSALS as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"{out} cannot be written ({error.strerror or error}). Nothing that was in it has changed. "
                "Make room, or name another folder with --out."
            ) from error
        except DatabaseError as error:
            raise CommandError(
                "The database stopped answering while it was read. Nothing in the folder has changed; run "
                "the command again."
            ) from error
        self._tell(out, export, form)
        if missing:
            raise CommandError(
                f"{missing:,} of these events are missing in the database: what is there was exported, and "
                "it will not verify. Run `manage.py verify_audit`; it names the place."
            )

    def _write(self, folder: Folder, export: Export, form: Form) -> int:
        """Write all files; the number of events that should have been there and were not."""
        total, rows = export.size - export.first, _Rows(header=form is Form.CSV)
        shows_bar = self.stderr.isatty()

        def progress(piece: bytes) -> None:
            rows.add(piece)
            if shows_bar:
                self.stderr.write(_bar(rows.count, total), style_func=str, ending="")

        folder.put(files_of(export, form), size=export.size, progress=progress)
        if shows_bar:
            self.stderr.write("")
        return total - rows.count if form is Form.JSONL else 0

    def _tell(self, out: Path, export: Export, form: Form) -> None:
        path, last = out / EVENTS_FILES[form], export.size - 1
        self.stdout.write(f"{path}: events {export.first:,} to {last:,} of the log {export.source.origin}.")
        unsigned = export.source.size - export.size
        if export.source.has_ended and unsigned > 0:
            self.stderr.write(
                f"{unsigned:,} later events of this log were never signed before it ended; they are not in "
                "the export, and stay in the database."
            )


class _Rows:
    """How many events went by."""

    def __init__(self, *, header: bool) -> None:
        self.count = -1 if header else 0

    def add(self, piece: bytes) -> None:
        """Count the lines of a piece."""
        self.count += piece.count(b"\n")


def _bar(done: int, total: int) -> str:
    filled = BAR_WIDTH * done // total
    return f"\r[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {done:,} of {total:,} events"


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise CommandError(
            f"--log takes the id of a log, such as {uuid.UUID(int=0)}; it is {text!r}."
        ) from None
