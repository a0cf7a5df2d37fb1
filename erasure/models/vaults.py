"""Vaults, what each is told, and the table of the kind that keeps it in this database."""

import uuid

from django.db import models
from django.db.models import Q

from erasure.choices import DeliveryState, Occasion, OffBecause, RequestType, Scope, VaultKind
from erasure.encryption import EncryptedTextField
from erasure.models.requests import PrivacyRequest, Submission


class Vault(models.Model):
    """Where outcomes are reported to. Operators edit it; it is switched off, never deleted.

    `code` names it in the log and never changes. `options` holds what only its kind needs (`erasure.vault`).
    While `previous_secret` lasts, what is signed carries two signatures.
    """

    name = models.CharField(max_length=60, unique=True)
    code = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=12, choices=VaultKind.choices)
    # An address may hold a password or a token.
    address = EncryptedTextField(null=True)
    key_id = EncryptedTextField(null=True)
    secret = EncryptedTextField(null=True)
    previous_secret = EncryptedTextField(null=True)
    previous_secret_until = models.DateTimeField(null=True)
    options = models.JSONField(default=dict)
    tells = models.JSONField(default=list)
    added_at = models.DateTimeField()
    #: Counted up with every change of the settings, so that a worker knows that what it holds is stale.
    revision = models.PositiveIntegerField(default=1)

    is_on = models.BooleanField(default=True)
    off_because = models.CharField(max_length=12, choices=OffBecause.choices, blank=True)
    off_since = models.DateTimeField(null=True)

    # What all workers share about it: nobody calls until `paused_until`, and then one delivery alone tries.
    paused_until = models.DateTimeField(null=True)
    streak = models.PositiveIntegerField(default=0)
    last_success_at = models.DateTimeField(null=True)
    last_failure_at = models.DateTimeField(null=True)
    last_trouble = models.CharField(max_length=24, blank=True)

    class Meta:
        default_permissions = ()
        permissions = [("manage_vaults", "Can set up vaults and have deliveries sent again")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=VaultKind.values), name="vault_kind_known"),
            models.CheckConstraint(
                condition=Q(is_on=True, off_because="", off_since__isnull=True)
                | (Q(is_on=False, off_since__isnull=False) & ~Q(off_because="")),
                name="vault_off_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def obj(self) -> str:
        """The name of this vault in the audit log."""
        return f"vault:{self.code}"


class Delivery(models.Model):
    """One thing that one vault is told, written in the transaction that made it true.

    `submission` is empty where the answer to the person is told. `body` is composed at the first attempt and
    is the same over all of them; `public_id` is what the receiver drops repeats by.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    # The indexes below begin with the vault.
    vault = models.ForeignKey(Vault, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    request = models.ForeignKey(PrivacyRequest, on_delete=models.PROTECT, related_name="deliveries")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="deliveries", null=True)
    occasion = models.CharField(max_length=12, choices=Occasion.choices)
    state = models.CharField(max_length=12, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    made_at = models.DateTimeField()
    body = EncryptedTextField(null=True)

    # The work still to do: when, and who has it now.
    next_attempt_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)

    # What the vault said last.
    last_tried_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_trouble = models.CharField(max_length=24, blank=True)
    last_answer = EncryptedTextField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["vault", "next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="delivery_due",
            ),
            models.Index(fields=["state", "-made_at"], name="delivery_by_state"),
            models.Index(fields=["vault", "state", "-made_at"], name="delivery_by_vault_and_state"),
            models.Index(fields=["vault", "-made_at"], name="delivery_by_vault"),
            models.Index(fields=["occasion", "-made_at"], name="delivery_by_occasion"),
            models.Index(fields=["-made_at"], name="delivery_newest_first"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["vault", "submission"],
                condition=Q(submission__isnull=False),
                name="delivery_once_per_submission",
            ),
            models.UniqueConstraint(
                fields=["vault", "request"],
                condition=Q(submission__isnull=True),
                name="delivery_once_per_answer",
            ),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_state_known"),
            models.CheckConstraint(
                condition=(Q(occasion=Occasion.ANSWERED) & Q(submission__isnull=True))
                | (~Q(occasion=Occasion.ANSWERED) & Q(submission__isnull=False)),
                name="delivery_tells_of_one_thing",
            ),
            # Work that has no time would never be found again.
            models.CheckConstraint(
                condition=Q(
                    state=DeliveryState.WAITING, next_attempt_at__isnull=False, settled_at__isnull=True
                )
                | (
                    ~Q(state=DeliveryState.WAITING)
                    & Q(next_attempt_at__isnull=True, lease_until__isnull=True, settled_at__isnull=False)
                ),
                name="delivery_waits_or_is_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about} → {self.vault.name}"

    @property
    def about(self) -> str:
        """What it is about, as people call it: PR-2026-000042/2, or the request whose answer it tells."""
        reference = self.request.reference
        return f"{reference}/{self.submission.number}" if self.submission else reference

    @property
    def message_id(self) -> str:
        """The id by which a receiver drops repeats (Standard Webhooks, webhook-id)."""
        return f"msg_{self.public_id.hex}"


class VaultRecord(models.Model):
    """What the `database` kind keeps in this database: one row for each message, whatever is repeated.

    Identifiers in it are shredded with those of the request; everything else stays as long as the request.
    """

    message_id = models.CharField(max_length=40, unique=True)
    request = models.ForeignKey(PrivacyRequest, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=24)
    status = models.CharField(max_length=12)
    outcome = models.CharField(max_length=16, blank=True)
    type = models.CharField(max_length=8, choices=RequestType.choices)
    subject_id = EncryptedTextField(null=True)
    cxone_id = models.CharField(max_length=200, null=True)
    timestamp = models.DateTimeField()
    categories_erased = models.JSONField(null=True)
    scope = models.CharField(max_length=12, choices=Scope.choices, blank=True)
    audit_sequence = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["reference"], name="vaultrecord_by_reference")]

    def __str__(self) -> str:
        return f"{self.reference}: {self.status}"
