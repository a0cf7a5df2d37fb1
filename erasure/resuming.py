"""Held submissions go on by themselves once no hold meets them any more."""

from collections.abc import Sequence
from datetime import datetime

from audit.trail import audited
from erasure import holds, lifecycle, overrides
from erasure.choices import SubmissionStatus
from erasure.models import LegalHold, Submission

#: So many are let go in one transaction, so that a great release does not hold the log's lock for long.
AT_ONCE = 200


def resume_released(now: datetime) -> int:
    """Queue blocked submissions whose holds have all ended; the number let go.

    Looking only at rows that name an ended hold, and before any lock, keeps this cheap enough for every round
    of the tick.
    """
    in_force = holds.active(now)
    ended = set(LegalHold.objects.values_list("code", flat=True)) - {hold.code for hold in in_force}
    if not ended:
        return 0
    blocked = Submission.objects.filter(status=SubmissionStatus.BLOCKED).order_by("pk")
    named = [row.pk for row in blocked.only("pk", "held_by") if set(row.held_by) & ended]
    rows = blocked.filter(pk__in=named).select_related("request", "identifier")
    free = [row.pk for row in rows if _is_free(row, in_force, now=now)]
    return sum(_resume(free[start : start + AT_ONCE], now) for start in range(0, len(free), AT_ONCE))


def _is_free(row: Submission, in_force: Sequence[LegalHold], *, now: datetime) -> bool:
    """Whether nothing holds it that no approval covers.

    What a rule stopped does not fit CXone as it is, whatever hold ends.
    """
    codes, _approval = overrides.uncovered(row, in_force, now=now)
    return not codes and not any(map(holds.is_rule, row.held_by))


def _resume(keys: list[int], now: datetime) -> int:
    """Let go those of the rows that are still free when they are locked."""
    with audited() as log:
        in_force = holds.active(now)
        locked = Submission.objects.select_for_update(of=("self",)).order_by("pk")
        rows = locked.filter(pk__in=keys, status=SubmissionStatus.BLOCKED)
        free = [
            row for row in rows.select_related("request", "identifier") if _is_free(row, in_force, now=now)
        ]
        for row in free:
            lifecycle.resume(log, row, actor=lifecycle.SYSTEM, because="hold_released", send_at=now)
    return len(free)
