"""What forbids erasing (holds), how it ends, and the word of a second person that what is held may go."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from erasure.choices import Category, HoldKind, OverrideDecision, OverrideReason, ReleaseDecision
from erasure.encryption import EncryptedTextField
from erasure.models.requests import Submission
from erasure.models.subjects import Subject


class HoldRegister(models.Model):
    """One row that a wave of calls locks in share and a new hold for update: neither can miss the other."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id=1), name="hold_register_is_one_row")]

    def __str__(self) -> str:
        return "Register of holds"


class LegalHold(models.Model):
    """A fact that forbids erasing a subject (all identifiers), a category, or both. It never stops ACCESS.

    It is in force from `valid_from` until `valid_until` or its release, and never changes otherwise.
    """

    code = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=20, choices=HoldKind.choices)
    ground = models.CharField(max_length=200)
    matter = EncryptedTextField(null=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="holds")
    category = models.CharField(max_length=16, choices=Category.choices, blank=True)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    placed_at = models.DateTimeField()
    valid_from = models.DateTimeField(default=timezone.now)
    valid_until = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    #: When all that it meets had been put on hold, and all that it came too late for had been noted.
    seen_to_at = models.DateTimeField(null=True)
    #: The one-time token of the form that placed it: a form sent twice places one hold.
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        default_permissions = ("view",)
        permissions = [("place_hold", "Can place and release legal holds")]
        constraints = [
            models.CheckConstraint(
                condition=Q(subject__isnull=False) | ~Q(category=""), name="hold_reaches_something"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="hold_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def obj(self) -> str:
        """The name of this hold in the audit log."""
        return f"hold:{self.pk}"


class LateHold(models.Model):
    """That a hold came when a submission had left already: said on the pages of both, since CXone has no
    recall.
    """

    hold = models.ForeignKey(LegalHold, on_delete=models.PROTECT, related_name="late")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="late_holds")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["hold", "submission"], name="late_hold_once")]

    def __str__(self) -> str:
        return f"{self.hold} came too late for {self.submission}"


class HoldRelease(models.Model):
    """A reviewer's proposal to release a hold, for a second one to decide; `lets_go` is how many waited then.

    Neither of the two may have filed a submission that the hold stops; the database checks that again.
    """

    hold = models.ForeignKey(LegalHold, on_delete=models.PROTECT, related_name="releases")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reason = EncryptedTextField(null=True)
    lets_go = models.PositiveIntegerField()
    expires_at = models.DateTimeField()
    decision = models.CharField(max_length=12, choices=ReleaseDecision.choices, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = EncryptedTextField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["hold"], condition=Q(decision=""), name="release_one_proposal_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["hold"], condition=Q(decision=ReleaseDecision.APPROVED), name="release_happens_once"
            ),
            models.CheckConstraint(
                condition=~Q(decision__in=[ReleaseDecision.APPROVED, ReleaseDecision.DENIED])
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="release_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"Release of {self.hold}"


class Override(models.Model):
    """A question to a second person: may this held submission go? Decided once, by nobody who filed or asked.

    `filed_by` is copied from the submission so that the database itself can compare; NULL does not pass for
    a decision.
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="overrides")
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reason = models.CharField(max_length=24, choices=OverrideReason.choices)
    justification = EncryptedTextField(null=True)
    holds = models.JSONField()
    digest = models.CharField(max_length=64)
    decision = models.CharField(max_length=12, choices=OverrideDecision.choices, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = EncryptedTextField(null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    # An approval can be taken back for as long as it has not been used.
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    #: When all reviewers are to be told that half of its time is gone; None once they were.
    press_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        permissions = [
            ("ask_override", "Can ask for an override of a hold"),
            ("decide_override", "Can decide on an override of a hold"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"], condition=Q(decision=""), name="override_one_question_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(decision__in=[OverrideDecision.APPROVED, OverrideDecision.DENIED])
                | (
                    Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decided_by=F("filed_by"))
                    & ~Q(decided_by=F("asked_by"))
                ),
                name="override_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(decision=OverrideDecision.APPROVED),
                name="override_used_only_when_approved",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(
                    decision=OverrideDecision.APPROVED,
                    used_at__isnull=True,
                    revoked_at__isnull=False,
                    revoked_by__isnull=False,
                ),
                name="override_revoked_before_its_use",
            ),
        ]

    def __str__(self) -> str:
        return f"Override of {self.submission}"

    @property
    def standing(self) -> str:
        """How it stands, in a word or two; empty while nobody has decided."""
        return "Approval taken back" if self.revoked_at else self.get_decision_display()
