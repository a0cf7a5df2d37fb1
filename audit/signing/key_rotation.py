"""A new signing key takes over from the old one, in steps that can be taken up again after any of them.

1. The new key lies beside the old one, as `<key>.next`.
2. The event `key.rotated` names it. From here on the signer signs with both keys.
3. A checkpoint over that event is signed by both: whoever trusts the old key can now trust the new one.
4. The new key takes the name of the old one, which is gone.
"""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from audit.events import Event
from audit.log_format import JSON, vkey
from audit.models import AuditCheckpoint, AuditHead
from audit.signing import signer, signing_key
from audit.signing.key_history import announced_key, key_changes
from audit.trail import audited

NEXT = "next"


@dataclass(frozen=True)
class KeyRotation:
    """Who took over from whom, and the checkpoint that both signed."""

    previous: str
    vkey: str
    checkpoint: AuditCheckpoint


def is_under_way() -> bool:
    """Whether an earlier rotation was begun here and is not finished."""
    return signing_key.is_here(signing_key.beside(settings.AUDIT_KEY_FILE, NEXT))


def hand_over(*, reason: str, using: str = "default") -> KeyRotation:
    """Steps 1 to 3; `finish` has to follow. Taking it up again goes on where it was left.

    Raises SigningError when the log cannot be signed as it is, and ImproperlyConfigured for a key file that
    cannot be used: nothing is rotated then.
    """
    signer.inspect_head(using=using)
    upcoming = signing_key.beside(settings.AUDIT_KEY_FILE, NEXT)
    signing_key.generate(upcoming)
    origin = AuditHead.objects.using(using).get().origin
    previous = _vkey(signing_key.load(settings.AUDIT_KEY_FILE), origin)
    new = _vkey(signing_key.load(upcoming), origin)
    _announce(previous=previous, new=new, reason=reason, using=using)
    signed = signer.sign_head(using=using)
    # The tick may have been first; what counts for the old key is the first checkpoint over the event.
    first = key_changes(using=using)[-1].checkpoint
    return KeyRotation(previous, new, first or signed)


def finish(*, using: str = "default") -> None:
    """Step 4. Raises SigningRefusedError as long as no checkpoint carries both signatures."""
    signer.adopt_next_key(using=using)


def _announce(*, previous: str, new: str, reason: str, using: str) -> None:
    """Write `key.rotated` unless it stands in the log already."""
    with audited(using=using) as trail:
        # Locked, so that of two rotations at once one writes.
        head = AuditHead.objects.using(using).select_for_update().get()
        named = announced_key(size=head.size, using=using)
        if named is not None and named.vkey == new:
            return
        data: dict[str, JSON] = {"vkey": new, "previous": previous, "reason": reason}
        trail.record(Event.KEY_ROTATED, actor="sys", obj=f"log:{head.log}", data=data)


def _vkey(key: Ed25519PrivateKey, origin: str) -> str:
    return vkey(name=origin, public_key=signing_key.public_bytes(key))
