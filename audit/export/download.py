"""The download: a POST, since taking the log away is an event, answered by a stream of constant memory."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from django import forms
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from audit.export import source, taking
from audit.export.csv_view import csv_view
from audit.export.files import files_of
from audit.export.lines import jsonl
from audit.export.source import ExportRefusedError
from audit.export.streaming import streamed
from audit.export.taking import Export, Form, TooManyExportsError
from audit.export.zip_stream import zipped
from audit.permissions import require_permissions
from audit.signing.signing_errors import SigningError
from audit.trail import LogNotReadyError

PERMISSION = "audit.export_auditevent"


class _Download(NamedTuple):
    """How a form is sent: the end of the file's name, its media type, and its bytes."""

    suffix: str
    media_type: str
    content: Callable[[Export], Iterator[bytes]]


def _zip(export: Export) -> Iterator[bytes]:
    return zipped(files_of(export, Form.JSONL), modified=export.checkpoint.signed_at)


DOWNLOADS: Mapping[Form, _Download] = {
    Form.ZIP: _Download("zip", "application/zip", _zip),
    Form.JSONL: _Download("jsonl", "application/x-ndjson", jsonl),
    Form.CSV: _Download("csv", "text/csv; charset=utf-8; header=present", csv_view),
}


class ExportForm(forms.Form):
    """What is asked for: a ZIP of the folder, the lines alone, or a table; from which event of which log."""

    form = forms.ChoiceField(
        label="As",
        choices=[
            (Form.ZIP.value, "ZIP: the events with checkpoint and verifier key, to be verified"),
            (Form.JSONL.value, "JSONL: the events alone, byte for byte"),
            (Form.CSV.value, "CSV: a table for spreadsheets; no evidence"),
        ],
        initial=Form.ZIP.value,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose zip, jsonl or csv."),
    )
    since = forms.IntegerField(
        label="From event number",
        required=False,
        min_value=0,
        help_text="Leave it empty for the whole log.",
        error_messages=dict.fromkeys(
            ("invalid", "min_value"), "The number of an event is a whole number from 0."
        ),
    )
    log = forms.UUIDField(
        required=False,
        widget=forms.HiddenInput,
        help_text="Only for a log that ended; the present one otherwise.",
        error_messages={"invalid": "That is not the id of a log."},
    )


@require_POST
def export_response(request: HttpRequest) -> HttpResponseBase:
    """The export as a download; in words why not: 400 for what cannot be asked, 409 for what cannot be given,
    429 with Retry-After for too many, 503 while nothing can be signed. Raises PermissionMissing.
    """
    require_permissions(request, PERMISSION)
    asked = ExportForm(request.POST)
    if not asked.is_valid():
        words = " ".join(str(text) for texts in asked.errors.values() for text in texts)
        return _refusal(request, words, status=400)
    form, log = Form(asked.cleaned_data["form"]), asked.cleaned_data["log"]
    first = asked.cleaned_data["since"] or 0
    try:
        chosen = source.ended(log) if log else source.present()
        export = taking.begin(chosen, form=form, via="page", first=first, person=request.user)
    except TooManyExportsError as error:
        return _refusal(request, str(error), status=429, headers={"Retry-After": str(error.seconds)})
    except ExportRefusedError as error:
        return _refusal(request, str(error), status=409)
    except (SigningError, LogNotReadyError, ImproperlyConfigured):
        return _refusal(request, UNSIGNED, status=503)
    return _stream(request, export, DOWNLOADS[form])


UNSIGNED = (
    "An export needs a signed checkpoint, and the log could not be signed just now. Try again in a minute. "
    "If it stays so, tell an operator: the state of the log under /readyz says why."
)


def _stream(request: HttpRequest, export: Export, download: _Download) -> StreamingHttpResponse:
    name = f"audit-log-{export.first}-to-{export.size - 1}.{download.suffix}"
    return streamed(request, download.content(export), media_type=download.media_type, name=name)


def _refusal(
    request: HttpRequest, words: str, *, status: int, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    context = {"words": words, "status": status}
    response = render(request, "audit/export_refused.html", context, status=status)
    for name, value in {"Cache-Control": "no-store", **(headers or {})}.items():
        response[name] = value
    return response
