"""A tick that forgets, for tests: `python -m tests.erasure.shredding_process LATER`; one round, a wait."""

import sys
import time
from datetime import datetime

import django
import time_machine


def main(later: str) -> None:
    """Shred what is due at that moment, a few at a time, so that a kill finds it in the middle."""
    django.setup()
    from erasure import forgetting  # noqa: PLC0415 - Django must be set up first.

    forgetting.AT_ONCE = 3
    moment = datetime.fromisoformat(later)
    with time_machine.travel(moment):
        forgetting.Forgetting().round(moment)
    time.sleep(60)


if __name__ == "__main__":
    main(sys.argv[1])
