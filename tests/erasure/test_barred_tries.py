"""Tries to decide what one may not, one after the other: on record one by one, and no flood of the log."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.events import Event
from erasure.admin.barred_tries import MOST, WITHIN
from erasure.models import Override
from privacyadmin.models import User
from privacyadmin.roles import OFFICERS, REVIEWERS
from tests.cast import person
from tests.erasure.made_holds import placed
from tests.erasure.made_overrides import asked, entries
from tests.erasure.made_requests import SignIn, filed, only

pytestmark = pytest.mark.django_db
TOGETHER = reverse("admin:override_together")
APPROVE = {"decision": "approve", "reason": "Counsel confirmed it."}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as travelled:
        yield travelled


@pytest.fixture
def question(officer: User) -> Override:
    """Lena's question about what she filed."""
    return asked(only(filed(officer, categories=["CONTACT", "ANALYTICS"]), 2), by=officer)


def page_of(override: Override) -> str:
    return reverse("admin:override_decide", args=[override.pk])


def try_often(client: Client, override: Override, times: int = MOST) -> None:
    for _ in range(times):
        assert client.post(page_of(override), APPROVE).status_code == 403


def test_each_is_on_record_until_there_are_too_many_then_one_a_minute(
    clock: time_machine.Traveller, question: Override, officer: User, signed_in: SignIn
) -> None:
    client = signed_in(officer)
    try_often(client, question)
    assert len(entries(Event.OVERRIDE_REFUSED)) == MOST
    assert entries(Event.ACCESS_DENIED) == []
    try_often(client, question, 5)
    assert len(entries(Event.OVERRIDE_REFUSED)) == MOST
    (event,) = entries(Event.ACCESS_DENIED)
    assert (event["actor"], event["data"]["page"]) == (officer.actor, "override_decide")
    clock.shift(timedelta(minutes=1))
    try_often(client, question, 5)
    assert len(entries(Event.ACCESS_DENIED)) == 2
    clock.shift(WITHIN)
    try_often(client, question, 1)
    assert len(entries(Event.OVERRIDE_REFUSED)) == MOST + 1


def test_several_at_once_and_holds_count_with_them(
    question: Override, other_reviewer: User, signed_in: SignIn
) -> None:
    both = person("both", OFFICERS, REVIEWERS)
    other = asked(only(filed(both, "cust-own", categories=["CONTACT", "ANALYTICS"]), 2), by=both)
    hold = placed(other_reviewer, "cust-own")
    client = signed_in(both)
    try_often(client, other, MOST - 1)
    hold_page = reverse("admin:hold_release", args=[hold.pk])
    assert client.post(hold_page, {"reason": "It is over."}).status_code == 403
    assert len(entries(Event.HOLD_RELEASE_REFUSED)) == 1

    chosen = {**APPROVE, "override": [question.pk, other.pk]}
    assert client.post(TOGETHER, chosen).status_code == 403
    assert client.post(hold_page, {"reason": "It is over."}).status_code == 403
    assert len(entries(Event.OVERRIDE_REFUSED)) == MOST - 1
    assert len(entries(Event.HOLD_RELEASE_REFUSED)) == 1
    assert {event["data"]["page"] for event in entries(Event.ACCESS_DENIED)} == {
        "override_together",
        "hold_release",
    }
    question.refresh_from_db()
    assert question.decision == "", "nothing is decided along with what is refused"


def test_one_form_with_many_of_them_writes_no_more_than_that(
    question: Override, officer: User, signed_in: SignIn
) -> None:
    more = [
        asked(only(filed(officer, f"cust-{number}", categories=["CONTACT", "ANALYTICS"]), 2), by=officer)
        for number in range(2)
    ]
    client = signed_in(officer)
    try_often(client, question, MOST - 1)
    chosen = {**APPROVE, "override": [override.pk for override in (question, *more)]}
    answer = client.post(TOGETHER, chosen)
    assert answer.status_code == 403
    assert f"more than {MOST} times within an hour" in answer.content.decode()
    assert len(entries(Event.OVERRIDE_REFUSED)) == MOST
    assert len(entries(Event.ACCESS_DENIED)) == 1


def test_somebody_else_is_still_written_down(
    question: Override, officer: User, other_officer: User, signed_in: SignIn
) -> None:
    try_often(signed_in(officer), question)
    try_often(signed_in(other_officer), question, 1)
    assert [event["actor"] for event in entries(Event.OVERRIDE_REFUSED)][-1] == other_officer.actor
