"""Mails that are still to be written to somebody: what happened, and where to look. Never about whom."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from erasure.choices import NoticeKind


class Notice(models.Model):
    """One thing that one person is to be told. It is stored with what it tells of, and mailed by the tick.

    `about` is what people call it, such as PR-2026-000042/2 or LIT-2026-1; `target` is what the address of
    its page needs: a key, a reference or a staff id.
    """

    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=20, choices=NoticeKind.choices)
    about = models.CharField(max_length=64)
    target = models.CharField(max_length=64)
    #: Where it goes, where that must not follow the person's present address; empty: it does.
    address = models.EmailField(blank=True)
    made_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=24, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(next_attempt_at__isnull=False), name="notice_due"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(next_attempt_at__isnull=True),
                name="notice_sent_is_not_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.about}"
