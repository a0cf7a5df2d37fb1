"""The set-up link: it makes one operator, once, within a day."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.events import Event
from audit.models import AuditEvent
from privacyadmin import set_up
from privacyadmin.models import User
from privacyadmin.roles import OPERATORS

pytestmark = pytest.mark.django_db
FORM = {
    "username": "petra",
    "password1": "a long enough pass phrase",
    "password2": "a long enough pass phrase",
}


def _path() -> str:
    link = set_up.set_up_link()
    assert link is not None
    return re.sub(r"^https?://[^/]+", "", link)


def test_it_makes_an_operator_who_can_sign_in(client: Client) -> None:
    path = _path()
    assert client.get(path).status_code == 200
    answer = client.post(path, FORM)
    assert answer.status_code == 302
    assert answer["Location"] == reverse("admin:login")
    user = User.objects.get(username="petra")
    assert [group.name for group in user.groups.all()] == [OPERATORS]
    assert user.is_staff
    assert not user.is_superuser
    assert client.login(username="petra", password=FORM["password1"])


def test_it_is_an_event(client: Client) -> None:
    client.post(_path(), FORM)
    user = User.objects.get(username="petra")
    event = AuditEvent.objects.get(act=Event.USER_ROLE_CHANGED)
    assert event.obj == f"user:{user.staff_id}"
    assert event.entry["data"] == {"added": ["operators"], "removed": []}


def test_it_works_once_only_and_says_what_to_do(client: Client) -> None:
    path = _path()
    client.post(path, FORM)
    answer = client.get(path)
    assert answer.status_code == 410
    assert "has an operator already" in answer.content.decode()
    assert client.post(path, {**FORM, "username": "mallory"}).status_code == 410
    assert not User.objects.filter(username="mallory").exists()


def test_no_link_is_made_once_there_is_an_operator(operator: User) -> None:
    assert set_up.set_up_link() is None


def test_an_operator_who_was_only_invited_does_not_close_the_door(operator: User) -> None:
    operator.set_unusable_password()
    operator.save()
    assert set_up.set_up_link() is not None


def test_a_deactivated_operator_does_not_open_it_again(operator: User) -> None:
    operator.is_active = False
    operator.save()
    assert set_up.set_up_link() is None


def test_it_expires_after_a_day(client: Client) -> None:
    path = _path()
    with time_machine.travel(timezone.now() + timedelta(hours=23, minutes=59)):
        assert client.get(path).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        assert client.get(path).status_code == 410
        assert client.post(path, FORM).status_code == 410


@pytest.mark.parametrize("token", ["forged", signing.dumps("first operator", salt="another purpose")])
def test_a_forged_link_is_worth_nothing(client: Client, token: str) -> None:
    assert client.get(reverse("set_up", args=[token])).status_code == 410


def test_a_link_changed_by_one_letter_is_worth_nothing(client: Client) -> None:
    path = _path()
    changed = path.replace("/set-up/", "/set-up/x")
    assert client.post(changed, FORM).status_code == 410


@pytest.mark.parametrize("password", ["short", "password", "petra-novak-of-berlin"])
def test_a_weak_password_is_refused_beside_its_field(client: Client, password: str) -> None:
    form = {"username": "petra-novak-berlin", "password1": password, "password2": password}
    answer = client.post(_path(), form)
    assert answer.status_code == 200
    assert "pa-error" in answer.content.decode()
    assert not User.objects.exists()


def test_it_takes_an_address_and_needs_none(client: Client) -> None:
    path = _path()
    assert "Write one address" in client.post(path, {**FORM, "email": "petra"}).content.decode()
    client.post(path, {**FORM, "email": "petra@example.org"})
    assert User.objects.get(username="petra").email == "petra@example.org"


def test_it_takes_nothing_but_name_address_and_password(client: Client) -> None:
    client.post(_path(), {**FORM, "is_superuser": "on", "staff_id": "mine2222"})
    user = User.objects.get(username="petra")
    assert not user.is_superuser
    assert user.staff_id != "mine2222"
