"""The newest checkpoint, mailed every day to addresses outside: what catches whoever holds database and key.

Each day has one row, and who moves it sends: ticks that run beside each other send one mail. A day's mail
that failed is tried again, after five minutes at first and then less and less often, until the day is over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import DatabaseError
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone

from audit import outgoing_mail
from audit.models import AuditCheckpoint, CheckpointMail
from audit.outgoing_mail import Post
from audit.signing.key_history import vkey_file
from audit.signing.signer import newest_checkpoint

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=1)

#: What keeps this mail from going, in words; the codes are stored.
TROUBLE_WORDS = {
    **outgoing_mail.TROUBLE_WORDS,
    "no_host": "No mail server is set: set EMAIL_HOST.",
    "refused": "The mail server refused every address: check AUDIT_CHECKPOINT_MAIL_TO.",
    "some_refused": "The mail server refused some of the addresses: check AUDIT_CHECKPOINT_MAIL_TO.",
    "not_made": "The mail could not be made: check the addresses in AUDIT_CHECKPOINT_MAIL_TO and EMAIL_FROM, "
    "and run `manage.py verify_audit`: an event that names the log's key may be damaged.",
}


@dataclass(frozen=True)
class MailState:
    """How the mailing stands: whether it is set up, what went last and when, and what keeps it from going."""

    is_set_up: bool
    sent_at: datetime | None
    size: int | None
    trouble: str

    @property
    def words(self) -> str:
        """What keeps it from going, in a sentence; empty when nothing does."""
        return str(TROUBLE_WORDS.get(self.trouble, ""))


def state(*, using: str = "default") -> MailState:
    """How the mailing stands."""
    days = CheckpointMail.objects.using(using).order_by("-day")
    sent = days.filter(sent_at__isnull=False).first()
    newest = days.first()
    trouble = newest.error_code if newest else ""
    if settings.AUDIT_CHECKPOINT_MAIL_TO and not outgoing_mail.is_set_up():
        trouble = "no_host"
    return MailState(
        is_set_up=bool(settings.AUDIT_CHECKPOINT_MAIL_TO),
        sent_at=sent.sent_at if sent else None,
        size=sent.size if sent else None,
        trouble=trouble if settings.AUDIT_CHECKPOINT_MAIL_TO else "",
    )


def send_if_due(*, using: str = "default") -> bool:
    """Send today's mail if nobody has; True when at least one address took it.

    What keeps it from going is noted in its row and told by `state`, and raises nothing.
    """
    checkpoint = newest_checkpoint(using=using)
    if not settings.AUDIT_CHECKPOINT_MAIL_TO or not outgoing_mail.is_set_up() or checkpoint is None:
        return False
    now = timezone.now()
    mail = _claimed(now, using=using)
    if mail is None:
        return False
    troubles = list(_troubles(checkpoint, settings.AUDIT_CHECKPOINT_MAIL_TO, using=using))
    went = not all(troubles)
    mail.error_code = _code_of_the_day(troubles)
    mail.sent_at = timezone.now() if went else None
    mail.size = checkpoint.size if went else None
    mail.save(using=using, update_fields=["error_code", "sent_at", "size"])
    return went


def _claimed(now: datetime, *, using: str) -> CheckpointMail | None:
    """Today's row, moved on to the attempt after this one; None when it is not ours to send now."""
    days = CheckpointMail.objects.using(using)
    today = timezone.localdate(now)
    mail, _made = days.get_or_create(day=today, defaults={"next_attempt_at": now})
    wait = min(FIRST_WAIT * 2 ** min(mail.attempts, 8), LONGEST_WAIT)
    due = days.filter(day=today, sent_at__isnull=True, next_attempt_at__lte=now, attempts=mail.attempts)
    moved = due.update(attempts=F("attempts") + 1, next_attempt_at=now + wait)
    return mail if moved else None


def _troubles(checkpoint: AuditCheckpoint, addresses: Sequence[str], *, using: str) -> Iterator[str]:
    """For each address the code of what went wrong, empty when the server took the mail.

    Each address has a mail of its own, so that one refused address does not keep the others from theirs.
    """
    with Post() as post:
        if away := post.open():
            yield away
            return
        for address in addresses:
            yield _trouble(post, checkpoint, address, using=using)


def _trouble(post: Post, checkpoint: AuditCheckpoint, address: str, *, using: str) -> str:
    try:
        message = message_about(checkpoint, address, using=using)
    except (ValueError, DatabaseError):
        # A damaged line among those that name the keys: told, and tried again.
        return "not_made"
    return post.send(message)


def message_about(checkpoint: AuditCheckpoint, address: str, *, using: str = "default") -> EmailMessage:
    """The mail: what it is for, the note and the keys, and both once more as files to be kept."""
    vkeys = vkey_file(origin=checkpoint.origin, using=using)
    about = {"checkpoint": checkpoint, "note": checkpoint.note, "vkeys": vkeys}
    subject = f"Audit log {checkpoint.origin.partition('/')[0]}: checkpoint over {checkpoint.size:,} events"
    message = EmailMessage(
        subject=subject,
        body=render_to_string("audit/checkpoint_mail.txt", about),
        to=[address],
    )
    # As bytes, since mail programs may change the line ends of text.
    message.attach(f"checkpoint-{checkpoint.size}", checkpoint.note.encode(), "application/octet-stream")
    message.attach("vkey", vkeys.encode(), "application/octet-stream")
    return message


def _code_of_the_day(troubles: Sequence[str]) -> str:
    failed = [code for code in troubles if code]
    if not failed:
        return ""
    return failed[0] if len(failed) == len(troubles) else "some_refused"
