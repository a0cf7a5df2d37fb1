"""Measurements as ratios within one run, since machines differ and are noisy: `make bench`.

    python -m tests.bench [PART…] [--events 1000000] [--requests 1000000] [--rounds 5]

Each part is a module of this package with `measure(*, events, rounds)`, which is run in a process of its own
after Django is set up, and whose figures are printed as lines of JSON. The parts that want a long log share
one of `--events` events, made once through `audited()` and thrown away at the end. The part `dashboard` takes
`--requests` instead, and makes that many.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

#: The databases that each part is measured on.
PARTS = {
    "pipeline": ("sqlite",),
    "append": ("sqlite", "postgresql"),
    "long_log": ("sqlite",),
    "export": ("sqlite",),
    "verification": ("sqlite",),
    "proofs": ("sqlite",),
    "dashboard": ("sqlite", "postgresql"),
}
#: These want a short log of their own; the others share the long one.
ALONE = {"pipeline", "append", "dashboard"}


def main() -> int:
    """Run the parts named, else all; answers how many failed."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    arguments.add_argument("--events", type=int, default=1_000_000, help="length of the long log")
    arguments.add_argument("--requests", type=int, default=1_000_000, help="how many the dashboard counts")
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        arguments.error(f"there is no part {', '.join(sorted(unknown))}; the parts are {', '.join(PARTS)}")
    how = [f"--{name}={getattr(options, name)}" for name in ("events", "requests", "rounds")]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="privacyadmin-bench-") as shared:
        for part in options.parts or PARTS:
            for database in PARTS[part]:
                if part in ALONE:
                    with tempfile.TemporaryDirectory(prefix="privacyadmin-bench-") as own:
                        failed += run(part, how, database=database, folder=own)
                else:
                    failed += run(part, how, database=database, folder=shared)
    return failed


def run(part: str, how: list[str], *, database: str, folder: str) -> int:
    """Measure one part on one database; answers 1 when it failed."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATA_DIR": folder, "BENCH_FOLDER": folder}
    command = [sys.executable, "-m", "tests.bench.part", part, *how]
    if database == "postgresql":
        command = [sys.executable, "-m", "tests.with_postgresql", *command]
    root = Path(__file__).resolve().parents[2]
    return int(subprocess.run(command, env=environment, cwd=root, check=False).returncode != 0)  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
