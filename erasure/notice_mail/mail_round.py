"""One round of the tick for the mail: sends what is due, and removes what is over."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch
from django.utils import timezone

from audit import outgoing_mail
from audit.outgoing_mail import Post
from erasure.notice_mail import claims
from erasure.notice_mail.claims import Letter
from erasure.notice_mail.settled import settled
from erasure.notice_mail.wording import mail_about

logger = logging.getLogger(__name__)

#: After so long a round ends, and what is left is the next one's.
ROUND_SECONDS = 60.0
PURGE_SECONDS = 3600.0
#: Troubles of one mail alone, which say nothing of the others.
OF_ONE_MAIL = frozenset({"", "refused", "not_made"})


@dataclass
class MailRound:
    """Sends and removes. Harmless when doubled; `is_over` ends it early, between two mails."""

    is_over: Callable[[], bool] = lambda: False
    _purged_at: float = float("-inf")

    def __call__(self) -> None:
        """One round. What is too old is closed before anything is sent."""
        if time.monotonic() - self._purged_at > PURGE_SECONDS:
            claims.purge(timezone.now())
            self._purged_at = time.monotonic()
        send_due(is_over=self.is_over)


def send_due(*, is_over: Callable[[], bool] = lambda: False) -> int:
    """Send the mails that are due, for a minute at most; how many the server took.

    What keeps one from going is noted with its notices and told by `standing`, and raises nothing.
    """
    letters = claims.ripe(timezone.now()) if outgoing_mail.is_set_up() else []
    if not letters:
        return 0
    until, sent = time.monotonic() + ROUND_SECONDS, 0
    with Post() as post:
        trouble = post.open()
        for letter in letters:
            if trouble or is_over() or time.monotonic() > until:
                break
            code = _send(post, letter)
            sent += code == ""
            trouble = _trouble_of_all(post, code)
    now = timezone.now()
    if trouble:
        claims.put_all_off(trouble, now)
    elif sent:
        claims.hurry(now)
    return sent


def _send(post: Post, letter: Letter) -> str | None:
    """Send one mail; what kept it from going, None when there was nothing to send."""
    taken = claims.claim(letter, timezone.now())
    over = settled(letter.kind, taken)
    claims.close(over, "settled")
    taken = [notice for notice in taken if notice not in over]
    if not taken:
        return None
    person = taken[0].to
    address = letter.address or (person.email if person.is_active else "")
    if not address:
        claims.close(taken, "no_address" if person.is_active else "deactivated")
        return None
    try:
        code = post.send(mail_about(letter.kind, taken, address=address))
    except NoReverseMatch:
        # One notice whose page cannot be named must not keep the others.
        logger.exception("notice_has_no_page", extra={"kind": letter.kind})
        code = "not_made"
    if code:
        claims.put_off(taken, code, timezone.now())
    else:
        claims.note_sent(taken, timezone.now())
    return code


def _trouble_of_all(post: Post, code: str | None) -> str:
    """What keeps the other mails from going as well, as far as this one's trouble tells."""
    if code is None or code in OF_ONE_MAIL:
        return ""
    return code if code == "sender_refused" else post.open_again()
