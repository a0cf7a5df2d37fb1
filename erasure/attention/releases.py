"""The proposals to release a hold that nobody has decided yet, and for whom each of them waits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from erasure.choices import SubmissionStatus
from erasure.models import HoldRelease, Submission


@dataclass(frozen=True)
class WaitingRelease:
    """A proposal to release a hold, and whether it waits for the reader."""

    release: HoldRelease
    is_mine: bool
    can_decide: bool


def waiting_releases(user: Any, *, now: datetime) -> list[WaitingRelease]:
    """The proposals nobody has decided, the one that expires first first; those for the reader before all."""
    open_ones = HoldRelease.objects.filter(decision="", expires_at__gt=now).select_related("hold", "asked_by")
    # The rule itself is `releasing.bar_deciding`: nobody lets go what they, too, had a hand in filing.
    had_a_hand = Q(filed_by=user) | Q(request__filed_by=user) | Q(request__submissions__filed_by=user)
    mine = Submission.objects.filter(had_a_hand, status=SubmissionStatus.BLOCKED)
    barred = {code for codes in mine.values_list("held_by", flat=True) for code in codes}
    waiting = [
        WaitingRelease(
            release,
            is_mine=release.asked_by_id == user.pk,
            can_decide=release.asked_by_id != user.pk and release.hold.code not in barred,
        )
        for release in open_ones.defer("reason", "hold__matter").order_by("expires_at", "pk")
    ]
    return sorted(waiting, key=lambda one: not one.can_decide)
