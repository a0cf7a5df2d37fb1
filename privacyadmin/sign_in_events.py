"""Signing in, and failing to, are events of the log. A sign-in that cannot be written down is refused."""

import logging
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from audit.admin.confirmation import remember_proof
from audit.events import Event
from audit.trail import AuditError, audited
from privacyadmin.models import User

logger = logging.getLogger(__name__)

METHOD = {"method": "password"}


def connect() -> None:
    """Listen to Django's signals; doing it twice changes nothing."""
    user_logged_in.connect(record_sign_in, dispatch_uid="privacyadmin.record_sign_in")
    user_login_failed.connect(record_failed_sign_in, dispatch_uid="privacyadmin.record_failed_sign_in")


def record_sign_in(*, request: HttpRequest, user: User, **_signal: Any) -> None:
    """Write the sign-in down, and let the session know of it. When that fails, empties the session and raises
    PermissionDenied.
    """
    try:
        with audited() as log:
            log.record(Event.USER_SIGNED_IN, actor=user.actor, obj=f"user:{user.staff_id}", data=dict(METHOD))
    except (AuditError, DatabaseError) as error:
        logger.exception("sign_in_not_recorded")
        request.session.flush()
        request.user = AnonymousUser()
        raise PermissionDenied(
            _(
                "The audit log cannot be written just now, so nobody can sign in. Ask an operator to look "
                "at it."
            )
        ) from error
    remember_proof(request.session)


def record_failed_sign_in(**_signal: Any) -> None:
    """Write down that a sign-in failed, without the name typed: it may be a password in the wrong field.

    It was refused already, so a log that cannot be written is only reported.
    """
    try:
        with audited() as log:
            log.record(
                Event.USER_SIGN_IN_FAILED,
                actor="sys",
                obj="access:sign-in",
                data=dict(METHOD),
                res="failed",
            )
    except (AuditError, DatabaseError):
        logger.exception("failed_sign_in_not_recorded")
