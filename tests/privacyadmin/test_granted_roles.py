"""Whoever is given a say over people's data: all auditors and reviewers are told by mail, who and by whom."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from erasure.models import Notice
from privacyadmin.models import User
from privacyadmin.roles import AUDITORS, OFFICERS, OPERATORS, REVIEWERS
from tests.audit.mail_server import MailServer
from tests.cast import person
from tests.erasure.mail_desk import delivered

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Client]
INVITATION = {"username": "sofia", "full_name": "Sofia Lindqvist"}
WATCHING = ["marek@example.org", "oskar@example.org"]


@pytest.fixture
def desk(operator: User, reviewer: User, auditor: User, signed_in: SignedIn) -> Client:
    """The operator's browser, with one reviewer and one auditor about."""
    return signed_in(operator)


def give(desk: Client, to: User, *roles: str) -> None:
    desk.post(reverse("admin:people_person", args=[to.staff_id]), {"roles": list(roles)})


def test_a_role_that_comes_with_an_invitation_is_told(mail_server: MailServer, desk: Client) -> None:
    desk.post(reverse("admin:people_invite"), {**INVITATION, "roles": [REVIEWERS, OFFICERS, AUDITORS]})
    mails = delivered(mail_server)
    assert sorted(mail.to for mail in mails) == WATCHING
    assert {mail.subject for mail in mails} == {"Somebody was given a role: Sofia Lindqvist"}
    words = "Sofia Lindqvist was given the roles Privacy officers, Reviewers by Petra Novak, "
    assert words in mails[0].text
    assert "/admin/people/" not in mails[0].text, "they could not open it"


@pytest.mark.parametrize("role", [REVIEWERS, OFFICERS])
def test_a_role_that_is_given_later_is_told_once(mail_server: MailServer, desk: Client, role: str) -> None:
    sofia = person("sofia", AUDITORS)
    for _twice in range(2):
        give(desk, sofia, AUDITORS, role)
    mails = delivered(mail_server)
    assert sorted(mail.to for mail in mails) == WATCHING
    assert f"sofia was given the role {role} by Petra Novak" in mails[0].text


def test_somebody_let_back_in_with_such_a_role_is_told(
    mail_server: MailServer, desk: Client, officer: User
) -> None:
    for step in ("deactivate", "reactivate", "reactivate"):
        desk.post(reverse(f"admin:people_{step}", args=[officer.staff_id]))
    mails = delivered(mail_server)
    assert sorted(mail.to for mail in mails) == WATCHING
    assert "Lena Hofmann was given the role Privacy officers by Petra Novak" in mails[0].text


def test_other_roles_and_roles_taken_away_are_told_to_nobody(
    mail_server: MailServer, desk: Client, officer: User
) -> None:
    desk.post(reverse("admin:people_invite"), {**INVITATION, "roles": [AUDITORS, OPERATORS]})
    give(desk, officer, AUDITORS)
    assert delivered(mail_server) == []


def test_who_was_deactivated_is_not_told(
    mail_server: MailServer, desk: Client, officer: User, reviewer: User
) -> None:
    desk.post(reverse("admin:people_deactivate", args=[reviewer.staff_id]))
    give(desk, officer, OFFICERS, REVIEWERS)
    assert [mail.to for mail in delivered(mail_server)] == ["oskar@example.org"]


def test_a_refused_change_tells_nobody(mail_server: MailServer, desk: Client, operator: User) -> None:
    give(desk, operator, OPERATORS, REVIEWERS)
    assert not Notice.objects.exists()


def test_a_line_break_in_a_name_does_not_keep_the_mail(mail_server: MailServer, desk: Client) -> None:
    name = "Sofia\nBcc: mallory@else.example"
    desk.post(reverse("admin:people_invite"), {**INVITATION, "full_name": name, "roles": [REVIEWERS]})
    assert sorted(mail.to for mail in delivered(mail_server)) == WATCHING
    assert not any(message["Bcc"] for _to, message in mail_server.came)
