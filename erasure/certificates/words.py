"""The sentences of a certificate. They claim what CXone reported, and what is recorded of it; never more."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from erasure import holds
from erasure.certificates.contents import Contents, ProvenEnd
from erasure.choices import Scope, SubmissionStatus
from erasure.deadlines import long_date
from erasure.models import Submission
from erasure.plain_words import count_words, uncapitalised

S = SubmissionStatus
UNFIT = "the rules for what can be sent to CXone do not allow it"
NAMELESS_HOLD = "a legal hold"


def moment_words(moment: datetime) -> str:
    """A moment in the controller's zone, which is named: `20 November 2026 at 14:05:38 (Europe/Berlin)`."""
    there = timezone.localtime(moment, timezone.get_default_timezone())
    return f"{long_date(there.date())} at {there:%H:%M:%S} ({timezone.get_default_timezone_name()})"


def counted_words(end: ProvenEnd) -> str:
    """How many records CXone said it counted, as the end of a sentence."""
    records = end.facts.get("records_deleted")
    if records is None:
        return "without saying how many records"
    return f"counting {count_words(records, 'record')}"


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
        S.BLOCKED: "On hold: nothing was sent to CXone.",
        S.REFUSED: "Refused: nothing was sent to CXone.",
        S.CANCELLED: "Stopped before it was sent to CXone.",
        S.QUEUED: "Not sent to CXone yet.",
        S.SUBMITTING: "On its way to CXone; it has not reported an end.",
        S.PROCESSING: "Under way at CXone, which has not reported an end.",
        S.COMPLETED: "CXone reported that it had finished.",
    }[S(submission.status)]


def _failed_words(submission: Submission) -> str:
    if submission.error_code == "refused_by_cxone":
        return "CXone refused it; nothing was taken up."
    if records := submission.records_affected:
        return f"CXone reported that it failed after {count_words(records, 'record')} were removed."
    return "CXone reported that it failed."


def grounds_of(submission: Submission, contents: Contents) -> list[str]:
    """On which grounds it was or is held, each once; never a code, a matter, or who placed the hold."""
    if submission.status not in {S.BLOCKED, S.REFUSED, S.CANCELLED}:
        return []
    return list(dict.fromkeys(_grounds(submission.held_by, contents)))


def _grounds(codes: Iterable[str], contents: Contents) -> Iterable[str]:
    for code in codes:
        if holds.is_rule(code):
            yield UNFIT
        else:
            yield contents.holds[code].ground if code in contents.holds else NAMELESS_HOLD


def kept_words(contents: Contents) -> str:
    """Until when the record of the request can be linked to the person."""
    if contents.kept_until is None:
        days = f"{settings.PROOF_RETENTION_DAYS:,} days"
        return f"We keep a record of this request until {days} after the day on which you are answered."
    return f"We keep a record of this request until {long_date(contents.kept_until)}."
