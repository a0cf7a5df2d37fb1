"""Letting a request's clock stand still where the law knows that, and letting it go on."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from erasure import lifecycle
from erasure.deadlines import long_date
from erasure.models import ClockPause, PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.answer_desk import act, address, words_of
from tests.erasure.at_work import event_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_in_the_uk(officer: User) -> PrivacyRequest:
    """An access request of ten days ago: the law lets its clock wait for identity and for clarification."""
    return made.registered(
        officer,
        ("email", "a@example.org"),
        type="ACCESS",
        regulation="uk-gdpr",
        received_on=made.today() - timedelta(days=10),
    )


def pause(client: Client, request: PrivacyRequest, *, days_ago: int = 4, **changes: Any) -> Any:
    day = (made.today() - timedelta(days=days_ago)).isoformat()
    return act(client, request, "pause", **{"ground": "clarification", "from_day": day, **changes})


def end(client: Client, request: PrivacyRequest, *, days_ago: int = 0) -> Any:
    day = (made.today() - timedelta(days=days_ago)).isoformat()
    return act(client, request, "pause_end", until_day=day)


def test_the_days_until_the_answer_came_do_not_count(
    request_in_the_uk: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    client, before = signed_in(officer), request_in_the_uk.due_on

    page = pause(client, request_in_the_uk)
    assert "Clock paused since" in words_of(page)
    request_in_the_uk.refresh_from_db()
    assert request_in_the_uk.due_on == before

    page = end(client, request_in_the_uk)
    request_in_the_uk.refresh_from_db()
    assert request_in_the_uk.due_on > before
    assert "The clock goes on: the answer came on" in words_of(page)
    [paused] = event_data(request_in_the_uk.obj, "request.paused")
    [unpaused] = event_data(request_in_the_uk.obj, "request.unpaused")
    assert paused["reason"] == "clarification"
    assert (unpaused["previous_due_on"], unpaused["due_on"]) == (
        before.isoformat(),
        request_in_the_uk.due_on.isoformat(),
    )


@pytest.mark.parametrize("regulation", ["ccpa", "utah", "gdpr"])
def test_where_the_law_knows_none_the_page_is_absent_and_says_why(
    regulation: str, officer: User, signed_in: made.SignIn
) -> None:
    request = made.registered(officer, ("email", "a@example.org"), regulation=regulation)
    client = signed_in(officer)
    assert address(request, "pause") not in client.get(address(request, "page")).content.decode()
    page = pause(client, request)
    assert "the clock does not stand still" in words_of(page)
    assert not ClockPause.objects.exists()


def test_while_it_stands_still_the_page_asks_for_the_end(
    request_in_the_uk: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    client = signed_in(officer)
    pause(client, request_in_the_uk)
    assert "When did the answer come?" in words_of(client.get(address(request_in_the_uk, "pause")))
    pause(client, request_in_the_uk, days_ago=1)
    assert ClockPause.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ground": ""}, "ground"),
        ({"ground": "weather"}, "ground"),
        ({"days_ago": 11}, "from_day"),
        ({"days_ago": -1}, "from_day"),
    ],
)
def test_what_the_law_does_not_bear_is_said_beside_its_field(
    changes: dict[str, Any],
    field: str,
    request_in_the_uk: PrivacyRequest,
    officer: User,
    signed_in: made.SignIn,
) -> None:
    page = pause(signed_in(officer), request_in_the_uk, **changes)
    assert list(page.context["form"].errors) == [field]
    assert not ClockPause.objects.exists()


@pytest.mark.parametrize("days_ago", [5, -1])
def test_the_answer_came_after_the_question_and_not_ahead(
    days_ago: int, request_in_the_uk: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    client = signed_in(officer)
    pause(client, request_in_the_uk)
    page = end(client, request_in_the_uk, days_ago=days_ago)
    assert list(page.context["form"].errors) == ["until_day"]
    assert ClockPause.objects.get().until_day is None


def test_a_clock_that_runs_has_no_pause_to_end(
    request_in_the_uk: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    assert "is not paused" in words_of(end(signed_in(officer), request_in_the_uk))


def test_both_dates_stand_before_the_click_and_are_those_after_it(
    request_in_the_uk: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    client = signed_in(officer)
    pause(client, request_in_the_uk)
    request_in_the_uk.refresh_from_db()
    first_seen = client.get(address(request_in_the_uk, "pause"))
    assert first_seen.context["would_be"].due_on > request_in_the_uk.due_on

    day = made.today() - timedelta(days=1)
    shown = act(client, request_in_the_uk, "pause_end", do="show", until_day=day.isoformat())
    would_be = shown.context["would_be"]
    for date in (request_in_the_uk.due_on, would_be.due_on, would_be.target_on, day):
        assert long_date(date) in words_of(shown)
    assert ClockPause.objects.get().until_day is None

    end(client, request_in_the_uk, days_ago=1)
    request_in_the_uk.refresh_from_db()
    assert (request_in_the_uk.due_on, request_in_the_uk.target_on) == (would_be.due_on, would_be.target_on)


def test_a_pause_whose_ground_is_no_longer_in_force_can_still_be_ended(
    officer: User, signed_in: made.SignIn, settings: LazySettings
) -> None:
    settings.EU_IDENTITY_PAUSE = True
    request = made.registered(officer, ("email", "a@example.org"), regulation="gdpr")
    client, before = signed_in(officer), request.due_on
    pause(client, request, days_ago=2, ground="identity")
    settings.EU_IDENTITY_PAUSE = False

    assert lifecycle.why_not_resume(request, until_day=made.today(), today=made.today()) == ""
    page = end(client, request)

    assert "The clock goes on" in words_of(page)
    assert ClockPause.objects.get().until_day == made.today()
    request.refresh_from_db()
    assert request.due_on == before
