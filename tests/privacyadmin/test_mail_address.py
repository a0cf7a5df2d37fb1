"""Where somebody's notices go: given at the invitation, changed by operators, and what became of the mail."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.events import Event
from audit.models import AuditEvent
from erasure import notices
from erasure.choices import NoticeKind
from privacyadmin.models import User
from privacyadmin.roles import OFFICERS
from tests.audit.mail_server import MailServer, listening
from tests.erasure.mail_desk import delivered

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Client]
INVITATION = {"username": "sofia", "full_name": "Sofia Lindqvist", "roles": [OFFICERS]}


@pytest.fixture
def desk(operator: User, signed_in: SignedIn) -> Client:
    """The operator's browser."""
    return signed_in(operator)


def address_page(user: User) -> str:
    return reverse("admin:people_address", args=[user.staff_id])


def tell(*people: User) -> None:
    for one in people:
        notices.tell(
            [one.pk],
            NoticeKind.SUSPENDED,
            about="PR-2026-000001/1",
            target="PR-2026-000001",
            now=timezone.now(),
        )


def test_it_comes_with_the_invitation_or_not_at_all(desk: Client) -> None:
    page = reverse("admin:people_invite")
    assert "Without it they get no mail" in desk.get(page).content.decode()
    desk.post(page, {**INVITATION, "email": "sofia@example.org"})
    desk.post(page, {**INVITATION, "username": "timo"})
    assert list(User.objects.filter(username__in=["sofia", "timo"]).values_list("email", flat=True)) == [
        "sofia@example.org",
        "",
    ]


@pytest.mark.parametrize("email", ["sofia", "a@b", "a@example.org, b@example.org", "x\n@example.org"])
def test_what_is_no_address_is_refused_beside_its_field(desk: Client, officer: User, email: str) -> None:
    invited = desk.post(reverse("admin:people_invite"), {**INVITATION, "email": email})
    changed = desk.post(address_page(officer), {"email": email})
    for answer in (invited, changed):
        assert answer.status_code == 200
        assert "Write one address, such as name@example.org" in answer.content.decode()
    assert not User.objects.filter(username="sofia").exists()
    officer.refresh_from_db()
    assert officer.email == "lena@example.org"


def test_an_operator_changes_it_and_the_change_is_an_event_without_it(
    desk: Client, operator: User, officer: User
) -> None:
    for email in ("hofmann@example.org", "hofmann@example.org", ""):
        assert desk.post(address_page(officer), {"email": email}).status_code == 302
    given, taken = AuditEvent.objects.filter(act=Event.USER_ADDRESS_CHANGED).order_by("seq")
    assert (given.actor, given.obj) == (operator.actor, f"user:{officer.staff_id}")
    assert (given.entry["data"], taken.entry["data"]) == ({"has_one": True}, {"has_one": False})
    assert "hofmann" not in given.body


def test_nobody_changes_their_own_or_a_superusers(desk: Client, operator: User, superuser: User) -> None:
    for untouchable in (operator, superuser):
        assert desk.post(address_page(untouchable), {"email": "x@example.org"}).status_code == 403
        before = untouchable.email
        untouchable.refresh_from_db()
        assert untouchable.email == before


def test_it_is_for_operators_and_takes_a_post_with_its_token(
    desk: Client, operator: User, officer: User, reviewer: User, signed_in: SignedIn
) -> None:
    for user in (officer, reviewer):
        assert signed_in(user).post(address_page(reviewer), {"email": "x@example.org"}).status_code == 403
    assert desk.get(address_page(reviewer)).status_code == 405
    assert desk.post(reverse("admin:people_address", args=["nobody22"]), {}).status_code == 404
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(operator)
    assert browser.post(address_page(reviewer), {"email": "x@example.org"}).status_code == 403
    reviewer.refresh_from_db()
    assert reviewer.email == "marek@example.org"


def test_what_was_refused_for_the_old_one_goes_to_the_new_one(
    mail_server: MailServer, desk: Client, officer: User
) -> None:
    mail_server.answers["RCPT TO:<lena@example.org>"] = "550 no such address"
    tell(officer)
    assert delivered(mail_server) == []
    assert "Mail refused" in desk.get(reverse("admin:people")).content.decode()
    desk.post(address_page(officer), {"email": "hofmann@example.org"})
    assert "Mail refused" not in desk.get(reverse("admin:people")).content.decode()
    assert [mail.to for mail in delivered(mail_server)] == ["hofmann@example.org"]


def test_people_shows_addresses_and_that_mail_is_not_set_up(
    desk: Client, officer: User, settings: LazySettings
) -> None:
    settings.EMAIL_HOST = ""
    html = desk.get(reverse("admin:people")).content.decode()
    assert "lena@example.org" in html
    assert "Mail is not set up" in html


def test_people_tells_how_many_notices_did_not_go_and_why(
    mail_server: MailServer, desk: Client, officer: User, reviewer: User, settings: LazySettings
) -> None:
    assert "could not be mailed" not in desk.get(reverse("admin:people")).content.decode()
    with listening() as gone:
        settings.EMAIL_PORT = gone.port
    tell(officer, reviewer)
    delivered(mail_server)
    html = desk.get(reverse("admin:people")).content.decode()
    assert "2 notices could not be mailed, the first made at" in html
    assert "The mail server could not be reached: check EMAIL_HOST" in html


def test_everybody_sees_their_own_beside_their_password(officer: User, signed_in: SignedIn) -> None:
    page = reverse("admin:password_change")
    assert "lena@example.org" in signed_in(officer).get(page).content.decode()
    User.objects.update(email="")
    assert "You have no e-mail address here" in signed_in(officer).get(page).content.decode()
