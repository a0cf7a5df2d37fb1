"""A log of any length, and checkpoints over any beginning of it, signed with the log's own key."""

import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.db import connection
from django.utils import timezone

from audit.append_only import lifting
from audit.events import Event
from audit.log_format import key_id
from audit.models import AuditCheckpoint, AuditEvent, AuditHead
from audit.signing import signing_key
from audit.trail import audited
from audit.verifier.signed_note import Checkpoint, Note, NoteSignature


def grow_to(size: int) -> list[bytes]:
    """Append until the log has so many events; the leaves of all."""
    with audited() as trail:
        for number in range(AuditHead.objects.get().size, size):
            trail.record(Event.USER_SIGNED_IN, actor="sys", obj=f"user:{number}", data={"method": "password"})
    return stored_leaves()


def stored_leaves() -> list[bytes]:
    return [bytes(leaf) for leaf in AuditEvent.objects.order_by("seq").values_list("leaf", flat=True)]


def root_over(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it stands there: written once more, so that the program is not its judge."""
    if len(leaves) == 1:
        return leaves[0]
    left = 1
    while left * 2 < len(leaves):
        left *= 2
    return hashlib.sha256(b"\x01" + root_over(leaves[:left]) + root_over(leaves[left:])).digest()


def checkpoint_over(leaves: Sequence[bytes], *, origin: str = "") -> AuditCheckpoint:
    """A signed checkpoint over these leaves, not stored."""
    log = origin or AuditHead.objects.get().origin
    told = Checkpoint(log, len(leaves), root_over(leaves))
    key = signing_key.load(settings.AUDIT_KEY_FILE)
    identifier = key_id(name=log, public_key=signing_key.public_bytes(key))
    signature = NoteSignature(log, identifier, key.sign(told.text().encode()))
    return AuditCheckpoint(
        origin=log,
        size=told.size,
        root=told.root,
        note=Note(told, (signature,)).text(),
        signed_at=timezone.now(),
    )


def lift_the_triggers() -> None:
    """As whoever owns the database can; the end of the test puts them back."""
    with connection.cursor() as cursor:
        for statement in lifting(connection.vendor):
            cursor.execute(statement)
