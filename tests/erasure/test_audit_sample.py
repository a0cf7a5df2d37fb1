"""A sample for an audit visit: drawn at random, and drawn again by whoever knows seed and days."""

import hashlib
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.events import Event
from audit.models import AuditEvent
from erasure.admin.audit_sample import draw, place_of
from erasure.models import PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made

pytestmark = pytest.mark.django_db
PAGE = "/admin/requests/sample/"


@pytest.fixture
def reader(auditor: User, signed_in: made.SignIn) -> Client:
    """The auditor's browser."""
    return signed_in(auditor)


@pytest.fixture
def month(officer: User) -> list[str]:
    """References of twelve requests received on twelve days, the last of them today."""
    today = made.today()
    return [
        made.registered(
            officer, ("email", f"p{number}@example.org"), received_on=today - timedelta(days=number)
        ).reference
        for number in range(12)
    ]


def drawn(seed: str, *, count: int = 5, days: int = 30) -> list[str]:
    today = made.today()
    sample = draw(first_day=today - timedelta(days=days), last_day=today, count=count, seed=seed)
    return [one.request.reference for one in sample.drawn]


def shown(client: Client, **query: Any) -> str:
    answer = client.get(PAGE, query)
    assert answer.status_code == 200
    return answer.content.decode()


def asked(**changes: Any) -> dict[str, Any]:
    today = made.today()
    return {
        "first_day": today - timedelta(days=30),
        "last_day": today,
        "count": 5,
        "seed": "visit-7",
        **changes,
    }


def test_the_draw_is_what_is_written_about_it(month: list[str]) -> None:
    """Computed here without the program: SHA-256 over seed, line feed, reference; the smallest first."""
    places = {hashlib.sha256(f"visit-7\n{reference}".encode()).hexdigest(): reference for reference in month}
    assert drawn("visit-7") == [places[place] for place in sorted(places)][:5]
    assert place_of("PR-2026-000042", seed="visit-7") == (
        "e6d8d3ab7eae9003bc0bc302824cbd6cc5900341679a6b4842112bc795123c5e"
    )


def test_the_same_seed_draws_the_same_and_another_draws_others(month: list[str]) -> None:
    assert drawn("visit-7") == drawn("visit-7")
    assert len({tuple(drawn(f"visit-{number}")) for number in range(20)}) > 10
    assert drawn("visit-7", count=100) == drawn("visit-7", count=12)
    assert drawn("visit-7", count=3) == drawn("visit-7", count=5)[:3]


def test_every_request_is_drawn_about_as_often_as_any_other(month: list[str]) -> None:
    seeds = 400
    times = dict.fromkeys(month, 0)
    for number in range(seeds):
        for reference in drawn(f"seed-{number}", count=3):
            times[reference] += 1
    expected = seeds * 3 / len(month)
    assert all(expected * 0.6 < count < expected * 1.4 for count in times.values()), times


def test_both_days_are_included_and_no_other(reader: Client, month: list[str]) -> None:
    today = made.today()
    page = shown(
        reader, **asked(first_day=today - timedelta(days=4), last_day=today - timedelta(days=2), count=100)
    )
    inside = set(month[2:5])
    assert set(re.findall(r"PR-\d{4}-\d{6}", page)) - {"PR-2026-000042"} >= inside
    assert not set(re.findall(r'requests/(PR-\d{4}-\d{6})/"', page)) - inside
    assert "3 of 3 requests" in page


def test_each_shows_where_it_stands_and_the_events_of_its_completion(reader: Client, officer: User) -> None:
    done = made.filed(officer, "cust-2026-0001")
    made.completed(made.only(done))
    waiting = made.filed(officer, "cust-2026-0002")
    page = shown(reader, **asked())
    completion = AuditEvent.objects.get(obj=done.obj, act=Event.REQUEST_COMPLETED)
    assert f"/admin/audit/auditevent/{completion.seq}/change/" in page
    assert "To be answered" in page
    assert reverse("admin:request_certificate", args=[done.reference]) in page
    assert reverse("admin:request_certificate", args=[waiting.reference]) not in page
    assert f"/admin/requests/{waiting.reference}/" in page
    assert "No event" in page
    assert "2 of 2 requests" in page
    assert place_of(done.reference, seed="visit-7")[:8] in page


def test_nothing_personal_is_shown(reader: Client, officer: User) -> None:
    made.filed(officer, "cust-2026-0001")
    assert "cust-2026" not in shown(reader, **asked())


def test_first_it_suggests_the_last_month_25_requests_and_a_seed_of_its_own(
    reader: Client, month: list[str]
) -> None:
    page = shown(reader)
    last = made.today().replace(day=1) - timedelta(days=1)
    assert f'value="{last.replace(day=1).isoformat()}"' in page
    assert f'value="{last.isoformat()}"' in page
    assert 'value="25"' in page
    seeds = {re.search(r'name="seed" value="([0-9a-f]{16})"', shown(reader))[1] for _time in range(3)}  # type: ignore[index]  # none is a failure.
    assert len(seeds) == 3
    assert "pa-error" not in page
    assert "Seed <span" not in page


def test_without_a_seed_of_ones_own_one_is_made_and_shown(reader: Client, month: list[str]) -> None:
    query = {name: value for name, value in asked().items() if name != "seed"}
    page = shown(reader, **query)
    seed = re.search(r'Seed <span class="pa-mono">([0-9a-f]{16})</span>', page)
    assert seed is not None
    again = shown(reader, **{**query, "seed": seed[1]})
    link = re.compile(r'requests/(PR-\d{4}-\d{6})/"')
    assert link.findall(page) == link.findall(again) != []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"count": 101}, "less than or equal to 100"),
        ({"count": 0}, "greater than or equal to 1"),
        ({"count": "many"}, "Enter a whole number"),
        ({"first_day": "2026-02-30"}, "Enter a valid date"),
        ({"first_day": date(2026, 3, 2), "last_day": date(2026, 3, 1)}, "This day is before the first one"),
        ({"seed": "has spaces in it"}, "A seed has letters, digits and . _ - alone"),
        ({"seed": "x" * 65}, "at most 64 characters"),
    ],
)
def test_what_cannot_be_drawn_is_said_beside_its_field(
    reader: Client, month: list[str], changes: dict[str, Any], words: str
) -> None:
    page = shown(reader, **asked(**changes))
    assert words in page
    assert "requests received from" not in page


def test_days_without_a_request_say_so(reader: Client, month: list[str]) -> None:
    page = shown(reader, **asked(first_day="2020-01-01", last_day="2020-01-31"))
    assert "No request was received in these days" in page


def test_it_takes_as_many_queries_for_one_as_for_many(reader: Client, month: list[str]) -> None:
    def queries(count: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(reader, **asked(count=count))
        return len(captured)

    assert PrivacyRequest.objects.count() == 12
    assert queries(1) == queries(12)
