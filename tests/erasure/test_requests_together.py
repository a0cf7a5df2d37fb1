"""Stopping, taking or handing over several requests at once: what can be done is said first, then done."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.events import Event
from erasure.models import PrivacyRequest
from erasure.together import MOST
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.filing_desk import text_of
from tests.erasure.made_overrides import entries

pytestmark = pytest.mark.django_db

LIST = reverse("admin:erasure_privacyrequest_changelist")
STOP, TAKE_OVER = reverse("admin:requests_stop"), reverse("admin:requests_take_over")
HAND_OVER = reverse("admin:requests_hand_over_together")
LATER = timedelta(minutes=15)
ACTIONS = ["stop_chosen", "take_over_chosen", "hand_over_chosen"]


def choose(client: Client, requests: Sequence[PrivacyRequest], action: str) -> Any:
    """Tick the requests in the list and press one of the buttons, as the list's own form does."""
    return client.post(
        LIST,
        {
            "action": ACTIONS,
            "index": ACTIONS.index(action),
            "_selected_action": [request.pk for request in requests],
        },
    )


def confirm(client: Client, address: str, requests: Sequence[PrivacyRequest], **options: Any) -> Any:
    return client.post(address, {"request": [request.reference for request in requests]}, **options)


def statuses(*requests: PrivacyRequest) -> list[str]:
    return [str(row.status) for request in requests for row in request.submissions.order_by("number")]


@pytest.fixture
def waiting(officer: User) -> list[PrivacyRequest]:
    """Two of Lena's that have not been sent: one queued, one of two parts of which one is held."""
    return [
        made.filed(officer, "c-1", delay=LATER),
        made.filed(officer, "c-2", delay=LATER, categories=["CONTACT", "ANALYTICS"]),
    ]


@pytest.fixture
def others(officer: User) -> dict[str, PrivacyRequest]:
    """Those of which nothing can be stopped, each for another reason."""
    requests = {name: made.filed(officer, f"c-{name}") for name in ("sent", "ended", "answered")}
    made.accepted(made.only(requests["sent"]))
    made.completed(made.only(requests["ended"]))
    made.completed(made.only(requests["answered"]))
    made.answered(requests["answered"], officer)
    requests["registered"] = made.registered(officer, ("email", "a@example.org"))
    return requests


# The list ----------------------------------------------------------------------------------------------


def test_officers_have_boxes_and_three_buttons(
    waiting: list[PrivacyRequest], officer: User, signed_in: made.SignIn
) -> None:
    page = signed_in(officer).get(LIST).content.decode()
    assert page.count('name="_selected_action"') == 2
    assert 'name="index" value="0"' in page
    assert 'name="index" value="1"' in page
    assert 'name="index" value="2"' in page
    assert "delete_selected" not in page


@pytest.mark.parametrize("who", ["reviewer", "auditor"])
def test_others_have_none_and_what_they_make_up_is_refused(
    waiting: list[PrivacyRequest], signed_in: made.SignIn, request: pytest.FixtureRequest, who: str
) -> None:
    client = signed_in(request.getfixturevalue(who))
    page = client.get(LIST).content.decode()
    assert "_selected_action" not in page
    assert 'name="index"' not in page
    for action in ACTIONS:
        assert choose(client, waiting, action).status_code == 403


@pytest.mark.parametrize("who", ["reviewer", "auditor", "operator", "stranger"])
def test_the_acts_are_for_officers(
    waiting: list[PrivacyRequest], signed_in: made.SignIn, request: pytest.FixtureRequest, who: str
) -> None:
    client = signed_in(request.getfixturevalue(who))
    for address in (STOP, TAKE_OVER, HAND_OVER):
        assert confirm(client, address, waiting).status_code == 403
    assert statuses(*waiting) == ["queued", "queued", "blocked"]
    assert entries(Event.REQUEST_ASSIGNED) == []


