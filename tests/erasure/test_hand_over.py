"""Handing over what somebody left behind: found by officers, counted for operators, done in bulk."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from audit.events import Event
from erasure import owners, together
from erasure.models import PrivacyRequest
from privacyadmin.models import User
from privacyadmin.roles import OFFICERS
from tests.cast import person
from tests.erasure import made_requests as made
from tests.erasure.filing_desk import text_of
from tests.erasure.made_overrides import entries

pytestmark = pytest.mark.django_db

PAGE = reverse("admin:requests_hand_over")


@pytest.fixture
def left(officer: User, operator: User, signed_in: made.SignIn) -> list[PrivacyRequest]:
    """Two open requests of Lena's, and one answered, after Petra deactivated her."""
    requests = [made.filed(officer, f"c-{number}") for number in range(3)]
    made.completed(made.only(requests[2]))
    made.answered(requests[2], officer)
    deactivate(signed_in(operator), officer)
    return requests


def deactivate(client: Client, whom: User) -> Any:
    return client.post(reverse("admin:people_deactivate", args=[whom.staff_id]), follow=True)


def give(client: Client, requests: list[PrivacyRequest], to: User | str, **options: Any) -> Any:
    staff_id = to if isinstance(to, str) else to.staff_id
    return client.post(PAGE, {"request": [one.reference for one in requests], "to": staff_id}, **options)


def test_operators_are_told_how_many_and_none_of_which(
    officer: User, operator: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer)
    client = signed_in(operator)
    theirs = reverse("admin:people_person", args=[officer.staff_id])
    assert "They have 1 open request." in text_of(client.get(theirs))
    told = deactivate(client, officer)
    assert "Lena Hofmann leaves 1 open request behind." in text_of(told)
    for page in (told, client.get(theirs)):
        assert request.reference not in page.content.decode()
    assert "They left 1 open request behind" in text_of(client.get(theirs))
    assert client.get(PAGE).status_code == 403


def test_nothing_is_said_of_somebody_who_leaves_nothing(
    officer: User, operator: User, signed_in: made.SignIn
) -> None:
    assert "behind" not in text_of(deactivate(signed_in(operator), officer))


def test_colleagues_find_them_among_what_needs_them_until_somebody_has_them(
    left: list[PrivacyRequest], other_officer: User, signed_in: made.SignIn
) -> None:
    client = signed_in(other_officer)
    first = client.get(reverse("admin:index")).context["needs"]["groups"][0]
    assert (first.group.need, first.group.count) == ("without_owner", 2)
    assert f'href="{PAGE}"' in client.get(reverse("admin:index")).content.decode()
    assert client.get(first.href).context["cl"].result_count == 2
    give(client, left[:2], other_officer)
    groups = client.get(reverse("admin:index")).context["needs"]["groups"]
    assert [shown.group.need for shown in groups] == ["under_way"]


def test_the_page_lists_the_open_ones_masked(
    left: list[PrivacyRequest], other_officer: User, signed_in: made.SignIn
) -> None:
    answer = signed_in(other_officer).get(PAGE)
    page = text_of(answer)
    assert "2 open requests of Lena Hofmann" in page
    for request in left[:2]:
        assert request.reference in page
    assert left[2].reference not in page
    assert "c-0" not in answer.content.decode()


def test_each_who_left_has_a_page(
    left: list[PrivacyRequest], other_officer: User, signed_in: made.SignIn
) -> None:
    gone = person("gone", OFFICERS, first_name="Tomas", last_name="Ek")
    theirs = made.filed(gone, "c-9")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    client = signed_in(other_officer)
    assert "Lena Hofmann : 2 open requests" in text_of(client.get(PAGE))
    page = text_of(client.get(PAGE, {"from": gone.staff_id}))
    assert "1 open request of Tomas Ek" in page
    assert theirs.reference in page


def test_they_are_handed_over_each_with_an_event(
    left: list[PrivacyRequest], officer: User, other_officer: User, signed_in: made.SignIn
) -> None:
    third = person("third", OFFICERS, first_name="Uma", last_name="Rao")
    answer = give(signed_in(other_officer), left[:2], third, follow=True)
    assert "Uma Rao has 2 more requests now." in text_of(answer)
    assert answer.redirect_chain[-1][0] == reverse("admin:index")
    assert {one.owner_id for one in owners.open_requests_of(third)} == {third.pk}
    assigned = entries(Event.REQUEST_ASSIGNED)
    assert len(assigned) == 2
    assert assigned[0]["actor"] == other_officer.actor
    assert assigned[0]["data"] == {"owner": third.actor, "previous": officer.actor}


def test_what_is_not_ticked_stays_and_the_page_goes_on(
    left: list[PrivacyRequest], other_officer: User, signed_in: made.SignIn
) -> None:
    answer = give(signed_in(other_officer), left[:1], other_officer, follow=True)
    assert "1 open request of Lena Hofmann" in text_of(answer)
    assert "Anna Berg has 1 more request now." in text_of(answer)


