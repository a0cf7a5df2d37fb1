"""`manage.py import_requests`: file a list of requests, in this process; run twice it files nothing twice."""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.trail import audited
from erasure.choices import IdentityCheck
from erasure.imports import claims, results, runs
from erasure.imports.checking import looked_at
from erasure.imports.claims import RunLost
from erasure.imports.decoding import ListUnreadable
from erasure.imports.outcomes import SUMS, summed
from erasure.imports.results import Known, reason_of
from erasure.imports.table import MOST_BYTES, Table, table_of
from erasure.imports.uploads import store_for_command
from erasure.models import ImportRun
from privacyadmin.host_login import host_login
from privacyadmin.key_check import KeysDoNotFitError, refuse_unfitting_keys
from privacyadmin.service_account import acting

FILED, SOME_REFUSED, BAD_INPUT = 0, 1, 2
BAR_WIDTH = 40
#: What of a list was not filed and has to be looked at.
REFUSED = frozenset(SUMS["refused"])


class Command(BaseCommand):
    """Bad input is exit 2; one bad row among good ones is exit 1, and the good ones are filed."""

    help = (
        "File the requests of a CSV file. Columns: subject_id, type, categories (separated by ;), scope, "
        "regulation, received_on, and if you like channel, external_reference, vault_task, description. A "
        "bad row never stops the good ones: it is told on standard error and in FILE.errors.csv. Run twice, "
        "it files nothing twice. Exit status: 0 nothing was refused, 1 some rows were, 2 bad input, nothing "
        "was filed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments as the documentation names them."""
        parser.add_argument("file", metavar="FILE.csv", type=Path, help="the list; at most 50,000 rows")
        parser.add_argument(
            "--identity",
            choices=IdentityCheck.values,
            help="how the identity of these people was established; other by default, as for `erase`",
            default=IdentityCheck.OTHER,
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and file nothing")
        parser.add_argument(
            "--duplicate-reason",
            default="",
            metavar="TEXT",
            help="file rows about people who have an open request, too, and keep this reason with each",
        )
        parser.add_argument(
            "--as", dest="user", metavar="USER", help="file as this person; else as the service account"
        )
        parser.add_argument("--json", action="store_true", help="answer with one JSON object of counts")

    def handle(self, *_args: Any, **options: Any) -> None:
        """File, tell, leave with the exit status. Raises CommandError for keys that do not fit."""
        try:
            refuse_unfitting_keys()
        except KeysDoNotFitError as error:
            raise CommandError(str(error)) from error
        try:
            counts, refused = self._carry_out(options)
        except (ListUnreadable, CommandError) as error:
            self._tell_bad_input(str(error), as_json=options["json"])
            sys.exit(BAD_INPUT)
        self._tell_refused(refused, options["file"])
        sums = summed(counts)
        self._tell(sums, rehearsed=options["dry_run"], as_json=options["json"])
        sys.exit(SOME_REFUSED if sums["refused"] else FILED)

    def _carry_out(self, options: dict[str, Any]) -> tuple[dict[str, int], list[Known]]:
        """The counts by verdict, and the rows that were refused. Raises ListUnreadable and CommandError."""
        by = acting(
            options["user"],
            permission="erasure.file_request",
            refusal=_("may not file requests: only privacy officers do."),
        )
        reason = options["duplicate_reason"].strip()
        with _opened(options["file"]) as content:
            table = table_of(content)
            bar = self._bar_of(table.rows)
            if options["dry_run"]:
                return _rehearsed(content, table, duplicate_reason=reason, progress=bar)
            run = store_for_command(
                content,
                table,
                by=by,
                identity_check=options["identity"],
                duplicate_reason=reason or None,
                filed_on_host_by=host_login(),
            )
        return _filed(run, progress=bar)

    def _bar_of(self, rows: int) -> Callable[[int], None]:
        """Shows how far it is, where somebody is looking."""
        if not self.stderr.isatty():
            return lambda _done: None

        def show(done: int) -> None:
            filled = BAR_WIDTH * done // rows
            bar = f"\r[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {done:,} of {rows:,} rows"
            self.stderr.write(bar, style_func=str, ending="\n" if done >= rows else "")

        return show

    def _tell_refused(self, refused: list[Known], file: Path) -> None:
        """Each refused row on standard error, and all of them in FILE.errors.csv; an old one is replaced."""
        for one in refused:
            self.stderr.write(_("Line %(line)s: %(words)s") % {"line": one.line, "words": reason_of(one)})
        target = file.with_name(f"{file.name.removesuffix('.csv')}.errors.csv")
        if not refused and not target.exists():
            return
        lines = results.errors_csv((one.line, reason_of(one)) for one in refused)
        try:
            with target.open("w", encoding="utf-8", newline="") as written:
                written.writelines(lines)
        except OSError as error:
            self.stderr.write(
                _("%(file)s could not be written (%(why)s); what it would say stands above.")
                % {"file": target, "why": error.strerror or error}
            )

    def _tell(self, sums: dict[str, int], *, rehearsed: bool, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(sums))
            return
        words = (
            _("Would be filed: %(filed)s. On hold: %(blocked)s. Refused: %(refused)s. The same: %(same)s.")
            if rehearsed
            else _("Filed: %(filed)s. On hold: %(blocked)s. Refused: %(refused)s. The same: %(same)s.")
        )
        self.stdout.write(words % {name: f"{count:,}" for name, count in sums.items()})

    def _tell_bad_input(self, words: str, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({**summed({}), "error": words}))
        self.stderr.write(self.style.ERROR(words))


def _opened(file: Path) -> IO[bytes]:
    """Raises CommandError."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise CommandError(
                _("It is larger than %(most)s MB. Split it into several lists.")
                % {"most": MOST_BYTES // 1_000_000}
            )
        return file.open("rb")
    except OSError as error:
        raise CommandError(
            _("%(file)s cannot be read (%(why)s).") % {"file": file, "why": error.strerror or error}
        ) from error


def _rehearsed(
    content: IO[bytes], table: Table, *, duplicate_reason: str, progress: Callable[[int], None]
) -> tuple[dict[str, int], list[Known]]:
    counts: dict[str, int] = {}
    refused: list[Known] = []
    for planned in looked_at(content, table, duplicate_reason=duplicate_reason, progress=progress):
        counts[planned.verdict] = counts.get(planned.verdict, 0) + 1
        if planned.verdict in REFUSED:
            refused.append(results.known_of(planned))
    return counts, refused


def _filed(run: ImportRun, *, progress: Callable[[int], None]) -> tuple[dict[str, int], list[Known]]:
    """Raises CommandError where somebody stopped it on its page."""
    with audited() as log:
        runs.note_begun(log, run)
    claims.claim(run, now=timezone.now())

    def show() -> None:
        progress(ImportRun.objects.values_list("done", flat=True).get(pk=run.pk))

    try:
        runs.file_all(run, send_delay=timedelta(seconds=settings.SEND_DELAY_SECONDS), progress=show)
    except RunLost:
        raise CommandError(_("The import was stopped. What it had filed before stays filed.")) from None
    except KeyboardInterrupt:
        runs.stop(run, by=run.started_by)
        raise CommandError(
            _("Stopped. What was filed before stays filed; run it again to file the rest.")
        ) from None
    run.refresh_from_db()
    if run.stopped_because:
        raise CommandError(
            _("Stopped: %(name)s may not file requests any more. What was filed before stays filed.")
            % {"name": run.started_by.shown_name}
        )
    return run.counts, list(_refused(run))


def _refused(run: ImportRun) -> Iterator[Known]:
    return (one for one in results.known_rows(run) if one.verdict in REFUSED)