def test_they_are_posted_with_the_forms_token(
    waiting: list[PrivacyRequest], officer: User, signed_in: made.SignIn, client: Client
) -> None:
    for address in (STOP, TAKE_OVER, HAND_OVER):
        assert signed_in(officer).get(address).status_code == 405
        assert confirm(made.guarded(officer), address, waiting).status_code == 403
        assert confirm(client, address, waiting)["Location"].startswith(reverse("admin:login"))
    assert choose(made.guarded(officer), waiting, "stop_chosen").status_code == 403
    assert statuses(*waiting) == ["queued", "queued", "blocked"]


def test_nothing_ticked_is_told(waiting: list[PrivacyRequest], officer: User, signed_in: made.SignIn) -> None:
    client = signed_in(officer)
    choose(client, [], "stop_chosen")
    assert "Items must be selected" in text_of(client.get(LIST))


# Stopping ----------------------------------------------------------------------------------------------


def test_before_it_stops_it_says_what_can_be_and_why_not_the_others(
    waiting: list[PrivacyRequest], others: dict[str, PrivacyRequest], officer: User, signed_in: made.SignIn
) -> None:
    answer = choose(signed_in(officer), [*waiting, *others.values()], "stop_chosen")

    page = text_of(answer)
    assert "2 of 6 can be stopped" in page
    assert "4 of 6 cannot be stopped" in page
    assert "Submission 1: Contact; submission 2: Analytics." in page
    for name, why in (
        ("sent", "It is “Processing at CXone”, and CXone has no recall."),
        ("ended", "It has ended already; what is left is the answer to the person."),
        ("answered", "The person was answered; nothing is left to stop."),
        ("registered", "Nothing was filed for it yet, so there is nothing to stop."),
    ):
        assert f"{others[name].reference} {why}" in page
    assert "c-1" not in answer.content.decode()
    assert statuses(*waiting) == ["queued", "queued", "blocked"]


def test_every_submission_that_can_be_is_stopped_and_the_number_is_told(
    waiting: list[PrivacyRequest], officer: User, signed_in: made.SignIn
) -> None:
    answer = confirm(signed_in(officer), STOP, waiting, follow=True)
    assert "3 submissions stopped before anything was sent." in text_of(answer)
    assert statuses(*waiting) == ["cancelled"] * 3
    assert [event["res"] for event in entries(Event.REQUEST_CANCELLED)] == ["ok"] * 3


def test_what_came_too_late_is_told_and_put_on_record(
    waiting: list[PrivacyRequest], officer: User, signed_in: made.SignIn
) -> None:
    client = signed_in(officer)
    choose(client, waiting, "stop_chosen")
    made.sent(made.only(waiting[1], 1))

    page = text_of(confirm(client, STOP, waiting, follow=True))

    assert "2 submissions stopped" in page
    assert f"Not stopped: {waiting[1].reference}/1." in page
    assert "CXone has no recall" in page
    assert statuses(*waiting) == ["cancelled", "submitting", "cancelled"]
    (late,) = [event for event in entries(Event.REQUEST_CANCELLED) if event["res"] == "denied"]
    assert (late["actor"], late["data"]) == (officer.actor, {"submission": 1, "because": "too_late"})


def test_what_has_ended_is_named_and_left_alone(
    others: dict[str, PrivacyRequest], officer: User, signed_in: made.SignIn
) -> None:
    page = text_of(confirm(signed_in(officer), STOP, list(others.values()), follow=True))
    assert f"Not stopped: {others['answered'].reference}. The person was answered" in page
    assert f"Not stopped: {others['registered'].reference}. Nothing was filed" in page
    assert statuses(*others.values()) == ["processing", "completed", "completed"]
    assert [event["res"] for event in entries(Event.REQUEST_CANCELLED)] == ["denied"]


# Taking over -------------------------------------------------------------------------------------------


def test_before_it_takes_over_it_says_which(
    waiting: list[PrivacyRequest],
    others: dict[str, PrivacyRequest],
    other_officer: User,
    signed_in: made.SignIn,
) -> None:
    mine = made.filed(other_officer, "c-mine")
    page = text_of(choose(signed_in(other_officer), [*waiting, mine, others["answered"]], "take_over_chosen"))
    assert "2 of 4 can be taken over" in page
    assert "Lena Hofmann has it now." in page
    assert f"{mine.reference} You have it already." in page
    assert "is answered; nobody needs to have it any more" in page


