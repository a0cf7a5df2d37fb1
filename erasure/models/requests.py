"""What a person asked (the request), and what is sent for it (the submissions)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q

from audit.log_format import subject_tag
from erasure.choices import (
    TERMINAL_STATUSES,
    Attention,
    Channel,
    IdentityCheck,
    LateReason,
    Outcome,
    Regulation,
    RequestType,
    Scope,
    SubmissionStatus,
)
from erasure.encryption import EncryptedTextField, new_salt, salt_bytes
from erasure.models.subjects import Subject, SubjectIdentifier

NEVER_SENT = (
    SubmissionStatus.BLOCKED,
    SubmissionStatus.QUEUED,
    SubmissionStatus.CANCELLED,
    SubmissionStatus.REFUSED,
)
#: Sorted, so that the constraints built from it read the same in every migration.
ENDED = tuple(sorted(TERMINAL_STATUSES))
KNOWN_TO_CXONE = (SubmissionStatus.PROCESSING, SubmissionStatus.COMPLETED)


#: Open requests by due date, then the answered ones, the latest answer first. The day that stands for none
#: is written out: an index over an expression is found by its very text, and SQLite's puts no nulls first.
_ANSWERED_OR_NOT_YET = Func(
    F("answered_on"), template="COALESCE(%(expressions)s, '9999-12-31')", output_field=models.DateField()
)
BY_PRESSURE = (_ANSWERED_OR_NOT_YET.desc(), F("due_on").asc(), F("id").asc())


class ReferenceCounter(models.Model):
    """The last number given out in a year; its locked row makes references gapless and unique."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class PrivacyRequest(models.Model):
    """What a person asked. It carries the legal clock, and ends when the person is answered."""

    reference = models.CharField(max_length=16, unique=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="requests")
    type = models.CharField(max_length=8, choices=RequestType.choices)
    regulation = models.CharField(max_length=16, choices=Regulation.choices)
    categories = models.JSONField(default=list)
    scope = models.CharField(max_length=12, choices=Scope.choices, blank=True)
    channel = models.CharField(max_length=16, choices=Channel.choices)
    identity_check = models.CharField(max_length=24, choices=IdentityCheck.choices, blank=True)
    external_reference = models.CharField(max_length=200, blank=True)
    #: The subtask at OneTrust or Securiti that this request was opened for; empty for every other request.
    vault_task = models.CharField(max_length=64, blank=True)
    note = EncryptedTextField(null=True)
    salt = EncryptedTextField(null=True, default=new_salt)

    # The date of receipt and the regulation move with a recorded correction alone (`clocks`).
    received_on = models.DateField()
    #: The end of the first period. Refusals are due by it, and no extension moves it.
    first_due_on = models.DateField()
    due_on = models.DateField()
    target_on = models.DateField()
    acknowledge_by = models.DateField(null=True)
    derivation = models.JSONField(default=list)
    rule_version = models.CharField(max_length=64)
    acknowledged_on = models.DateField(null=True)
    acknowledged_channel = models.CharField(max_length=16, choices=Channel.choices, blank=True)

    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    filed_on_host_by = models.CharField(max_length=64, blank=True)
    #: The one-time tokens of the forms that registered it and last sent it: a form sent twice files once.
    form_token = models.UUIDField(null=True, unique=True, editable=False)
    send_token = models.UUIDField(null=True, editable=False)

    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    answered_on = models.DateField(null=True)
    answer_channel = models.CharField(max_length=16, choices=Channel.choices, blank=True)
    answer_note = EncryptedTextField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    answer_recorded_at = models.DateTimeField(null=True)
    late_reason = models.CharField(max_length=16, choices=LateReason.choices, blank=True)

    # What became of it after the answer: when a certificate was first taken, when identifiers and free text
    # went, and when fingerprint and salt followed them.
    certified_at = models.DateTimeField(null=True)
    shredded_at = models.DateTimeField(null=True)
    unlinked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "request"
        default_permissions = ("view",)
        permissions = [
            ("file_request", "Can register, file and stop requests"),
            ("answer_request", "Can answer requests"),
            ("take_certificate", "Can hand out the certificate of a request, with its opening"),
            ("take_audit_copy", "Can take the full report of a request, without its opening"),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(outcome=""), name="request_open_by_due"),
            models.Index(fields=["-filed_at"], name="request_newest_first"),
            # The figures of a month and a year are counted from these two alone, without reading a row.
            models.Index(
                fields=["received_on", "regulation", "type", "outcome", "answered_on"],
                name="request_figures_by_receipt",
            ),
            models.Index(
                fields=["answered_on", "regulation", "type", "outcome", "late_reason", "received_on"],
                name="request_figures_by_answer",
            ),
            models.Index(fields=["owner"], condition=Q(outcome=""), name="request_open_by_owner"),
            models.Index(fields=["external_reference"], name="request_by_own_reference"),
            models.Index(fields=["vault_task"], name="request_by_task"),
            models.Index(*BY_PRESSURE, name="request_by_pressure"),
            models.Index(
                fields=["answered_on"],
                condition=Q(unlinked_at__isnull=True) & ~Q(outcome=""),
                name="request_to_forget",
            ),
            # Answered without a certificate, and not yet shredded: few at any time.
            models.Index(
                fields=["answered_on"],
                condition=Q(certified_at__isnull=True, shredded_at__isnull=True) & ~Q(outcome=""),
                name="request_to_certify",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["vault_task"], condition=~Q(vault_task=""), name="request_task_once"
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("received_on")), name="request_due_after_receipt"
            ),
            models.CheckConstraint(condition=Q(target_on__lte=F("due_on")), name="request_target_before_due"),
            models.CheckConstraint(
                condition=Q(first_due_on__lte=F("due_on")), name="request_first_period_before_due"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_on__isnull=True, acknowledged_channel="")
                | (
                    Q(acknowledged_on__isnull=False, acknowledged_on__gte=F("received_on"))
                    & ~Q(acknowledged_channel="")
                ),
                name="request_acknowledgement_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(late_reason="") | Q(answered_on__isnull=False), name="request_late_once_answered"
            ),
            models.CheckConstraint(
                condition=Q(
                    outcome="",
                    answered_on__isnull=True,
                    answered_by__isnull=True,
                    answer_recorded_at__isnull=True,
                    answer_channel="",
                )
                | (
                    ~Q(outcome="")
                    & ~Q(answer_channel="")
                    & Q(
                        answered_on__isnull=False, answered_by__isnull=False, answer_recorded_at__isnull=False
                    )
                ),
                name="request_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=F("received_on")),
                name="request_answered_after_receipt",
            ),
            models.CheckConstraint(
                condition=Q(shredded_at__isnull=True)
                | (~Q(outcome="") & Q(note__isnull=True, answer_note__isnull=True)),
                name="request_shredded_holds_no_text",
            ),
            models.CheckConstraint(
                condition=Q(unlinked_at__isnull=True) | Q(shredded_at__isnull=False, salt__isnull=True),
                name="request_unlinked_holds_no_salt",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def obj(self) -> str:
        """The name of this request in the audit log."""
        return f"request:{self.reference}"

    @property
    def is_answered(self) -> bool:
        """Whether the person has been answered: the end of the legal clock."""
        return bool(self.outcome)


class Submission(models.Model):
    """One identifier, one payload, one POST, one CXone id, one outcome; the payload never changes."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(PrivacyRequest, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    status = models.CharField(max_length=12, choices=SubmissionStatus.choices)
    attention = models.CharField(max_length=24, choices=Attention.choices, blank=True)

    # What is asked of CXone.
    identifier = models.ForeignKey(SubjectIdentifier, on_delete=models.PROTECT, related_name="submissions")
    type = models.CharField(max_length=8, choices=RequestType.choices)
    categories = models.JSONField()
    scope = models.CharField(max_length=12, choices=Scope.choices)
    description = EncryptedTextField(null=True)
    frozen_payload = EncryptedTextField(null=True)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    held_by = models.JSONField(default=list)

    # The work still to do: when, and who has it now.
    next_attempt_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    polls = models.PositiveIntegerField(default=0)

    # What CXone said.
    first_sent_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    cxone_id = models.CharField(max_length=200, null=True, db_index=True)
    other_cxone_ids = models.JSONField(default=list)
    callback_at = models.DateTimeField(null=True)
    upstream_body = EncryptedTextField(null=True)
    records_affected = models.BigIntegerField(null=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = EncryptedTextField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["status", "next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="submission_due",
            ),
            # How long CXone took is counted from this alone, without reading a row.
            models.Index(
                fields=["status", "closed_at", "filed_at", "accepted_at"], name="submission_by_status"
            ),
            models.Index(
                fields=["accepted_at"],
                condition=Q(accepted_at__isnull=False),
                name="submission_by_acceptance",
            ),
            models.Index(fields=["attention"], condition=~Q(attention=""), name="submission_attention"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="submission_number_unique"),
            models.CheckConstraint(
                condition=Q(status__in=SubmissionStatus.values), name="submission_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=ENDED, closed_at__isnull=False)
                | (~Q(status__in=ENDED) & Q(closed_at__isnull=True)),
                name="submission_closed_iff_ended",
            ),
            models.CheckConstraint(
                condition=(Q(status__in=NEVER_SENT) & Q(first_sent_at__isnull=True))
                | (~Q(status__in=NEVER_SENT) & Q(first_sent_at__isnull=False)),
                name="submission_sent_iff_status_says_so",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=KNOWN_TO_CXONE) | Q(cxone_id__isnull=False),
                name="submission_processing_has_cxone_id",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=ENDED) | Q(next_attempt_at__isnull=True, lease_until__isnull=True),
                name="submission_ended_has_no_work",
            ),
            models.CheckConstraint(
                condition=~Q(status=SubmissionStatus.SUBMITTING) | Q(frozen_payload__isnull=False),
                name="submission_sent_is_frozen",
            ),
            # Work that has no time would never be found again.
            models.CheckConstraint(
                condition=Q(status=SubmissionStatus.BLOCKED)
                | Q(status__in=ENDED)
                | Q(next_attempt_at__isnull=False),
                name="submission_open_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request.reference}/{self.number}"

    @property
    def is_terminal(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self.status in TERMINAL_STATUSES

    @property
    def sub(self) -> str | None:
        """The subject tag of its events in the log; None once the salt or the identifier is shredded."""
        if self.request.salt is None or self.identifier.value is None:
            return None
        return subject_tag(
            salt=salt_bytes(self.request.salt), kind=self.identifier.kind, ident=self.identifier.value
        )


class CallbackReceipt(models.Model):
    """A valid callback, recorded once; repeats of the same body find their row and change nothing."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="callbacks")
    body_hash = models.CharField(max_length=64)
    body = EncryptedTextField(null=True)
    received_at = models.DateTimeField()
    audited = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["submission", "body_hash"], name="callback_recorded_once")
        ]

    def __str__(self) -> str:
        return f"Callback {self.pk}"
