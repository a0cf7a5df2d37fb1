"""`manage.py verify_audit`: the log in the database recomputed, and the state held against it."""

import json
import sys
from argparse import ArgumentTypeError
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from audit.checking.findings import Finding
from audit.checking.verification_report import VerificationReport
from audit.checking.verification_runs import not_recorded
from audit.trail import AuditError, audited
from audit.verifier.proof_text import FIRST_LINE, parse_proof
from audit.verifier.signed_note import Note, NoteError, parse_note, to_base64
from erasure.verification import verify

BROKEN = 1
BAR_WIDTH = 30
LARGEST_NOTE_BYTES = 1024 * 1024


class Command(BaseCommand):
    """Exit 0 for OK and WARN, 1 for a break, 2 for arguments that cannot be used."""

    help = (
        "Recompute the audit log in the database against its head, its checkpoints, and the state of which "
        "it tells. Nothing is changed, and work may go on. Exit status: 0 everything fits, 1 not everything."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """For people or for programs, and against what was kept elsewhere."""
        parser.add_argument("--json", action="store_true", help="answer with one JSON object")
        parser.add_argument(
            "--known",
            type=_kept_note,
            action="append",
            default=[],
            metavar="FILE",
            help="a checkpoint or proof that was kept outside, such as one that was mailed; may be repeated",
        )

    def handle(self, *_args: Any, known: Sequence[Note], **options: Any) -> None:
        """Verify, put that on record, answer, leave with the exit status."""
        try:
            report = verify(self._progress(), known=known)
        except DatabaseError as error:
            raise CommandError(
                "The database could not be read to the end, so nothing is known about the log. See that it "
                f"answers and that `manage.py migrate` was run, then try again. ({type(error).__name__})"
            ) from error
        seq, why_not = _record(report)
        answer = _as_json(report, seq, why_not) if options["json"] else _as_text(report, seq, why_not)
        self.stdout.write(answer)
        if report.findings.breaks:
            sys.exit(BROKEN)

    def _progress(self) -> Any:
        is_watched = self.stderr.isatty()
        shown = ""

        def show(done: int, total: int) -> None:
            nonlocal shown
            bar = _bar(done, total)
            if is_watched and bar != shown:
                self.stderr.write(bar, style_func=str, ending="\n" if done == total else "")
                shown = bar

        return show


def _record(report: VerificationReport) -> tuple[int | None, str]:
    """The number of the event that tells of this verification; or none, and why."""
    try:
        with audited() as trail:
            entry = report.record(trail, via="command", actor="sys")
    except (AuditError, DatabaseError) as error:
        return None, not_recorded(error)
    return entry.seq, ""


def _as_text(report: VerificationReport, seq: int | None, why_not: str) -> str:
    on_record = why_not or f"This verification is event {seq}."
    return f"{report.findings.title}\n{report.words()}\n{on_record}"


def _as_json(report: VerificationReport, seq: int | None, why_not: str) -> str:
    findings = report.findings
    return json.dumps(
        {
            "verdict": str(findings.verdict),
            "title": findings.title,
            "origin": report.origin,
            "size": report.size,
            "ended": report.ended,
            "root": None if report.root is None else to_base64(report.root),
            "breaks": findings.breaks,
            "warnings": findings.warnings,
            "differences": report.differences,
            "findings": [_finding(finding) for finding in findings.kept],
            "unchecked": [*report.unchecked, *([why_not] if why_not else [])],
            "audit_seq": seq,
        }
    )


def _finding(finding: Finding) -> dict[str, object]:
    return {"verdict": str(finding.verdict), "seq": finding.seq, "words": finding.words}


def _bar(done: int, total: int) -> str:
    filled = BAR_WIDTH * done // total if total else BAR_WIDTH
    return f"\r[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {done:,} of {total:,} events"


def _kept_note(name: str) -> Note:
    """The signed note in a file, be it a checkpoint or a proof. Raises ArgumentTypeError."""
    try:
        with Path(name).open("rb") as file:
            text = file.read(LARGEST_NOTE_BYTES).decode()
        return parse_proof(text).note if text.startswith(FIRST_LINE) else parse_note(text)
    except OSError as error:
        raise ArgumentTypeError(f"{name} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise ArgumentTypeError(f"{name} is no checkpoint: it is not UTF-8 text.") from None
    except NoteError as error:
        raise ArgumentTypeError(f"{name} is no checkpoint. {error}") from None
