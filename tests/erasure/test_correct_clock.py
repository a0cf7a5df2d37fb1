"""Putting a request's date of receipt or its regulation right."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from audit.trail import audited
from erasure import lifecycle
from erasure.deadlines import long_date
from erasure.models import ClockCorrection, PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.answer_desk import act, address, words_of
from tests.erasure.at_work import event_data

pytestmark = pytest.mark.django_db

REASON = "The letter lay in the post room."


@pytest.fixture
def of_ten_days_ago(officer: User) -> PrivacyRequest:
    return made.registered(
        officer,
        ("email", "a@example.org"),
        regulation="utah",
        received_on=made.today() - timedelta(days=10),
    )


def correct(client: Client, request: PrivacyRequest, *, days_ago: int = 10, **changes: Any) -> Any:
    """As the page has it done: look first, then correct just what was seen."""
    day = (made.today() - timedelta(days=days_ago)).isoformat()
    form = {"received_on": day, "regulation": "utah", "reason": REASON, **changes}
    seen = f"{form['regulation']} {form['received_on']}"
    return act(client, request, "correct_clock", **{"do": "correct", "seen": seen, **form})


def test_old_and_new_dates_are_seen_before_anything_changes(
    of_ten_days_ago: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    page = correct(signed_in(officer), of_ten_days_ago, days_ago=20, do="preview")
    assert long_date(of_ten_days_ago.due_on)[:2] in words_of(page)
    turn = page.context["turns"][1]
    assert (turn.now - turn.then).days == 10
    of_ten_days_ago.refresh_from_db()
    assert of_ten_days_ago.received_on == made.today() - timedelta(days=10)


def test_the_dates_follow_and_the_old_values_stay_on_the_page(
    of_ten_days_ago: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    old_due = of_ten_days_ago.due_on
    page = correct(signed_in(officer), of_ten_days_ago, days_ago=20)
    of_ten_days_ago.refresh_from_db()
    assert of_ten_days_ago.received_on == made.today() - timedelta(days=20)
    assert of_ten_days_ago.due_on == old_due - timedelta(days=10)
    row = ClockCorrection.objects.get()
    assert (row.previous_due_on, row.due_on, row.reason) == (old_due, of_ten_days_ago.due_on, REASON)
    assert f"It was due on {long_date(old_due)}" in words_of(page)
    assert REASON in words_of(page)
    [data] = event_data(of_ten_days_ago.obj, "request.clock_corrected")
    assert (data["previous_due_on"], data["extension"]) == (old_due.isoformat(), "none")


def test_the_regulation_is_corrected_and_its_own_dates_follow(
    of_ten_days_ago: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    correct(signed_in(officer), of_ten_days_ago, regulation="ccpa")
    of_ten_days_ago.refresh_from_db()
    assert of_ten_days_ago.regulation == "ccpa"
    assert of_ten_days_ago.acknowledge_by is not None


def test_an_extension_for_which_there_is_no_room_falls_and_that_is_said_before(
    of_ten_days_ago: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    made.extended(of_ten_days_ago, officer)
    client = signed_in(officer)
    seen = correct(client, of_ten_days_ago, days_ago=50, do="preview")
    assert "The extension falls" in words_of(seen)
    page = correct(client, of_ten_days_ago, days_ago=50)
    assert "Fell with a correction" in words_of(page)
    assert "the extension fell" in words_of(page)
    of_ten_days_ago.refresh_from_db()
    assert of_ten_days_ago.due_on == of_ten_days_ago.first_due_on
    assert event_data(of_ten_days_ago.obj, "request.clock_corrected")[0]["extension"] == "fell"


def test_an_extension_for_which_there_is_room_stays(
    of_ten_days_ago: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    made.extended(of_ten_days_ago, officer)
    correct(signed_in(officer), of_ten_days_ago, days_ago=12)
    of_ten_days_ago.refresh_from_db()
    assert of_ten_days_ago.due_on == made.today() + timedelta(days=78)


def test_a_pause_that_the_new_law_does_not_know_falls(officer: User, signed_in: made.SignIn) -> None:
    request = made.registered(
        officer,
        ("email", "a@example.org"),
        regulation="uk-gdpr",
        received_on=made.today() - timedelta(days=10),
    )
    client = signed_in(officer)
    day = (made.today() - timedelta(days=3)).isoformat()
    act(client, request, "pause", ground="identity", from_day=day)
    correct(client, request, regulation="utah")
    assert request.pauses.get().fell_at is not None
    assert "Clock paused since" not in words_of(client.get(address(request, "page")))


def test_what_was_not_seen_for_just_these_values_is_shown_first(
    of_ten_days_ago: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    page = correct(signed_in(officer), of_ten_days_ago, days_ago=20, seen="utah 2026-01-01")
    assert page.context["turns"]
    assert not ClockCorrection.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "received_on"),
        ({"days_ago": -1}, "received_on"),
        ({"received_on": ""}, "received_on"),
        ({"days_ago": 20, "reason": " "}, "reason"),
        ({"regulation": "lgpd"}, "regulation"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    changes: dict[str, Any],
    field: str,
    of_ten_days_ago: PrivacyRequest,
    officer: User,
    signed_in: made.SignIn,
) -> None:
    page = correct(signed_in(officer), of_ten_days_ago, **changes)
    assert list(page.context["form"].errors) == [field]
    assert not ClockCorrection.objects.exists()


def test_nothing_arrives_after_its_receipt_was_confirmed(
    of_ten_days_ago: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    client, day = signed_in(officer), made.today() - timedelta(days=8)
    act(client, of_ten_days_ago, "acknowledge", channel="email", acknowledged_on=day.isoformat())
    page = correct(client, of_ten_days_ago, days_ago=2)
    assert "cannot have arrived after that" in str(page.context["form"].errors["received_on"])
    assert not ClockCorrection.objects.exists()


def test_the_move_itself_wants_a_reason(of_ten_days_ago: PrivacyRequest, officer: User) -> None:
    with pytest.raises(lifecycle.MoveRefused, match="Say why"), audited() as log:
        lifecycle.correct_clock(
            log,
            of_ten_days_ago,
            by=officer,
            regulation="ccpa",
            received_on=of_ten_days_ago.received_on,
            reason=" ",
            now=made.now(),
        )


def test_an_answered_request_is_corrected_no_more(
    of_ten_days_ago: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    made.answered(of_ten_days_ago, officer, made.Outcome.WITHDRAWN)
    page = correct(signed_in(officer), of_ten_days_ago, days_ago=20)
    assert "its clock has ended" in words_of(page)
    assert not ClockCorrection.objects.exists()
