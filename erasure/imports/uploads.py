"""A list on its way through the database: its cells in lots, encrypted, and gone as soon as they may be."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import IO, Any

from django.db import transaction
from django.utils import timezone

from erasure import doorbell, freed_pages
from erasure.choices import ImportStage, ImportVia
from erasure.imports.table import Line, Table, lines_of, table_of
from erasure.models import ImportLot, ImportRun

IMPORT_JOB = "erasure.jobs.import_due"
#: So many rows are filed in one transaction: others who write wait for some tenths of a second at most.
ROWS_IN_A_LOT = 25
LOTS_AT_ONCE = 40
#: A list that nobody files is thrown away after so long.
KEPT_UNFILED = timedelta(days=1)


def store(content: IO[bytes], *, by: Any) -> ImportRun:
    """Keep a list that was given on the page, to be looked at by a worker. Raises ListUnreadable."""
    table = table_of(content)
    with transaction.atomic():
        run = _stored(content, table, stage=ImportStage.CHECKING, via=ImportVia.PAGE, started_by=by)
        doorbell.ring(IMPORT_JOB)
    return run


def store_for_command(content: IO[bytes], table: Table, *, by: Any, **facts: Any) -> ImportRun:
    """Keep a list that is filed at once by the process that gave it."""
    with transaction.atomic():
        return _stored(
            content,
            table,
            stage=ImportStage.FILING,
            via=ImportVia.COMMAND,
            started_by=by,
            begun_at=timezone.now(),
            **facts,
        )


def lines_in(lot: ImportLot) -> list[Line]:
    """The lines of a lot; none once they are gone."""
    if lot.cells is None:
        return []
    return [Line(number, tuple(cells), has_more) for number, has_more, cells in json.loads(lot.cells)]


def throw_away_cells(run: ImportRun) -> None:
    """Forget what is left of the list; nothing of it can be filed any more."""
    run.lots.filter(cells__isnull=False).update(cells=None)


def discard(run: ImportRun) -> bool:
    """Throw away a list that was not filed; False where it is being filed or has ended."""
    with transaction.atomic():
        unfiled = ImportRun.objects.filter(pk=run.pk, stage__in=[ImportStage.CHECKING, ImportStage.CHECKED])
        if not unfiled.update(
            stage=ImportStage.ABANDONED, finished_at=timezone.now(), duplicate_reason=None, lease_until=None
        ):
            return False
        run.lots.all().delete()
        return True


def discard_abandoned(now: datetime) -> int:
    """Throw away the lists that nobody has filed within a day; says how many."""
    old = ImportRun.objects.filter(
        stage__in=[ImportStage.CHECKING, ImportStage.CHECKED], created_at__lt=now - KEPT_UNFILED
    )
    gone = sum(discard(run) for run in old)
    if gone:
        freed_pages.clear()
    return gone


def _stored(content: IO[bytes], table: Table, **facts: Any) -> ImportRun:
    run = ImportRun.objects.create(
        created_at=timezone.now(),
        encoding=table.encoding,
        separator=table.separator,
        rows=table.rows,
        **facts,
    )
    lots = (
        ImportLot(run=run, number=number, cells=_packed(lines))
        for number, lines in enumerate(in_parts(lines_of(content, table)), start=1)
    )
    while some := list(islice(lots, LOTS_AT_ONCE)):
        ImportLot.objects.bulk_create(some)
    return run


def in_parts(lines: Iterable[Line]) -> Iterator[Sequence[Line]]:
    """The lines, so many at once as are filed in one transaction."""
    rest = iter(lines)
    while part := list(islice(rest, ROWS_IN_A_LOT)):
        yield part


def _packed(lines: Iterable[Line]) -> str:
    packed = [[line.number, line.has_more, line.cells] for line in lines]
    return json.dumps(packed, ensure_ascii=False, separators=(",", ":"))
