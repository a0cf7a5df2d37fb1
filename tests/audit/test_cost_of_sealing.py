"""Sealing must not become dear. The limits lie far below what `make bench` shows: load alone breaks none.

What is compared is what the bench compares; see `tests.bench.one_append` for what a row without seal is.
"""

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from audit.events import Event
from audit.models import AuditEvent
from audit.trail import audited
from tests.bench.figures import paired, seconds
from tests.bench.one_append import row_without_seal

pytestmark = pytest.mark.django_db

MANY = 2_000
#: Far from the numbers of the log, which go on beside them.
UNSEALED = count(10**9)


def ratio(ours: Callable[[], object], measure: Callable[[], object], *, times: int = 1) -> float:
    """The median of five paired rounds."""
    taken: Iterator[dict[str, object]] = paired(
        "", ours=lambda: seconds(ours), measure=lambda: seconds(measure), rounds=5, times=times
    )
    return float(str(next(taken)["ratio"]))


def row(number: int) -> AuditEvent:
    now = timezone.now()
    facts = (f"request:PR-2026-{number:06d}", {"submission": 1, "cxone_id": f"CX-{number:08d}", "attempt": 1})
    return row_without_seal(
        Event.REQUEST_SUBMITTED, seq=next(UNSEALED), actor="cxone", about=facts, at=now, ts=now.isoformat()
    )


def test_many_events_at_once_are_not_much_dearer_than_rows_without_seals() -> None:
    def sealed() -> None:
        with audited() as trail:
            for number in range(MANY):
                trail.record(
                    Event.REQUEST_SUBMITTED,
                    actor="cxone",
                    obj=f"request:PR-2026-{number:06d}",
                    data={"submission": 1, "cxone_id": f"CX-{number:08d}", "attempt": 1},
                )

    def unsealed() -> None:
        with transaction.atomic():
            AuditEvent.objects.bulk_create([row(number) for number in range(MANY)])

    assert ratio(sealed, unsealed) >= 0.45


def test_one_event_with_its_update_is_not_much_dearer_than_a_row_without_seal() -> None:
    group = Group.objects.create(name="updated")

    def update() -> None:
        group.name = "renamed"
        group.save(update_fields=["name"])

    def sealed() -> None:
        with audited() as trail:
            update()
            trail.record(Event.USER_ROLE_CHANGED, actor="sys", obj="user:7", data={"added": ["auditors"]})

    def unsealed() -> None:
        with transaction.atomic():
            update()
            row(7).save(force_insert=True)

    assert ratio(sealed, unsealed, times=50) >= 0.4
