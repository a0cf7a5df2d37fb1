"""Filing the rows of a list, a lot at a time: requests, outcomes and counts in one transaction.

A lot that fails is done row by row; a row that fails all the same is told in the program's log and in the
result, and keeps none of the others back.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeAlias

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _lazy

from audit.trail import Trail, audited
from erasure import filing, holds
from erasure.asked import against_duplicates, open_requests_of
from erasure.choices import ImportVerdict, SubmissionStatus
from erasure.filing import FilingRefused
from erasure.imports import claims
from erasure.imports.claims import RunLost
from erasure.imports.digests import digest_of
from erasure.imports.outcomes import Outcome, in_every_language
from erasure.imports.rows import Row, Terms, row_of
from erasure.imports.table import Line
from erasure.imports.uploads import lines_in
from erasure.lots import DATABASE_TROUBLE
from erasure.models import ImportedRow, ImportLot, ImportRun, PrivacyRequest
from erasure.subjects import lock_identities

logger = logging.getLogger(__name__)

FILE = "erasure.file_request"
FAULT_OF_OURS = _lazy(
    "The program could not file it; its own log says why. Tell your operator, with this line."
)


class GiverBarred(Exception):  # noqa: N818 - reads as what it is where it is caught.
    """Who gave the list may not file requests any more: nothing was changed."""


#: What no row is to blame for: nothing of the lot is filed, nor tried row by row.
OF_NO_ROW = (RunLost, GiverBarred, *DATABASE_TROUBLE)
#: A row as it is to be filed, or what became of it where it cannot be.
Left: TypeAlias = Row | Outcome


def file_next_lot(run: ImportRun, *, send_delay: timedelta) -> bool:
    """File the next lot of a claimed run; False when none is left.

    Raises RunLost, GiverBarred, and what says that the database is in trouble: nothing of it was filed then.
    """
    lot = run.lots.filter(cells__isnull=False).order_by("number").first()
    if lot is None:
        return False
    rows = _rows_left(run, lot)
    try:
        _file(run, lot, rows, is_whole=True, send_delay=send_delay)
    except OF_NO_ROW:
        raise
    except Exception as error:
        logger.exception("import_lot_failed", extra={"error": type(error).__name__, "row": lot.pk})
        for row in rows:
            _file_alone(run, lot, row, send_delay=send_delay)
        _file(run, lot, [], is_whole=True, send_delay=send_delay)
    return True


def _rows_left(run: ImportRun, lot: ImportLot) -> list[Left]:
    """The rows that have no outcome yet: of a lot that was cut off row by row, some have."""
    terms = Terms(
        identity_check=run.identity_check,
        duplicate_reason=run.duplicate_reason or "",
        filed_on_host_by=run.filed_on_host_by,
    )
    done = {Outcome.of(entry).line for entry in lot.outcomes}
    return [_row_or_outcome(line, terms) for line in lines_in(lot) if line.number not in done]


def _row_or_outcome(line: Line, terms: Terms) -> Left:
    row = row_of(line, terms)
    if not row.faults:
        return row
    words = in_every_language(lambda: [str(fault) for fault in row_of(line, terms).faults])
    return Outcome(line.number, ImportVerdict.REFUSED, words=words)


def _file_alone(run: ImportRun, lot: ImportLot, row: Left, *, send_delay: timedelta) -> None:
    try:
        _file(run, lot, [row], is_whole=False, send_delay=send_delay)
    except OF_NO_ROW:
        raise
    except Exception as error:
        logger.exception("import_row_failed", extra={"error": type(error).__name__, "row": lot.pk})
        words = in_every_language(lambda: [str(FAULT_OF_OURS)])
        with audited():
            current = claims.locked(run, now=timezone.now())
            _keep(current, lot, [Outcome(row.line, ImportVerdict.REFUSED, words=words)], is_whole=False)


def _file(
    run: ImportRun, lot: ImportLot, rows: Sequence[Left], *, is_whole: bool, send_delay: timedelta
) -> None:
    """These rows in one transaction; `is_whole` when nothing of the lot is left then."""
    # What a list leaves in notes is English, whatever is spoken where it is filed.
    with translation.override(settings.LANGUAGE_CODE), audited() as log:
        current = claims.locked(run, now=timezone.now())
        _refuse_barred(current)
        # Whoever else files the same rows at the same time comes first, and is seen, or afterwards.
        holds.share_register()
        lock_identities()
        outcomes = [_file_row(log, current, row, send_delay=send_delay) for row in rows]
        _keep(current, lot, outcomes, is_whole=is_whole)


def _keep(run: ImportRun, lot: ImportLot, outcomes: Sequence[Outcome], *, is_whole: bool) -> None:
    kept = ImportLot.objects.defer("cells").get(pk=lot.pk)
    kept.outcomes += [outcome.entry() for outcome in outcomes]
    changes: dict[str, Any] = {"outcomes": kept.outcomes}
    if is_whole:
        changes["cells"] = None
    ImportLot.objects.filter(pk=lot.pk).update(**changes)
    run.counts = dict(Counter(run.counts) + Counter(str(outcome.verdict) for outcome in outcomes))
    run.done += len(outcomes)
    run.save(update_fields=["counts", "done", "lease_until"])


def _refuse_barred(run: ImportRun) -> None:
    """Whoever was let go, or is no officer any more, files nothing: asked anew with every lot."""
    if not run.started_by.has_perm(FILE):
        raise GiverBarred


def _file_row(log: Trail, run: ImportRun, row: Left, *, send_delay: timedelta) -> Outcome:
    if isinstance(row, Outcome):
        return row
    digest = digest_of(row.filing)
    if same := ImportedRow.objects.filter(digest=digest).select_related("request").first():
        return Outcome(row.line, ImportVerdict.SAME, same.request.reference)
    try:
        request = filing.register_and_send_among(log, row.filing, by=run.started_by, send_delay=send_delay)
    except FilingRefused:
        return _refused(row)
    ImportedRow.objects.create(request=request, run=run, line=row.line, digest=digest)
    return _filed(row, request)


def _filed(row: Row, request: PrivacyRequest) -> Outcome:
    parts = list(request.submissions.values_list("status", "held_by"))
    held = [codes for status, codes in parts if status == SubmissionStatus.BLOCKED]
    if not held:
        return Outcome(row.line, ImportVerdict.FILE, request.reference)
    verdict = ImportVerdict.BLOCKED if len(held) == len(parts) else ImportVerdict.SPLIT
    return Outcome(row.line, verdict, request.reference, holds=[code for codes in held for code in codes])


def _refused(row: Row) -> Outcome:
    """What came up only now, such as a request that somebody else has filed in the meantime."""
    if against_duplicates(row.filing):
        open_requests = open_requests_of(row.filing.identifiers)
        return Outcome(row.line, ImportVerdict.DUPLICATE, open_requests[0].reference)
    return Outcome(row.line, ImportVerdict.REFUSED, words=in_every_language(lambda: _against(row)))


def _against(row: Row) -> list[str]:
    against = [*filing.against_registering(row.filing), *filing.against_sending(row.filing)]
    return [f"{violation.message} {violation.way_out}".strip() for violation in against]
