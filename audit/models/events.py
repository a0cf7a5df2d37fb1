"""The events of the log, and the head from which the next one is appended.

Both are written by `audit.trail` and by what begins a log alone.
"""

from typing import cast

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from audit.event_words import EVENT_WORDS
from audit.log_format import JSON, parse_line


class LoggedEvent(models.Model):
    """One event. The evidence is `body`, the line as it was hashed, and `leaf`, its hash.

    The other columns repeat what the line says so that it can be searched; the writer derives them from the
    line, and verification compares them with it. The line is text and never JSON to the database, which would
    rewrite it.
    """

    seq = models.BigIntegerField(verbose_name="number")
    body = models.TextField(verbose_name="line as stored")
    leaf = models.BinaryField(max_length=32, verbose_name="leaf hash")
    act = models.CharField(max_length=40, verbose_name="event")
    obj = models.CharField(max_length=64, verbose_name="about")
    actor = models.CharField(max_length=24, verbose_name="who")
    occurred_at = models.DateTimeField(verbose_name="time")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.seq}: {self.words}"

    @property
    def words(self) -> str:
        """The event in plain words; the bare name for one that this version does not know."""
        return str(EVENT_WORDS.get(self.act, self.act))

    @property
    def entry(self) -> dict[str, JSON]:
        """The line, read. Raises LogFormatError when what is stored is not a line of the log."""
        return parse_line(self.body)

    @property
    def facts(self) -> dict[str, JSON]:
        """What the line holds under `data`."""
        return cast("dict[str, JSON]", self.entry.get("data", {}))

    @property
    def result(self) -> str:
        """`ok`, `denied` or `failed`."""
        return str(self.entry["res"])


class AuditEvent(LoggedEvent):
    """An event of the log as it runs now."""

    seq = models.BigIntegerField(primary_key=True, verbose_name="number")

    class Meta:
        db_table = "audit_event"
        ordering = ["seq"]
        default_permissions = ("view",)
        permissions = [
            ("export_auditevent", "Can export the log"),
            ("verify_auditevent", "Can have the log verified"),
        ]
        verbose_name = "audit event"
        indexes = [
            models.Index(fields=["obj", "seq"], name="audit_event_by_object"),
            models.Index(fields=["act", "seq"], name="audit_event_by_act"),
            models.Index(fields=["actor", "seq"], name="audit_event_by_actor"),
            models.Index(fields=["occurred_at"], name="audit_event_by_time"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(seq__gte=0), name="audit_event_counts_from_zero"),
            models.CheckConstraint(condition=Exact(Length("leaf"), 32), name="audit_event_leaf_is_sha256"),
        ]


class AuditHead(models.Model):
    """The one row that every append locks: how long the log is, and the frontier of its tree.

    The row is fixed because locking "the last event" lets two writers take the same number. `base_size` and
    `base_frontier` say from where on events are kept here: 0 and nothing as long as none were moved to an
    archive.
    """

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    log = models.UUIDField()
    origin = models.CharField(max_length=255)
    size = models.BigIntegerField(default=0)
    frontier = models.BinaryField(default=bytes)
    base_size = models.BigIntegerField(default=0)
    base_frontier = models.BinaryField(default=bytes)

    class Meta:
        db_table = "audit_head"
        default_permissions = ()
        verbose_name = "head of the log"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="audit_head_is_one_row"),
            models.CheckConstraint(
                condition=models.Q(base_size__gte=0, size__gte=models.F("base_size")),
                name="audit_head_holds_base",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin}, {self.size} events"