def test_taking_over_makes_the_reader_the_owner_of_all(
    waiting: list[PrivacyRequest],
    others: dict[str, PrivacyRequest],
    other_officer: User,
    signed_in: made.SignIn,
) -> None:
    answer = confirm(signed_in(other_officer), TAKE_OVER, [*waiting, others["answered"]], follow=True)
    assert "You have 2 more requests now." in text_of(answer)
    assert f"Not taken over: {others['answered'].reference}." in text_of(answer)
    owners = PrivacyRequest.objects.order_by("pk").values_list("owner", flat=True)
    assert list(owners).count(other_officer.pk) == 2
    assert len(entries(Event.REQUEST_ASSIGNED)) == 2


def test_more_than_can_be_read_at_once_are_refused(
    waiting: list[PrivacyRequest], officer: User, signed_in: made.SignIn
) -> None:
    made_up = [f"PR-2026-{number:06d}" for number in range(1, MOST + 2)]
    answer = signed_in(officer).post(STOP, {"request": made_up}, follow=True)
    assert "You chose 101 requests. Choose at most 100 at once" in text_of(answer)
    assert statuses(*waiting) == ["queued", "queued", "blocked"]


def test_what_does_not_exist_changes_nothing(
    waiting: list[PrivacyRequest], officer: User, signed_in: made.SignIn
) -> None:
    answer = signed_in(officer).post(STOP, {"request": ["PR-2020-000001", "nonsense"]}, follow=True)
    assert "Nothing was stopped, since none of the requests was ticked." in text_of(answer)
    assert statuses(*waiting) == ["queued", "queued", "blocked"]


# Handing over ------------------------------------------------------------------------------------------


def test_before_it_hands_over_it_says_which_and_asks_to_whom(
    waiting: list[PrivacyRequest],
    others: dict[str, PrivacyRequest],
    officer: User,
    other_officer: User,
    signed_in: made.SignIn,
) -> None:
    page = text_of(choose(signed_in(officer), [*waiting, others["answered"]], "hand_over_chosen"))
    assert "2 of 3 can be handed over" in page
    assert "Lena Hofmann has it now." in page
    assert "Anna Berg" in page
    assert "is answered; nobody needs to have it any more" in page
    assert entries(Event.REQUEST_ASSIGNED) == []


def test_handing_over_makes_the_colleague_the_owner_and_names_those_she_has(
    waiting: list[PrivacyRequest], officer: User, other_officer: User, signed_in: made.SignIn
) -> None:
    hers = made.filed(other_officer, "c-hers")
    chosen = {"request": [request.reference for request in (*waiting, hers)], "to": other_officer.staff_id}
    page = text_of(signed_in(officer).post(HAND_OVER, chosen, follow=True))
    assert "Anna Berg has 2 more requests now." in page
    assert f"Not handed over: {hers.reference}. Anna Berg has it already." in page
    assert set(PrivacyRequest.objects.values_list("owner", flat=True)) == {other_officer.pk}
    assert len(entries(Event.REQUEST_ASSIGNED)) == 2


@pytest.mark.parametrize(
    ("to", "words"), [("", "Choose who gets it."), ("nobody", "Choose an officer who is active")]
)
def test_without_a_colleague_it_asks_again_and_keeps_what_was_ticked(
    waiting: list[PrivacyRequest], officer: User, signed_in: made.SignIn, to: str, words: str
) -> None:
    chosen = {"request": [waiting[0].reference], "to": to, "list": "stage=open"}
    answer = signed_in(officer).post(HAND_OVER, chosen)
    assert words in text_of(answer)
    assert "Nothing was handed over yet" in text_of(answer)
    assert [one.request for one in answer.context["able"]] == [waiting[0]]
    assert answer.context["list_terms"] == "stage=open"
    assert entries(Event.REQUEST_ASSIGNED) == []


def test_handing_over_nothing_is_told(officer: User, signed_in: made.SignIn) -> None:
    answer = signed_in(officer).post(HAND_OVER, {"to": ""}, follow=True)
    assert "Nothing was handed over, since none of the requests was ticked." in text_of(answer)
