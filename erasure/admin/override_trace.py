"""What a submission's card says of the latest override that is no longer open: how it ended, by whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from erasure.admin.override_facts import look_of
from erasure.attention import lapsed_words
from erasure.choices import OVERRIDE_LOOKS, Look, OverrideDecision, SubmissionStatus
from erasure.models import Override, PrivacyRequest, Submission
from erasure.plain_words import clock_words

EXPIRED_LOOK = OVERRIDE_LOOKS[OverrideDecision.EXPIRED]


@dataclass(frozen=True)
class Trace:
    """One override that has ended: how, in a sentence; why it lets nothing go, where that is so; its look."""

    pk: int
    words: str
    lapsed: str
    look: Look
    was_approved: bool
    #: Approved and not taken back, so that what is still held needs `lapsed` to say why.
    was_in_vain: bool


@dataclass(frozen=True)
class OverridesOf:
    """The overrides of one request by submission: the question that waits, and the latest that has ended."""

    waiting: Mapping[int, Override]
    ended: Mapping[int, Override]
    now: datetime

    @classmethod
    def of(cls, request: PrivacyRequest, *, now: datetime) -> "OverridesOf":
        """Those of this request, in one query. A question whose time is over has ended."""
        rows = Override.objects.filter(submission__request=request).order_by("pk")
        waiting: dict[int, Override] = {}
        ended: dict[int, Override] = {}
        for one in rows.select_related("asked_by", "decided_by", "revoked_by"):
            waits = not one.decision and one.expires_at > now
            (waiting if waits else ended)[one.submission_id] = one
        return cls(waiting, ended, now)

    def trace(self, submission: Submission) -> Trace | None:
        """How its latest override ended; a refused part was decided on before it was put apart."""
        ended = self.ended.get(submission.pk)
        if ended is None and submission.status == SubmissionStatus.REFUSED and submission.replaces_id:
            ended = self.ended.get(submission.replaces_id)
        if ended is None:
            return None
        look = look_of(ended) or EXPIRED_LOOK
        approved = ended.decision == OverrideDecision.APPROVED
        return Trace(
            pk=ended.pk,
            words=_words(ended),
            lapsed=lapsed_words(ended, self.now),
            look=look,
            was_approved=approved,
            was_in_vain=approved and ended.revoked_at is None,
        )


def _words(override: Override) -> str:
    if override.revoked_at and override.revoked_by:
        who = override.revoked_by.shown_name
        return _("%(who)s took the approval back %(clock)s.") % {
            "who": who,
            "clock": clock_words(override.revoked_at),
        }
    at = clock_words(override.decided_at or override.expires_at)
    if override.decided_by:
        return _("Override %(decision)s by %(shown_name)s %(at)s.") % {
            "decision": override.get_decision_display().lower(),
            "shown_name": override.decided_by.shown_name,
            "at": at,
        }
    if override.decision == OverrideDecision.WITHDRAWN:
        return _("The question for an override, asked by %(shown_name)s, was taken back %(at)s.") % {
            "shown_name": override.asked_by.shown_name,
            "at": at,
        }
    return _("Nobody decided on the override in time; the question expired %(at)s.") % {"at": at}
