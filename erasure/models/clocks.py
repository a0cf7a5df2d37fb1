"""What moved a request's clock: an extension, pauses, and corrections of what it was computed from.

The dates on the request are what `deadlines.clock` gives for all of these together, replayed from the
beginning each time one is added. None is ever taken away: one that a correction overtook is marked as fallen.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from erasure.choices import ExtensionGround, PauseGround, Regulation
from erasure.encryption import EncryptedTextField
from erasure.models.requests import PrivacyRequest


class Extension(models.Model):
    """More time was taken, once, and the person was told on a day within the first period."""

    request = models.ForeignKey(PrivacyRequest, on_delete=models.PROTECT, related_name="extensions")
    ground = models.CharField(max_length=24, choices=ExtensionGround.choices)
    #: What the person was told as the reason.
    explanation = EncryptedTextField(null=True)
    told_on = models.DateField()
    previous_due_on = models.DateField()
    due_on = models.DateField()
    extended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    extended_at = models.DateTimeField()
    #: When a correction left no room for it: the regulation knows none, or it was told too late.
    fell_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(fell_at__isnull=True), name="extension_once"
            ),
            models.CheckConstraint(condition=Q(due_on__gt=F("previous_due_on")), name="extension_gives_time"),
        ]

    def __str__(self) -> str:
        return f"{self.request.reference}: extended"


class ClockPause(models.Model):
    """The clock stood still from the day the person was asked to the day the answer came."""

    request = models.ForeignKey(PrivacyRequest, on_delete=models.PROTECT, related_name="pauses")
    ground = models.CharField(max_length=16, choices=PauseGround.choices)
    from_day = models.DateField()
    until_day = models.DateField(null=True)
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    ended_at = models.DateTimeField(null=True)
    #: When a correction left no room for it: the regulation knows no such pause.
    fell_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(until_day__isnull=True, fell_at__isnull=True),
                name="pause_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(until_day__isnull=True, ended_by__isnull=True, ended_at__isnull=True)
                | Q(until_day__gte=F("from_day"), ended_by__isnull=False, ended_at__isnull=False),
                name="pause_end_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request.reference}: paused from {self.from_day}"


class ClockCorrection(models.Model):
    """The date of receipt or the regulation was put right, with a reason; the old values stay here."""

    request = models.ForeignKey(PrivacyRequest, on_delete=models.PROTECT, related_name="clock_corrections")
    previous_regulation = models.CharField(max_length=16, choices=Regulation.choices)
    regulation = models.CharField(max_length=16, choices=Regulation.choices)
    previous_received_on = models.DateField()
    received_on = models.DateField()
    previous_due_on = models.DateField()
    due_on = models.DateField()
    reason = EncryptedTextField(null=True)
    corrected_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    corrected_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=~Q(previous_regulation=F("regulation")) | ~Q(previous_received_on=F("received_on")),
                name="correction_changes_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request.reference}: corrected"
