"""Held submissions go on by themselves once no hold meets them that no approval covers."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from audit.trail import audited
from erasure import holds, lifecycle, overrides
from erasure.choices import SubmissionStatus
from erasure.lots import in_lots
from erasure.models import LegalHold, Submission

#: So many are let go in one transaction, so that a great release does not hold the log's lock for long.
AT_ONCE = 200
#: A hold that ended so lately is seen to in every round; what a round missed, once a minute.
LATELY = timedelta(minutes=2)
LOOK_ANYWAY_SECONDS = 60.0


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
    this cheap. What something else holds names only that from then on.
    """
    codes = {hold.code for hold in holds.active(now)}
    blocked = Submission.objects.filter(status=SubmissionStatus.BLOCKED).only("held_by").order_by("pk")
    looked_at = [
        row.pk
        for row in blocked.iterator(chunk_size=500)
        if not set(row.held_by) <= codes and not any(map(holds.is_rule, row.held_by))
    ]
    return in_lots(looked_at, lambda keys: _resume(keys, now), at_once=AT_ONCE)


def _ended_lately(now: datetime) -> bool:
    since = now - LATELY
    ended = Q(released_at__gte=since) | Q(valid_until__gte=since, valid_until__lte=now)
    return LegalHold.objects.filter(ended).exists()


def _resume(keys: Sequence[int], now: datetime) -> int:
    """Let go those of the rows that nothing holds any more; the number let go.

    What goes by an approval can still be stopped for as long as after the approval itself.
    """
    with audited() as log:
        locked = Submission.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
        rows = list(
            locked.filter(pk__in=keys, status=SubmissionStatus.BLOCKED).select_related(
                "request", "identifier"
            )
        )
        in_force = holds.active(now, on={person for row in rows for person in holds.people_of(row)})
        count = 0
        for row, codes, approval in overrides.uncovered_rows(rows, in_force, now=now):
            if codes:
                lifecycle.note_held_by(log, row, holds=codes)
                continue
            send_at = now + timedelta(seconds=settings.SEND_DELAY_SECONDS) if approval else now
            lifecycle.resume(log, row, actor=lifecycle.SYSTEM, because="hold_released", send_at=send_at)
            count += 1
    return count
