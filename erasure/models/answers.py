"""What a person was told, part by part, and what colleagues wrote to one another about the request."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from erasure.choices import Outcome
from erasure.encryption import EncryptedTextField
from erasure.models.requests import PrivacyRequest, Submission


class AnswerPart(models.Model):
    """The answer about one submission, or about the whole of a request for which nothing was filed.

    `ground` is the code of a row of `erasure/refusal_grounds.py`; only a refusal has one.
    """

    request = models.ForeignKey(PrivacyRequest, on_delete=models.PROTECT, related_name="answer_parts")
    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name="answer_parts", null=True
    )
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    ground = models.CharField(max_length=32, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["submission"], name="answer_part_once"),
            models.UniqueConstraint(
                fields=["request"], condition=Q(submission__isnull=True), name="answer_whole_once"
            ),
            models.CheckConstraint(
                condition=(Q(outcome=Outcome.REFUSED) & ~Q(ground=""))
                | (~Q(outcome=Outcome.REFUSED) & Q(ground="")),
                name="answer_refused_iff_ground",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission or self.request}: {self.get_outcome_display()}"


class Comment(models.Model):
    """What a colleague wrote about a request, for colleagues; shredded with the other text."""

    request = models.ForeignKey(PrivacyRequest, on_delete=models.PROTECT, related_name="comments")
    number = models.PositiveIntegerField()
    text = EncryptedTextField(null=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="comment_number_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.request.reference}, comment {self.number}"
