"""Looking at a list: what would happen with each row, lot by lot, until its giver can be asked.

A row may be the same as one of the lines before it: each lot keeps what its lines asked for, as digests,
until all of the list is looked at, so that the next turn, or worker, goes on where the last one ended.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import IO, Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from erasure.choices import ImportStage
from erasure.imports import claims
from erasure.imports.falling_due import MAY_BE_FILED, due_on_of
from erasure.imports.planning import EarlierLines, Planned, plan
from erasure.imports.rows import Terms, row_of
from erasure.imports.table import Table, lines_of
from erasure.imports.uploads import in_parts, lines_in
from erasure.models import ImportLot, ImportRun

#: A row's verdict as it is kept: its line, the verdict, the names, the line that it is like, its due date.
Entry = list[Any]


def check(run: ImportRun, *, is_over: Callable[[], bool] = lambda: False) -> None:
    """Give the rows of a claimed run their verdicts until the turn is over, from where the last one ended.

    Raises RunLost.
    """
    earlier = _earlier_lines(run)
    number = run.lots.exclude(verdicts=[]).aggregate(last=Max("number"))["last"] or 0
    while lot := run.lots.filter(number__gt=number).order_by("number").first():
        _check_lot(run, lot, earlier)
        number = lot.number
        if is_over():
            return
    _finish(run)


def looked_at(
    content: IO[bytes], table: Table, *, duplicate_reason: str, progress: Callable[[int], None]
) -> Iterator[Planned]:
    """The verdicts of a list that is kept nowhere."""
    earlier, done = EarlierLines(), 0
    terms = Terms(duplicate_reason=duplicate_reason)
    for lines in in_parts(lines_of(content, table)):
        yield from plan([row_of(line, terms) for line in lines], earlier)
        done += len(lines)
        progress(done)


def _earlier_lines(run: ImportRun) -> EarlierLines:
    """What the lines have asked for that earlier turns have looked at."""
    earlier = EarlierLines()
    kept = run.lots.filter(prints__isnull=False).order_by("number").values_list("prints", flat=True)
    for prints in kept.iterator():
        for line, content, person, task in json.loads(prints or "[]"):
            earlier.add(line, content=content, person=person, task=task)
    return earlier


def _check_lot(run: ImportRun, lot: ImportLot, earlier: EarlierLines) -> None:
    planned = list(plan([row_of(line, Terms()) for line in lines_in(lot)], earlier))
    prints = json.dumps([[one.row.line, *one.prints] for one in planned if one.prints])
    with transaction.atomic():
        current = claims.locked(run, now=timezone.now())
        run.lots.filter(pk=lot.pk).update(verdicts=[_entry(one) for one in planned], prints=prints)
        current.done += len(planned)
        current.counts = dict(Counter(current.counts) + Counter(str(one.verdict) for one in planned))
        current.save(update_fields=["done", "counts", "lease_until"])


def _finish(run: ImportRun) -> None:
    with transaction.atomic():
        current = claims.locked(run, now=timezone.now())
        run.lots.filter(prints__isnull=False).update(prints=None)
        current.stage, current.lease_until = ImportStage.CHECKED, None
        current.save(update_fields=["stage", "lease_until"])


def _entry(planned: Planned) -> Entry:
    due_on = due_on_of(planned.row.filing) if planned.verdict in MAY_BE_FILED else ""
    return [planned.row.line, str(planned.verdict), list(planned.names), planned.like_line, due_on]
