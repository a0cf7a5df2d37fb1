"""The Django app of the log."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string

from audit.append_only import check_append_only


class AuditConfig(AppConfig):
    """Tables, triggers and the log's beginning."""

    name = "audit"
    verbose_name = "Audit log"

    def ready(self) -> None:
        """Watch the triggers, and begin the log after every migrate: a flush takes it away.

        The beginning is named, since it needs the models, which Django loads after this module.
        """
        register(check_append_only, Tags.database)
        post_migrate.connect(
            import_string("audit.beginning.begin_log"), sender=self, dispatch_uid="audit.begin_log"
        )
