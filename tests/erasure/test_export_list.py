"""Taking the list of requests away as a table: as it is narrowed, masked, guarded, and on record."""

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.events import Event
from erasure.admin import request_export
from erasure.choices import Outcome
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.made_overrides import entries

pytestmark = pytest.mark.django_db

EXPORT = reverse("admin:requests_export")


def take(client: Client, terms: str = "") -> list[dict[str, str]]:
    return rows_of(client.post(f"{EXPORT}?{terms}" if terms else EXPORT))


def rows_of(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/csv; charset=utf-8")
    assert answer["Content-Disposition"].startswith('attachment; filename="requests-')
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_it_holds_what_the_list_shows_and_the_dates(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer, regulation="ccpa", external_reference="T-1", vault_task="80417")
    made.completed(made.only(request))
    made.answered(request, officer, Outcome.DONE)
    (row,) = take(signed_in(officer))
    request.refresh_from_db()
    assert row["reference"] == request.reference
    assert (row["status"], row["outcome"], row["extended"]) == ("answered", "done", "no")
    assert (row["owner"], row["external_reference"]) == ("Lena Hofmann", "T-1")
    assert row["vault_task"] == "80417"
    for name in ("received_on", "acknowledge_by", "first_due_on", "due_on", "target_on", "answered_on"):
        assert row[name] == getattr(request, name).isoformat()
    assert tuple(row) == request_export.COLUMNS


def test_identifiers_are_masked_and_no_text_goes_along(officer: User, signed_in: made.SignIn) -> None:
    made.filed(officer, "cust-2026-4471", ("email", "anna.k@example.org"), note="She called twice.")
    answer = signed_in(officer).post(EXPORT)
    text = answer.getvalue().decode()
    assert "••••" in text
    for secret in ("cust-2026-4471", "anna.k", "She called"):
        assert secret not in text


def test_it_takes_what_the_list_is_narrowed_to(officer: User, signed_in: made.SignIn) -> None:
    made.filed(officer, "c-1")
    wanted = made.filed(officer, "c-2", regulation="utah")
    client = signed_in(officer)
    assert [row["reference"] for row in take(client, "regulation=utah&stage=open")] == [wanted.reference]
    assert take(client, "stage=answered") == []


def test_it_takes_what_was_searched_for(officer: User, signed_in: made.SignIn) -> None:
    made.filed(officer, "c-1")
    wanted = made.filed(officer, "c-2")
    client = signed_in(officer)
    found = client.post(reverse("admin:request_search"), {"term": "c-2"})
    terms = found["Location"].partition("?")[2]
    assert [row["reference"] for row in take(client, terms)] == [wanted.reference]
    (event,) = entries(Event.LIST_EXPORTED)
    assert event["data"] == {"requests": 1, "filters": ["search"]}


def test_it_is_an_event_with_the_filters_as_codes(officer: User, signed_in: made.SignIn) -> None:
    made.filed(officer)
    take(signed_in(officer), "stage=open&received_from=2026-01-31&due=never")
    (event,) = entries(Event.LIST_EXPORTED)
    assert (event["actor"], event["obj"]) == (officer.actor, "list:requests")
    assert event["data"] == {"requests": 1, "filters": ["stage:open", "received_from:2026-01-31"]}


def test_what_a_spreadsheet_would_compute_is_text(officer: User, signed_in: made.SignIn) -> None:
    made.filed(officer, external_reference='=HYPERLINK("http://x")')
    (row,) = take(signed_in(officer))
    assert row["external_reference"] == '\'=HYPERLINK("http://x")'


def test_many_come_in_pieces_and_each_once(
    officer: User, signed_in: made.SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_export, "ROWS_AT_ONCE", 2)
    filed = [made.filed(officer, f"c-{number}").reference for number in range(5)]
    answer = signed_in(officer).post(EXPORT)
    assert answer.streaming
    assert [row["reference"] for row in rows_of(answer)] == filed


@pytest.mark.parametrize("who", ["officer", "reviewer", "auditor"])
def test_whoever_sees_the_list_may_take_it(
    who: str, officer: User, signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    made.filed(officer)
    client = signed_in(request.getfixturevalue(who))
    assert f'action="{EXPORT}?stage=open"' in (
        client.get(reverse("admin:erasure_privacyrequest_changelist"), {"stage": "open"}).content.decode()
    )
    assert len(take(client)) == 1


@pytest.mark.parametrize("who", ["operator", "stranger"])
def test_others_are_refused(who: str, signed_in: made.SignIn, request: pytest.FixtureRequest) -> None:
    assert signed_in(request.getfixturevalue(who)).post(EXPORT).status_code == 403
    assert entries(Event.LIST_EXPORTED) == []


def test_it_is_posted_with_the_forms_token(officer: User, signed_in: made.SignIn) -> None:
    assert signed_in(officer).get(EXPORT).status_code == 405
    assert made.guarded(officer).post(EXPORT).status_code == 403
