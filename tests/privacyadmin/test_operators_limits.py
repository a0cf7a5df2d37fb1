"""What operators cannot do whatever they post: make a superuser, touch their own account, set a password.

And from when on a change counts: with the next request of whoever it is about, in sessions already open.
"""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from privacyadmin import people
from privacyadmin.models import User
from privacyadmin.people import roles_of
from privacyadmin.roles import OFFICERS, OPERATORS, REVIEWERS, ROLES
from tests.cast import PASSWORD, person
from tests.erasure import made_requests as made

pytestmark = pytest.mark.django_db

STEPS = ("person", "link", "deactivate", "reactivate")
INVITATION = {"username": "sofia", "full_name": "Sofia Lindqvist"}


@pytest.fixture
def colleague(db: None) -> User:
    return person("kim", OFFICERS)


@pytest.fixture
def invited(operator: User) -> User:
    sofia = User(username="tom", first_name="Tom")
    people.invite(operator, sofia, roles=[OFFICERS])
    return sofia


def crafted(operator: User) -> dict[str, Any]:
    """Everything that a form of the people pages does not offer, and every role."""
    return {
        "roles": list(ROLES),
        "is_superuser": "on",
        "is_staff": "on",
        "is_active": "on",
        "groups": [str(pk) for pk in Group.objects.values_list("pk", flat=True)],
        "user_permissions": [str(pk) for pk in Permission.objects.values_list("pk", flat=True)],
        "password": "chosen by another",
        "password1": "chosen by another",
        "password2": "chosen by another",
        "new_password1": "chosen by another",
        "new_password2": "chosen by another",
        "staff_id": operator.staff_id,
        "id": str(operator.pk),
        "pk": str(operator.pk),
        "username": operator.username,
    }


def powers() -> dict[str, tuple[Any, ...]]:
    """What no operator may change about anybody: the flags, permissions of their own, and the password."""
    return {
        user.username: (
            user.is_superuser,
            user.is_staff,
            user.staff_id,
            sorted(user.user_permissions.values_list("pk", flat=True)),
            user.password if user.has_usable_password() else "none",
        )
        for user in User.objects.all()
    }


@pytest.mark.parametrize("target", ["colleague", "invited", "operator", "superuser"])
@pytest.mark.parametrize("step", STEPS)
def test_no_crafted_form_raises_anybody_or_sets_a_password(
    step: str,
    target: str,
    operator: User,
    colleague: User,
    invited: User,
    superuser: User,
    signed_in: made.SignIn,
    request: pytest.FixtureRequest,
) -> None:
    desk = signed_in(operator)
    before = powers()
    whom = request.getfixturevalue(target)
    answer = desk.post(reverse(f"admin:people_{step}", args=[whom.staff_id]), crafted(operator))
    assert powers() == before
    assert roles_of(User.objects.get(pk=operator.pk)) == [OPERATORS]
    if target in {"operator", "superuser"}:
        assert answer.status_code == 403
        whom.refresh_from_db()
        assert whom.is_active
        assert roles_of(whom) == ([OPERATORS] if target == "operator" else [])


def test_an_invitation_makes_nobody_more_than_its_roles(operator: User, signed_in: made.SignIn) -> None:
    desk = signed_in(operator)
    desk.post(reverse("admin:people_invite"), {**crafted(operator), **INVITATION, "roles": [OFFICERS]})
    sofia = User.objects.get(username="sofia")
    assert (sofia.is_superuser, sofia.has_usable_password()) == (False, False)
    assert not sofia.user_permissions.exists()
    assert roles_of(sofia) == [OFFICERS]
    assert (sofia.pk, sofia.staff_id) != (operator.pk, operator.staff_id)


def test_the_overview_takes_no_form(operator: User, signed_in: made.SignIn) -> None:
    before = powers()
    assert signed_in(operator).post(reverse("admin:people"), crafted(operator)).status_code == 405
    assert powers() == before


def test_changing_ones_own_password_changes_nothing_else(operator: User, signed_in: made.SignIn) -> None:
    new = "a long enough pass phrase"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    answer = signed_in(operator).post(reverse("admin:password_change"), {**crafted(operator), **form})
    assert answer.status_code == 302
    operator.refresh_from_db()
    assert operator.check_password(new)
    assert not operator.is_superuser
    assert not operator.user_permissions.exists()
    assert roles_of(operator) == [OPERATORS]


def test_the_service_account_is_out_of_reach(operator: User, signed_in: made.SignIn) -> None:
    service = User.objects.create_user("cli", is_staff=False)
    desk = signed_in(operator)
    for step in STEPS:
        answer = desk.post(reverse(f"admin:people_{step}", args=[service.staff_id]), crafted(operator))
        assert answer.status_code in {403, 404}
    service.refresh_from_db()
    assert (service.is_staff, service.is_active, roles_of(service)) == (False, True, [])


# From when on a change counts -----------------------------------------------------------------------------


def test_a_role_taken_away_counts_from_the_next_request_on(
    officer: User, operator: User, signed_in: made.SignIn
) -> None:
    request = made.registered(officer)
    hers = signed_in(officer)
    page = reverse("admin:request_page", args=[request.reference])
    take_over = reverse("admin:request_take_over", args=[request.reference])
    assert hers.post(take_over).status_code == 302
    signed_in(operator).post(reverse("admin:people_person", args=[officer.staff_id]), {"roles": [OPERATORS]})
    assert hers.get(page).status_code == 403
    assert hers.post(take_over).status_code == 403
    assert hers.get(reverse("admin:people")).status_code == 200


def test_a_role_given_counts_from_the_next_request_on_too(
    officer: User, operator: User, signed_in: made.SignIn
) -> None:
    hers = signed_in(officer)
    assert hers.get(reverse("admin:override_list")).status_code == 403
    address = reverse("admin:people_person", args=[officer.staff_id])
    signed_in(operator).post(address, {"roles": [OFFICERS, REVIEWERS]})
    assert hers.get(reverse("admin:override_list")).status_code == 200


def _status(client: Client) -> int:
    return client.get(reverse("admin:index")).status_code


def test_deactivation_ends_every_open_session_for_good(
    officer: User, reviewer: User, operator: User, signed_in: made.SignIn
) -> None:
    at_work, at_home, marek, desk = map(signed_in, (officer, officer, reviewer, operator))
    assert [_status(client) for client in (at_work, at_home, marek)] == [200, 200, 200]
    desk.post(reverse("admin:people_deactivate", args=[officer.staff_id]))
    assert [_status(client) for client in (at_work, at_home, marek, desk)] == [302, 302, 200, 200]
    desk.post(reverse("admin:people_reactivate", args=[officer.staff_id]))
    assert [_status(client) for client in (at_work, at_home)] == [302, 302]
    assert _status(signed_in(officer)) == 200
