"""The list of requests as a table for spreadsheets, as it is narrowed: a POST, since taking it away is an
event. Identifiers are masked as in the list; codes and dates are in no language.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path

from audit.events import Event
from audit.export.csv_view import guarded
from audit.export.streaming import streamed
from audit.trail import audited
from erasure.admin import request_search
from erasure.admin.access import page
from erasure.admin.request_filters import Requests
from erasure.admin.request_narrowing import Narrowing
from erasure.asked import controllers_today
from erasure.models import Extension, PrivacyRequest, Submission
from erasure.models.subjects import in_order
from erasure.stages import Part, stage_of

#: The name of the list in the audit log.
OBJ: Final = "list:requests"
ROWS_AT_ONCE: Final = 500
UNREAD = ("note", "salt", "answer_note", "derivation")
COLUMNS: Final = (
    *("reference", "type", "regulation", "status", "identifiers", "owner", "channel", "external_reference"),
    *(
        "vault_task",
        "received_on",
        "acknowledge_by",
        "acknowledged_on",
        "first_due_on",
        "due_on",
        "target_on",
        "extended",
    ),
    *("answered_on", "outcome", "late_reason"),
)


@page("erasure.view_privacyrequest", methods=("POST",))
def export(request: HttpRequest) -> HttpResponseBase:
    """The requests that the list shows just now, all pages of it, in the order of their filing."""
    narrowing = Narrowing.read(request.GET.dict())
    requests = narrowing.narrowed(PrivacyRequest.objects.all(), reader=request.user.pk)
    if narrowing.search:
        requests = request_search.narrowed(requests, narrowing.search, request.session)
    newest = PrivacyRequest.objects.order_by("pk").values_list("pk", flat=True).last() or 0
    requests = requests.filter(pk__lte=newest)
    person: str = request.user.actor  # type: ignore[union-attr]  # `page` lets in nobody who is not signed in.
    searched = ["search"] if narrowing.search else []
    with audited() as log:
        log.record(
            Event.LIST_EXPORTED,
            actor=person,
            obj=OBJ,
            data={"requests": requests.count(), "filters": [*narrowing.codes, *searched]},
        )
    name = f"requests-{controllers_today().isoformat()}.csv"
    return streamed(
        request, table_of(requests), media_type="text/csv; charset=utf-8; header=present", name=name
    )


def table_of(requests: Requests) -> Iterator[bytes]:
    """The header, then the requests as rows, some at a time; no transaction lasts longer than those."""
    # The mark tells spreadsheets that this is UTF-8.
    yield b"\xef\xbb\xbf" + _lines([COLUMNS])
    last = 0
    while rows := list(_with_all_shown(requests).filter(pk__gt=last).order_by("pk")[:ROWS_AT_ONCE]):
        yield _lines(_cells(row) for row in rows)
        last = rows[-1].pk


def _with_all_shown(requests: Requests) -> Requests:
    parts = Submission.objects.filter(replaced_by__isnull=True).only(
        "request", "number", "status", "attention"
    )
    stands = Exists(Extension.objects.filter(request=OuterRef("pk"), fell_at__isnull=True))
    shown = requests.select_related("owner", "subject").defer(*UNREAD).annotate(was_extended=stands)
    return shown.prefetch_related(Prefetch("submissions", parts, "parts"), "subject__identifiers")


def _cells(row: PrivacyRequest) -> list[str]:
    parts: list[Submission] = getattr(row, "parts", [])
    stage = stage_of([Part(part.status, part.attention) for part in parts], answered=row.is_answered)
    masked = "; ".join(one.masked for one in in_order(row.subject.identifiers.all()))
    words = {
        "status": str(stage),
        "identifiers": masked,
        "owner": row.owner.shown_name,
        "extended": "yes" if getattr(row, "was_extended", False) else "no",
    }
    return [words[name] if name in words else _text(getattr(row, name)) for name in COLUMNS]


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(map(guarded, row) for row in rows)
    return text.getvalue().encode()


urls: list[URLPattern] = [path("requests/export/", export, name="requests_export")]
