"""The overrides that wait for a reviewer, and which of them this reviewer may decide on."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from erasure.choices import SubmissionStatus
from erasure.models import LegalHold, Override


def undecided_overrides(now: datetime) -> QuerySet[Override]:
    """The questions that wait for a reviewer, those of the nearest deadline first."""
    waiting = Override.objects.filter(
        decision="", expires_at__gt=now, submission__status=SubmissionStatus.BLOCKED
    )
    about = waiting.select_related(
        "submission__request__subject", "submission__identifier", "asked_by", "filed_by"
    )
    return about.order_by("submission__request__due_on", "pk")


def to_be_decided_by(user: Any, now: datetime) -> QuerySet[Override]:
    """Those of the questions that this reviewer may decide on; the rule itself is `overrides.bar`."""
    placed = set(LegalHold.objects.filter(placed_by=user).values_list("code", flat=True))
    waiting = undecided_overrides(now)
    had_a_hand = (
        Q(submission__request__filed_by=user)
        | Q(submission__request__submissions__filed_by=user)
        | Q(submission__request__submissions__overrides__asked_by=user)
    )
    barred = set(waiting.filter(had_a_hand).values_list("pk", flat=True))
    if placed:
        barred |= {key for key, codes in waiting.values_list("pk", "holds") if placed & set(codes)}
    return waiting.exclude(pk__in=barred)
