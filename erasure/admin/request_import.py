"""Importing a list of requests: given, looked at row by row, let go by its giver, followed, taken back.

The work is a worker's; the pages show what its rows say, so that a page closed and opened again shows the
same. Any officer may look and stop; only who gave a list has it filed, since its requests become theirs.
"""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from audit.export.streaming import in_readers_language, streamed
from erasure.admin.access import page
from erasure.admin.override_facts import send_delay_words
from erasure.admin.request_import_shown import Shown, row_of, shown_of, tabs_of
from erasure.choices import ImportStage, ImportVerdict
from erasure.forms.request_list import ImportTermsForm, RequestListForm
from erasure.imports import results, runs, uploads, withdrawing
from erasure.imports.decoding import ListUnreadable
from erasure.imports.table import COLUMNS, MOST_ROWS, NEEDED
from erasure.models import ImportRun

FILE = "erasure.file_request"
ON_A_PAGE = 50
EARLIER_SHOWN = 20
EXAMPLE = f"""{",".join(COLUMNS)}
cust-2026-0815,ERASURE,CONTACT;EMAIL,CONTACT,gdpr,2026-01-31,email,T-4711,80417,
cust-2026-0816,ACCESS,CONTACT,ALL,ccpa,2026-01-31,,,,Asked through the portal
"""


@page(FILE, methods=("GET", "HEAD", "POST"))
def imports(request: HttpRequest) -> HttpResponse:
    """Give a list, and see the earlier ones; posted, the list is kept, and its page is next."""
    form = RequestListForm(request.POST, request.FILES) if request.method == "POST" else RequestListForm()
    if form.is_bound and form.is_valid():
        try:
            run = uploads.store(form.cleaned_data["list"].file, by=request.user)
        except ListUnreadable as unreadable:
            form.add_error("list", str(unreadable))
        else:
            return redirect("admin:request_import", run.pk)
    earlier = ImportRun.objects.select_related("started_by").order_by("-created_at", "-pk")[:EARLIER_SHOWN]
    context = {
        "title": _("Import requests"),
        "form": form,
        "columns": [(name, name in NEEDED, _column_lines()[name]) for name in COLUMNS],
        "most": MOST_ROWS,
        "example": EXAMPLE,
        "earlier": [shown_of(run, reader=request.user) for run in earlier],
    }
    return _rendered(request, "request_imports", context)


