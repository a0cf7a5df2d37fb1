"""`manage.py prepare`: what `demo` and `serve` do once, before their parts start.

A process of its own, since the settings must be those of the parts. What it prints is shown when the
program is ready, or at once when it fails.
"""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from privacyadmin.embedded.demo_people import lines_about, make_demo_people
from privacyadmin.embedded.demo_vault import make_demo_vault
from privacyadmin.key_check import KeysDoNotFitError, refuse_unfitting_keys
from privacyadmin.set_up import set_up_link


class Command(BaseCommand):
    """Migrations and keys; the people of a demo, or the link for the first operator."""

    help = "Used by demo and serve before they start: migrates, checks the keys, names who can sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        """For whom."""
        parser.add_argument("kind", choices=["demo", "serve"])

    def handle(self, *_args: Any, kind: str, **_options: Any) -> None:
        """Raises CommandError when the keys do not fit the database."""
        call_command("migrate", verbosity=0)
        try:
            refuse_unfitting_keys()
        except KeysDoNotFitError as error:
            raise CommandError(str(error)) from error
        for line in _demo_lines() if kind == "demo" else _serve_lines():
            self.stdout.write(line)


def _demo_lines() -> list[str]:
    passwords = make_demo_people(settings.DATA_DIR)
    make_demo_vault(settings.CXONE_BASE_URL)
    return lines_about(passwords)


def _serve_lines() -> list[str]:
    link = set_up_link()
    return [f"There is no operator yet. Set up the first one within a day: {link}"] if link else []
