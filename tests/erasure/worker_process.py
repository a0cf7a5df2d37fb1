"""A worker for tests, `python -m tests.erasure.worker_process`: jobs in a loop, until it is killed."""

import time

import django

PAUSE_SECONDS = 0.05


def main() -> None:
    """Work for ever. A database that is busy for once is no reason to stop."""
    django.setup()
    from django.db import OperationalError  # noqa: PLC0415 - Django must be set up first.

    from erasure import jobs  # noqa: PLC0415 - the same.

    while True:
        try:
            jobs.submit_due()
            jobs.poll_due()
            jobs.import_due()
            jobs.deliver_due()
        except OperationalError:
            continue
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
