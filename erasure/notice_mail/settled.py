"""Which notices ask somebody to decide what has been decided by now: nobody need be told of them any more."""

from collections.abc import Collection, Sequence

from erasure.choices import NoticeKind
from erasure.models import HoldRelease, Notice, Override


def settled(kind: NoticeKind, taken: Sequence[Notice]) -> list[Notice]:
    """Those whose override or release waits no longer. What only tells of something is never settled."""
    if kind in {NoticeKind.OVERRIDE_WAITS, NoticeKind.OVERRIDE_PRESSES}:
        still = _waiting_overrides({int(notice.target) for notice in taken})
    elif kind is NoticeKind.RELEASE_WAITS:
        still = _waiting_releases({int(notice.target) for notice in taken})
    else:
        return []
    return [notice for notice in taken if int(notice.target) not in still]


def _waiting_overrides(keys: Collection[int]) -> set[int]:
    return set(Override.objects.filter(pk__in=keys, decision="").values_list("pk", flat=True))


def _waiting_releases(holds: Collection[int]) -> set[int]:
    waiting = HoldRelease.objects.filter(hold_id__in=holds, decision="")
    return set(waiting.values_list("hold_id", flat=True))
