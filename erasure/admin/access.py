"""The objects that pages are about, each found or 404; who may open a page is decided by `page`."""

from django.shortcuts import get_object_or_404

from audit.admin.access import page
from erasure.models import PrivacyRequest, Submission

__all__ = ["page", "request_or_404", "submission_or_404"]


def request_or_404(reference: str) -> PrivacyRequest:
    """The request with this reference, with what every page about it shows."""
    requests = PrivacyRequest.objects.select_related("subject", "owner", "filed_by", "answered_by")
    return get_object_or_404(requests, reference=reference)


def submission_or_404(reference: str, number: int) -> Submission:
    """One submission of a request, by the number people see."""
    submissions = Submission.objects.select_related("request", "identifier", "request__subject")
    return get_object_or_404(submissions, request__reference=reference, number=number)
