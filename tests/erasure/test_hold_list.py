"""The list of legal holds: its order, states, search, the releases that wait, and what it costs."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from erasure.admin import hold_list
from erasure.models import LegalHold
from privacyadmin.models import User
from privacyadmin.roles import OFFICERS, REVIEWERS
from tests.cast import person
from tests.erasure.filing_desk import text_of
from tests.erasure.lifted_guards import lifted_guards
from tests.erasure.made_holds import MATTER, placed, proposed, released
from tests.erasure.made_requests import SignIn, filed, today

pytestmark = pytest.mark.django_db

LIST = "/admin/holds/"
ID = "cust-2026-7730"


@pytest.fixture
def one_of_each(reviewer: User) -> dict[str, LegalHold]:
    """A hold in every state; the standing one is in force too."""
    with time_machine.travel(timezone.now() - timedelta(days=3)):
        ended = placed(reviewer, ID, matter="ended", until_day=today())
    return {
        "ended": ended,
        "ahead": placed(reviewer, ID, matter="ahead", from_day=today() + timedelta(days=9)),
        "in_force": placed(reviewer, ID, matter="in force"),
        "released": released(placed(reviewer, ID, matter="released")),
    }


def rows_of(answer: Any) -> list[str]:
    return [row.line.hold.code for row in answer.context["rows"]]


@pytest.mark.parametrize("who", ["officer", "auditor", "operator", "stranger"])
def test_only_reviewers_see_it(signed_in: SignIn, request: pytest.FixtureRequest, who: str) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.get(LIST).status_code == 403
    assert client.post(LIST, {"term": "LIT"}).status_code == 403
    assert LIST not in client.get("/admin/").content.decode()


def test_who_is_not_signed_in_is_sent_to_the_door(client: Client) -> None:
    assert client.get(LIST)["Location"].startswith(reverse("admin:login"))


def test_it_is_in_the_menu_of_reviewers(reviewer: User, signed_in: SignIn) -> None:
    assert f'href="{LIST}"' in signed_in(reviewer).get("/admin/").content.decode()


def test_what_is_in_force_stands_first_then_what_lies_ahead_then_what_is_over(
    one_of_each: dict[str, LegalHold], reviewer: User, signed_in: SignIn
) -> None:
    answer = signed_in(reviewer).get(LIST)
    codes = {state: hold.code for state, hold in one_of_each.items()}
    assert rows_of(answer) == [
        codes["in_force"],
        "RET-1",
        codes["ahead"],
        codes["released"],
        codes["ended"],
    ]
    assert "All 5 In force 2 Not yet in force 1 Ended 1 Released 1" in text_of(answer)


@pytest.mark.parametrize("state", ["ended", "ahead", "released"])
def test_one_state_alone(
    one_of_each: dict[str, LegalHold], reviewer: User, signed_in: SignIn, state: str
) -> None:
    assert rows_of(signed_in(reviewer).get(LIST, {"state": state})) == [one_of_each[state].code]


@pytest.mark.parametrize(
    "query", [{"state": "x"}, {"page": "x"}, {"page": "99999999999999999999"}, {"page": "-1"}]
)
def test_what_an_address_makes_no_sense_of_is_passed_over(
    reviewer: User, signed_in: SignIn, query: dict[str, str]
) -> None:
    assert rows_of(signed_in(reviewer).get(LIST, query)) == ["RET-1"]


def test_a_state_without_holds_says_what_would_be_there(reviewer: User, signed_in: SignIn) -> None:
    assert "No hold has ended" in text_of(signed_in(reviewer).get(LIST, {"state": "ended"}))


def test_without_any_hold_it_says_how_to_place_the_first(reviewer: User, signed_in: SignIn) -> None:
    with lifted_guards():
        LegalHold.objects.all().delete()
    answer = signed_in(reviewer).get(LIST)
    assert "No legal hold yet" in text_of(answer)
    assert 'href="/admin/holds/new/"' in answer.content.decode()


def test_each_says_whom_it_reaches_masked_and_how_much_it_stops(
    officer: User, reviewer: User, signed_in: SignIn
) -> None:
    placed(reviewer, ID, ("email", "jane.doe@example.org"), category="CHAT")
    for _ in range(2):
        filed(officer, ID, categories=["CHAT"])
    answer = signed_in(reviewer).get(LIST)
    words = text_of(answer)
    assert "cu••••30 and 1 more Chat" in words
    assert "In force 2 submissions" in words
    assert "Everybody Analytics" in words
    assert "jane.doe" not in answer.content.decode()
    assert MATTER not in words


def test_what_a_released_hold_stopped_is_not_counted_any_more(
    officer: User, reviewer: User, signed_in: SignIn
) -> None:
    hold = placed(reviewer, ID)
    filed(officer, ID)
    released(hold)
    answer = signed_in(reviewer).get(LIST, {"state": "released"})
    assert [row.stops for row in answer.context["rows"]] == [0]


def test_long_lists_come_in_pages(reviewer: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold_list, "ON_A_PAGE", 2)
    first, second = (placed(reviewer, ID, matter=matter) for matter in ("A", "B"))
    client = signed_in(reviewer)
    assert rows_of(client.get(LIST)) == [second.code, first.code]
    page = client.get(LIST, {"state": "in_force", "page": "2"})
    assert rows_of(page) == ["RET-1"]
    assert "3 to 3 of 3" in text_of(page)
    assert 'href="?state=in_force&amp;page=1"' in page.content.decode()


# The releases that wait ------------------------------------------------------------------------------


def test_a_release_that_waits_is_prominent_and_says_for_whom(
    officer: User, reviewer: User, other_reviewer: User, signed_in: SignIn
) -> None:
    hold = placed(reviewer, ID)
    proposed(hold, by=reviewer)
    both = person("both", OFFICERS, REVIEWERS)
    filed(both, ID)
    assert "Waits for a second reviewer" in text_of(signed_in(reviewer).get(LIST))
    assert "Waits for your decision" in text_of(signed_in(other_reviewer).get(LIST))
    assert "Waits for a reviewer who filed none of it" in text_of(signed_in(both).get(LIST))


def test_without_one_there_is_no_such_part(reviewer: User, signed_in: SignIn) -> None:
    assert "Releases that wait" not in text_of(signed_in(reviewer).get(LIST))


# Searching -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("term", ["lit-", "7 o  123", ID, "jane.doe@example.org"])
def test_a_hold_is_found_by_its_code_its_matter_or_an_identifier_of_the_person(
    reviewer: User, signed_in: SignIn, term: str
) -> None:
    hold = placed(reviewer, ID, ("email", "jane.doe@example.org"))
    answer = signed_in(reviewer).post(LIST, {"term": f" {term} "})
    assert rows_of(answer) == [hold.code]
    assert term not in text_of(answer) or term == "lit-"


@pytest.mark.parametrize("term", ["nothing of the kind", "cust-2026", "%", "\x00", "x" * 5000])
def test_what_is_not_found_is_said(reviewer: User, signed_in: SignIn, term: str) -> None:
    placed(reviewer, ID)
    answer = signed_in(reviewer).post(LIST, {"term": term})
    assert "No hold has this in its code or matter" in text_of(answer)


def test_an_empty_search_shows_all(reviewer: User, signed_in: SignIn) -> None:
    assert signed_in(reviewer).post(LIST, {"term": " "})["Location"] == LIST


def test_a_search_that_finds_very_many_shows_the_newest_and_says_so(
    reviewer: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hold_list, "MOST_FOUND", 2)
    codes = [placed(reviewer, ID, matter=f"M{number}").code for number in range(3)]
    answer = signed_in(reviewer).post(LIST, {"term": "LIT-"})
    assert rows_of(answer) == codes[:0:-1]
    assert "The newest 2 holds of those found." in text_of(answer)


# What it costs ---------------------------------------------------------------------------------------


def test_its_queries_do_not_grow_with_the_number_of_holds(
    officer: User, reviewer: User, signed_in: SignIn
) -> None:
    client = signed_in(reviewer)
    placed(reviewer, ID)
    before = queries(client)
    for number in range(10):
        placed(reviewer, f"cust-2026-{number}", ("email", f"{number}@example.org"))
        filed(officer, f"cust-2026-{number}")
    assert queries(client) == before


def queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as found:
        client.get(LIST)
    return len(found)
