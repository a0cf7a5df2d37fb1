"""Ending a log and beginning another one that says so: a declared fork, never a silent one.

Needed where the signer rightly refuses: the database was restored from a backup, so that events are missing
which were signed, or the signing key is lost. The events stay, under the name of the log that ended; event 0
of the new log says how long that one was, what its root was, and what had been signed beyond it.
"""

import uuid
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError, ProgrammingError, connections
from django.utils import timezone

from audit.append_only import EVENTS, HEAD, installing, lifting
from audit.events import Event
from audit.log_format import JSON, Frontier, LogFormatError, origin, vkey
from audit.models import AuditCheckpoint, AuditHead, AuditPastLog, AuditSubtree
from audit.signing import signer, signer_memory, signing_key, signing_notices
from audit.signing.key_history import announced_key, vkey_file
from audit.signing.signer_memory import SignerMemory
from audit.signing.signing_errors import SigningError
from audit.trail import LogNotReadyError, audited
from audit.verifier.signed_note import to_base64

COLUMNS = "seq, body, leaf, act, obj, actor, occurred_at"
# The only place that takes events out of the log: they are kept, under the name of the log that ended.
MOVE_EVENTS = (
    f"INSERT INTO audit_past_event (log_id, {COLUMNS})"  # noqa: S608 - constants only.
    f" SELECT ended.log, {COLUMNS} FROM audit_event CROSS JOIN audit_past_log ended WHERE ended.origin = %s"
    " ORDER BY seq"
)
EMPTY_EVENTS = "DELETE FROM audit_event"


class ContinuationError(Exception):
    """The log is not continued; the message says why and what to do."""


@dataclass(frozen=True)
class Continuation:
    """The log that ended, and the one that goes on."""

    ended: AuditPastLog
    origin: str
    vkey: str
    checkpoint: AuditCheckpoint


def refusal(*, using: str = "default") -> str:
    """Why the signer does not sign the log as it is; empty when it would."""
    try:
        signer.inspect_head(using=using)
    except (SigningError, ImproperlyConfigured) as error:
        return str(error)
    return ""


def is_unfinished(*, using: str = "default") -> bool:
    """Whether the log was continued under a new key, and the new key file has yet to take its place."""
    head = AuditHead.objects.using(using).filter(pk=AuditHead.ONLY, size__gt=0).first()
    if head is None or not signing_key.is_here(_next_key()):
        return False
    try:
        named = announced_key(size=head.size, using=using)
    except LogFormatError:
        return False
    return named is not None and not named.took_over and named.vkey == _vkey(_next_key(), head.origin)


def continue_log(*, reason: str, new_key: bool = False, using: str = "default") -> Continuation:
    """End the present log, begin the next one, and sign it; under a new key where the old one is lost.

    All in one transaction, or nothing. Raises ContinuationError when this database user may not lift the
    triggers, when the tables are in use, and when the head is damaged; SigningError and ImproperlyConfigured
    when the key, or what the signer remembers, cannot be used.
    """
    with signer_memory.held(settings.AUDIT_KEY_FILE, wait_seconds=signer.LONGEST_WAIT) as memory:
        log = uuid.uuid4()
        name = origin(host=settings.AUDIT_ORIGIN, log=str(log))
        key_file = _made_next_key() if new_key else settings.AUDIT_KEY_FILE
        vkey_text = _vkey(key_file, name)
        # Before the commit: a log that the signer does not expect would be refused.
        memory.expect(name)
        ended = _fork(memory, log=log, name=name, new_vkey=vkey_text, reason=reason, using=using)
    return Continuation(ended, name, vkey_text, finish(using=using))


def finish(*, using: str = "default") -> AuditCheckpoint:
    """Sign the log that was begun, and put its new key, if it has one, in the place of the lost one."""
    checkpoint = signer.sign_head(using=using)
    if is_unfinished(using=using):
        signer.adopt_next_key(using=using)
    return checkpoint


def _next_key() -> Path:
    return signing_key.beside(settings.AUDIT_KEY_FILE, "next")


