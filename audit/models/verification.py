"""Verifications of the log that somebody asked for: what is done of them, and how they ended."""

from django.db import models


class AuditVerification(models.Model):
    """One run over the whole log, made by a worker. The verdict is also an event; this row is its progress.

    `beat_at` moves while a worker is at it: a run whose worker was lost is taken up by another.
    """

    asked_by = models.CharField(max_length=24)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    size = models.BigIntegerField(null=True)
    done = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=24, blank=True)
    words = models.TextField(blank=True)

    class Meta:
        db_table = "audit_verification"
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["asked_at"],
                condition=models.Q(finished_at__isnull=True),
                name="audit_verification_open",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(finished_at__isnull=True, verdict="")
                | (models.Q(finished_at__isnull=False) & ~models.Q(verdict="")),
                name="audit_verification_ends_with_verdict",
            )
        ]

    def __str__(self) -> str:
        return f"Verification {self.pk}"
