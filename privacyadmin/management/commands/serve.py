"""`manage.py serve`: everything on this machine against the configured CXone."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from privacyadmin.embedded.program import Plan, StartRefusedError, run_program

NEEDED = ("CXONE_CLIENT_ID", "CXONE_CLIENT_SECRET")


class Command(BaseCommand):
    """Runs until Ctrl-C or SIGTERM."""

    help = (
        "Run PrivacyAdmin on this machine: web, workers, tick, and a broker and database of its own where "
        "REDIS_URL and DATABASE_URL are not set."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Where it listens, and how many work."""
        parser.add_argument("--port", type=int, default=8000, help="where the pages are served (8000)")
        parser.add_argument(
            "--listen",
            default="127.0.0.1",
            metavar="ADDRESS",
            help="address to listen on (127.0.0.1); 0.0.0.0 behind a server that speaks https",
        )
        parser.add_argument(
            "--workers",
            type=int,
            default=min(os.cpu_count() or 1, 4),
            help="how many workers (one for each processor core, at most 4)",
        )

    def handle(self, *_args: Any, port: int, listen: str, workers: int, **_options: Any) -> None:
        """Raises CommandError when it cannot start."""
        missing = [name for name in NEEDED if not getattr(settings, name)]
        if missing:
            raise CommandError(
                f"{' and '.join(missing)} must be set: without, CXone takes no request. Set each, or name a "
                f"file with it in {missing[0]}_FILE. To try PrivacyAdmin without CXone, run `manage.py demo`."
            )
        if workers < 1:
            raise CommandError("--workers must be at least 1: without a worker nothing is sent.")
        plan = Plan(
            kind="serve",
            folder=settings.DATA_DIR,
            listen=listen,
            port=port,
            workers=workers,
            redis_url=settings.REDIS_URL,
        )
        try:
            code = run_program(plan)
        except StartRefusedError as error:
            raise CommandError(str(error)) from error
        sys.exit(code)
