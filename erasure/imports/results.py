"""What is known of each row of an import: before it is filed what would happen, afterwards what did.

What a row says is read only while the list is there; afterwards its line and its request tell which it was.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from audit.export.csv_view import guarded
from erasure.asked import Filing
from erasure.choices import ImportStage, ImportVerdict, Regulation, RequestType
from erasure.deadlines import long_date
from erasure.encryption import masked
from erasure.imports.outcomes import Outcome
from erasure.imports.planning import Planned
from erasure.imports.rows import Fault, Row, Terms, row_of
from erasure.imports.uploads import lines_in
from erasure.models import ImportRun
from erasure.plain_words import categories_words
from erasure.vault_tasks import named_words, other_task_words

HEADER = ("line", "result", "reference", "error")
#: As verdicts and outcomes are kept in a lot.
Entry = list[Any]
UNFILED = (ImportStage.CHECKING, ImportStage.CHECKED)
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class Known:
    """One row: its line, its verdict (None where a stop came first), and why.

    `reference` is of the request that it became, was before, is a duplicate of, or that names its task. `who`
    is masked; it and `what` was asked are known as long as the list is there.
    """

    line: int
    verdict: ImportVerdict | None
    reference: str = ""
    like_line: int = 0
    holds: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    who: str = ""
    what: str = ""
    #: The key of the lot in which it is kept; 0 for a row that is kept nowhere.
    lot: int = 0


def known_rows(run: ImportRun, *, verdict: str = "") -> Iterator[Known]:
    """All rows of an import by their lines, or those of one verdict. The words of refusals are left out as
    long as nothing is filed: `with_words` reads them.
    """
    columns = ("pk", "verdicts", "outcomes")
    for lot, verdicts, outcomes in run.lots.order_by("number").values_list(*columns).iterator():
        for one in _of_lot(run, verdicts, outcomes):
            if not verdict or one.verdict == verdict:
                yield replace(one, lot=lot)


def with_words(run: ImportRun, found: Iterable[Known]) -> list[Known]:
    """These rows with what is wrong with them and, masked, whom they are about; while the list is there."""
    rows = list(found)
    if not rows or run.stage not in UNFILED:
        return rows
    wanted = {one.line for one in rows}
    lots = run.lots.filter(pk__in={one.lot for one in rows})
    lines = (line for lot in lots for line in lines_in(lot) if line.number in wanted)
    read = {line.number: row_of(line, Terms()) for line in lines}
    return [_worded(one, read) for one in rows]


def part_of(run: ImportRun, *, verdict: str, first: int, count: int) -> list[Known]:
    """Some of the rows with their words, from the number `first` of those of this verdict."""
    return with_words(run, islice(known_rows(run, verdict=verdict), first, first + count))


def result_csv(run: ImportRun) -> Iterator[str]:
    """The result as CSV, piece by piece; no cell of it is what a spreadsheet would take for a formula."""
    yield BYTE_ORDER_MARK + _csv_line(HEADER)
    rows = known_rows(run)
    while some := list(islice(rows, 1000)):
        refused = with_words(run, (one for one in some if one.verdict == ImportVerdict.REFUSED))
        worded = {one.line: one for one in refused}
        yield "".join(_csv_line(_cells(worded.get(one.line, one))) for one in some)


def errors_csv(refused: Iterable[tuple[int, str]]) -> Iterator[str]:
    """The lines that were refused, and why, as CSV."""
    yield BYTE_ORDER_MARK + _csv_line(("line", "error"))
    for line, words in refused:
        yield _csv_line((str(line), words))


def reason_of(one: Known) -> str:
    """Why a row was not filed; empty where it was, or had been before."""
    if one.verdict == ImportVerdict.REFUSED:
        return " ".join(one.words)
    if one.verdict == ImportVerdict.DUPLICATE:
        return duplicate_words(one)
    if one.verdict is None:
        return _("The import was stopped before this line.")
    return ""


def duplicate_words(one: Known) -> str:
    """What a row is a duplicate of, and the way out."""
    if one.like_line:
        return _(
            "Line %(line)s asks for the same person. File this one by itself, or give a reason for the list."
        ) % {"line": one.like_line}
    return _("%(reference)s of the same person is still open. Open it, or give a reason for the list.") % {
        "reference": one.reference
    }


def known_of(planned: Planned) -> Known:
    """A row that was only looked at."""
    holds = () if planned.verdict in {ImportVerdict.SAME, ImportVerdict.DUPLICATE} else tuple(planned.names)
    return Known(
        planned.row.line,
        planned.verdict,
        reference="" if holds or not planned.names else planned.names[0],
        like_line=planned.like_line,
        holds=holds,
        words=_against(planned.row, planned.verdict, _named_elsewhere(planned.names, planned.like_line)),
    )


def _of_lot(run: ImportRun, verdicts: list[Entry], outcomes: list[Entry]) -> Iterator[Known]:
    if run.stage in UNFILED:
        yield from map(_looked_at, verdicts)
        return
    done = {outcome.line: outcome for outcome in map(Outcome.of, outcomes)}
    for outcome in sorted(done.values(), key=lambda one: one.line):
        yield Known(
            outcome.line,
            outcome.verdict,
            outcome.reference,
            holds=tuple(outcome.holds),
            words=tuple(outcome.words_for_reader()),
        )
    if run.stage == ImportStage.STOPPED:
        yield from (Known(one.line, None) for one in map(_looked_at, verdicts) if one.line not in done)


def _looked_at(entry: Entry) -> Known:
    line, verdict, names, like_line, _due_on = entry
    is_held = verdict in {ImportVerdict.BLOCKED, ImportVerdict.SPLIT}
    return Known(
        line,
        ImportVerdict(verdict),
        reference="" if is_held or not names else names[0],
        like_line=like_line,
        holds=tuple(names) if is_held else (),
    )


def _worded(one: Known, read: Mapping[int, Row]) -> Known:
    row = read.get(one.line)
    if row is None:
        return one
    return replace(
        one,
        words=_against(row, one.verdict, _named_elsewhere([one.reference], one.like_line)),
        who=masked(row.filing.identifiers[0].value),
        what="" if one.verdict == ImportVerdict.REFUSED else _asked_words(row.filing),
    )


def _against(row: Row, verdict: ImportVerdict | None, named: str) -> tuple[str, ...]:
    """What a row that was looked at is refused for; one that has no fault names a task of another."""
    if verdict != ImportVerdict.REFUSED:
        return ()
    return tuple(map(str, row.faults)) or (str(Fault("vault_task", named)),)


def _named_elsewhere(references: Sequence[str], like_line: int) -> str:
    if like_line:
        return _("Line %(line)s names the same task, and a task is completed once.") % {"line": like_line}
    reference = references[0] if references else ""
    return f"{named_words(reference)} {other_task_words(reference)}"


def _asked_words(filing: Filing) -> str:
    return _("%(type)s of %(categories)s. Received on %(day)s, %(regulation)s.") % {
        "type": RequestType(filing.type).label,
        "categories": categories_words(filing.categories),
        "day": long_date(filing.received_on),
        "regulation": Regulation(filing.regulation).label,
    }


def _cells(one: Known) -> tuple[str, ...]:
    result = str(one.verdict.label) if one.verdict else _("Not filed")
    return (str(one.line), result, one.reference, reason_of(one))


def _csv_line(cells: Iterable[str]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow([guarded(cell) for cell in cells])
    return text.getvalue()
