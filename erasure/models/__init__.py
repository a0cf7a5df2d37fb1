"""Facts and their constraints: what can never be. What may change a status is `lifecycle` alone."""

from erasure.models.holds import HoldRegister, LegalHold, Override
from erasure.models.requests import CallbackReceipt, PrivacyRequest, ReferenceCounter, Submission
from erasure.models.subjects import Subject, SubjectIdentifier
from erasure.models.upstream import Upstream

__all__ = [
    "CallbackReceipt",
    "HoldRegister",
    "LegalHold",
    "Override",
    "PrivacyRequest",
    "ReferenceCounter",
    "Subject",
    "SubjectIdentifier",
    "Submission",
    "Upstream",
]
