"""Verifying an export: its speed beside a bare SHA-256 over the same lines, and the memory it takes.

One process, although the verifier takes all processors for a long log: a ratio that grew with the machine
would say nothing. Counted are seconds of the processor, which neighbours on the machine disturb less. Memory
is that of a process of its own beyond its imports, for the first 10,000 lines (which are then found to be
truncated) and for the whole log.

`python -m tests.bench.verification KEYS EXPORT CHECKPOINT` is such a process.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - models need the apps to be ready.

from audit.verifier.evidence import Evidence, read_checkpoint, read_keys  # noqa: E402 - the same.
from audit.verifier.export_check import check_export  # noqa: E402 - the same.
from audit.verifier.verdicts import Report, Verdict  # noqa: E402 - the same.
from tests.bench import long_log  # noqa: E402 - the same.
from tests.bench.figures import Figures, paired  # noqa: E402 - the same.

SHORT = 10_000
#: A strict run over a long log takes most of a minute.
MOST_STRICT_ROUNDS = 3


def measure(*, events: int, rounds: int) -> Iterator[Figures]:
    """The speed of the quick and of the strict check, and the memory of a strict one."""
    long_log.lengthen(max(events, SHORT))
    with tempfile.TemporaryDirectory(prefix="privacyadmin-bench-") as folder:
        export = Path(folder) / "export"
        call_command("export_audit", out=export)
        yield from _speed(export, rounds)
        yield _memory(export)


def _speed(export: Path, rounds: int) -> Iterator[Figures]:
    evidence = _evidence(export / "vkey", export / "events.jsonl", export / "checkpoint")
    size = evidence.presented.note.checkpoint.size
    for strict in (False, True):
        yield from paired(
            f"{'strict' if strict else 'quick'} verification of {size:,} events, by a bare SHA-256 loop",
            ours=lambda strict=strict: _processor_seconds(lambda: _verified(evidence, strict=strict)),
            measure=lambda: _processor_seconds(lambda: _bare(export / "events.jsonl")),
            rounds=min(rounds, MOST_STRICT_ROUNDS) if strict else rounds,
        )


def _processor_seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _evidence(keys: Path, lines: Path, checkpoint: Path) -> Evidence:
    return Evidence(keys=read_keys(keys), lines=lines, presented=read_checkpoint(checkpoint))


def _verified(evidence: Evidence, *, strict: bool) -> None:
    report = check_export(evidence, strict=strict)
    if report.verdict is not Verdict.OK:
        raise AssertionError(report.text())


def _bare(lines: Path) -> None:
    with lines.open("rb") as file:
        for line in file:
            sha256(line).digest()


def _memory(export: Path) -> Figures:
    short = export.parent / "short.jsonl"
    with (export / "events.jsonl").open("rb") as whole, short.open("wb") as first:
        first.writelines(islice(whole, SHORT))
    return {
        "figure": "peak memory of a strict verification beyond the imports",
        f"megabytes_at_{SHORT}": _peak(export, short, Verdict.TRUNCATED),
        "megabytes_at_all": _peak(export, export / "events.jsonl", Verdict.OK),
    }


def _peak(export: Path, lines: Path, expected: Verdict) -> float:
    command = [sys.executable, "-m", "tests.bench.verification"]
    command += [str(export / "vkey"), str(lines), str(export / "checkpoint")]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module.
    verdict, megabytes = json.loads(done.stdout)
    if verdict != expected:
        raise AssertionError(f"{lines}: {verdict}")
    return float(megabytes)


def _most_resident() -> int:
    """Bytes of memory that this process held at most."""
    status = Path("/proc/self/status").read_text()
    (kibibytes,) = re.findall(r"^VmHWM:\s+([0-9]+) kB$", status, re.MULTILINE)
    return int(kibibytes) * 1024


def main() -> None:
    """Verify, and print the verdict and the peak of memory in megabytes."""
    # This makes the peak begin anew, so that what the imports needed for a moment hides nothing.
    Path("/proc/self/clear_refs").write_text("5")
    before = _most_resident()
    report: Report = check_export(_evidence(*map(Path, sys.argv[1:])))
    peak = _most_resident() - before
    sys.stdout.write(json.dumps([report.verdict, round(peak / 1e6, 2)]))


if __name__ == "__main__":
    main()
