"""`manage.py demo`: everything on this machine, with a stand-in for CXone and one user per role."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from privacyadmin.embedded.program import Plan, StartRefusedError, run_program


class Command(BaseCommand):
    """Runs until Ctrl-C."""

    help = "Try PrivacyAdmin: everything on this machine, with a stand-in for CXone and one user per role."

    def add_arguments(self, parser: CommandParser) -> None:
        """Port and fresh start."""
        parser.add_argument("--port", type=int, default=8000, help="where the pages are served (8000)")
        parser.add_argument(
            "--reset", action="store_true", help="start afresh: empty the demo's DATA_DIR first"
        )

    def handle(self, *_args: Any, port: int, reset: bool, **_options: Any) -> None:
        """Raises CommandError when it cannot start."""
        try:
            code = run_program(Plan(kind="demo", folder=settings.DATA_DIR, port=port, reset=reset))
        except StartRefusedError as error:
            raise CommandError(str(error)) from error
        sys.exit(code)
