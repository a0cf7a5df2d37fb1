"""What vaults are to be told: written in the transaction that makes it true, so that none is forgotten.

A vault that an operator has switched off is told nothing; one that is off because it said that it is gone
gets what it missed once somebody has switched it on again.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from erasure import doorbell
from erasure.choices import Occasion, OffBecause
from erasure.models import Delivery, PrivacyRequest, Submission, Vault

DELIVER_JOB = "erasure.jobs.deliver_due"


def report_end(submission: Submission, occasion: Occasion, *, now: datetime) -> None:
    """Have the end of a submission delivered to every vault that is told of such ends."""
    _make(
        [
            Delivery(
                vault=vault,
                request=submission.request,
                submission=submission,
                occasion=occasion,
                made_at=now,
                next_attempt_at=now,
            )
            for vault in _told_of(occasion)
        ]
    )


def report_answer(request: PrivacyRequest, *, now: datetime) -> None:
    """Have the answer to the person delivered to every vault that is told of answers."""
    _make(
        [
            Delivery(
                vault=vault, request=request, occasion=Occasion.ANSWERED, made_at=now, next_attempt_at=now
            )
            for vault in _told_of(Occasion.ANSWERED)
        ]
    )


def _told_of(occasion: Occasion) -> list[Vault]:
    """Without their secrets, which nobody needs to note what is to be sent."""
    vaults = Vault.objects.filter(Q(is_on=True) | Q(off_because=OffBecause.GONE)).only("pk", "tells")
    return [vault for vault in vaults.order_by("pk") if occasion in vault.tells]


def _make(deliveries: Sequence[Delivery]) -> None:
    if deliveries:
        Delivery.objects.bulk_create(deliveries)
        doorbell.ring(DELIVER_JOB)
