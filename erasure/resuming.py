"""Held submissions go on by themselves once no hold meets them any more."""

from datetime import datetime

from audit.trail import audited
from erasure import holds, lifecycle
from erasure.choices import SubmissionStatus
from erasure.holds import is_rule
from erasure.models import LegalHold, Submission

#: So many are let go in one transaction, so that a great release does not hold the log's lock for long.
AT_ONCE = 200


def resume_released(now: datetime) -> int:
    """Queue blocked submissions whose holds have all ended; the number let go.

    Looking only at rows that name an ended hold keeps this cheap enough for every round of the tick.
    """
    in_force = {hold.code for hold in holds.active(now)}
    ended = set(LegalHold.objects.values_list("code", flat=True)) - in_force
    if not ended:
        return 0
    blocked = Submission.objects.filter(status=SubmissionStatus.BLOCKED).order_by("pk")
    free = [row.pk for row in blocked.only("pk", "held_by") if set(row.held_by) & ended]
    for start in range(0, len(free), AT_ONCE):
        _resume(free[start : start + AT_ONCE], now)
    return len(free)


def _resume(keys: list[int], now: datetime) -> None:
    with audited() as log:
        in_force = holds.active(now)
        rows = (
            Submission.objects.select_for_update(of=("self",))
            .filter(pk__in=keys, status=SubmissionStatus.BLOCKED)
            .select_related("request", "identifier")
            .order_by("pk")
        )
        for row in rows:
            # What a rule stopped does not fit CXone as it is: no end of a hold lets it go.
            if not holds.stopping(in_force, row) and not any(map(is_rule, row.held_by)):
                lifecycle.resume(log, row, actor=lifecycle.SYSTEM, because="hold_released", send_at=now)
