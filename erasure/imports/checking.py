"""Looking at a list: what would happen with each row, lot by lot, until its giver can be asked.

A check that was cut off begins anew, since a row may be the same as one of the lines before it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import IO, Any

from django.db import transaction
from django.utils import timezone

from erasure.choices import ImportStage
from erasure.imports import claims
from erasure.imports.planning import EarlierLines, Planned, plan
from erasure.imports.rows import Terms, row_of
from erasure.imports.table import Table, lines_of
from erasure.imports.uploads import in_parts, lines_in
from erasure.models import ImportRun

#: A row's verdict as it is kept: its line, the verdict, the names, and the line that it is like.
Entry = list[Any]


def check(run: ImportRun) -> None:
    """Give every row of a claimed run its verdict. Raises RunLost."""
    _begin_anew(run)
    counts: Counter[str] = Counter()
    earlier = EarlierLines()
    for lot in run.lots.order_by("number").iterator(chunk_size=40):
        planned = list(plan([row_of(line, Terms()) for line in lines_in(lot)], earlier))
        counts.update(one.verdict for one in planned)
        with transaction.atomic():
            current = claims.locked(run, now=timezone.now())
            run.lots.filter(pk=lot.pk).update(verdicts=[_entry(one) for one in planned])
            current.done += len(planned)
            current.save(update_fields=["done", "lease_until"])
    with transaction.atomic():
        current = claims.locked(run, now=timezone.now())
        current.stage, current.counts, current.lease_until = ImportStage.CHECKED, dict(counts), None
        current.save(update_fields=["stage", "counts", "lease_until"])


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


def _begin_anew(run: ImportRun) -> None:
    with transaction.atomic():
        current = claims.locked(run, now=timezone.now())
        current.done = 0
        current.save(update_fields=["done", "lease_until"])


def _entry(planned: Planned) -> Entry:
    return [planned.row.line, str(planned.verdict), list(planned.names), planned.like_line]
