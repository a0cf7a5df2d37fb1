"""The letters of a request on a page of their own, to copy or print."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from erasure.deadlines import long_date
from erasure.models import PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.answer_desk import address, answer, text_at, words_of

pytestmark = pytest.mark.django_db


def letter(client: Client, request: PrivacyRequest, kind: str, language: str = "en") -> Any:
    return client.get(reverse("admin:request_letter", args=[request.reference, kind]), {"language": language})


@pytest.fixture
def registered(officer: User) -> PrivacyRequest:
    return made.registered(
        officer,
        ("email", "a@example.org"),
        received_on=made.today() - timedelta(days=5),
        note="They always complain.",
    )


def test_the_answer_that_was_recorded_is_written_as_it_was_given(
    officer: User, signed_in: made.SignIn
) -> None:
    request, client = made.filed(officer, "c-2026-1", "c-2026-2"), signed_in(officer)
    made.completed(made.only(request, 1))
    made.failed(made.only(request, 2))
    answer(client, request, "1 done", "2 refused legal_claims", note="They always complain.")
    body = text_at(letter(client, request, "partly_done"), "letter-body")
    assert "reported the erasure as done" in body
    assert "legal claims" in body
    assert "They always complain." not in body
    assert (
        reverse("admin:request_letter", args=[request.reference, "partly_done"])
        in client.get(address(request, "page")).content.decode()
    )


def test_an_extension_is_written_as_the_person_was_told(
    registered: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    made.extended(registered, officer)
    body = text_at(letter(signed_in(officer), registered, "extension", "de"), "letter-body")
    assert "Wir brauchen mehr Zeit." in body
    assert "Your data is spread over several systems." in body
    assert f"{registered.due_on.day}. " in body


def test_the_acknowledgement_can_be_had_at_once(
    registered: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    page = letter(signed_in(officer), registered, "acknowledgement")
    body = text_at(page, "letter-body")
    assert long_date(registered.due_on) in body
    assert "They always complain." not in body
    assert 'data-copies="letter-body"' in page.content.decode()


@pytest.mark.parametrize(
    ("kind", "words"), [("done", "is not answered yet"), ("extension", "The time was not extended.")]
)
def test_where_there_is_nothing_to_write_it_says_what_comes_first(
    kind: str, words: str, registered: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    page = letter(signed_in(officer), registered, kind)
    assert page.context["letter"] is None
    assert words in words_of(page)


def test_an_answer_of_another_kind_is_named(
    registered: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    made.answered(registered, officer, made.Outcome.WITHDRAWN)
    assert "Withdrawn by the person" in words_of(letter(signed_in(officer), registered, "done"))


def test_after_the_shredding_there_is_none(
    registered: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    made.answered(registered, officer, made.Outcome.WITHDRAWN)
    PrivacyRequest.objects.filter(pk=registered.pk).update(
        shredded_at=made.now(), note=None, answer_note=None
    )
    assert "has been shredded" in words_of(letter(signed_in(officer), registered, "withdrawn"))


def test_an_unknown_kind_is_no_page(
    registered: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    assert letter(signed_in(officer), registered, "love").status_code == 404


def test_an_unknown_language_falls_back_to_the_readers(
    registered: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    body = text_at(letter(signed_in(officer), registered, "acknowledgement", "xx"), "letter-body")
    assert body.startswith("Dear Sir or Madam,")


def test_of_two_ids_neither_a_mask_nor_the_same_line_twice_is_read(
    officer: User, signed_in: made.SignIn
) -> None:
    request, client = made.filed(officer, "cust-2026-4471", "cust-2026-5582"), signed_in(officer)
    for number in (1, 2):
        made.completed(made.only(request, number))
    answer(client, request, "1 done", "2 done")
    body = text_at(letter(client, request, "done"), "letter-body")
    assert "•" not in body
    assert body.count("reported the erasure as done") == 1


@pytest.mark.parametrize("language", ["en", "de"])
def test_of_an_unsent_request_the_letter_does_not_say_that_anybody_was_asked(
    language: str, registered: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    client = signed_in(officer)
    answer(client, registered, "0 nothing_found")
    body = text_at(letter(client, registered, "nothing_found", language), "letter-body")
    assert ("nothing about you was found" if language == "en" else "wurde nichts über Sie gefunden") in body
    for claim in ("provider", "reported", "asked", "Dienstleister", "gemeldet"):
        assert claim not in body
