"""The Django app of the mission."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate

from erasure.guards import check_guards
from erasure.seeding import seed


class ErasureConfig(AppConfig):
    """Requests, submissions, holds and the connection to CXone."""

    name = "erasure"
    verbose_name = "Privacy requests"

    def ready(self) -> None:
        """Seed the fixed rows after every migrate, since a flush deletes them; watch the guards."""
        register(check_guards, Tags.database)
        post_migrate.connect(seed, sender=self, dispatch_uid="erasure.seed")
