"""What sealing costs the writer: beside the same rows without seals, and beside django-simple-history.

Sealed and plain rows go to two databases that are copies of one another, so that both grow alike. PostgreSQL
runs without durability here, as in the tests: waiting for a disk would hide what sealing costs one writer.
"""

from collections.abc import Iterator
from itertools import count

from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.utils import timezone

from audit.events import Event
from audit.models import AuditEvent
from audit.trail import audited
from tests.bench import one_append, two_databases
from tests.bench.concurrent_appends import four_writers
from tests.bench.figures import Figures, paired, seconds
from tests.bench.history import overheads
from tests.bench.two_databases import PLAIN, SEALED

IN_ONE_TRANSACTION = 10_000
IN_A_ROUND = 200


def measure(*, events: int, rounds: int) -> Iterator[Figures]:
    """Many events at once, one at a time, from four writers, and beside django-simple-history."""
    two_databases.copy()
    yield from _many_at_once(rounds)
    yield from _one_at_a_time(rounds)
    if connection.vendor == "postgresql":
        yield from four_writers(rounds)
    yield from overheads(rounds)


def _many_at_once(rounds: int) -> Iterator[Figures]:
    yield from paired(
        "10,000 events in one transaction, by bulk_create of rows built meanwhile",
        ours=lambda: seconds(_sealed_in_one_transaction),
        measure=lambda: seconds(lambda: _insert(_rows_without_seal())),
        rounds=rounds,
        wanted=0.7,
    )

    def insert_prepared() -> float:
        rows = _rows_without_seal()
        return seconds(lambda: _insert(rows))

    yield from paired(
        "10,000 events in one transaction, by bulk_create of rows built before",
        ours=lambda: seconds(_sealed_in_one_transaction),
        measure=insert_prepared,
        rounds=rounds,
        wanted=0.7,
    )


def _sealed_in_one_transaction() -> None:
    with audited(using=SEALED) as trail:
        for number in range(IN_ONE_TRANSACTION):
            obj, facts = _submitted(number)
            trail.record(Event.REQUEST_SUBMITTED, actor="cxone", obj=obj, data=facts)


def _rows_without_seal() -> list[AuditEvent]:
    first, now = AuditEvent.objects.using(PLAIN).count(), timezone.now()
    ts = now.isoformat()
    return [
        one_append.row_without_seal(
            Event.REQUEST_SUBMITTED,
            seq=first + number,
            actor="cxone",
            about=_submitted(number),
            at=now,
            ts=ts,
        )
        for number in range(IN_ONE_TRANSACTION)
    ]


def _insert(rows: list[AuditEvent]) -> None:
    with transaction.atomic(using=PLAIN):
        AuditEvent.objects.using(PLAIN).bulk_create(rows)


def _submitted(number: int) -> one_append.About:
    return f"request:PR-2026-{number:06d}", {"submission": 1, "cxone_id": f"CX-{number:08d}", "attempt": 1}


def _one_at_a_time(rounds: int) -> Iterator[Figures]:
    group = Group.objects.using(SEALED).create(name="updated")
    twin = Group.objects.using(PLAIN).create(name="updated")
    numbers, seqs = count(), count(AuditEvent.objects.using(PLAIN).count())
    yield from paired(
        "an update with its event, one writer",
        ours=lambda: seconds(lambda: one_append.sealed(group, number=next(numbers))),
        measure=lambda: seconds(lambda: one_append.plain(twin, number=next(numbers), seq=next(seqs))),
        rounds=rounds,
        times=IN_A_ROUND,
        wanted=0.75,
    )
