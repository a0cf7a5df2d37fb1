"""Operators invite people and change their roles and their way in; never their own, never a superuser's."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.events import Event
from audit.models import AuditEvent
from privacyadmin.models import User
from privacyadmin.people import roles_of
from privacyadmin.roles import OFFICERS, REVIEWERS
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Client]
INVITATION = {"username": "sofia", "full_name": "Sofia Lindqvist", "roles": [OFFICERS]}
NEW_PASSWORD = "a long enough pass phrase"


@pytest.fixture
def desk(operator: User, signed_in: SignedIn) -> Client:
    """The operator's browser."""
    return signed_in(operator)


def _link(html: str) -> str:
    found = re.search(r"https?://[^/\s]+(/admin/invitation/[^\s<]+)", html)
    assert found is not None
    return found.group(1)


def _invite(desk: Client, **changes: object) -> str:
    return _link(desk.post(reverse("admin:people_invite"), {**INVITATION, **changes}).content.decode())


def _accept(path: str, password: str = NEW_PASSWORD) -> int:
    browser = Client()
    answer = browser.get(path, follow=True)
    form = answer.request["PATH_INFO"]
    return browser.post(form, {"new_password1": password, "new_password2": password}).status_code


def test_somebody_invited_chooses_a_password_and_signs_in(desk: Client) -> None:
    assert _accept(_invite(desk)) == 302
    sofia = User.objects.get(username="sofia")
    assert (sofia.shown_name, roles_of(sofia)) == ("Sofia Lindqvist", [OFFICERS])
    assert Client().login(username="sofia", password=NEW_PASSWORD)


def test_an_invitation_is_an_event_that_names_the_roles(desk: Client, operator: User) -> None:
    _invite(desk, roles=[OFFICERS, REVIEWERS])
    event = AuditEvent.objects.get(act=Event.USER_INVITED)
    assert event.actor == operator.actor
    assert event.entry["data"] == {"roles": ["privacy-officers", "reviewers"]}
    assert "sofia" not in event.body


def test_a_link_works_once(desk: Client) -> None:
    path = _invite(desk)
    _accept(path)
    answer = Client().get(path, follow=True)
    assert "This link no longer works" in answer.content.decode()


def test_a_link_expires(desk: Client) -> None:
    path = _invite(desk)
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        assert "This link no longer works" in Client().get(path, follow=True).content.decode()


def test_a_new_link_makes_the_old_one_worthless(desk: Client) -> None:
    old = _invite(desk)
    sofia = User.objects.get(username="sofia")
    new = _link(desk.post(reverse("admin:people_link", args=[sofia.staff_id])).content.decode())
    assert "This link no longer works" in Client().get(old, follow=True).content.decode()
    assert _accept(new) == 302


def test_a_link_of_somebody_deactivated_is_worthless(desk: Client) -> None:
    path = _invite(desk)
    desk.post(reverse("admin:people_deactivate", args=[User.objects.get(username="sofia").staff_id]))
    assert "This link no longer works" in Client().get(path, follow=True).content.decode()


def test_nobody_with_a_password_is_given_a_link(desk: Client, officer: User) -> None:
    assert desk.post(reverse("admin:people_link", args=[officer.staff_id])).status_code == 403
    assert Client().login(username="lena", password=PASSWORD)


def test_a_weak_password_is_refused(desk: Client) -> None:
    assert _accept(_invite(desk), "short") == 200
    assert not User.objects.get(username="sofia").has_usable_password()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"roles": []}, "Choose at least one role."),
        ({"roles": ["Superusers"]}, "Superusers is not one of the available choices"),
        ({"username": "PETRA"}, "Somebody has this user name already"),
        ({"username": "not allowed!"}, "valid username"),
        ({"full_name": ""}, "No name is given."),
    ],
)
def test_a_bad_invitation_is_explained_beside_the_field(
    desk: Client, changes: dict[str, object], words: str
) -> None:
    answer = desk.post(reverse("admin:people_invite"), {**INVITATION, **changes})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not User.objects.filter(username="sofia").exists()


def test_what_the_form_does_not_offer_is_ignored(desk: Client) -> None:
    _invite(desk, is_superuser="on", password="known", user_permissions="1", is_active="")
    sofia = User.objects.get(username="sofia")
    assert (sofia.is_superuser, sofia.has_usable_password(), sofia.is_active) == (False, False, True)


def test_roles_are_changed_at_once_and_the_change_is_an_event(
    desk: Client, officer: User, signed_in: SignedIn
) -> None:
    hers = signed_in(officer)
    desk.post(reverse("admin:people_person", args=[officer.staff_id]), {"roles": [REVIEWERS]})
    assert roles_of(User.objects.get(pk=officer.pk)) == [REVIEWERS]
    event = AuditEvent.objects.get(act=Event.USER_ROLE_CHANGED)
    assert event.entry["data"] == {"added": ["reviewers"], "removed": ["privacy-officers"]}
    assert hers.get(reverse("admin:people")).status_code == 403


