"""In which language pages speak, to whom, and that it stays with that person."""

import threading

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from privacyadmin.models import User
from tests.cast import PASSWORD
from tests.erasure.made_requests import SignIn

pytestmark = pytest.mark.django_db

HOME = "/admin/"
DOOR = "/admin/login/"
SWITCH = "/admin/language/"


def speaking(person: User, language: str) -> User:
    """The person, with this language chosen."""
    person.language = language
    person.save(update_fields=["language"])
    return person


def text_of(client: Client, address: str = HOME, **headers: str) -> str:
    return client.get(address, headers=headers).content.decode()


def test_it_speaks_german_to_lena_and_english_to_marek(
    officer: User, reviewer: User, signed_in: SignIn
) -> None:
    lena, marek = signed_in(speaking(officer, "de")), signed_in(speaking(reviewer, "en-gb"))
    assert ">Anträge<" in text_of(lena)
    assert ">Requests<" in text_of(marek)
    assert ">Anträge<" in text_of(lena)


def test_it_says_which_language_a_page_is_in(officer: User, signed_in: SignIn) -> None:
    answer = signed_in(speaking(officer, "de")).get(HOME)
    assert answer["Content-Language"] == "de"
    assert {"Accept-Language", "Cookie"} <= set(answer["Vary"].split(", "))
    assert '<html lang="de"' in answer.content.decode()


def test_what_is_no_page_says_nothing_of_a_language(client: Client) -> None:
    assert "Content-Language" not in client.get("/healthz", headers={"Accept-Language": "de"})


def test_it_speaks_as_the_browser_asks_while_nothing_is_chosen(officer: User, signed_in: SignIn) -> None:
    lena = signed_in(officer)
    assert ">Anträge<" in text_of(lena, **{"Accept-Language": "de-AT,en;q=0.5"})
    assert ">Requests<" in text_of(lena, **{"Accept-Language": "fr"})
    assert ">Requests<" in text_of(lena)


def test_the_accounts_language_counts_before_cookie_and_browser(officer: User, signed_in: SignIn) -> None:
    lena = signed_in(speaking(officer, "en-gb"))
    lena.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    assert ">Requests<" in text_of(lena, **{"Accept-Language": "de"})


def test_a_language_that_is_no_longer_spoken_is_as_if_none_were_chosen(
    officer: User, signed_in: SignIn
) -> None:
    assert ">Requests<" in text_of(signed_in(speaking(officer, "fr")))


def test_the_switch_before_the_sign_in_is_kept_in_a_cookie(client: Client) -> None:
    assert "Sign in to" in text_of(client, DOOR)
    answer = client.post(SWITCH, {"language": "de", "next": f"{DOOR}?next=/admin/holds/"})
    assert answer["Location"] == f"{DOOR}?next=/admin/holds/"
    cookie = answer.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("de", True, "Lax")
    assert "Bei PrivacyAdmin anmelden" in text_of(client, DOOR)


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "javascript:alert(1)", ""])
def test_the_switch_leads_nowhere_else(client: Client, elsewhere: str) -> None:
    assert client.post(SWITCH, {"language": "de", "next": elsewhere})["Location"] == DOOR


@pytest.mark.parametrize("unknown", ["fr", "de-at", "../de", ""])
def test_the_switch_refuses_a_language_that_is_not_spoken(client: Client, unknown: str) -> None:
    answer = client.post(SWITCH, {"language": unknown})
    assert answer.status_code == 400
    assert settings.LANGUAGE_COOKIE_NAME not in answer.cookies


def test_a_choice_is_kept_over_sign_outs_and_in_another_browser(officer: User) -> None:
    speaking(officer, "de")
    for browser in (Client(), Client()):
        browser.post(DOOR, {"username": officer.username, "password": PASSWORD})
        assert ">Anträge<" in text_of(browser)
        browser.post(reverse("admin:logout"))


def test_errors_are_told_in_the_readers_language(officer: User, reviewer: User, signed_in: SignIn) -> None:
    lena = signed_in(speaking(officer, "de"))
    refused = lena.get("/admin/holds/")
    assert refused.status_code == 403
    assert "Ihre Rolle umfasst dies nicht" in refused.content.decode()
    assert '<html lang="de">' in refused.content.decode()
    missing = lena.get("/admin/nowhere/").content.decode()
    assert "Diese Seite gibt es nicht" in missing


def test_a_persons_language_stays_in_their_request(officer: User, signed_in: SignIn) -> None:
    before = translation.get_language()
    lena = signed_in(speaking(officer, "de"))
    assert ">Anträge<" in text_of(lena)
    assert translation.get_language() == before
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("erasure.admin.dashboard.fill", _breaks)
        lena.raise_request_exception = False
        assert lena.get(HOME).status_code == 500
    assert translation.get_language() == before


def _breaks(*_arguments: object) -> None:
    raise RuntimeError("made to happen")


def test_one_persons_language_does_not_reach_another_thread(officer: User, signed_in: SignIn) -> None:
    heard: list[str | None] = []
    with translation.override("de"):
        thread = threading.Thread(target=lambda: heard.append(translation.get_language()))
        thread.start()
        thread.join()
    assert heard == [settings.LANGUAGE_CODE]