@page(FILE)
def example(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the signature is Django's.
    """A list as it should look, with a byte order mark so that spreadsheets read its characters right."""
    answer = HttpResponse(EXAMPLE.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="requests-example.csv"'
    return answer


@page(FILE)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: how far it is, what would happen, or what became of it."""
    return _page_of(request, _found(pk), ImportTermsForm())


@page(FILE)
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """The part that changes, as a fragment; 304 without a body while it is as the reader has it (ETag)."""
    shown = shown_of(_found(pk), reader=request.user)
    etag = f'"{shown.version}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    answer = render(request, "erasure/request_import_body.html", _context(request, shown, ImportTermsForm()))
    answer["ETag"] = etag
    return answer


@page(FILE, methods=("POST",))
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the list be filed, by the word of who gave it."""
    run = _own(request, pk)
    form = ImportTermsForm(request.POST)
    if run.stage == ImportStage.CHECKED and not form.is_valid():
        return _page_of(request, run, form)
    begun = form.is_valid() and runs.begin(
        run,
        identity_check=form.cleaned_data["identity_check"],
        duplicate_reason=form.cleaned_data["duplicate_reason"].strip(),
    )
    if not begun:
        messages.info(request, _("Nothing was begun: this list is being filed already, or has ended."))
    return redirect("admin:request_import", pk)


@page(FILE, methods=("POST",))
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw away a list that was not filed, by the word of who gave it."""
    if uploads.discard(_own(request, pk)):
        messages.success(request, _("Thrown away. Nothing of the list was filed, and nothing of it is kept."))
        return redirect("admin:request_imports")
    messages.error(request, _("It is being filed, or has ended; there is no list left to throw away."))
    return redirect("admin:request_import", pk)


@page(FILE, methods=("POST",))
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """File no further rows of a list."""
    if runs.stop(_found(pk), by=request.user):
        messages.success(request, _("Stopped. No further row is filed; what was filed before stays filed."))
    else:
        messages.info(request, _("It was not being filed any more, so there was nothing to stop."))
    return redirect("admin:request_import", pk)


@page(FILE, methods=("POST",))
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back everything that the list has filed and nothing was sent of."""
    if not withdrawing.ask(_found(pk), by=request.user):
        messages.info(
            request,
            _("Nothing was changed: it is being filed or taken back, or nothing is left to take back."),
        )
    return redirect("admin:request_import", pk)


@page(FILE)
def result(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What would become, or became, of each line, as CSV: no identifier stands in it."""
    run = _found(pk)
    pieces = in_readers_language(piece.encode() for piece in results.result_csv(run))
    return streamed(request, pieces, media_type="text/csv; charset=utf-8", name=f"import-{pk}-result.csv")


def _found(pk: int) -> ImportRun:
    return get_object_or_404(ImportRun.objects.select_related("started_by", "withdraw_by"), pk=pk)


def _own(request: HttpRequest, pk: int) -> ImportRun:
    run = _found(pk)
    if run.started_by_id != request.user.pk:
        raise PermissionDenied(_("Only who gave the list decides whether it is filed."))
    return run


def _page_of(request: HttpRequest, run: ImportRun, form: ImportTermsForm) -> HttpResponse:
    shown = shown_of(run, reader=request.user)
    context = {"title": _("Import %(number)s") % {"number": run.pk}, **_context(request, shown, form)}
    return _rendered(request, "request_import", context)


def _context(request: HttpRequest, shown: Shown, form: ImportTermsForm) -> dict[str, Any]:
    verdict = request.GET.get("verdict", "")
    verdict = verdict if verdict in ImportVerdict.values else ""
    tabs = tabs_of(shown, verdict)
    count = next((tab.count for tab in tabs if tab.is_shown), 0)
    turned = Paginator(range(count), ON_A_PAGE).get_page(request.GET.get("page", "1"))
    has_rows = not shown.is_working and shown.stage != ImportStage.ABANDONED
    return {
        "shown": shown,
        "run": shown.run,
        "form": form,
        "tabs": tabs,
        "verdict": verdict,
        "turned": turned,
        "rows": _rows(shown, verdict, turned) if has_rows else [],
        "send_delay": send_delay_words(),
        "query": request.GET.urlencode(),
    }


def _rows(shown: Shown, verdict: str, turned: "Page[int]") -> list[Any]:
    first = max(turned.start_index() - 1, 0)
    found = results.part_of(shown.run, verdict=verdict, first=first, count=ON_A_PAGE)
    late = shown.days_overdue
    return [row_of(one, is_unfiled=shown.is_unfiled, days_overdue=late.get(one.line, 0)) for one in found]


def _rendered(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"erasure/{name}.html", {**admin.site.each_context(request), **context})


def _column_lines() -> dict[str, str]:
    return {
        "subject_id": _("The person’s CXone id."),
        "type": "ERASURE, ACCESS",
        "categories": _("Such as CONTACT;EMAIL, with a semicolon between them."),
        "scope": "CONTACT, CONVERSATION, ACCOUNT, ALL",
        "regulation": _("Such as gdpr, uk-gdpr, ccpa, utah."),
        "received_on": _("The day on which it arrived, as 2026-01-31. The clock runs from there."),
        "channel": _("email, phone, letter, web_form, in_person or other. Empty: other."),
        "external_reference": _("Your own number for it, such as that of a ticket."),
        "vault_task": _("The id of the task at OneTrust or Securiti that is completed with it."),
        "description": _("Goes to CXone, at most 255 characters. Put no personal data here."),
    }


urls: list[URLPattern] = [
    path("requests/import/", imports, name="request_imports"),
    path("requests/import/example.csv", example, name="request_import_example"),
    path("requests/import/<int:pk>/", show, name="request_import"),
    path("requests/import/<int:pk>/live/", live, name="request_import_live"),
    path("requests/import/<int:pk>/file/", file, name="request_import_file"),
    path("requests/import/<int:pk>/discard/", discard, name="request_import_discard"),
    path("requests/import/<int:pk>/stop/", stop, name="request_import_stop"),
    path("requests/import/<int:pk>/withdraw/", withdraw, name="request_import_withdraw"),
    path("requests/import/<int:pk>/result.csv", result, name="request_import_result"),
]
