"""What processes tell one another about signing, since only some of them have the key.

Whoever needs a checkpoint says so, and the signer says why it refuses; both in one row.
"""

import logging

from django.db.models import Q
from django.utils import timezone

from audit.models import AuditSigning

logger = logging.getLogger(__name__)


def ask_for(size: int, *, using: str) -> None:
    """Ask the process that has the key for a checkpoint over at least so many events."""
    notices = AuditSigning.objects.using(using)
    notices.get_or_create(pk=AuditSigning.ONLY)
    notices.filter(pk=AuditSigning.ONLY, wanted_size__lt=size).update(wanted_size=size)


def wanted_size(*, using: str) -> int:
    """The largest size that anybody asked for; 0 when nobody did."""
    return notice(using=using).wanted_size


def notice(*, using: str) -> AuditSigning:
    """The row, or an empty one where nobody has said anything yet."""
    return AuditSigning.objects.using(using).filter(pk=AuditSigning.ONLY).first() or AuditSigning()


def tell_refusal(words: str, *, using: str) -> None:
    """Say why nothing is signed. The same words again change nothing and are not logged again."""
    notices = AuditSigning.objects.using(using)
    notices.get_or_create(pk=AuditSigning.ONLY)
    changed = notices.filter(pk=AuditSigning.ONLY).filter(~Q(refused_words=words) | Q(refused_at=None))
    if changed.update(refused_at=timezone.now(), refused_words=words):
        logger.error("signing_refused", extra={"why": words})


def tell_signed(*, using: str) -> None:
    """Take a refusal back."""
    told = AuditSigning.objects.using(using).filter(pk=AuditSigning.ONLY, refused_at__isnull=False)
    if told.update(refused_at=None, refused_words=""):
        logger.warning("signing_resumed")


def forget(*, using: str) -> None:
    """Nobody has asked for anything yet of a log that begins."""
    AuditSigning.objects.using(using).all().delete()
