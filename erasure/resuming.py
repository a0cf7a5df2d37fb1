"""Held submissions go on by themselves once no hold meets them that no approval covers."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from audit.trail import audited
from erasure import holds, lifecycle, overrides
from erasure.choices import OverrideDecision, SubmissionStatus
from erasure.models import LegalHold, Override, Submission

#: So many are let go in one transaction, so that a great release does not hold the log's lock for long.
AT_ONCE = 200
#: A hold that ended so lately is seen to in every round; what a round missed, once a minute.
LATELY = timedelta(minutes=2)
LOOK_ANYWAY_SECONDS = 60.0
#: What the rules need of a row; nothing that is encrypted.
COLUMNS = ("type", "categories", "held_by", "identifier__subject", "request__subject")


class Resuming:
    """The tick's part, with its clock: when this process last looked at everything that waits."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._look_at = clock()

    def round(self, now: datetime) -> int:
        """Let go what can go, if a hold has ended lately or a minute has passed; the number let go."""
        is_due = self._clock() >= self._look_at
        if not is_due and not _ended_lately(now):
            return 0
        resumed = resume_released(now)
        self._look_at = self._clock() + LOOK_ANYWAY_SECONDS if is_due else self._look_at
        return resumed


def resume_released(now: datetime) -> int:
    """Queue blocked submissions whose holds have ended, or are covered by an approval; the number let go.

    Looking only at rows that name an ended hold, without their encrypted columns and before any lock, keeps
    this cheap.
    """
    in_force = holds.active(now)
    codes = {hold.code for hold in in_force}
    of_person = holds.ByPerson(in_force)
    blocked = Submission.objects.filter(status=SubmissionStatus.BLOCKED)
    rows = blocked.select_related("request", "identifier").only(*COLUMNS).order_by("pk")
    approved = Override.objects.filter(
        decision=OverrideDecision.APPROVED, submission__status=SubmissionStatus.BLOCKED
    )
    maybe_covered = set(approved.values_list("submission", flat=True))
    free = [
        row.pk
        for row in rows.iterator(chunk_size=500)
        if not set(row.held_by) <= codes
        and not any(map(holds.is_rule, row.held_by))
        and (row.pk in maybe_covered or not holds.stopping(of_person.concerning(row), row))
    ]
    return sum(_resume(free[start : start + AT_ONCE], now) for start in range(0, len(free), AT_ONCE))


def _ended_lately(now: datetime) -> bool:
    since = now - LATELY
    ended = Q(released_at__gte=since) | Q(valid_until__gte=since, valid_until__lte=now)
    return LegalHold.objects.filter(ended).exists()


def _resume(keys: Sequence[int], now: datetime) -> int:
    """Let go those of the rows that are still free when they are locked."""
    with audited() as log:
        locked = Submission.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
        rows = list(
            locked.filter(pk__in=keys, status=SubmissionStatus.BLOCKED).select_related(
                "request", "identifier"
            )
        )
        in_force = holds.active(now, on={person for row in rows for person in holds.people_of(row)})
        free = [row for row in rows if not overrides.uncovered(row, in_force, now=now)[0]]
        for row in free:
            lifecycle.resume(log, row, actor=lifecycle.SYSTEM, because="hold_released", send_at=now)
    return len(free)
