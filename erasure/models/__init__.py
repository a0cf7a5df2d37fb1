"""Facts and their constraints: what can never be. What may change a status is `lifecycle` alone."""

from erasure.models.answers import AnswerPart, Comment
from erasure.models.clocks import ClockCorrection, ClockPause, Extension
from erasure.models.digests import DigestSent
from erasure.models.holds import HoldRegister, HoldRelease, LateHold, LegalHold, Override
from erasure.models.imports import ImportedRow, ImportLot, ImportRun
from erasure.models.letters import LetterText
from erasure.models.notices import Notice
from erasure.models.requests import BY_PRESSURE, CallbackReceipt, PrivacyRequest, ReferenceCounter, Submission
from erasure.models.subjects import Subject, SubjectIdentifier
from erasure.models.upstream import Upstream
from erasure.models.vaults import Delivery, Vault, VaultRecord

__all__ = [
    "BY_PRESSURE",
    "AnswerPart",
    "CallbackReceipt",
    "ClockCorrection",
    "ClockPause",
    "Comment",
    "Delivery",
    "DigestSent",
    "Extension",
    "HoldRegister",
    "HoldRelease",
    "ImportLot",
    "ImportRun",
    "ImportedRow",
    "LateHold",
    "LegalHold",
    "LetterText",
    "Notice",
    "Override",
    "PrivacyRequest",
    "ReferenceCounter",
    "Subject",
    "SubjectIdentifier",
    "Submission",
    "Upstream",
    "Vault",
    "VaultRecord",
]
