"""One part of the measurements, in a process of its own on a throw-away database that `__main__` names.

Not meant to be started by hand: it fills the database that it finds in its environment.
"""

import argparse
import importlib
import json
import os
import sys

import django


def main() -> None:
    """Set Django up, migrate, measure, and print each figure as a line of JSON."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("part")
    arguments.add_argument("--events", type=int, required=True)
    arguments.add_argument("--requests", type=int, required=True)
    arguments.add_argument("--rounds", type=int, required=True)
    options = arguments.parse_args()
    if os.environ.get("DATA_DIR", "") != os.environ.get("BENCH_FOLDER"):
        sys.exit("This writes to the database it is given. Run `python -m tests.bench`, which makes one.")
    django.setup()
    django.core.management.call_command("migrate", verbosity=0)
    # Only now, since the modules import models.
    part = importlib.import_module(f"tests.bench.{options.part}")
    database = "postgresql" if os.environ.get("DATABASE_URL") else "sqlite"
    size = getattr(part, "COUNTED_IN", "events")
    for figures in part.measure(**{size: getattr(options, size)}, rounds=options.rounds):
        sys.stdout.write(json.dumps({"part": options.part, "database": database, **figures}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
