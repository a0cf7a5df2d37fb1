"""What was signed about the log, how processes ask for it, what proves single events, what was mailed out."""

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact


class AuditCheckpoint(models.Model):
    """A signed note over the log at one size (C2SP tlog-checkpoint). Written by `audit.signing.signer` alone.

    All are kept, those of earlier logs too: each is evidence of what the log was when it was signed.
    """

    origin = models.CharField(max_length=255)
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        db_table = "audit_checkpoint"
        default_permissions = ()
        verbose_name = "checkpoint"
        constraints = [
            models.UniqueConstraint(fields=["origin", "size"], name="audit_checkpoint_one_of_a_size"),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="audit_checkpoint_covers_something"),
            models.CheckConstraint(
                condition=Exact(Length("root"), 32), name="audit_checkpoint_root_is_sha256"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin} at {self.size}"


class AuditSigning(models.Model):
    """One row by which processes tell one another of signing, since only some of them have the key.

    Somebody without the key says up to where a checkpoint is needed; the signer says why it refuses.
    """

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    wanted_size = models.BigIntegerField(default=0)
    refused_at = models.DateTimeField(null=True)
    refused_words = models.TextField(blank=True)

    class Meta:
        db_table = "audit_signing"
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_signing_is_one_row")]

    def __str__(self) -> str:
        return "Refused" if self.refused_at else "Signing"


class AuditSubtree(models.Model):
    """The root over the 256 events from `256 * number` on. Derived from the leaves and rebuilt at will.

    From `WIDE` on, number `WIDE + k` is the root over 256 such roots: the 65,536 events from `65536 * k` on.
    """

    LEAVES = 256
    WIDE = 2**40

    number = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)

    class Meta:
        db_table = "audit_subtree"
        default_permissions = ()

    def __str__(self) -> str:
        if self.number >= self.WIDE:
            return f"65,536 events from {self.LEAVES**2 * (self.number - self.WIDE)}"
        return f"256 events from {self.LEAVES * self.number}"


class CheckpointMail(models.Model):
    """The mail of one day that carries the newest checkpoint outside. The day is the key: it goes once."""

    day = models.DateField(primary_key=True)
    size = models.BigIntegerField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=40, blank=True)

    class Meta:
        db_table = "audit_checkpoint_mail"
        default_permissions = ()

    def __str__(self) -> str:
        return f"Checkpoint mail of {self.day}"