def _made_next_key() -> Path:
    """A new key beside the old one, which stays in place until the log names the new one."""
    signing_key.set_aside(_next_key())
    signing_key.generate(_next_key())
    return _next_key()


def _vkey(key_file: Path, name: str) -> str:
    return vkey(name=name, public_key=signing_key.public_bytes(signing_key.load(key_file)))


def _fork(
    memory: SignerMemory, *, log: uuid.UUID, name: str, new_vkey: str, reason: str, using: str
) -> AuditPastLog:
    try:
        with audited(using=using) as trail:
            _execute(_locking(connections[using].vendor), using=using)
            head = AuditHead.objects.using(using).filter(pk=AuditHead.ONLY).first()
            if head is None:
                raise LogNotReadyError("The audit log has no head. Restore audit_head from a backup.")
            data = {"vkey": new_vkey, "reason": reason, **_about(head), **_signed_beyond(head, memory)}
            ended = _end(head, reason=reason, using=using)
            _begin(log=log, name=name, using=using)
            trail.record(Event.LOG_CONTINUED, actor="sys", obj=f"log:{log}", data=data)
            return ended
    except ProgrammingError as error:
        raise ContinuationError(
            "This database user may not lift the log's triggers. Run the command as the owner of the tables: "
            f"set DATABASE_URL to that role for it ({_first_line(error)})."
        ) from error
    except OperationalError as error:
        raise ContinuationError(
            f"The log's tables are in use. Stop web, workers and tick, and run this again "
            f"({_first_line(error)})."
        ) from error
    except LogFormatError as error:
        raise ContinuationError(
            f"The log cannot be ended as it is: {error} Restore audit_head and audit_event from one backup."
        ) from error


def _about(head: AuditHead) -> dict[str, JSON]:
    tree = Frontier.unpack(head.size, bytes(head.frontier))
    return {"origin": head.origin, "size": tree.size, "root": to_base64(tree.root())}


def _signed_beyond(head: AuditHead, memory: SignerMemory) -> dict[str, JSON]:
    """What was signed last, where it is not what ends here. A log that was only expected is none."""
    signed = {name: tree for name, tree in memory.logs.items() if tree.size}
    if not signed:
        return {}
    name = head.origin if head.origin in signed else max(signed, key=lambda name: signed[name].size)
    tree = signed[name]
    if (name, tree.size, tree.pack()) == (head.origin, head.size, bytes(head.frontier)):
        return {}
    return {"signed_origin": name, "signed_size": tree.size, "signed_root": to_base64(tree.root())}


def _end(head: AuditHead, *, reason: str, using: str) -> AuditPastLog:
    ended = AuditPastLog.objects.using(using).create(
        log=head.log,
        origin=head.origin,
        size=head.size,
        frontier=bytes(head.frontier),
        vkeys=vkey_file(using=using),
        ended_at=timezone.now(),
        reason=reason,
    )
    with connections[using].cursor() as cursor:
        cursor.execute(MOVE_EVENTS, [head.origin])
    return ended


def _begin(*, log: uuid.UUID, name: str, using: str) -> None:
    """An empty log of another name. The triggers are away for these statements alone."""
    vendor = connections[using].vendor
    _execute(lifting(vendor, tables=(EVENTS, HEAD)), using=using)
    _execute([EMPTY_EVENTS], using=using)
    AuditHead.objects.using(using).filter(pk=AuditHead.ONLY).update(
        log=log, origin=name, size=0, frontier=b"", base_size=0, base_frontier=b""
    )
    _execute(installing(vendor, tables=(EVENTS, HEAD)), using=using)
    AuditSubtree.objects.using(using).all().delete()
    signing_notices.forget(using=using)


def _locking(vendor: str) -> list[str]:
    """Nobody appends meanwhile. On SQLite the transaction itself keeps every other writer out."""
    return [f"LOCK TABLE {HEAD}, {EVENTS} IN ACCESS EXCLUSIVE MODE"] if vendor == "postgresql" else []


def _execute(statements: list[str], *, using: str) -> None:
    with connections[using].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _first_line(error: DatabaseError) -> str:
    return str(error).partition("\n")[0]
