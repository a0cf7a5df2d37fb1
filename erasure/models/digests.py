"""Who was sent the summary of a day, so that nobody is sent it twice."""

from django.conf import settings
from django.db import models


class DigestSent(models.Model):
    """The summary of one day to one person: sent, or found to have nothing to say (`items` is 0)."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    items = models.PositiveIntegerField()
    handled_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.day}"
