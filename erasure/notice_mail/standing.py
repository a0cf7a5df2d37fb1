"""How the mailing of notices stands, for operators and for what watches the process."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Max, Min, Q
from django.utils.translation import gettext as _

from audit import outgoing_mail
from audit.words import Words, numbered
from erasure.models import Notice
from erasure.notice_mail.claims import SERVER_TROUBLES
from erasure.plain_words import clock_words, count_words


@dataclass(frozen=True)
class Standing:
    """How many notices did not go, since when the first of them waits, and what kept the last from going.

    `refused` are the keys of people whose address the mail server refuses.
    """

    is_set_up: bool
    waiting: int
    given_up: int
    since: datetime | None
    last_trouble: Words
    refused: frozenset[int]

    @property
    def trouble(self) -> str:
        """How many did not go, and since when; empty when all did."""
        if self.since is None:
            return ""
        count = count_words(self.waiting + self.given_up, "notice")
        return _("%(count)s could not be mailed, the first made %(clock)s") % {
            "count": count,
            "clock": clock_words(self.since),
        }

    @property
    def words(self) -> str:
        """Why, and what becomes of them."""
        sentences = [str(self.last_trouble)]
        if self.waiting:
            sentences.append(_("Each is tried again until it is three days old."))
        if self.given_up:
            sentences.append(
                _("%(given_up)s given up after three days.") % {"given_up": numbered(self.given_up)}
            )
        return " ".join(sentences)


def standing() -> Standing:
    """How it stands now."""
    # An address that was put right since is no trouble any more, though what was for it alone does not go.
    former = ~Q(address="") & ~Q(address=F("to__email")) & Q(error_code="refused")
    failed = Notice.objects.filter(sent_at__isnull=True, error_code__in=outgoing_mail.TROUBLE_WORDS).exclude(
        former
    )
    waiting, given_up = (failed.filter(next_attempt_at__isnull=over) for over in (False, True))
    last = failed.order_by(F("next_attempt_at").desc(nulls_last=True), "-pk").first()
    refused = failed.filter(error_code="refused").order_by().values_list("to_id", flat=True)
    return Standing(
        is_set_up=outgoing_mail.is_set_up(),
        waiting=waiting.count(),
        given_up=given_up.count(),
        since=failed.aggregate(since=Min("made_at"))["since"],
        last_trouble=outgoing_mail.TROUBLE_WORDS[last.error_code] if last else "",
        refused=frozenset(refused),
    )


def readiness() -> str:
    """`ok`, `not set up`, or since when the mail server takes nothing. One refused address is no failure."""
    if not outgoing_mail.is_set_up():
        return "not set up"
    kept = Notice.objects.filter(sent_at__isnull=True, error_code__in=SERVER_TROUBLES)
    if last := Notice.objects.aggregate(sent=Max("sent_at"))["sent"]:
        # What was given up says nothing about today once another mail has gone.
        kept = kept.filter(Q(next_attempt_at__isnull=False) | Q(made_at__gt=last))
    since = kept.aggregate(since=Min("made_at"))["since"]
    return f"failing since {since:%Y-%m-%dT%H:%M:%SZ}" if since else "ok"
