"""How the log stands: its newest checkpoint and key, what its signer does, and the last verification."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from audit.admin import verification_shown
from audit.admin.event_words import events_words
from audit.export.download import ExportForm
from audit.log_format import LogFormatError
from audit.models import AuditPastLog
from audit.signing import checkpoints


def context() -> dict[str, Any]:
    """What the panel above the list and the landing page show."""
    state = checkpoints.state()
    newest = state.newest
    return {
        "state": state,
        "checkpoint_words": events_words(newest.size) if newest else "",
        "uncovered_words": events_words(max(0, state.size - (newest.size if newest else 0))),
        "vkeys": vkeys(),
        "last": verification_shown.last_finished(now=timezone.now()),
        "under_way": verification_shown.under_way(),
        "export_form": ExportForm(auto_id="export_%s"),
        "has_earlier_logs": AuditPastLog.objects.exists(),
    }


def vkeys() -> str:
    """The log's verifier keys as a file to copy; a sentence where the lines that name them cannot be read."""
    try:
        return checkpoints.vkey_file()
    except (LogFormatError, ObjectDoesNotExist):
        return "# The lines that name the log's keys cannot be read. Have the log verified.\n"