@pytest.mark.parametrize("to", ["", "nobody22"])
def test_without_a_colleague_nothing_is_handed_over_and_ticks_are_kept(
    to: str, left: list[PrivacyRequest], officer: User, other_officer: User, signed_in: made.SignIn
) -> None:
    answer = give(signed_in(other_officer), left[:1], to)
    page = answer.content.decode()
    assert "Nothing was handed over yet" in page
    assert page.count(" checked") == 1
    assert owners.open_requests_of(officer).count() == 2


def test_who_cannot_look_after_requests_gets_none(
    left: list[PrivacyRequest], officer: User, other_officer: User, reviewer: User, signed_in: made.SignIn
) -> None:
    for whom in (officer, reviewer):
        assert "Choose an officer who is active" in text_of(give(signed_in(other_officer), left[:1], whom))
    assert together.why_not_hand_over(left[0], reviewer) == (
        "Marek Vondra cannot look after requests: choose somebody else."
    )
    outcome = together.hand_over_all([left[0], left[2]], to=reviewer, by=other_officer)
    assert outcome.done == []
    assert set(outcome.refused) == {left[0].reference, left[2].reference}


def test_what_a_colleague_has_is_not_handed_over_from_here(
    left: list[PrivacyRequest], other_officer: User, signed_in: made.SignIn
) -> None:
    mine = made.filed(other_officer, "c-8")
    third = person("third", OFFICERS)
    answer = give(signed_in(other_officer), [left[0], mine], third, follow=True)
    assert "1 request had somebody already, and stayed there." in text_of(answer)
    mine.refresh_from_db()
    assert mine.owner_id == other_officer.pk


def test_nothing_ticked_is_told(
    left: list[PrivacyRequest], other_officer: User, signed_in: made.SignIn
) -> None:
    answer = give(signed_in(other_officer), [], other_officer, follow=True)
    assert "none of the requests was ticked" in text_of(answer)


def test_too_many_at_once_are_refused(other_officer: User, signed_in: made.SignIn) -> None:
    made_up = [f"PR-2026-{number:06d}" for number in range(1, together.MOST + 2)]
    answer = signed_in(other_officer).post(
        PAGE, {"request": made_up, "to": other_officer.staff_id}, follow=True
    )
    assert "Choose at most 100 at once" in text_of(answer)


def test_who_lost_the_role_and_the_command_line_have_nothing_either(
    officer: User, other_officer: User, signed_in: made.SignIn
) -> None:
    made.filed(officer, "c-1")
    officer.groups.remove(Group.objects.get(name=OFFICERS))
    account = User.objects.create_user("cli", password=None, first_name="Command line")
    account.groups.set(Group.objects.filter(name=OFFICERS))
    made.filed(account, "c-2")
    shown = signed_in(other_officer).get(PAGE).context["left"]
    assert {one.person.username for one in shown} == {"lena", "cli"}


def test_who_is_let_back_in_has_them_again(
    left: list[PrivacyRequest], officer: User, other_officer: User, operator: User, signed_in: made.SignIn
) -> None:
    signed_in(operator).post(reverse("admin:people_reactivate", args=[officer.staff_id]))
    assert "Every open request has somebody" in text_of(signed_in(other_officer).get(PAGE))


@pytest.mark.parametrize("who", ["reviewer", "auditor", "operator", "stranger"])
def test_it_is_for_officers(
    who: str, left: list[PrivacyRequest], signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.get(PAGE).status_code == 403
    assert give(client, left[:1], "x").status_code == 403
    assert entries(Event.REQUEST_ASSIGNED) == []


def test_it_takes_the_forms_token(left: list[PrivacyRequest], other_officer: User) -> None:
    assert give(made.guarded(other_officer), left[:1], other_officer).status_code == 403


def test_the_page_of_one_request_offers_the_colleagues_and_gives_it_to_the_one_chosen(
    officer: User, other_officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer)
    address = reverse("admin:request_hand_over", args=[request.reference])
    client = signed_in(officer)
    page = client.get(address).content.decode()
    assert f'<option value="{other_officer.staff_id}"' in page
    assert f'<option value="{officer.staff_id}"' not in page
    assert "There is no other officer" not in page
    client.post(address, {"to": other_officer.staff_id})
    request.refresh_from_db()
    assert request.owner == other_officer


def test_the_page_of_one_request_says_when_there_is_nobody_to_give_it_to(
    officer: User, signed_in: made.SignIn
) -> None:
    address = reverse("admin:request_hand_over", args=[made.filed(officer).reference])
    assert "There is no other officer who is active." in text_of(signed_in(officer).get(address))
