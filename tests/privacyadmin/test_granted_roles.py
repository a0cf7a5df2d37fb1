"""Whoever is given a say over people's data: all auditors and reviewers are told by mail, who and by whom."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from erasure.models import Notice
from erasure.notice_mail import standing
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


def test_who_was_deactivated_before_is_told_of_that_alone(
    mail_server: MailServer, desk: Client, officer: User, reviewer: User
) -> None:
    desk.post(reverse("admin:people_deactivate", args=[reviewer.staff_id]))
    give(desk, officer, OFFICERS, REVIEWERS)
    assert sorted((mail.to, mail.subject) for mail in delivered(mail_server)) == [
        ("marek@example.org", "A role of yours has ended: Marek Vondra"),
        ("oskar@example.org", "Somebody was given a role: Lena Hofmann"),
    ]


# Nobody who watches is silenced unseen ------------------------------------------------------------------


def readdress(desk: Client, *people: User, email: str) -> None:
    for one in people:
        answer = desk.post(reverse("admin:people_address", args=[one.staff_id]), {"email": email})
        assert answer.status_code == 302


@pytest.mark.parametrize("email", ["", "operator@else.example"])
def test_a_grant_reaches_the_address_that_was_however_soon_it_is_changed(
    mail_server: MailServer, desk: Client, reviewer: User, auditor: User, email: str
) -> None:
    give(desk, person("puppet", OPERATORS), REVIEWERS)
    readdress(desk, reviewer, auditor, email=email)
    mails = delivered(mail_server)
    granted = [mail.to for mail in mails if mail.subject == "Somebody was given a role: puppet"]
    assert sorted(granted) == WATCHING


def test_a_grant_reaches_who_is_deactivated_before_the_mail_leaves(
    mail_server: MailServer, desk: Client, reviewer: User, auditor: User
) -> None:
    give(desk, person("puppet", OPERATORS), REVIEWERS)
    for one in (reviewer, auditor):
        desk.post(reverse("admin:people_deactivate", args=[one.staff_id]))
    mails = delivered(mail_server)
    assert (
        sorted(mail.to for mail in mails if mail.subject == "Somebody was given a role: puppet") == WATCHING
    )


@pytest.mark.parametrize(("email", "how"), [("", "removed"), ("operator@else.example", "changed")])
def test_an_address_taken_for_the_time_of_a_grant_is_told_where_it_was(
    mail_server: MailServer, desk: Client, reviewer: User, auditor: User, email: str, how: str
) -> None:
    readdress(desk, reviewer, email=email)
    readdress(desk, auditor, email=email)
    give(desk, person("puppet", OPERATORS), REVIEWERS)
    readdress(desk, reviewer, email="marek@example.org")
    readdress(desk, auditor, email="oskar@example.org")
    told = [mail for mail in delivered(mail_server) if mail.subject.startswith("Your address for notices")]
    assert {mail.to for mail in told} == {*WATCHING, *filter(None, [email])}
    words = " ".join(mail.text for mail in told if mail.to == "marek@example.org")
    assert f"The address of Marek Vondra was {how} by Petra Novak, " in words
    assert "Notices for you no longer come to this address. If you did not expect this" in words
    assert "else.example" not in words


def test_an_address_given_to_who_had_none_is_told_to_nobody(
    mail_server: MailServer, desk: Client, reviewer: User
) -> None:
    User.objects.filter(pk=reviewer.pk).update(email="")
    readdress(desk, reviewer, email="marek@example.org")
    assert delivered(mail_server) == []


def test_who_watches_no_longer_is_told_so_though_deactivated(
    mail_server: MailServer, desk: Client, reviewer: User, auditor: User
) -> None:
    give(desk, auditor, OPERATORS)
    desk.post(reverse("admin:people_deactivate", args=[reviewer.staff_id]))
    give(desk, person("puppet", OPERATORS), REVIEWERS)
    give(desk, auditor, AUDITORS)
    desk.post(reverse("admin:people_reactivate", args=[reviewer.staff_id]))
    ended = [mail for mail in delivered(mail_server) if mail.subject.startswith("A role of yours has ended")]
    assert sorted(mail.to for mail in ended) == WATCHING
    words = " ".join(mail.text for mail in ended)
    assert "Petra Novak ended the role Auditors of Oskar Lind, " in words
    assert "Petra Novak ended the role Reviewers of Marek Vondra, " in words


def test_who_goes_on_watching_in_another_role_is_not_told(
    mail_server: MailServer, desk: Client, officer: User
) -> None:
    both = person("both", AUDITORS, REVIEWERS)
    give(desk, both, AUDITORS)
    desk.post(reverse("admin:people_deactivate", args=[officer.staff_id]))
    assert delivered(mail_server) == []


def test_a_wrong_address_that_was_put_right_is_no_trouble_any_more(
    mail_server: MailServer, desk: Client, reviewer: User
) -> None:
    mail_server.answers["RCPT TO:<marek@example.org>"] = "550 no such address"
    give(desk, person("puppet", OPERATORS), REVIEWERS)
    delivered(mail_server)
    assert standing().refused == {reviewer.pk}
    readdress(desk, reviewer, email="vondra@example.org")
    assert delivered(mail_server) == []
    assert (standing().refused, standing().trouble) == (frozenset(), "")


def test_a_refused_change_tells_nobody(mail_server: MailServer, desk: Client, operator: User) -> None:
    give(desk, operator, OPERATORS, REVIEWERS)
    assert not Notice.objects.exists()


def test_a_line_break_in_a_name_does_not_keep_the_mail(mail_server: MailServer, desk: Client) -> None:
    name = "Sofia\nBcc: mallory@else.example"
    desk.post(reverse("admin:people_invite"), {**INVITATION, "full_name": name, "roles": [REVIEWERS]})
    assert sorted(mail.to for mail in delivered(mail_server)) == WATCHING
    assert not any(message["Bcc"] for _to, message in mail_server.came)
