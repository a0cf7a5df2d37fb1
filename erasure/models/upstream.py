"""What all workers share about CXone: one row."""

from django.db import models
from django.db.models import Q

from erasure.encryption import EncryptedTextField


class Upstream(models.Model):
    """CXone as the whole fleet sees it: the pause and its reason, the failures, the probe, the token."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    paused_until = models.DateTimeField(null=True)
    pause_code = models.CharField(max_length=24, blank=True)
    paused_since = models.DateTimeField(null=True)
    streak = models.PositiveIntegerField(default=0)
    probe_until = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    last_failure_at = models.DateTimeField(null=True)
    last_failure_code = models.CharField(max_length=24, blank=True)

    # Our own ceiling: how many calls were allowed within the current second.
    window_at = models.DateTimeField(null=True)
    window_used = models.PositiveIntegerField(default=0)

    token = EncryptedTextField(null=True)
    token_expires_at = models.DateTimeField(null=True)
    token_fetch_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "CXone connection"
        default_permissions = ("view",)
        constraints = [models.CheckConstraint(condition=Q(id=1), name="upstream_is_one_row")]

    def __str__(self) -> str:
        return "CXone connection"
