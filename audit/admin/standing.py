"""How the log stands: its newest checkpoint and key, what its signer does, and the last verification."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from audit import checkpoints
from audit.admin import verification_shown
from audit.export_view import ExportForm
from audit.models import AuditPastLog


def context(request: HttpRequest) -> dict[str, Any]:
    """What the panel above the list and the landing page show, and what of it this reader may press."""
    state = checkpoints.state()
    newest = state.newest
    return {
        "state": state,
        "uncovered": max(0, state.size - (newest.size if newest else 0)),
        "vkeys": checkpoints.vkey_file(),
        "last": verification_shown.last_finished(now=timezone.now()),
        "under_way": verification_shown.under_way(),
        "may_verify": request.user.has_perm("audit.verify_auditevent"),
        "may_export": request.user.has_perm("audit.export_auditevent"),
        "export_form": ExportForm(auto_id="export_%s"),
        "has_earlier_logs": AuditPastLog.objects.exists(),
    }
