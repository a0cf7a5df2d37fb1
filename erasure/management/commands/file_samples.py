"""`manage.py file_samples`: what `demo` runs once beside its parts, so that there is something to look at."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from erasure.samples import file_samples


class Command(BaseCommand):
    """Files made-up requests in an empty demo; does nothing where there are requests already."""

    help = "Used by demo: file sample requests in every state, about made-up people, into an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        """In whose names."""
        parser.add_argument("--officer", required=True, help="user name of the officer who files")
        parser.add_argument("--reviewer", required=True, help="user name of the reviewer who decides")

    def handle(self, *_args: Any, officer: str, reviewer: str, **_options: Any) -> None:
        """Raises CommandError when one of the two does not exist."""
        people = {
            user.username: user for user in get_user_model().objects.filter(username__in=[officer, reviewer])
        }
        if missing := {officer, reviewer} - people.keys():
            raise CommandError(f"There is nobody with the user name {', '.join(sorted(missing))}.")
        filed = file_samples(officer=people[officer], reviewer=people[reviewer])
        if filed:
            self.stdout.write(f"{filed} sample requests filed.")
