"""Lists of requests as CSV, and an import taken through its steps without a worker process."""

import io
import time
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from erasure.imports import results, runs, uploads
from erasure.imports.results import Known
from erasure.imports.table import COLUMNS
from erasure.models import ImportRun
from tests.erasure.made_requests import today

IMPORTS = "/admin/requests/import/"
HEADER = ",".join(COLUMNS)


def row(number: int = 1, **cells: str) -> str:
    """A good row about the person of this number; cells by column, given ones as they are."""
    usual = {
        "subject_id": f"cust-2026-{number:04d}",
        "type": "ERASURE",
        "categories": "CONTACT;EMAIL",
        "scope": "CONTACT",
        "regulation": "gdpr",
        "received_on": today().isoformat(),
        "channel": "email",
        "external_reference": f"T-{number}",
    }
    return ",".join({**usual, **cells}.get(name, "") for name in COLUMNS)


def csv_of(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


#: One bad row of each of ten kinds, by what is wrong with it.
BAD = {
    "no id": {"subject_id": ""},
    "an e-mail address": {"subject_id": "jane.doe@example.org"},
    "a formula": {"subject_id": "=1+2"},
    "an unknown type": {"type": "DELETE"},
    "an unknown category": {"categories": "CONTACT;VOICE"},
    "too many for the scope": {"scope": "ALL", "categories": "CONTACT;EMAIL;SMS;CHAT;SURVEY;CONVERSATION"},
    "an unknown law": {"regulation": "hipaa"},
    "another date": {"received_on": "31.12.2025"},
    "the future": {"received_on": "2199-01-01"},
    "a long description": {"description": "x" * 300},
}


def two_thousand(*, bad: int = 37, rows: int = 2000) -> str:
    """A list with so many bad rows, of ten kinds in turn, spread over it."""
    kinds = list(BAD.values())
    places = {10 + at * (rows // (bad + 1)): kinds[at % len(kinds)] for at in range(bad)}
    return csv_of(*(row(number, **places.get(number, {})) for number in range(rows)))


def given(by: Any, text: str) -> ImportRun:
    """A list that somebody gave on the page."""
    return uploads.store(io.BytesIO(text.encode()), by=by)


def checked(by: Any, text: str) -> ImportRun:
    """A list that was looked at."""
    run = given(by, text)
    work_all()
    run.refresh_from_db()
    return run


def begun(by: Any, text: str, *, duplicate_reason: str = "") -> ImportRun:
    """A list that is to be filed."""
    run = checked(by, text)
    assert runs.begin(run, identity_check="document", duplicate_reason=duplicate_reason)
    run.refresh_from_db()
    return run


def imported(by: Any, text: str, *, duplicate_reason: str = "") -> ImportRun:
    """A list that was filed."""
    run = begun(by, text, duplicate_reason=duplicate_reason)
    work_all()
    run.refresh_from_db()
    return run


def work_once(seconds: float = 60.0) -> bool:
    return runs.work_next(until=time.monotonic() + seconds)


def work_all() -> None:
    """Do all that waits, however busy the machine is."""
    while work_once():
        pass


def known(run: ImportRun) -> dict[int, Known]:
    """What is known of each row, by its line."""
    return {one.line: one for one in results.with_words(run, results.known_rows(run))}


def upload(client: Client, content: str | bytes, name: str = "list.csv") -> Any:
    """Give a list on the page."""
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    return client.post(IMPORTS, {"list": file})
