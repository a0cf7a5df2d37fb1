"""The download of the log: who may, what comes, and what is said instead."""

import csv
import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditCheckpoint
from privacyadmin.models import User
from tests.audit.exporting import (
    ended_log,
    exports_told,
    grow,
    stored_lines,
)
from tests.erasure.made_requests import SignIn

pytestmark = pytest.mark.django_db
PAGE = "/admin/audit/export/"


def body(response: Any) -> bytes:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("role", ["officer", "reviewer", "operator", "stranger"])
@pytest.mark.parametrize("form", ["zip", "jsonl", "csv"])
def test_who_is_no_auditor_takes_nothing_and_nothing_is_told(
    request: pytest.FixtureRequest, signed_in: SignIn, role: str, form: str
) -> None:
    response = signed_in(request.getfixturevalue(role)).post(PAGE, {"form": form})
    assert response.status_code == 403
    assert exports_told() == []


def test_who_is_not_signed_in_is_asked_to() -> None:
    response = Client().post(PAGE, {"form": "zip"})
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("admin:login"))
    assert exports_told() == []


@pytest.mark.parametrize("role", ["auditor", "superuser"])
def test_an_auditor_takes_the_log(request: pytest.FixtureRequest, signed_in: SignIn, role: str) -> None:
    grow(5)
    person = request.getfixturevalue(role)
    response = signed_in(person).post(PAGE, {"form": "jsonl"})
    size = AuditCheckpoint.objects.get().size
    assert body(response) == stored_lines(size=size)
    (told,) = exports_told()
    assert (told["actor"], told["form"], told["via"], told["first"], told["size"]) == (
        person.actor,
        "jsonl",
        "page",
        0,
        size,
    )


def test_reading_the_address_exports_nothing(auditor: User, signed_in: SignIn) -> None:
    assert signed_in(auditor).get(PAGE).status_code == 405
    assert exports_told() == []


def test_a_form_of_another_site_exports_nothing(auditor: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(auditor)
    assert client.post(PAGE, {"form": "zip"}).status_code == 403
    assert exports_told() == []


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("zip", "application/zip"),
        ("jsonl", "application/x-ndjson"),
        ("csv", "text/csv; charset=utf-8; header=present"),
    ],
)
def test_it_is_saved_and_never_cached_or_guessed_at(
    auditor: User, signed_in: SignIn, form: str, media_type: str
) -> None:
    response = signed_in(auditor).post(PAGE, {"form": form})
    body(response)
    last = AuditCheckpoint.objects.get().size - 1
    assert response["Content-Disposition"] == f'attachment; filename="audit-log-0-to-{last}.{form}"'
    assert response["Content-Type"] == media_type
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"


def test_the_zip_is_the_folder_that_the_verifier_reads(auditor: User, signed_in: SignIn) -> None:
    grow(9)
    with zipfile.ZipFile(
        io.BytesIO(body(signed_in(auditor).post(PAGE, {"form": "zip", "since": "4"})))
    ) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {"events.jsonl", "checkpoint", "vkey", "frontier", "README.txt"}
        size = AuditCheckpoint.objects.get().size
        assert archive.read("events.jsonl") == stored_lines(first=4, size=size)
        assert archive.read("checkpoint").decode() == AuditCheckpoint.objects.get().note
        readme = archive.read("README.txt").decode()
    assert f"Events 4 to {size - 1}" in readme
    assert f"event {exports_told()[0]['seq']} of the log" in readme


def test_the_table_has_a_row_for_each_event(auditor: User, signed_in: SignIn) -> None:
    grow(4)
    sent = body(signed_in(auditor).post(PAGE, {"form": "csv", "since": "2"})).decode()
    header, *rows = csv.reader(io.StringIO(sent, newline=""))
    assert header[0] == "seq"
    assert [row[0] for row in rows] == [
        str(number) for number in range(2, AuditCheckpoint.objects.get().size)
    ]


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ({}, 400, "Choose zip, jsonl or csv."),
        ({"form": "xml"}, 400, "Choose zip, jsonl or csv."),
        ({"form": "zip", "since": "x"}, 400, "whole number from 0"),
        ({"form": "zip", "since": "-1"}, 400, "whole number from 0"),
        ({"form": "zip", "log": "x"}, 400, "not the id of a log"),
        ({"form": "zip", "since": "9" * 30}, 409, "There is no event"),
        ({"form": "zip", "log": "00000000-0000-0000-0000-000000000000"}, 409, "No ended log has the id"),
    ],
)
def test_what_cannot_be_given_is_said_in_words_and_not_told_as_done(
    auditor: User, signed_in: SignIn, asked: dict[str, str], status: int, words: str
) -> None:
    response = signed_in(auditor).post(PAGE, asked)
    assert response.status_code == status
    assert words in response.content.decode()
    assert "Nothing was exported" in response.content.decode()
    assert exports_told() == []


def test_too_many_within_an_hour_are_refused_with_when_to_come_back(auditor: User, signed_in: SignIn) -> None:
    client = signed_in(auditor)
    with override_settings(AUDIT_EXPORTS_PER_HOUR=2), time_machine.travel(timezone.now()) as clock:
        for _each in range(2):
            body(client.post(PAGE, {"form": "csv"}))
        refused = client.post(PAGE, {"form": "csv"})
        assert refused.status_code == 429
        assert "possible in 60 minutes" in refused.content.decode()
        assert 3500 < int(refused["Retry-After"]) <= 3600
        assert "no-store" in refused["Cache-Control"]
        clock.shift(timedelta(seconds=int(refused["Retry-After"]) + 1))
        assert client.post(PAGE, {"form": "csv"}).status_code == 200
    assert [told["res"] for told in exports_told()] == ["ok", "ok", "denied", "ok"]


def test_without_a_signature_nothing_leaves(
    auditor: User, signed_in: SignIn, settings: LazySettings, tmp_path: Path
) -> None:
    settings.AUDIT_KEY_FILE = tmp_path / "audit.key"
    settings.AUDIT_KEY_FILE.write_text("no key")
    settings.AUDIT_KEY_FILE.chmod(0o600)
    response = signed_in(auditor).post(PAGE, {"form": "zip"})
    assert response.status_code == 503
    assert "could not be signed" in response.content.decode()
    assert str(tmp_path) not in response.content.decode()
    assert exports_told() == []


def test_an_ended_log_is_taken_by_its_id(auditor: User, signed_in: SignIn) -> None:
    past = ended_log(signed=6, size=8)
    response = signed_in(auditor).post(PAGE, {"form": "jsonl", "log": str(past.log)})
    assert body(response) == stored_lines(size=6)
    assert exports_told()[-1]["obj"] == f"log:{past.log}"
