"""The signer: it signs how long the committed log is and what its root is, and never two stories.

Before it signs it follows the tree from what it remembers to the head, line by line. A log that is shorter
than what was signed, or that does not continue it, is refused. What it is about to sign is remembered before
it is stored; a process that is killed in between leaves a memory from which the very same note is made again,
since Ed25519 has one signature for one text.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from audit.log_format import LogFormatError, key_id, vkey
from audit.models import AuditCheckpoint, AuditHead
from audit.signing import signer_memory, signing_key, signing_notices
from audit.signing.key_history import NamedKey, announced_key
from audit.signing.signed_checkpoints import is_signed, largest_signed
from audit.signing.signed_tree import follow
from audit.signing.signer_memory import SignerMemory
from audit.signing.signing_errors import SignerMemoryError, SigningError, SigningRefusedError
from audit.verifier.signed_note import Checkpoint, Note, NoteSignature

__all__ = [
    "SigningError",
    "SigningRefusedError",
    "inspect_head",
    "key_misfit",
    "newest_checkpoint",
    "sign_head",
    "sign_to_cover",
]

#: Those who need a checkpoint at the same time share one: signing for each would only make more of them.
LEAST_SECONDS_BETWEEN = 1.0
#: How long to wait for another process that is signing: the first checkpoint over a long log takes a while.
LONGEST_WAIT = 600.0


def sign_head(*, using: str = "default") -> AuditCheckpoint:
    """Sign the log as it is committed now; the stored checkpoint where this size was signed before.

    Raises SigningRefusedError for a log that is not what was signed before and for a key that is not the
    log's, ImproperlyConfigured when the key file cannot be used, SigningError otherwise, and RuntimeError
    inside a transaction: only what is committed may be signed.
    """
    with (
        _refusals_told(using=using),
        signer_memory.held(settings.AUDIT_KEY_FILE, wait_seconds=LONGEST_WAIT) as memory,
    ):
        return _sign(memory, using=using)


def sign_to_cover(size: int, *, wait_seconds: float, using: str = "default") -> AuditCheckpoint:
    """A checkpoint over at least so many events, signed now unless somebody just did: at most one a second.

    Raises as `sign_head` does, and SignerBusyError when others have been signing for `wait_seconds`.
    """
    with (
        _refusals_told(using=using),
        signer_memory.held(settings.AUDIT_KEY_FILE, wait_seconds=wait_seconds) as memory,
    ):
        newest = newest_checkpoint(using=using)
        if newest is not None and newest.size >= size:
            return newest
        if newest is not None:
            time.sleep(_rest_of_second(newest))
        return _sign(memory, using=using)


def inspect_head(*, using: str = "default") -> None:
    """Raise what `sign_head` would raise; sign nothing."""
    with signer_memory.held(settings.AUDIT_KEY_FILE, wait_seconds=LONGEST_WAIT) as memory:
        head = _committed_head(using=using)
        _keys_for(head, using=using)
        follow(head, memory, using=using)


def adopt_next_key(*, using: str = "default") -> None:
    """The upcoming key takes the place of the old one: of one that it took over from, which is gone with it,
    or of one that was said to be lost, which is set aside.

    Nobody signs meanwhile. Raises SigningRefusedError unless the log names the upcoming key and a checkpoint
    covers the event that does; SigningError otherwise.
    """
    with signer_memory.held(settings.AUDIT_KEY_FILE, wait_seconds=LONGEST_WAIT):
        upcoming = signing_key.beside(settings.AUDIT_KEY_FILE, "next")
        head = _committed_head(using=using)
        named = _announced(head, using=using)
        if (
            named is None
            or named.vkey != _vkey_of(signing_key.load(upcoming), head)
            or not _is_covered(named, head, using=using)
        ):
            raise SigningRefusedError(
                f"The key in {upcoming} has not taken over yet. Run `manage.py rotate_audit_key` again."
            )
        if not named.took_over:
            signing_key.set_aside(settings.AUDIT_KEY_FILE)
        upcoming.replace(settings.AUDIT_KEY_FILE)
        signing_key.sync_directory(settings.AUDIT_KEY_FILE)


def _is_covered(named: NamedKey, head: AuditHead, *, using: str) -> bool:
    """Whether a checkpoint covers the event that names the key: then that key has signed."""
    return largest_signed(head.origin, above=named.since, using=using) is not None


def key_misfit(*, using: str = "default") -> str:
    """Why the key file is not the present log's key, in a sentence; empty when it fits.

    Raises ImproperlyConfigured when the file cannot be used.
    """
    try:
        _keys_for(_committed_head(using=using), using=using)
    except SigningRefusedError as error:
        return str(error)
    return ""


def newest_checkpoint(*, using: str = "default") -> AuditCheckpoint | None:
    """The largest checkpoint of the present log that carries a signature of the log's key."""
    head = AuditHead.objects.using(using).filter(pk=AuditHead.ONLY).first()
    return None if head is None else largest_signed(head.origin, using=using)


