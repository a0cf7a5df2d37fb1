"""The one box: a reference of ours, an own one, or an identifier leads to the requests, or to filing."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.filing_desk import text_of

pytestmark = pytest.mark.django_db

NEW = reverse("admin:request_new")
UNKNOWN = "nobody.known@example.org"


def find(client: Client, term: str, **options: Any) -> Any:
    return client.post(reverse("admin:request_search"), {"term": term}, **options)


def test_nobody_known_is_said_with_the_way_to_file(officer: User, signed_in: made.SignIn) -> None:
    answer = find(signed_in(officer), UNKNOWN)
    assert answer.status_code == 200
    assert "Nobody here has this identifier" in text_of(answer)
    assert f'action="{NEW}"' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert UNKNOWN not in text_of(answer)


def test_the_identifier_is_posted_on_to_the_filing_page(officer: User, signed_in: made.SignIn) -> None:
    client = signed_in(officer)
    carried = re.search(r'name="term" value="([^"]+)"', find(client, UNKNOWN).content.decode())
    assert carried is not None
    form = client.post(NEW, {"do": "start", "term": carried[1]}).context["form"]
    (row,) = form.rows.forms
    assert (row.shown.kind, row.shown.value) == ("email", UNKNOWN)
    assert not form.is_bound


@pytest.mark.parametrize(
    ("term", "kind"),
    [
        ("USR-8847291-XONE", "cxone_id"),
        ("anna@example.org", "email"),
        ("+49 30 1234567", "phone"),
        ("(030) 123-4567", "phone"),
        ("0123", "cxone_id"),
        ("4711234567", "cxone_id"),
    ],
)
def test_the_kind_is_what_it_looks_like(term: str, kind: str, officer: User, signed_in: made.SignIn) -> None:
    form = signed_in(officer).post(NEW, {"do": "start", "term": f" {term} "}).context["form"]
    (row,) = form.rows.forms
    assert (row.shown.kind, row.shown.value) == (kind, term)


def test_an_empty_box_starts_an_empty_form(officer: User, signed_in: made.SignIn) -> None:
    form = signed_in(officer).post(NEW, {"do": "start", "term": " "}).context["form"]
    (row,) = form.rows.forms
    assert row.shown.value == ""


def test_an_open_request_of_the_same_person_is_named_at_once(officer: User, signed_in: made.SignIn) -> None:
    earlier = made.filed(officer, "cust-2026-0001")
    page = text_of(signed_in(officer).post(NEW, {"do": "start", "term": "cust-2026-0001"}))
    assert f"An open request for this identifier: {earlier.reference}" in page


def test_starting_takes_the_forms_token(officer: User) -> None:
    assert made.guarded(officer).post(NEW, {"do": "start", "term": "x"}).status_code == 403


@pytest.mark.parametrize("who", ["reviewer", "auditor"])
def test_who_files_nothing_is_told_in_the_list(
    who: str, signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    answer = find(signed_in(request.getfixturevalue(who)), UNKNOWN, follow=True)
    assert "Only an identifier in full is found" in text_of(answer)
    assert "File a request" not in text_of(answer)
    assert UNKNOWN not in answer.content.decode()


def test_a_reference_of_ones_own_opens_the_one_request_that_carries_it(
    officer: User, signed_in: made.SignIn
) -> None:
    ticket = made.filed(officer, external_reference="TICKET-77/b")
    answer = find(signed_in(officer), " TICKET-77/b ")
    assert answer["Location"] == reverse("admin:request_page", args=[ticket.reference])


def test_a_reference_of_ones_own_on_several_lists_them(officer: User, signed_in: made.SignIn) -> None:
    carrying = [made.filed(officer, f"c-{number}", external_reference="CASE 9") for number in range(2)]
    made.filed(officer, "c-9")
    answer = find(signed_in(officer), "CASE 9", follow=True)
    shown = [row.reference for row in answer.context["cl"].result_list]
    assert sorted(shown) == sorted(one.reference for one in carrying)
    assert "CASE" not in answer.redirect_chain[0][0]


def test_officers_have_the_box_on_every_page_and_once_where_another_stands(
    officer: User, reviewer: User, signed_in: made.SignIn
) -> None:
    client = signed_in(officer)
    action = f'action="{reverse("admin:request_search")}"'
    pages = (
        reverse("admin:index"),
        reverse("admin:erasure_privacyrequest_changelist"),
        NEW,
        reverse("admin:preferences"),
    )
    for address in pages:
        assert client.get(address).content.decode().count(action) == 1, address
    assert action not in signed_in(reviewer).get(reverse("admin:preferences")).content.decode()
