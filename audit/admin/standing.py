"""How the log stands: its newest checkpoint, its key, what its signer does, and the last verification."""

from typing import Any

from django.http import HttpRequest

from audit.models import AuditHead


def context(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001 - what is shown depends on permissions.
    """What the panel above the list and the landing page show."""
    return {"head": AuditHead.objects.filter(pk=AuditHead.ONLY).first()}
