"""What vaults are to be told: written in the transaction that makes it true, so that none is forgotten.

A vault that an operator has switched off is told nothing; one that is off because it said that it is gone
gets what it missed once somebody has switched it on again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from audit.trail import Trail
from erasure import doorbell
from erasure.choices import Occasion, OffBecause
from erasure.models import Delivery, PrivacyRequest, Submission, Vault

DELIVER_JOB = "erasure.jobs.deliver_due"


@dataclass(frozen=True)
class _News:
    """What every vault that is told of such things is to be told."""

    occasion: Occasion
    request: PrivacyRequest
    submission: Submission | None
    at: datetime


def report_end(log: Trail, submission: Submission, occasion: Occasion, *, now: datetime) -> None:
    """Have the end of a submission delivered to every vault that is told of such ends."""
    log.at_the_end(_write, _News(occasion, submission.request, submission, now))


def report_answer(log: Trail, request: PrivacyRequest, *, now: datetime) -> None:
    """Have the answer to the person delivered to every vault that is told of answers."""
    log.at_the_end(_write, _News(Occasion.ANSWERED, request, None, now))


def _write(news: Sequence[_News]) -> None:
    """The rows for all that one transaction has brought about."""
    told = Vault.objects.filter(Q(is_on=True) | Q(off_because=OffBecause.GONE))
    # Without their secrets, which nobody needs to note what is to be sent.
    vaults = list(told.order_by("pk").only("pk", "tells"))
    deliveries = [
        Delivery(
            vault=vault,
            request=one.request,
            submission=one.submission,
            occasion=one.occasion,
            made_at=one.at,
            next_attempt_at=one.at,
        )
        for one in news
        for vault in vaults
        if one.occasion in vault.tells
    ]
    if deliveries:
        Delivery.objects.bulk_create(deliveries)
        if connection.vendor == "postgresql":
            # Else the vaults are looked at as the transaction commits, with the log's head in hand for which
            # whoever renames one of them may be waiting.
            connection.check_constraints()
        doorbell.ring(DELIVER_JOB)
