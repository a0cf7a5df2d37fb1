"""What cannot be filed: all of it is said at once, each beside its field, and what was typed is kept."""

import re
from typing import Any

import pytest
from django.test import Client

from audit.models import AuditEvent
from erasure.choices import Category
from erasure.models import PrivacyRequest
from tests.erasure.filing_desk import NEW, person_of, text_of
from tests.erasure.request_form import request_form, words_at


@pytest.mark.parametrize(
    ("changes", "element", "words"),
    [
        ({"identity_check": ""}, "id_identity_check", "How was the person’s identity established?"),
        ({"categories": []}, "id_categories", "Choose at least one category."),
        ({"categories": ["VOICE"]}, "id_categories", "Choose from the nine categories."),
        ({"scope": ""}, "id_scope", "Choose how far it reaches."),
        ({"scope": "GALAXY"}, "id_scope", "Choose how far it reaches."),
        ({"scope": "ALL", "categories": Category.values[:6]}, "id_scope", "Reduce the category matrix to 5"),
        ({"description": "x" * 256}, "id_description", "Shorten it by 1."),
        ({"description": "a\x07b"}, "id_description", "Take out what cannot be seen"),
        ({"received_on": "2099-11-22"}, "id_received_on", "lies in the future"),
        ({"received_on": ""}, "id_received_on", "Give the day on which it arrived."),
        ({"received_on": "20/11/2099"}, "id_received_on", "such as 2026-01-31"),
        ({"regulation": "lgpd"}, "id_regulation", "Choose one of the laws of the list."),
        ({"regulation": ""}, "id_regulation", "Choose the law."),
        ({"channel": ""}, "id_channel", "Choose how it came in."),
        ({"channel": "pigeon"}, "id_channel", "Choose one of the list."),
        ({"type": "RECTIFICATION"}, "id_type", "Choose one of the two."),
        ({"note": "x" * 4001}, "id_note", "4000"),
        ({"external_reference": "x" * 201}, "id_external_reference", "200"),
    ],
)
def test_a_violation_stands_beside_its_field(
    lena: Client, changes: dict[str, Any], element: str, words: str
) -> None:
    answer = lena.post(NEW, request_form(**changes))

    html = answer.content.decode()
    assert answer.status_code == 200
    assert words in words_at(html, element)
    assert "Nothing was filed yet: 1 thing to put right" in html
    assert re.search(rf'aria-describedby="[^"]*{element}_error', html)
    assert not PrivacyRequest.objects.exists()
    assert not AuditEvent.objects.filter(act__startswith="request.").exists()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("anna@example.com", "CXone takes its own id here. Look it up and add it"),
        ("bad id!", "contains a space and a “!”"),
        ("Zoë", "CXone accepts the letters A to Z"),
        ("x" * 321, "320"),
    ],
)
def test_an_identifier_that_cxone_would_not_take_is_marked_in_its_row(
    lena: Client, value: str, words: str
) -> None:
    html = lena.post(NEW, request_form(("cxone_id", "A-1"), ("cxone_id", value))).content.decode()

    assert words in words_at(html, "id_identifier-1-value")
    assert words_at(html, "id_identifier-0-value") == ""
    assert '<a class="pa-link" href="#id_identifier-1-value">Identifier 2</a>' in html


def test_an_email_alone_cannot_be_sent(lena: Client) -> None:
    html = lena.post(NEW, request_form(("email", "anna@example.com"))).content.decode()

    assert words_at(html, "id_identifier-0-value") == (
        "There is no CXone id to send. CXone takes its own id. Look it up and add it; several are allowed."
    )


def test_nobody_is_said_once(lena: Client) -> None:
    html = lena.post(NEW, request_form(("cxone_id", " "))).content.decode()

    assert words_at(html, "id_identifier-0-value").startswith("Who is the request about?")
    assert "There is no CXone id" not in html


def test_an_unknown_kind_is_refused(lena: Client) -> None:
    html = lena.post(NEW, request_form(("passport", "X1"))).content.decode()

    assert "Choose one of the kinds." in words_at(html, "id_identifier-0-kind")


def test_identifiers_of_two_people_are_not_one_request(lena: Client) -> None:
    person_of("A-1")
    person_of("B-1")

    html = lena.post(NEW, request_form(("cxone_id", "A-1"), ("cxone_id", "B-1"))).content.decode()

    assert "different people" in words_at(html, "id_identifier-0-value")
    assert not PrivacyRequest.objects.exists()


def test_all_is_said_at_once_and_everything_typed_is_kept(lena: Client) -> None:
    form = request_form(
        ("cxone_id", "bad id!"),
        ("email", "anna@example.com"),
        received_on="2100-01-01",
        channel="",
        identity_check="",
        categories=["SMS"],
        scope="ACCOUNT",
        description="Kept <b>as typed</b>",
        note="Kept note",
    )
    html = lena.post(NEW, form).content.decode()

    assert "Nothing was filed yet: 4 things to put right" in html
    for kept in ('value="bad id!"', 'value="anna@example.com"', 'value="2100-01-01"', "Kept note"):
        assert kept in html
    assert "Kept &lt;b&gt;as typed&lt;/b&gt;" in html
    assert re.search(r'value="SMS"[^>]* checked', html)
    assert re.search(r'value="ACCOUNT"[^>]* checked', html)
    assert form["form_token"] in html


def test_a_lost_token_files_nothing(lena: Client) -> None:
    answer = lena.post(NEW, request_form(form_token="not-a-token"))

    assert answer.status_code == 200
    assert not PrivacyRequest.objects.exists()


def test_more_identifiers_than_can_be_are_refused(lena: Client) -> None:
    answer = lena.post(NEW, request_form(*[("cxone_id", f"A-{number}") for number in range(11)]))

    assert answer.status_code == 200
    assert not PrivacyRequest.objects.exists()
    assert "At most 10 identifiers at once" in text_of(answer)
