"""What pages ask of whoever opens them, and the refusals they raise; it needs neither the site nor a model.

Where a refusal kept somebody from changing or taking something, whoever answers it puts it on record
(`privacyadmin.refusals`): once, so a refusal that has an event of its own is raised as RefusalOnRecord.
"""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


class PermissionMissing(PermissionDenied):
    """This person lacks a permission; the record of the attempt names it."""

    def __init__(self, permission: str) -> None:
        super().__init__()
        self.permission = permission


class RefusalOnRecord(PermissionDenied):
    """Refused by a rule that has put the attempt on record itself; the words say what to do."""


def require_permissions(request: HttpRequest, *permissions: str) -> None:
    """Raise PermissionMissing for the first of these permissions that whoever asks does not hold."""
    for permission in permissions:
        if not request.user.has_perm(permission):
            raise PermissionMissing(permission)
