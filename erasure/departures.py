"""What has left for CXone, so that a hold can only come too late for it: CXone has no recall."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from erasure.choices import RequestType, SubmissionStatus
from erasure.models import PrivacyRequest, SubjectIdentifier, Submission

ON_ITS_WAY = (SubmissionStatus.SUBMITTING, SubmissionStatus.PROCESSING)
#: What the contract's 400 ended was never taken up, so that no hold can have come too late for it.
NEVER_TAKEN = "refused_by_cxone"
#: What pages show of what has left; nothing that is encrypted.
SHOWN = ("number", "status", "first_sent_at", "request__reference")
#: What CXone provably did not take is queued again as unsent, or ended as never taken.
HAS_LEFT = Q(first_sent_at__isnull=False) & ~Q(error_code=NEVER_TAKEN)


def has_left(submission: Submission) -> bool:
    """The same as `HAS_LEFT` says of a row."""
    return submission.first_sent_at is not None and submission.error_code != NEVER_TAKEN


def departed(*, people: Collection[int] | None, since: datetime) -> QuerySet[Submission]:
    """What a hold on these persons (None: on everybody) comes too late for, whatever the category.

    That is what CXone is at work on, and with a hold that reaches back what was sent since its first day.
    """
    since_then = Q(status__in=ON_ITS_WAY) | Q(first_sent_at__gte=since)
    sent = Submission.objects.filter(HAS_LEFT, since_then, type=RequestType.ERASURE)
    return sent if people is None else sent.filter(about(people))


def about(people: Collection[int]) -> Q:
    """The condition that a submission is about one of these persons.

    By keys that are indexed: an alternative of two joined columns has all submissions read.
    """
    identifiers = SubjectIdentifier.objects.filter(subject__in=people).values_list("pk", flat=True)
    requests = PrivacyRequest.objects.filter(subject__in=people).values_list("pk", flat=True)
    return Q(identifier__in=list(identifiers)) | Q(request__in=list(requests))
