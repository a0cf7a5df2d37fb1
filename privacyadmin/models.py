"""The people who work with the program. The log names them by an opaque id; the name behind it stays here and
may change.
"""

import secrets

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower

#: Letters and digits that cannot be mistaken for one another when read aloud.
STAFF_ID_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def new_staff_id() -> str:
    """Eight random characters: about 39 bits, made unique by the database."""
    return "".join(secrets.choice(STAFF_ID_ALPHABET) for _ in range(8))


class User(AbstractUser):
    """Somebody who signs in, or the locked service account of the command line."""

    staff_id = models.CharField(max_length=16, unique=True, default=new_staff_id, editable=False)
    time_zone = models.CharField(
        max_length=64, blank=True, help_text="Such as Europe/Berlin; empty: the controller's."
    )
    language = models.CharField(max_length=16, blank=True, help_text="Such as de; empty: the browser's.")
    daily_digest = models.BooleanField(default=False)

    class Meta(AbstractUser.Meta):
        verbose_name = "person"
        verbose_name_plural = "people"
        default_permissions = ()
        permissions = [("invite_user", "Can invite and deactivate people")]
        constraints = [
            models.UniqueConstraint(Lower("username"), name="user_username_unique_whatever_the_case"),
        ]

    @property
    def actor(self) -> str:
        """Who this person is in the audit log."""
        return f"u:{self.staff_id}"

    @property
    def shown_name(self) -> str:
        """The name colleagues see: the full name where it is known, else the user name."""
        return self.get_full_name() or self.username


class KeyCheck(models.Model):
    """What one key of the deployment must yield, so that a host with other keys is noticed at its start."""

    name = models.CharField(max_length=40)
    check_value = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["name", "check_value"], name="key_check_once")]

    def __str__(self) -> str:
        return self.name
