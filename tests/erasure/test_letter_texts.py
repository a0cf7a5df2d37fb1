"""Operators word letters in their own way."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from erasure.letters import text_in_force
from erasure.models import LetterText
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.answer_desk import text_at, words_of
from tests.erasure.at_work import event_data

pytestmark = pytest.mark.django_db

OURS = {"subject": "Your request {reference}", "body": "Hello,\n\nwe erased nothing.\n\n{rights}"}


def place(kind: str = "done", regulation: str = "any", language: str = "en") -> str:
    return reverse("admin:letter_text", args=[kind, regulation, language])


def keep(client: Client, at: str, **changes: Any) -> Any:
    return client.post(at, {"do": "save", **OURS, **changes}, follow=True)


def test_a_text_that_was_kept_is_the_one_letters_are_written_from(
    operator: User, officer: User, signed_in: made.SignIn
) -> None:
    keep(signed_in(operator), place("acknowledgement"))
    request = made.registered(officer, ("email", "a@example.org"))
    address = reverse("admin:request_letter", args=[request.reference, "acknowledgement"])
    page = signed_in(officer).get(address)
    assert text_at(page, "letter-subject") == f"Your request {request.reference}"
    assert text_at(page, "letter-body").startswith("Hello,")
    assert event_data("letter:acknowledgement-any-en", "letter.edited") == [
        {"kind": "acknowledgement", "regulation": None, "language": "en", "act": "written"}
    ]


def test_one_for_a_regulation_goes_before_the_one_for_all_and_languages_stay_apart(
    operator: User, signed_in: made.SignIn
) -> None:
    client = signed_in(operator)
    keep(client, place(), subject="For all")
    keep(client, place(regulation="ccpa"), subject="For California")
    assert text_in_force("done", "ccpa", "en").subject == "For California"
    assert text_in_force("done", "gdpr", "en").subject == "For all"
    assert text_in_force("done", "ccpa", "de").subject.startswith("Ihr Antrag")


def test_the_preview_shows_it_with_made_up_values_and_keeps_nothing(
    operator: User, signed_in: made.SignIn
) -> None:
    page = keep(signed_in(operator), place(), do="preview", body="Dear {reference}, {parts}")
    assert text_at(page, "preview").startswith("Dear PR-2026-000042, – Contact, Email")
    assert not LetterText.objects.exists()
    assert event_data("letter:done-any-en", "letter.edited") == []


@pytest.mark.parametrize(
    ("field", "text"),
    [("body", "Dear {name},"), ("subject", "{due}"), ("body", "a { b"), ("body", "{reason}")],
)
def test_an_unknown_placeholder_is_refused_with_the_list_and_what_was_typed_stays(
    field: str, text: str, operator: User, signed_in: made.SignIn
) -> None:
    page = keep(signed_in(operator), place(), **{field: text})
    assert "{reference}" in str(page.context["form"].errors[field])
    assert text in words_of(page) or text in page.content.decode()
    assert not LetterText.objects.exists()


@pytest.mark.parametrize("field", ["subject", "body"])
def test_a_letter_says_something(field: str, operator: User, signed_in: made.SignIn) -> None:
    page = keep(signed_in(operator), place(), **{field: "  "})
    assert list(page.context["form"].errors) == [field]
    assert not LetterText.objects.exists()


def test_our_own_text_is_put_back(operator: User, signed_in: made.SignIn) -> None:
    client = signed_in(operator)
    keep(client, place())
    assert "Written here" in words_of(client.get(reverse("admin:letter_texts")))
    back = reverse("admin:letter_text_back", args=["done", "any", "en"])
    assert "own text is back" in words_of(client.post(back, follow=True))
    assert "own text already" in words_of(client.post(back, follow=True))
    assert text_in_force("done", "gdpr", "en").body.startswith("Dear Sir or Madam,")
    acts = [data["act"] for data in event_data("letter:done-any-en", "letter.edited")]
    assert acts == ["written", "put_back"]


@pytest.mark.parametrize("at", [("love", "any", "en"), ("done", "mars", "en"), ("done", "any", "fr")])
def test_what_there_is_no_text_for_is_no_page(
    at: tuple[str, str, str], operator: User, signed_in: made.SignIn
) -> None:
    assert signed_in(operator).get(place(*at)).status_code == 404


@pytest.mark.parametrize("who", ["officer", "reviewer", "auditor", "stranger"])
def test_only_operators_word_letters(
    who: str, signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.get(place()).status_code == 403
    assert keep(client, place()).status_code == 403
    assert not LetterText.objects.exists()
