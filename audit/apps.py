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
        """Watch triggers, key and mail, and begin the log after every migrate: a flush takes it away.

        What needs the models is named, since Django loads them after this module.
        """
        register(check_append_only, Tags.database)
        register(import_string("audit.signing.signing_checks.check_signing_key"), Tags.database)
        register(import_string("audit.signing.signing_checks.check_mail_server"))
        register(
            import_string("audit.signing.signing_checks.check_somebody_outside"), Tags.security, deploy=True
        )
        post_migrate.connect(
            import_string("audit.beginning.begin_log"), sender=self, dispatch_uid="audit.begin_log"
        )
