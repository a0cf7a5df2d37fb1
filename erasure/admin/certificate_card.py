"""The certificate on a request's page: whether there is one to take, and a warning while there still is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.words import day_words
from erasure import attention
from erasure.choices import TERMINAL_STATUSES, Look, RequestType, SubmissionStatus
from erasure.models import PrivacyRequest, Submission
from erasure.personal_data import IDENTIFIERS_AND_TEXT
from erasure.shredding import goes_on

READY = Look("info", "workspace_premium")
TAKEN = Look("success", "check_circle")
GONE = Look("neutral", "delete_forever")


@dataclass(frozen=True)
class CertificateCard:
    """What the card says, and the word of its button; no button where there is nothing to take."""

    look: Look
    badge: str
    words: str
    action: str


def certificate_card(
    request: PrivacyRequest, submissions: Sequence[Submission], *, may: Mapping[str, bool]
) -> CertificateCard | None:
    """The card for somebody with these powers; None where nothing has ended, or for whom it is not."""
    if request.type != RequestType.ERASURE:
        return None
    if may["certify"] and any(row.status == SubmissionStatus.COMPLETED for row in submissions):
        return _for_officers(request)
    if may["audit_copy"] and any(row.status in TERMINAL_STATUSES for row in submissions):
        words = _("All submissions, entries, holds and decisions, masked, with the proofs of how they ended.")
        return CertificateCard(READY, _("Ready"), words, _("Take the auditors’ copy"))
    return None


def _for_officers(request: PrivacyRequest) -> CertificateCard:
    if request.shredded_at is not None:
        earlier = _("One was taken before.") if request.certified_at else _("None was taken before.")
        words = _("The identifiers were shredded on %(day)s. %(earlier)s") % {
            "day": _day(request.shredded_at),
            "earlier": earlier,
        }
        return CertificateCard(GONE, _("No longer possible"), words, "")
    if request.certified_at is not None:
        words = _("First taken on %(day)s.") % {"day": _day(request.certified_at)}
        return CertificateCard(TAKEN, _("Taken"), words, _("Take it again"))
    words = _(
        "Proof, for the person, that CXone reported this and that the report was not changed since. It "
        "can be checked without access to this system."
    )
    return CertificateCard(READY, _("Ready"), words, _("Take the certificate"))


def shred_warning(request: PrivacyRequest, *, now: datetime) -> str:
    """What is lost, and when, if no certificate is taken; empty while there is time, or nothing to lose."""
    day = goes_on(request, IDENTIFIERS_AND_TEXT)
    if day is None or not attention.uncertified(now).filter(pk=request.pk).exists():
        return ""
    return _(
        "From %(day)s on its identifiers are shredded. After that, nothing can be made any more that "
        "links CXone’s report to the person."
    ) % {"day": day_words(day)}


def _day(moment: datetime) -> str:
    return day_words(timezone.localtime(moment).date())
