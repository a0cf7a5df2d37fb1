"""Every column that is encrypted because it holds personal data or a secret, in one place.

What rotates keys or shreds goes by this list, and a test compares it with the models.
"""

from django.db.models import Model

from erasure.models import (
    CallbackReceipt,
    LegalHold,
    Override,
    PrivacyRequest,
    SubjectIdentifier,
    Submission,
    Upstream,
)

ENCRYPTED_COLUMNS: tuple[tuple[type[Model], str], ...] = (
    (SubjectIdentifier, "value"),
    (PrivacyRequest, "note"),
    (PrivacyRequest, "salt"),
    (PrivacyRequest, "answer_note"),
    (Submission, "description"),
    (Submission, "frozen_payload"),
    (Submission, "upstream_body"),
    (Submission, "error_message"),
    (CallbackReceipt, "body"),
    (LegalHold, "matter"),
    (Override, "justification"),
    (Override, "decision_reason"),
    (Upstream, "token"),
)
