"""Recording that the person was told that the request came in."""

from datetime import timedelta
from typing import Any

import pytest

from audit.trail import audited
from erasure import lifecycle
from erasure.choices import Channel
from erasure.models import PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.answer_desk import act, address, text_at, words_of
from tests.erasure.at_work import event_data

pytestmark = pytest.mark.django_db


def request_of(officer: User, **facts: Any) -> PrivacyRequest:
    return made.registered(
        officer, ("email", "a@example.org"), received_on=made.today() - timedelta(days=5), **facts
    )


def test_it_records_the_way_and_the_day(officer: User, signed_in: made.SignIn) -> None:
    request, client = request_of(officer, regulation="ccpa"), signed_in(officer)
    before = client.get(address(request, "page"))
    assert "Confirm receipt" in words_of(before)
    assert "at the latest" in words_of(before)

    page = act(client, request, "acknowledge", channel="letter", acknowledged_on=made.today().isoformat())

    request.refresh_from_db()
    assert (request.acknowledged_on, request.acknowledged_channel) == (made.today(), "letter")
    assert event_data(request.obj, "request.acknowledged") == [
        {"acknowledged_on": made.today().isoformat(), "channel": "letter"}
    ]
    assert "Receipt confirmed to the person on" in words_of(page)
    assert address(request, "acknowledge") not in page.content.decode()


def test_the_letter_stands_beside_it_and_names_the_date(officer: User, signed_in: made.SignIn) -> None:
    page = signed_in(officer).get(address(request_of(officer, regulation="ccpa"), "acknowledge"))
    letter = text_at(page, "letter-body")
    assert "our answer is due by" in letter
    assert "authorised agent" in letter
    assert "The law wants the receipt confirmed by" in words_of(page)


def test_elsewhere_it_is_a_courtesy(officer: User, signed_in: made.SignIn) -> None:
    page = signed_in(officer).get(address(request_of(officer), "acknowledge"))
    assert "it is a courtesy" in words_of(page)


def test_an_overdue_confirmation_is_said_to_be(officer: User, signed_in: made.SignIn) -> None:
    request = made.registered(
        officer,
        ("email", "a@example.org"),
        regulation="ccpa",
        received_on=made.today() - timedelta(days=30),
    )
    assert "overdue" in words_of(signed_in(officer).get(address(request, "page")))


@pytest.mark.parametrize(("days", "words"), [(-6, "cannot have been confirmed before"), (1, "lies ahead")])
def test_the_day_lies_between_receipt_and_today(
    days: int, words: str, officer: User, signed_in: made.SignIn
) -> None:
    request, day = request_of(officer), made.today() + timedelta(days=days)
    page = act(signed_in(officer), request, "acknowledge", channel="email", acknowledged_on=day.isoformat())
    assert words in str(page.context["form"].errors["acknowledged_on"])
    with pytest.raises(lifecycle.MoveRefused, match=words), audited() as log:
        lifecycle.acknowledge(
            log, request, by=officer, channel=Channel.EMAIL, acknowledged_on=day, now=made.now()
        )
    request.refresh_from_db()
    assert request.acknowledged_on is None


def test_it_is_confirmed_once(officer: User, signed_in: made.SignIn) -> None:
    request, client = request_of(officer), signed_in(officer)
    day = made.today().isoformat()
    act(client, request, "acknowledge", channel="email", acknowledged_on=day)
    page = act(client, request, "acknowledge", channel="phone", acknowledged_on=day)
    assert "was confirmed already" in words_of(page)
    request.refresh_from_db()
    assert request.acknowledged_channel == "email"


def test_where_the_law_asks_for_it_it_can_still_be_recorded_after_the_answer(
    officer: User, signed_in: made.SignIn
) -> None:
    request, client = request_of(officer, regulation="ccpa"), signed_in(officer)
    made.answered(request, officer, made.Outcome.WITHDRAWN)
    assert address(request, "acknowledge") in client.get(address(request, "page")).content.decode()
    day = (made.today() - timedelta(days=4)).isoformat()
    act(client, request, "acknowledge", channel="email", acknowledged_on=day)
    request.refresh_from_db()
    assert request.acknowledged_on == made.today() - timedelta(days=4)
