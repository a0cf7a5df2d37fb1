"""The tables of the log. Events, head and checkpoints only grow, guarded by `audit.append_only`."""

from audit.models.checkpoints import AuditCheckpoint, AuditSigning, AuditSubtree, CheckpointMail
from audit.models.events import AuditEvent, AuditHead, LoggedEvent
from audit.models.past import AuditPastEvent, AuditPastLog
from audit.models.verification import AuditVerification

__all__ = [
    "AuditCheckpoint",
    "AuditEvent",
    "AuditHead",
    "AuditPastEvent",
    "AuditPastLog",
    "AuditSigning",
    "AuditSubtree",
    "AuditVerification",
    "CheckpointMail",
    "LoggedEvent",
]
