"""Facts and their constraints: what can never be. What may change a status is `lifecycle` alone."""

from erasure.models.holds import HoldRegister, HoldRelease, LateHold, LegalHold, Override
from erasure.models.imports import ImportedRow, ImportLot, ImportRun
from erasure.models.notices import Notice
from erasure.models.requests import CallbackReceipt, PrivacyRequest, ReferenceCounter, Submission
from erasure.models.subjects import Subject, SubjectIdentifier
from erasure.models.upstream import Upstream

__all__ = [
    "CallbackReceipt",
    "HoldRegister",
    "HoldRelease",
    "ImportLot",
    "ImportRun",
    "ImportedRow",
    "LateHold",
    "LegalHold",
    "Notice",
    "Override",
    "PrivacyRequest",
    "ReferenceCounter",
    "Subject",
    "SubjectIdentifier",
    "Submission",
    "Upstream",
]
