"""`python -m audit.verify`: check an export or a proof of the log without trusting who made it.

Needs Python 3.11 or newer and nothing else: no database, no Django, no network. The files it is made of are
listed in `audit.verifier_file`; they also come as one file, `audit-verify.pyz`.

Exit code 0 for OK and WARN, 1 for every other verdict, 2 when nothing could be checked.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

from audit.log_format import Frontier
from audit.verifier.evidence import (
    CHECKPOINT,
    FRONTIER,
    KEY_CHANGES,
    LINES,
    Evidence,
    MalformedError,
    read_checkpoint,
    read_frontier,
    read_keys,
    read_known,
    read_proof,
    read_text,
)
from audit.verifier.export_check import check_export
from audit.verifier.export_scan import processors
from audit.verifier.progress_bar import ProgressBar
from audit.verifier.proof_check import check_proof, parse_opening
from audit.verifier.verdicts import CANNOT_BE_CHECKED, Report, UnusableError, Verdict, printable

INTERRUPTED = 130
EXPLANATION = """\
The first line of the answer is the verdict: OK, WARN, FAIL, TRUNCATED, FORK, BAD SIGNATURE or WRONG LOG; then
follows what it means, and what cannot be concluded from it. The vkey file must have reached you by another
way than what you check: from a contract, by mail, or printed at the installation.
"""


KEYS_BESIDE_EXPORT = (
    "The vkey file lies in the folder of the export. Whoever can change the one can change the other: "
    "compare it with a copy that reached you by another way."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments, print the verdict, and give the exit code."""
    options = _options(arguments)
    try:
        report = _proof_report(options) if options.proof else _export_report(options)
    except MalformedError as error:
        report = Report(Verdict.FAIL, str(error))
    except UnusableError as error:
        return _refused(str(error), as_json=options.json)
    except BrokenProcessPool:
        return _refused("A helping process was ended. Try again with --jobs 1.", as_json=options.json)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; nothing can be said.\n")
        return INTERRUPTED
    _print(f"{report.json()}\n" if options.json else report.text())
    return report.exit_code


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="audit.verify",
        description="Check an export of an audit log, or the proof of one event.",
        epilog=EXPLANATION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--export", type=Path, help="the folder of an export, or its events.jsonl")
    what.add_argument("--proof", type=Path, help="the proof of one event")
    parser.add_argument("--vkey", type=Path, required=True, help="the log's keys, got by another way")
    parser.add_argument("--checkpoint", type=Path, help="default: the one in the folder of the export")
    parser.add_argument("--frontier", type=Path, help="for a part of a log; default: the one in the folder")
    parser.add_argument(
        "--known", type=Path, nargs="+", action="extend", default=[], help="checkpoints or proofs you kept"
    )
    parser.add_argument("--opening", type=Path, help="with --proof: what links the event to a person")
    parser.add_argument("--quick", action="store_true", help="compare bytes only, not the form of each line")
    parser.add_argument("--jobs", type=_jobs, default=processors(), help="processes for a long log")
    parser.add_argument("--json", action="store_true", help="the answer for machines, on one line")
    options = parser.parse_args(arguments)
    if options.opening and not options.proof:
        parser.error("--opening goes with --proof.")
    if options.proof and (options.checkpoint or options.frontier or options.quick):
        parser.error("--proof carries its own checkpoint. To hold a proof against an export, use --known.")
    return options


def _jobs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number from 1")
    return int(text)


def _export_report(options: argparse.Namespace) -> Report:
    keys = read_keys(options.vkey)
    folder: Path | None = options.export if options.export.is_dir() else None
    lines: Path = folder / LINES if folder else options.export
    checkpoint = options.checkpoint or (folder and folder / CHECKPOINT)
    length = _length(lines)
    if checkpoint is None:
        raise UnusableError("Name the checkpoint of the export with --checkpoint.")
    frontier = options.frontier or (folder and _if_there(folder / FRONTIER))
    origin, base = read_frontier(frontier) if frontier else (None, Frontier())
    evidence = Evidence(
        keys=keys,
        lines=lines,
        presented=read_checkpoint(checkpoint),
        known=tuple(map(read_known, options.known)),
        key_changes=tuple(map(read_checkpoint, sorted(folder.glob(KEY_CHANGES)))) if folder else (),
        frontier=base,
        frontier_origin=origin,
    )
    with ProgressBar(length) as bar:
        report = check_export(
            evidence, strict=not options.quick, processes=options.jobs, progress=bar.advance
        )
    if folder and folder.resolve() in options.vkey.resolve().parents:
        return replace(report, sentences=(*report.sentences, KEYS_BESIDE_EXPORT))
    return report


def _proof_report(options: argparse.Namespace) -> Report:
    return check_proof(
        read_proof(options.proof),
        keys=read_keys(options.vkey),
        known=tuple(map(read_known, options.known)),
        opening=parse_opening(read_text(options.opening)) if options.opening else None,
    )


def _if_there(path: Path) -> Path | None:
    return path if path.exists() else None


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise UnusableError(f"{path} cannot be read ({error.strerror or error}).") from None


def _refused(reason: str, *, as_json: bool) -> int:
    reason = printable(reason)
    if as_json:
        _print(json.dumps({"verdict": None, "exit_code": CANNOT_BE_CHECKED, "about": reason}) + "\n")
    else:
        sys.stderr.write(f"Nothing could be checked: {reason}\n")
    return CANNOT_BE_CHECKED


def _print(text: str) -> None:
    """Write UTF-8 whatever the terminal is set to: the notes must come out byte for byte."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
