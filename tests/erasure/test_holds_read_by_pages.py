"""Pages read the holds that concern who they are about, however many there are on others."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from erasure.models import Override, Submission
from privacyadmin.models import User
from tests.erasure.made_holds import placed
from tests.erasure.made_overrides import asked
from tests.erasure.made_requests import SignIn, filed, only, registered

pytestmark = pytest.mark.django_db

ID = "cust-2026-7730"


def read_of_everybody(act: Callable[[], Any]) -> list[str]:
    """The queries that read the holds in force whomever they are on."""
    with CaptureQueriesContext(connection) as queries:
        assert act().status_code == 200
    asked_for = [query["sql"].partition(' FROM "erasure_legalhold"')[2] for query in queries]
    in_force = [sql for sql in asked_for if '"released_at" IS NULL' in sql]
    return [sql for sql in in_force if '"subject_id" ' not in sql]


@pytest.fixture
def held(officer: User, reviewer: User) -> Submission:
    """What Lena filed, and what Marek's hold on the person keeps."""
    placed(reviewer, ID)
    return only(filed(officer, ID, categories=["ANALYTICS"]))


@pytest.mark.parametrize("view", ["request_page", "request_live"])
def test_the_page_of_a_held_request(officer: User, held: Submission, signed_in: SignIn, view: str) -> None:
    address = reverse(f"admin:{view}", args=[held.request.reference])
    client = signed_in(officer)
    assert read_of_everybody(lambda: client.get(address)) == []


def test_asking_for_an_override(officer: User, held: Submission, signed_in: SignIn) -> None:
    address = reverse("admin:override_ask", args=[held.request.reference, held.number])
    client = signed_in(officer)
    assert read_of_everybody(lambda: client.get(address)) == []


def test_deciding_on_one_override(
    officer: User, other_reviewer: User, held: Submission, signed_in: SignIn
) -> None:
    address = reverse("admin:override_decide", args=[asked(held, by=officer).pk])
    client = signed_in(other_reviewer)
    assert read_of_everybody(lambda: client.get(address)) == []


def test_filing_for_a_person_who_is_known(officer: User, held: Submission, signed_in: SignIn) -> None:
    address = reverse("admin:request_send", args=[registered(officer, ID).reference])
    client = signed_in(officer)
    assert read_of_everybody(lambda: client.get(address)) == []


def together(client: Client, questions: list[Override]) -> Any:
    return client.get(reverse("admin:override_together"), {"override": [one.pk for one in questions]})


def test_deciding_together_reads_the_holds_of_all_questions_at_once_and_names_each_its_newer_ones(
    officer: User, reviewer: User, other_reviewer: User, signed_in: SignIn
) -> None:
    rows = [only(filed(officer, f"USR-{number}", categories=["ANALYTICS"])) for number in range(3)]
    questions = [asked(row, by=officer) for row in rows]
    newer = [placed(reviewer, f"USR-{number}") for number in range(2)]
    client = signed_in(other_reviewer)
    assert read_of_everybody(lambda: together(client, questions)) == []
    shown = together(client, questions).context["questions"]
    assert [question.newer_holds for question in shown] == [newer[0].code, newer[1].code, ""]
