"""`manage.py install_guards`: put the guards of requests, submissions, holds and overrides back in place."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from erasure.guards import installing, lifting


class Command(BaseCommand):
    """What erasure.E001 says to run: that error stops every command that checks the database."""

    help = (
        "Install the guards of requests, submissions, holds and overrides, anew where they are there already."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the database's alias."""
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, choices=tuple(connections))

    def handle(self, *_args: Any, **options: Any) -> None:
        """Install in one transaction, so that no moment is left without guards."""
        connection = connections[options["database"]]
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for statement in [*lifting(connection.vendor), *installing(connection.vendor)]:
                cursor.execute(statement)
        self.stdout.write("The guards are in place.")
