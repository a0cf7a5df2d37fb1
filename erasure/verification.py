"""The whole verification: the log recomputed, and then the state held against it."""

from collections.abc import Callable, Sequence

from django.db import DatabaseError

from audit.checking.database_check import check_database
from audit.checking.findings import Verdict
from audit.checking.verification_report import Progress, VerificationReport, untold
from audit.verifier.signed_note import Note
from erasure import reconcile


def verify(progress: Progress = untold, *, known: Sequence[Note] = ()) -> VerificationReport:
    """Verify everything, and hold it against the checkpoints presented.

    `progress` counts lines; while the state is compared it is called on, with all lines done. Raises
    DatabaseError when the database cannot be asked.
    """
    report = check_database(known=known, progress=progress)
    lines = report.size + report.ended
    try:
        _compare_state(report, lambda: progress(lines, lines))
    except DatabaseError:
        if not report.findings.breaks:
            raise
        # Columns that were tampered with can be beyond reading; what is wrong with them has been found.
        report.differences = None
        report.unchecked.append("State and events could not be compared: the events cannot all be read.")
    return report


def _compare_state(report: VerificationReport, sign_of_life: Callable[[], None]) -> None:
    report.differences = 0
    for sentence in reconcile.differences(progress=lambda _done, _total: sign_of_life()):
        report.differences += 1
        report.findings.add(Verdict.FAIL, sentence)
