"""What the tests of the export share: a log to export, and what must come out of it."""

import uuid
from typing import Any

from django.utils import timezone

from audit.events import Event
from audit.models import AuditCheckpoint, AuditEvent, AuditHead, AuditPastEvent, AuditPastLog
from audit.signing.checkpoints import vkey_file
from audit.signing.signer import sign_head
from audit.trail import audited


def grow(count: int, *, name: str = "grown") -> None:
    """Write so many events in one transaction."""
    with audited() as trail:
        for number in range(count):
            trail.record(
                Event.USER_ROLE_CHANGED,
                actor="sys",
                obj=f"user:{name}-{number}",
                data={"added": ["auditors"], "removed": []},
            )


def stored_lines(*, first: int = 0, size: int | None = None) -> bytes:
    """The lines as they are stored, each with its LF."""
    events = AuditEvent.objects.filter(seq__gte=first).order_by("seq")
    if size is not None:
        events = events.filter(seq__lt=size)
    return "".join(f"{body}\n" for body in events.values_list("body", flat=True)).encode()


def exports_told() -> list[dict[str, Any]]:
    """What the log says of exports, oldest first."""
    events = AuditEvent.objects.filter(act=Event.AUDIT_EXPORTED).order_by("seq")
    return [{**event.entry, **event.facts} for event in events]


def ended_log(*, signed: int, size: int) -> AuditPastLog:
    """The present log as if it had ended: its events moved, and the last checkpoint over `signed` of them."""
    grow(signed - AuditHead.objects.get().size)
    sign_head()
    grow(size - AuditHead.objects.get().size)
    head = AuditHead.objects.get()
    vkeys = vkey_file()
    past = AuditPastLog.objects.create(
        log=uuid.uuid4(),
        origin=f"{head.origin}-ended",
        size=head.size,
        frontier=bytes(head.frontier),
        vkeys=vkeys.replace(head.origin, f"{head.origin}-ended"),
        ended_at=timezone.now(),
        reason="restored_backup",
    )
    columns = ("seq", "body", "leaf", "act", "obj", "actor", "occurred_at")
    AuditPastEvent.objects.bulk_create(
        [AuditPastEvent(log=past, **row) for row in AuditEvent.objects.order_by("seq").values(*columns)]
    )
    last = AuditCheckpoint.objects.get(origin=head.origin)
    AuditCheckpoint.objects.create(
        origin=past.origin, size=last.size, root=last.root, note=last.note, signed_at=last.signed_at
    )
    return past
