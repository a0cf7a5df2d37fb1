"""`manage.py audit_verifier`: the verifier as one file, for somebody who has nothing else of this program."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.verifier_file import NAME, build


class Command(BaseCommand):
    """Exit 0 when the file is written, else 1 with the reason on standard error."""

    help = (
        "Write the verifier of exports and proofs as one file of Python. It runs on Python 3.11 or newer, "
        "anywhere, beside the folder of an export: "
        "python3 -I -S audit-verify.pyz --vkey noted-vkey --export DIR"
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to write it."""
        parser.add_argument("--out", metavar="FILE", type=Path, default=Path(NAME), help=f"default: {NAME}")

    def handle(self, *_args: Any, out: Path, **_options: Any) -> None:
        """Raises CommandError when the file cannot be written."""
        try:
            build(out)
        except OSError as error:
            raise CommandError(f"{out} cannot be written ({error.strerror or error}).") from error
        self.stdout.write(f"{out} is written. Hand it out by another way than the exports it is to check.")
