"""The sentences of a certificate. They claim what CXone reported, and what is recorded of it; never more."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.words import day_words, numbered
from erasure import holds
from erasure.certificates.contents import Contents, ProvenEnd
from erasure.choices import Scope, SubmissionStatus
from erasure.models import LegalHold, PrivacyRequest, Submission
from erasure.plain_words import count_words, uncapitalised

S = SubmissionStatus
UNFIT = _lazy("the rules for what can be sent to CXone do not allow it")
NAMELESS_HOLD = _lazy("a legal hold")


def moment_words(moment: datetime) -> str:
    """A moment in the controller's zone, which is named: `20 November 2026 at 14:05:38 (Europe/Berlin)`."""
    there = timezone.localtime(moment, timezone.get_default_timezone())
    return _("%(day)s at %(clock)s (%(zone)s)") % {
        "day": day_words(there.date()),
        "clock": format(there, "%H:%M:%S"),
        "zone": timezone.get_default_timezone_name(),
    }


def counted_words(end: ProvenEnd) -> str:
    """How many records CXone said it counted, as the end of a sentence."""
    records = end.facts.get("records_deleted")
    if records is None:
        return _("without saying how many records")
    return _("counting %(count)s") % {"count": count_words(records, "record")}


def found_nothing(end: ProvenEnd) -> bool:
    """Whether CXone reported that it was done and had found nothing."""
    return end.facts.get("records_deleted") == 0


def scope_words(scope: object) -> str:
    """The label of a scope within a sentence; one that is not known stays as it is."""
    return uncapitalised(Scope(scope).label) if scope in Scope.values else str(scope)


def standing_words(submission: Submission) -> str:
    """What became of a submission that the person's copy does not prove."""
    if submission.status == S.FAILED:
        return _failed_words(submission)
    return {
        S.BLOCKED: _("On hold: nothing was sent to CXone."),
        S.REFUSED: _("Refused: nothing was sent to CXone."),
        S.CANCELLED: _("Stopped before it was sent to CXone."),
        S.QUEUED: _("Not sent to CXone yet."),
        S.SUBMITTING: _("On its way to CXone; it has not reported an end."),
        S.PROCESSING: _("Under way at CXone, which has not reported an end."),
        S.COMPLETED: _("CXone reported that it had finished."),
    }[S(submission.status)]


def _failed_words(submission: Submission) -> str:
    if submission.error_code == "refused_by_cxone":
        # After a lost answer, an earlier sending may have been taken up all the same.
        return (
            _("CXone refused it; nothing was taken up.")
            if submission.attempts == 1
            else _("CXone refused it.")
        )
    if records := submission.records_affected:
        return _("CXone reported that it failed after %(count)s were removed.") % {
            "count": count_words(records, "record")
        }
    return _("CXone reported that it failed.")


def grounds_of(submission: Submission, contents: Contents) -> list[str]:
    """On which grounds it was or is held, each once; never a code, a matter, or who placed the hold."""
    if submission.status not in {S.BLOCKED, S.REFUSED, S.CANCELLED}:
        return []
    return list(dict.fromkeys(_grounds(submission.held_by, contents)))


def _grounds(codes: Iterable[str], contents: Contents) -> Iterable[str]:
    for code in codes:
        if holds.is_rule(code):
            yield str(UNFIT)
        else:
            yield _ground(contents.holds.get(code), contents.request)


def _ground(hold: LegalHold | None, request: PrivacyRequest) -> str:
    """The ground of a hold on this person or on nobody in particular; that of another is not told."""
    if hold is None or hold.subject_id not in {None, request.subject_id}:
        return str(NAMELESS_HOLD)
    return hold.ground


def anothers_words(contents: Contents) -> str:
    """That something concerned an identifier of another person, and no more of it; empty if nothing did."""
    if not contents.anothers:
        return ""
    if any(row.first_sent_at for row in contents.anothers):
        return _(
            "Something was also sent under an identifier that is on record for another person; it is not "
            "part of this report."
        )
    return _(
        "Something was also filed under an identifier that is on record for another person; it is not "
        "part of this report."
    )


def kept_words(contents: Contents) -> str:
    """Until when the record of the request can be linked to the person, as far as that is known today."""
    if contents.kept_until is None:
        until = _("%(proof_retention_days)s days after the day on which you are answered") % {
            "proof_retention_days": numbered(settings.PROOF_RETENTION_DAYS)
        }
    else:
        until = day_words(contents.kept_until)
    return _(
        "We keep a record of this request until %(until)s, or longer while a legal hold or a later "
        "request of yours needs it."
    ) % {"until": until}
