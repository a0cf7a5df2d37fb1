"""Lists of requests on their way in: the run, its rows in lots, and which request a row has become."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from erasure.choices import IdentityCheck, ImportStage, ImportStopped, ImportVia
from erasure.encryption import EncryptedTextField
from erasure.models.requests import PrivacyRequest


class ImportRun(models.Model):
    """One list that somebody gave: how far it is, and what became of its rows, as counts.

    While it is checked or filed it belongs to one worker at a time, through `fence` and `lease_until`.
    `done` counts rows of the stage at hand; `counts` has the rows by verdict: what would become of them until
    the list is filed, and what did from then on.
    """

    stage = models.CharField(max_length=12, choices=ImportStage.choices)
    via = models.CharField(max_length=8, choices=ImportVia.choices)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    filed_on_host_by = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    encoding = models.CharField(max_length=16)
    separator = models.CharField(max_length=1)
    rows = models.PositiveIntegerField()

    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    identity_check = models.CharField(max_length=24, choices=IdentityCheck.choices, blank=True)
    duplicate_reason = EncryptedTextField(null=True)
    begun_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # Why it was stopped, where that was nobody's wish.
    stopped_because = models.CharField(max_length=16, choices=ImportStopped.choices, blank=True)

    # Taking back what was filed and not yet sent.
    withdraw_asked_at = models.DateTimeField(null=True)
    withdraw_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    withdrawn = models.PositiveIntegerField(default=0)
    # The key of the last submission that was come to; one that cannot be stopped is passed by.
    withdrawn_up_to = models.PositiveBigIntegerField(default=0)
    withdrawn_at = models.DateTimeField(null=True)

    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["-created_at"], name="import_newest_first"),
            models.Index(
                fields=["stage"],
                condition=Q(stage__in=["checked", "checking", "filing"]),
                name="import_open_by_stage",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(stage__in=["filing", "done", "stopped"]) | ~Q(identity_check=""),
                name="import_filed_with_identity_check",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["checked", "checking", "filing"]) | Q(duplicate_reason__isnull=True),
                name="import_ended_holds_no_text",
            ),
        ]

    def __str__(self) -> str:
        return f"Import {self.pk}"

    @property
    def obj(self) -> str:
        """The name of this import in the audit log."""
        return f"import:{self.pk}"


class ImportLot(models.Model):
    """Some dozens of rows of a list, filed in one transaction; the cells go as soon as they are filed.

    `verdicts` is what would happen with each row, `outcomes` what did: no cell stands in either. As long as
    the list is looked at, `prints` has line, digest and person's fingerprint of what later lines may repeat.
    """

    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="lots")
    number = models.PositiveIntegerField()
    cells = EncryptedTextField(null=True)
    verdicts = models.JSONField(default=list)
    prints = EncryptedTextField(null=True)
    outcomes = models.JSONField(default=list)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_lot_number_unique")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number}"


class ImportedRow(models.Model):
    """Which request a row has become. By the keyed digest of what it asks for, no row is filed twice."""

    request = models.OneToOneField(PrivacyRequest, on_delete=models.PROTECT, related_name="imported_row")
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="imported_rows")
    line = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, null=True, unique=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.run_id}: line {self.line}"
