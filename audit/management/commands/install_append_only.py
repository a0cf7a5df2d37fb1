"""`manage.py install_append_only`: put the triggers of the audit log back in place."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from audit.append_only import installing, lifting


class Command(BaseCommand):
    """What audit.E001 says to run: that error stops every command that checks the database, `migrate`
    included.
    """

    help = "Install the triggers that let the audit log only grow, anew where they are there already."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the database's alias."""
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, choices=tuple(connections))

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - the signature is Django's.
        """Install in one transaction, so that no moment is left without triggers."""
        connection = connections[options["database"]]
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for statement in [*lifting(connection.vendor), *installing(connection.vendor)]:
                cursor.execute(statement)
        self.stdout.write("The audit log is append-only.")
