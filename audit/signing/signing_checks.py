"""System checks about signing and mailing: each says what is wrong and what to do."""

from collections.abc import Sequence
from typing import Any

from django.apps.config import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Warning  # noqa: A004 - Django's word for it.
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from audit import outgoing_mail
from audit.append_only import HEAD
from audit.models import AuditHead
from audit.signing import signer, signing_key


def check_signing_key(
    *,
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001 - the signature is Django's.
    databases: Sequence[str] | None = None,
    **_options: Any,
) -> list[CheckMessage]:
    """audit.W001: the key file is not the key that the log names. Silent on a host that has none.

    A warning, since everything but signing works, and work that is due by law should not wait for it.
    """
    if not signing_key.is_here(settings.AUDIT_KEY_FILE):
        return []
    misfits = {alias: _misfit(alias) for alias in databases or [] if _has_begun(alias)}
    return [
        Warning(f"The audit log in database {alias!r} cannot be signed here.", hint=misfit, id="audit.W001")
        for alias, misfit in misfits.items()
        if misfit
    ]


def check_mail_server(**_options: Any) -> list[CheckMessage]:
    """audit.W002: checkpoints are to be mailed, and there is no server that would take them."""
    if not settings.AUDIT_CHECKPOINT_MAIL_TO or outgoing_mail.is_set_up():
        return []
    return [
        Warning(
            "AUDIT_CHECKPOINT_MAIL_TO is set, and EMAIL_HOST is not: no checkpoint leaves.",
            hint="Set EMAIL_HOST, and what it needs, as docs/configuration.md says.",
            id="audit.W002",
        )
    ]


def check_somebody_outside(**_options: Any) -> list[CheckMessage]:
    """audit.W003, for deployments: nobody outside would notice that the log was rewritten."""
    if settings.AUDIT_CHECKPOINT_MAIL_TO:
        return []
    return [
        Warning(
            "AUDIT_CHECKPOINT_MAIL_TO is not set: a rewrite of the log by somebody who holds database and "
            "key would be noticed only by those who keep an export or a certificate.",
            hint="Set it to an address outside the reach of whoever runs the database.",
            id="audit.W003",
        )
    ]


def _has_begun(alias: str) -> bool:
    if HEAD not in connections[alias].introspection.table_names():
        return False
    return AuditHead.objects.using(alias).filter(size__gt=0).exists()


def _misfit(alias: str) -> str:
    try:
        return signer.key_misfit(using=alias)
    except ImproperlyConfigured as error:
        return str(error)
