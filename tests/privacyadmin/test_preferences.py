"""“Your settings”: everybody's own, and nobody else's."""

import pytest
from django.conf import settings
from django.test import Client

from privacyadmin.models import User
from tests.erasure.made_requests import SignIn

pytestmark = pytest.mark.django_db

PAGE = "/admin/settings/"
CHOICE = {"language": "de", "time_zone": "Europe/Berlin", "daily_digest": "on"}


def of(person: User) -> tuple[str, str, bool]:
    """What is chosen for them."""
    person.refresh_from_db()
    return person.language, person.time_zone, person.daily_digest


def text_of(client: Client, address: str = PAGE) -> str:
    return client.get(address).content.decode()


def test_it_keeps_what_somebody_chooses_and_says_so_in_the_new_language(
    officer: User, signed_in: SignIn
) -> None:
    answer = signed_in(officer).post(PAGE, CHOICE, follow=True)
    assert of(officer) == ("de", "Europe/Berlin", True)
    assert "Ihre Einstellungen sind gespeichert." in answer.content.decode()
    assert answer.client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "de"


def test_going_back_to_the_browsers_language_forgets_the_cookie(officer: User, signed_in: SignIn) -> None:
    lena = signed_in(officer)
    lena.post(PAGE, CHOICE)
    answer = lena.post(PAGE, {"language": "", "time_zone": ""}, follow=True)
    assert of(officer) == ("", "", False)
    assert "Your settings are saved." in answer.content.decode()
    assert answer.client.cookies[settings.LANGUAGE_COOKIE_NAME].value == ""


def test_anybody_who_is_signed_in_may_and_only_for_themselves(
    stranger: User, officer: User, signed_in: SignIn
) -> None:
    assert signed_in(stranger).post(PAGE, {**CHOICE, "id": officer.pk, "pk": officer.pk}).status_code == 302
    assert of(stranger) == ("de", "Europe/Berlin", True)
    assert of(officer) == ("", "", False)


def test_it_is_closed_to_who_is_not_signed_in(client: Client) -> None:
    assert client.post(PAGE, CHOICE)["Location"].startswith("/admin/login/")


def test_times_are_shown_in_the_chosen_zone(auditor: User, officer: User, signed_in: SignIn) -> None:
    oskar = signed_in(auditor)
    assert "Days are days in UTC" in text_of(oskar, "/admin/audit/auditevent/")
    oskar.post(PAGE, {"language": "", "time_zone": "asia/tokyo"})
    assert of(auditor) == ("", "Asia/Tokyo", False)
    assert "Days are days in Asia/Tokyo" in text_of(oskar, "/admin/audit/auditevent/")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"language": "fr"}, "There are no pages in that language. Choose one of these."),
        ({"time_zone": "Berlin"}, "There is no such time zone. Choose one from the list"),
        ({"time_zone": "../../etc/passwd"}, "There is no such time zone."),
        ({"time_zone": "x" * 65}, "64"),
    ],
)
def test_it_refuses_what_there_is_not_and_keeps_the_old(
    officer: User, signed_in: SignIn, wrong: dict[str, str], words: str
) -> None:
    lena = signed_in(officer)
    lena.post(PAGE, {**CHOICE, "language": "en-gb"})
    answer = lena.post(PAGE, {**CHOICE, **wrong})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert "Your settings are still the old ones" in answer.content.decode()
    assert of(officer) == ("en-gb", "Europe/Berlin", True)


def test_the_menu_of_the_person_leads_there(officer: User, signed_in: SignIn) -> None:
    assert f'<a href="{PAGE}">' in text_of(signed_in(officer), "/admin/")