@contextmanager
def _refusals_told(*, using: str) -> Iterator[None]:
    """Let the other processes know why nothing is signed; a process without the key knows nothing of it."""
    try:
        yield
    except (SigningRefusedError, SignerMemoryError, ImproperlyConfigured) as error:
        if signing_key.is_here(settings.AUDIT_KEY_FILE):
            signing_notices.tell_refusal(str(error), using=using)
        raise


def _sign(memory: SignerMemory, *, using: str) -> AuditCheckpoint:
    head = _committed_head(using=using)
    keys = _keys_for(head, using=using)
    tree = follow(head, memory, using=using)
    if memory.logs != {head.origin: tree}:
        memory.remember(head.origin, tree)
    note = _note(Checkpoint(head.origin, tree.size, tree.root()), keys)
    row, _made = AuditCheckpoint.objects.using(using).get_or_create(
        origin=head.origin,
        size=tree.size,
        defaults={"root": tree.root(), "note": note.text(), "signed_at": timezone.now()},
    )
    if not is_signed(row, using=using):
        raise SigningRefusedError(
            f"A stored checkpoint over {row.size} events carries no signature of the log's key; somebody "
            "wrote it into the database. `manage.py verify_audit` says more. The log is signed once it grows."
        )
    signing_notices.tell_signed(using=using)
    return row


def _committed_head(*, using: str) -> AuditHead:
    # Durable, so that it raises where the caller's own changes are not committed yet.
    with transaction.atomic(using=using, durable=True):
        head = AuditHead.objects.using(using).filter(pk=AuditHead.ONLY, size__gt=0).first()
    if head is None:
        raise SigningError("The audit log has not been begun. Run `manage.py migrate`.")
    return head


def _keys_for(head: AuditHead, *, using: str) -> tuple[Ed25519PrivateKey, ...]:
    """The key that the log names last, after the one that it takes over from while both are there."""
    key_file, upcoming = settings.AUDIT_KEY_FILE, signing_key.beside(settings.AUDIT_KEY_FILE, "next")
    named = _announced(head, using=using)
    if named is not None and signing_key.is_here(upcoming):
        coming = signing_key.load(upcoming)
        if _vkey_of(coming, head) == named.vkey:
            return (signing_key.load(key_file), coming) if named.took_over else (coming,)
    current = signing_key.load(key_file)
    if named is not None and _vkey_of(current, head) == named.vkey:
        return (current,)
    raise SigningRefusedError(
        f"{key_file} holds another key than the audit log names ({named.vkey if named else 'none'}). Put the "
        "log's key back. If it is lost, run `manage.py continue_audit --reason key_lost`; if a backup of the "
        "database was restored from before the key was changed, `manage.py continue_audit --reason "
        "restored_backup`."
    )


def _announced(head: AuditHead, *, using: str) -> NamedKey | None:
    try:
        return announced_key(size=head.size, using=using)
    except LogFormatError as error:
        raise SigningRefusedError(f"The event that names the log's key is damaged: {error}") from error


def _vkey_of(key: Ed25519PrivateKey, head: AuditHead) -> str:
    return vkey(name=head.origin, public_key=signing_key.public_bytes(key))


def _note(checkpoint: Checkpoint, keys: tuple[Ed25519PrivateKey, ...]) -> Note:
    return Note(checkpoint, tuple(_signature(checkpoint, key) for key in keys))


def _signature(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> NoteSignature:
    identifier = key_id(name=checkpoint.origin, public_key=signing_key.public_bytes(key))
    return NoteSignature(checkpoint.origin, identifier, key.sign(checkpoint.text().encode()))


def _rest_of_second(newest: AuditCheckpoint) -> float:
    """The seconds until the next note may be signed. A clock that was set back makes nobody wait longer."""
    passed = (timezone.now() - newest.signed_at).total_seconds()
    return min(max(LEAST_SECONDS_BETWEEN - passed, 0.0), LEAST_SECONDS_BETWEEN)
