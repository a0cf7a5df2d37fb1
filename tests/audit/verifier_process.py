"""A worker that carries out one verification: `python -m tests.audit.verifier_process PAUSE`.

It pauses so many seconds at every step of the check, says each, and never ends by itself before it has paused
for ever.
"""

import sys
import time

import django

django.setup()

from audit.checking.database_check import check_database  # noqa: E402 - models need the apps to be ready.
from audit.checking.verification_report import Progress, VerificationReport  # noqa: E402 - the same.
from audit.checking.verification_runs import run_next  # noqa: E402 - the same.


def main() -> None:
    """Begin the oldest run, and stay in the middle of it."""

    def slow(progress: Progress) -> VerificationReport:
        report = check_database(progress=progress)
        while True:
            progress(report.size, report.size)
            sys.stdout.write("still at it\n")
            sys.stdout.flush()
            time.sleep(float(sys.argv[1]))

    run_next(check=slow)


if __name__ == "__main__":
    main()
