"""The checkpoints of the log for those who show them, hand them out or need one: the newest, one that covers.

Only a process that can read the key signs. Any other asks it, by a row, and waits.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from audit.models import AuditCheckpoint, AuditEvent, AuditHead
from audit.signing import checkpoint_mail, signer, signing_key, signing_notices
from audit.signing.key_history import KeyChange, key_changes, vkey_file
from audit.signing.signing_errors import NoCheckpointError, SigningError

__all__ = [
    "KeyChange",
    "LogState",
    "NoCheckpointError",
    "covering",
    "key_changes",
    "newest",
    "sign_if_due",
    "state",
    "vkey_file",
]

BETWEEN_LOOKS = 0.2
#: How old an event may grow unsigned before somebody should look: five times the tick's own pace, at least.
LEAST_GRACE = timedelta(minutes=5)


@dataclass(frozen=True)
class LogState:
    """How signing and mailing stand. `words` say it to people; `since` is when an event went unsigned, or
    when the signer began to refuse.
    """

    code: Literal["ok", "behind", "refused", "not_begun"]
    words: str
    since: datetime | None
    size: int
    newest: AuditCheckpoint | None
    mail: checkpoint_mail.MailState


def newest(*, using: str = "default") -> AuditCheckpoint | None:
    """The largest checkpoint of the present log; None while nothing was signed."""
    return signer.newest_checkpoint(using=using)


def covering(size: int, *, wait_seconds: float = 10.0, using: str = "default") -> AuditCheckpoint:
    """A checkpoint of the present log over at least so many events: a stored one, or one signed for this.

    Raises NoCheckpointError when the log is not that long, when the signer refuses, and when nobody who has
    the key signed within `wait_seconds`; RuntimeError inside a transaction.
    """
    if (found := newest(using=using)) is not None and found.size >= size:
        return found
    _refuse_longer_than_the_log(size, using=using)
    if not signing_key.is_here(settings.AUDIT_KEY_FILE):
        return _signed_elsewhere(size, wait_seconds=wait_seconds, using=using)
    try:
        return signer.sign_to_cover(size, wait_seconds=wait_seconds, using=using)
    except (SigningError, ImproperlyConfigured) as error:
        raise NoCheckpointError(str(error)) from error


def sign_if_due(*, using: str = "default") -> AuditCheckpoint | None:
    """What the tick does each second: sign when somebody waits for it, or when the log has grown and the
    newest checkpoint is older than AUDIT_CHECKPOINT_SECONDS. None when nothing was due, or without the key.

    Raises as `signer.sign_head` does.
    """
    if not signing_key.is_here(settings.AUDIT_KEY_FILE):
        return None
    size, last = _size(using=using), newest(using=using)
    if not _is_due(size, last, using=using):
        return None
    return signer.sign_to_cover(size, wait_seconds=signer.LONGEST_WAIT, using=using)


def state(*, using: str = "default") -> LogState:
    """How signing and mailing stand now, for pages and for whoever watches the program."""
    size, last = _size(using=using), newest(using=using)
    told, mail = signing_notices.notice(using=using), checkpoint_mail.state(using=using)
    if not size:
        return LogState("not_begun", "The log has not been begun.", None, size, last, mail)
    if told.refused_at is not None:
        return LogState("refused", told.refused_words, told.refused_at, size, last, mail)
    oldest = _oldest_unsigned(last, using=using)
    if oldest is not None and oldest < timezone.now() - grace():
        words = (
            "Events are waiting to be signed. Only a process that can read the signing key signs: see "
            "whether the tick runs, and whether it finds AUDIT_KEY_FILE."
        )
        return LogState("behind", words, oldest, size, last, mail)
    return LogState("ok", "The log is signed as it grows.", None, size, last, mail)


def grace() -> timedelta:
    """How long an event may wait to be signed before `state` says so."""
    return max(LEAST_GRACE, 5 * timedelta(seconds=settings.AUDIT_CHECKPOINT_SECONDS))


def _size(*, using: str) -> int:
    sizes = AuditHead.objects.using(using).filter(pk=AuditHead.ONLY).values_list("size", flat=True)
    return sizes.first() or 0


def _is_due(size: int, last: AuditCheckpoint | None, *, using: str) -> bool:
    # A log that became shorter has to be looked at too: it is the signer that says so.
    if last is None or size < last.size:
        return size > 0
    if size == last.size:
        return False
    pace = timedelta(seconds=settings.AUDIT_CHECKPOINT_SECONDS)
    return last.size < signing_notices.wanted_size(using=using) or last.signed_at < timezone.now() - pace


def _oldest_unsigned(last: AuditCheckpoint | None, *, using: str) -> datetime | None:
    first = AuditEvent.objects.using(using).filter(seq__gte=last.size if last else 0).order_by("seq")
    return first.values_list("occurred_at", flat=True).first()


def _refuse_longer_than_the_log(size: int, *, using: str) -> None:
    if (present := _size(using=using)) < size:
        raise NoCheckpointError(
            f"The log has {present} events, so no checkpoint covers {size}. Ask for at most that many."
        )


def _signed_elsewhere(size: int, *, wait_seconds: float, using: str) -> AuditCheckpoint:
    signing_notices.ask_for(size, using=using)
    until = time.monotonic() + wait_seconds
    while time.monotonic() < until:
        time.sleep(BETWEEN_LOOKS)
        if (found := newest(using=using)) is not None and found.size >= size:
            return found
    refusal = signing_notices.notice(using=using).refused_words
    raise NoCheckpointError(
        refusal
        or f"Nobody signed the log within {wait_seconds:.0f} seconds. The tick does, where it can read the "
        "signing key (AUDIT_KEY_FILE): see whether it runs, and try again."
    )
