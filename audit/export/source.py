"""The logs that can be taken away: the present one, and those that ended."""

import uuid
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS

from audit.events import Event
from audit.models import AuditCheckpoint, AuditHead, AuditPastEvent, AuditPastLog
from audit.signing.checkpoints import covering, vkey_file
from audit.subtrees import StoredLog, present_log
from audit.trail import LogNotReadyError


class ExportRefusedError(Exception):
    """Nothing was exported; the message says why, and what to do."""


@dataclass(frozen=True)
class Source:
    """One log: its name, where its events are, how many there are now, and whether it ended."""

    log: uuid.UUID
    origin: str
    stored: StoredLog
    size: int
    has_ended: bool

    def checkpoint(self) -> AuditCheckpoint:
        """The checkpoint that an export is bounded by. The present log is signed as it stands now; of an
        ended one the last that was signed is taken.

        Raises SigningError or ImproperlyConfigured when it cannot be signed, and ExportRefusedError for an
        ended log that never was.
        """
        if not self.has_ended:
            return covering(self.size, using=self.stored.using)
        signed = AuditCheckpoint.objects.using(self.stored.using).filter(origin=self.origin)
        last = signed.order_by("-size").first()
        if last is None:
            raise ExportRefusedError(
                f"The log {self.origin} ended before any checkpoint of it was signed, so an export of it "
                "could not be checked. Its events are still in the database, in audit_past_event."
            )
        return last

    def vkeys(self) -> str:
        """The verifier keys of this log, as the vkey file that the verifier reads."""
        return vkey_file(origin=self.origin, using=self.stored.using)

    def key_changes(self, size: int) -> list[AuditCheckpoint]:
        """The first checkpoint over each change of key in the first `size` events: both keys signed it."""
        changes = self.stored.events.filter(act=Event.KEY_ROTATED, seq__lt=size).order_by("seq")
        signed = AuditCheckpoint.objects.using(self.stored.using).filter(origin=self.origin).order_by("size")
        firsts = [signed.filter(size__gt=seq).first() for seq in changes.values_list("seq", flat=True)]
        return list({one.size: one for one in firsts if one is not None and one.size <= size}.values())


def present(*, using: str = DEFAULT_DB_ALIAS) -> Source:
    """The log that events are appended to now. Raises LogNotReadyError where none has begun."""
    head = AuditHead.objects.using(using).filter(pk=AuditHead.ONLY).first()
    if head is None:
        raise LogNotReadyError("The audit log has not been begun. Run `manage.py migrate`.")
    return Source(head.log, head.origin, present_log(using=using), head.size, has_ended=False)


def ended(log: uuid.UUID, *, using: str = DEFAULT_DB_ALIAS) -> Source:
    """The ended log of this id. Raises ExportRefusedError, naming those there are, when there is none."""
    logs = AuditPastLog.objects.using(using)
    past = logs.filter(pk=log).first()
    if past is None:
        known = ", ".join(str(known) for known in logs.order_by("ended_at").values_list("pk", flat=True))
        raise ExportRefusedError(f"No ended log has the id {log}. Those that ended: {known or 'none'}.")
    events = AuditPastEvent.objects.using(using).filter(log=past)
    stored = StoredLog(events, using, is_cached=False)
    return Source(past.log, past.origin, stored, past.size, has_ended=True)
