"""The officer's part of the landing page: mine first, everybody's by a switch, each count with its list."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.trail import audited
from erasure import lifecycle
from erasure.choices import Attention, PauseGround
from erasure.models import PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.filing_desk import text_of

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
LANDING = reverse("admin:index")


@pytest.fixture
def all_kinds(officer: User, other_officer: User) -> dict[str, PrivacyRequest]:
    """At least one request for every group, of two owners."""
    found = {
        name: made.filed(officer, f"c-{name}") for name in ("answer", "failed", "nothing", "look", "way")
    }
    made.completed(made.only(found["answer"]))
    made.failed(made.only(found["failed"]))
    made.completed(made.only(found["nothing"]), records=0)
    made.flagged(made.accepted(made.only(found["look"]), "a-1"), Attention.STALLED)
    made.accepted(made.only(found["way"]), "a-2")
    found["hold"] = made.filed(officer, "c-hold", categories=["ANALYTICS"])
    found["registered"] = made.registered(officer, ("email", "r@example.org"))
    found["overdue"] = made.filed(officer, "c-overdue", received_on=made.today() - timedelta(days=60))
    found["soon"] = made.filed(officer, "c-soon", received_on=made.today() - timedelta(days=27))
    found["confirm"] = made.registered(
        officer, ("email", "c@example.org"), regulation="ccpa", received_on=made.today() - timedelta(days=20)
    )
    found["paused"] = made.registered(
        officer, ("email", "p@example.org"), type="ACCESS", regulation="uk-gdpr"
    )
    with audited() as log:
        lifecycle.pause(
            log,
            found["paused"],
            by=officer,
            ground=PauseGround.IDENTITY,
            from_day=made.today(),
            now=timezone.now(),
        )
    for number in range(2):
        found[f"theirs-{number}"] = made.filed(other_officer, f"c-theirs-{number}")
        made.failed(made.only(found[f"theirs-{number}"]))
    return found


def needs(client: Client, whose: str = "") -> dict[str, Any]:
    answer = client.get(LANDING, {"whose": whose} if whose else {})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.context["needs"]
    return found


@pytest.mark.parametrize("whose", ["", "everybody"])
def test_every_count_leads_to_exactly_the_list_it_counts(
    whose: str, all_kinds: dict[str, PrivacyRequest], officer: User, signed_in: SignIn
) -> None:
    client = signed_in(officer)
    shown = needs(client, whose)
    assert len(shown["groups"]) == 11
    for group in shown["groups"]:
        listed = client.get(group.href).context["cl"]
        assert listed.result_count == group.group.count, group.href
        there = {row.reference for row in listed.result_list}
        assert {row.todo.request.reference for row in group.rows} <= there
    assert client.get(shown["open_href"]).context["cl"].result_count == shown["open"]
    assert sum(group.group.count for group in shown["groups"]) == shown["open"]


def test_mine_come_first_and_the_switch_stands_in_the_address(
    all_kinds: dict[str, PrivacyRequest], officer: User, signed_in: SignIn
) -> None:
    client = signed_in(officer)
    mine, everybodys = needs(client), needs(client, "everybody")
    assert (mine["whose"], mine["heading"], mine["open"]) == ("mine", "9 requests need somebody", 11)
    assert (everybodys["heading"], everybodys["open"]) == ("11 requests need somebody", 13)
    assert everybodys["whose"] == "everybody"
    assert [count for _word, _href, count, _on in mine["switch"]] == [9, 11]
    page = client.get(LANDING).content.decode()
    assert 'href="/admin/" aria-current="true"' in page
    assert 'href="/admin/?whose=everybody"' in page
    assert needs(client, "nonsense")["whose"] == "mine"


def test_who_has_a_colleagues_request_is_named(
    all_kinds: dict[str, PrivacyRequest], officer: User, signed_in: SignIn
) -> None:
    client = signed_in(officer)
    assert "With Anna Berg." in text_of(client.get(LANDING, {"whose": "everybody"}))
    assert "With Anna Berg." not in text_of(client.get(LANDING))


def test_each_row_has_its_sentence_and_both_dates(
    all_kinds: dict[str, PrivacyRequest], officer: User, signed_in: SignIn
) -> None:
    page = text_of(signed_in(officer).get(LANDING))
    for request in (all_kinds["overdue"], all_kinds["registered"]):
        due, target = (f"{day.day} {day:%b %Y}" for day in (request.due_on, request.target_on))
        assert f"Statutory date {due}, internal target {target}" in page
    for words in (
        "Tell the person by",
        "The clock stands still since",
        "CXone found nothing under this identifier",
        "There is nothing to do until it reports back",
    ):
        assert words in page


def test_nothing_of_mine_is_said_and_colleagues_are_a_click_away(
    officer: User, other_officer: User, signed_in: SignIn
) -> None:
    made.failed(made.only(made.filed(officer)))
    page = text_of(signed_in(other_officer).get(LANDING))
    assert "Nothing needs you" in page
    assert "You have no open request." in page
    assert "Everybody’s 1" in page


def test_before_the_first_request_it_says_what_will_be_here(officer: User, signed_in: SignIn) -> None:
    page = signed_in(officer).get(LANDING)
    assert "No requests yet." in text_of(page)
    assert "File the first request" in text_of(page)
    assert reverse("admin:request_new") in page.content.decode()


def test_the_heading_counts_what_nobody_has_as_well(
    officer: User, other_officer: User, signed_in: SignIn
) -> None:
    for number in range(2):
        made.registered(other_officer, ("email", f"left-{number}@example.org"))
    other_officer.is_active = False
    other_officer.save()
    client = signed_in(officer)
    assert needs(client)["heading"] == "2 requests that nobody has"
    made.registered(officer, ("email", "mine@example.org"))
    assert needs(client)["heading"] == "1 of yours and 2 that nobody has"
    assert needs(client, "everybody")["heading"] == "3 requests need somebody"
