"""How a log begins: its head row, and event 0, which carries the key that its checkpoints will be checked
with.
"""

import uuid
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from audit.append_only import HEAD
from audit.events import Event
from audit.log_format import origin, vkey
from audit.models import AuditEvent, AuditHead
from audit.signing import signing_key
from audit.trail import LogNotReadyError, audited


def begin_log(*, using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Make the head row and event 0 where there are none; leave a log that has begun alone.

    Runs after every migrate. Raises LogNotReadyError for a log that has events but no head, and
    ImproperlyConfigured without a signing key.
    """
    if HEAD not in connections[using].introspection.table_names():
        return
    with audited(using=using) as trail:
        head = _head(using=using)
        if head.size:
            return
        key = signing_key.load_or_generate(
            settings.AUDIT_KEY_FILE, may_generate=settings.AUDIT_KEY_MAY_BE_GENERATED
        )
        name = vkey(name=head.origin, public_key=signing_key.public_bytes(key))
        trail.record(Event.LOG_CREATED, actor="sys", obj=f"log:{head.log}", data={"vkey": name})


def _head(*, using: str) -> AuditHead:
    heads = AuditHead.objects.using(using).select_for_update()
    if (head := heads.first()) is not None:
        return head
    if AuditEvent.objects.using(using).exists():
        raise LogNotReadyError(
            "The audit log has events but no head. Restore audit_head from the same backup as audit_event."
        )
    log = uuid.uuid4()
    # Two processes may migrate an empty database at once: the second waits here and is then given the first
    # one's row.
    AuditHead.objects.using(using).get_or_create(
        pk=AuditHead.ONLY, defaults={"log": log, "origin": origin(host=settings.AUDIT_ORIGIN, log=str(log))}
    )
    return heads.get()