def test_the_same_roles_again_are_no_event(desk: Client, officer: User) -> None:
    desk.post(reverse("admin:people_person", args=[officer.staff_id]), {"roles": [OFFICERS]})
    assert not AuditEvent.objects.filter(act=Event.USER_ROLE_CHANGED).exists()


def test_groups_that_are_no_roles_are_left_alone(desk: Client, officer: User) -> None:
    officer.groups.add(Group.objects.create(name="Choir"))
    desk.post(reverse("admin:people_person", args=[officer.staff_id]), {"roles": [REVIEWERS]})
    assert {group.name for group in officer.groups.all()} == {"Choir", REVIEWERS}


def test_a_deactivated_persons_session_is_dead_at_once(
    desk: Client, officer: User, signed_in: SignedIn
) -> None:
    hers = signed_in(officer)
    assert hers.get(reverse("admin:password_change")).status_code == 200
    desk.post(reverse("admin:people_deactivate", args=[officer.staff_id]))
    assert hers.get(reverse("admin:password_change")).status_code == 302
    assert not Client().login(username="lena", password=PASSWORD)
    assert AuditEvent.objects.get(act=Event.USER_DEACTIVATED).obj == f"user:{officer.staff_id}"


def test_somebody_let_back_in_signs_in_as_before(desk: Client, officer: User) -> None:
    for step in ("deactivate", "reactivate"):
        desk.post(reverse(f"admin:people_{step}", args=[officer.staff_id]))
    assert Client().login(username="lena", password=PASSWORD)
    assert AuditEvent.objects.filter(act=Event.USER_REACTIVATED).count() == 1


def test_deactivating_twice_is_one_event(desk: Client, officer: User) -> None:
    for _ in range(2):
        desk.post(reverse("admin:people_deactivate", args=[officer.staff_id]))
    assert AuditEvent.objects.filter(act=Event.USER_DEACTIVATED).count() == 1


@pytest.mark.parametrize("step", ["person", "link", "deactivate", "reactivate"])
def test_nobody_changes_their_own_account_or_a_superusers(
    desk: Client, operator: User, superuser: User, step: str
) -> None:
    for untouchable in (operator, superuser):
        path = reverse(f"admin:people_{step}", args=[untouchable.staff_id])
        assert desk.post(path, {"roles": [OFFICERS]}).status_code == 403
    operator.refresh_from_db()
    assert operator.is_active
    assert roles_of(operator) == ["Operators"]


@pytest.mark.parametrize("name", ["people", "people_invite"])
def test_the_pages_are_for_operators_alone(
    name: str, officer: User, reviewer: User, auditor: User, stranger: User, signed_in: SignedIn
) -> None:
    path = reverse(f"admin:{name}")
    assert Client().get(path).status_code == 302
    for user in (officer, reviewer, auditor, stranger):
        assert signed_in(user).get(path).status_code == 403


@pytest.mark.parametrize("step", ["person", "link", "deactivate", "reactivate"])
def test_changing_somebody_is_for_operators_alone(
    step: str, officer: User, reviewer: User, signed_in: SignedIn
) -> None:
    path = reverse(f"admin:people_{step}", args=[reviewer.staff_id])
    assert signed_in(officer).post(path, {"roles": [OFFICERS]}).status_code == 403
    assert roles_of(reviewer) == [REVIEWERS]


@pytest.mark.parametrize("step", ["link", "deactivate", "reactivate"])
def test_nothing_changes_by_looking(desk: Client, officer: User, step: str) -> None:
    assert desk.get(reverse(f"admin:people_{step}", args=[officer.staff_id])).status_code == 405


def test_an_unknown_person_is_not_found(desk: Client) -> None:
    assert desk.get(reverse("admin:people_person", args=["nobody22"])).status_code == 404
    assert desk.post(reverse("admin:people_deactivate", args=["nobody22"])).status_code == 404


def test_every_change_needs_the_token_of_our_own_pages(operator: User, officer: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(operator)
    assert browser.post(reverse("admin:people_deactivate", args=[officer.staff_id])).status_code == 403


def test_the_list_shows_roles_and_states(desk: Client, officer: User, reviewer: User) -> None:
    _invite(desk)
    desk.post(reverse("admin:people_deactivate", args=[reviewer.staff_id]))
    html = desk.get(reverse("admin:people")).content.decode()
    for words in ("Lena Hofmann", "Privacy officers", "Invited", "Deactivated", "Petra Novak (you)"):
        assert words in html
