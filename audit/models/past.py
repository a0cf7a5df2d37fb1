"""Logs that ended: what is left of a log when a restored backup, or a lost key, made another one begin.

Their events keep their numbers and bytes, and are proven against the checkpoints of their own log.
"""

from django.db import models

from audit.models.events import LoggedEvent


class AuditPastLog(models.Model):
    """One ended log: its name, and the tree as it stood when it ended."""

    log = models.UUIDField(primary_key=True)
    origin = models.CharField(max_length=255, unique=True)
    size = models.BigIntegerField()
    frontier = models.BinaryField()
    vkeys = models.TextField()
    ended_at = models.DateTimeField()
    reason = models.CharField(max_length=40)

    class Meta:
        db_table = "audit_past_log"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.origin}, ended at {self.size} events"


class AuditPastEvent(LoggedEvent):
    """One event of a log that ended."""

    log = models.ForeignKey(AuditPastLog, on_delete=models.PROTECT, related_name="events")

    class Meta:
        db_table = "audit_past_event"
        default_permissions = ()
        ordering = ["log_id", "seq"]
        indexes = [models.Index(fields=["obj"], name="audit_past_event_by_object")]
        constraints = [
            models.UniqueConstraint(fields=["log", "seq"], name="audit_past_event_number_once"),
        ]
