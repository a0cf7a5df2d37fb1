"""Letter texts that operators have written in place of the program's own."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from erasure.choices import LetterKind, Regulation


class LetterText(models.Model):
    """The text of one kind of letter under one regulation, in one language. It holds no personal data.

    Placeholders stand for what a request fills in; `erasure/letters` knows them and refuses others.
    """

    kind = models.CharField(max_length=16, choices=LetterKind.choices)
    #: Empty: for every regulation that has no text of its own.
    regulation = models.CharField(max_length=16, choices=Regulation.choices, blank=True)
    language = models.CharField(max_length=8)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        permissions = [("edit_lettertext", "Can edit the texts of letters")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "regulation", "language"], name="letter_text_once"),
            models.CheckConstraint(condition=~Q(subject="") & ~Q(body=""), name="letter_text_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.regulation or 'any'}, {self.language})"
