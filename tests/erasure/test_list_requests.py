"""The list of requests: what it shows, how it is searched with no identifier in an address, and narrowed."""

from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from erasure import filing
from erasure.asked import Identifier
from erasure.choices import Attention, RequestType
from erasure.models import PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.filing_desk import text_of

pytestmark = pytest.mark.django_db


def the_list() -> str:
    return reverse("admin:erasure_privacyrequest_changelist")


def references(response: Any) -> list[str]:
    return [request.reference for request in response.context["cl"].result_list]


def search(client: Client, term: str, *, follow: bool = True) -> Any:
    return client.post(reverse("admin:request_search"), {"term": term}, follow=follow)


def addresses(response: Any) -> str:
    return " ".join(unquote(address) for address, _status in response.redirect_chain)


# What it shows ------------------------------------------------------------------------------------------


def test_it_shows_reference_masked_identifier_stage_dates_law_and_owner(
    officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer, regulation="uk-gdpr")
    page = signed_in(officer).get(the_list()).content.decode()

    assert reverse("admin:request_page", args=[request.reference]) in page
    assert made.CXONE_ID not in page
    assert made.only(request).identifier.masked in page
    for words in ("Queued", "UK GDPR", "Lena Hofmann", request.due_on.strftime("%b %Y")):
        assert words in page


def test_it_shows_how_a_date_presses(officer: User, signed_in: made.SignIn) -> None:
    made.filed(officer, received_on=made.today() - timedelta(days=60))
    assert "overdue" in signed_in(officer).get(the_list()).content.decode()


def test_it_says_how_many_more_identifiers_there_are(officer: User, signed_in: made.SignIn) -> None:
    made.registered(officer, ("email", "anna@example.org"), ("phone", "+49 30 1234567"))
    page = signed_in(officer).get(the_list()).content.decode()
    assert "and 1 more" in page
    assert "anna@example.org" not in page


def test_it_puts_open_requests_first_by_due_date_then_the_latest_answers(
    officer: User, signed_in: made.SignIn
) -> None:
    late = made.filed(officer, received_on=made.today() - timedelta(days=1))
    early = made.filed(officer, "cust-2", received_on=made.today() - timedelta(days=20))
    older, newer = made.filed(officer, "cust-3"), made.filed(officer, "cust-4")
    for request, days in ((older, 2), (newer, 1)):
        made.completed(made.only(request))
        made.answered(request, officer, on=made.today() - timedelta(days=days))

    assert references(signed_in(officer).get(the_list())) == [
        request.reference for request in (early, late, newer, older)
    ]


@pytest.mark.parametrize("terms", ["stage=open", "due=target_missed", "need=overdue"])
def test_open_requests_alone_stand_in_the_same_order(
    officer: User, signed_in: made.SignIn, terms: str
) -> None:
    days = (100, 140, 120)
    requests = [
        made.filed(officer, f"cust-{ago}", received_on=made.today() - timedelta(days=ago)) for ago in days
    ]
    answered = made.filed(officer, "cust-1")
    made.completed(made.only(answered))
    made.answered(answered, officer, on=made.today())

    in_order = [requests[place].reference for place in (1, 2, 0)]
    client = signed_in(officer)
    assert references(client.get(f"{the_list()}?{terms}")) == in_order
    assert references(client.get(the_list())) == [*in_order, answered.reference]


def test_a_request_filed_anew_stands_where_its_newest_submission_stands(
    officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer)
    failed = made.failed(made.only(request))
    right = Identifier("cxone_id", "cust-2026-9999")
    filing.correct_identifier(failed, right, by=officer, send_delay=timedelta(0))

    row = signed_in(officer).get(the_list()).content.decode().split("data-row")[1].split("</tr>")[0]

    assert "Queued" in row
    assert "Failed" not in row


def test_an_empty_list_says_what_would_be_here(officer: User, signed_in: made.SignIn) -> None:
    page = signed_in(officer).get(the_list()).content.decode()
    assert "No requests yet" in page
    assert reverse("admin:request_new") in page


def test_it_costs_the_same_queries_for_one_request_as_for_many(officer: User, signed_in: made.SignIn) -> None:
    client = signed_in(officer)
    made.filed(officer)
    with CaptureQueriesContext(connection) as one:
        client.get(the_list())
    for number in range(12):
        made.filed(officer, f"cust-n-{number}", ("email", f"p{number}@example.org"))
    with CaptureQueriesContext(connection) as many:
        assert len(references(client.get(the_list()))) == 13
    assert len(many) == len(one) <= 12


def test_it_shows_fifty_on_a_page(officer: User, signed_in: made.SignIn) -> None:
    first = made.registered(officer, ("email", "a@example.org"))
    PrivacyRequest.objects.bulk_create(
        PrivacyRequest(
            **{
                field.name: getattr(first, field.name)
                for field in PrivacyRequest._meta.concrete_fields
                if field.name not in {"id", "reference"}
            },
            reference=f"PR-2020-{number:06d}",
        )
        for number in range(1, 60)
    )
    assert len(references(signed_in(officer).get(the_list()))) == 50
    assert len(references(signed_in(officer).get(the_list(), {"p": 2}))) == 10


# Who may see it -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["officer", "reviewer", "auditor", "superuser"])
def test_whoever_may_see_requests_sees_the_list(
    who: str, signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    assert signed_in(request.getfixturevalue(who)).get(the_list()).status_code == 200


@pytest.mark.parametrize("who", ["operator", "stranger"])
def test_others_are_refused_the_list_and_the_search(
    who: str, signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.get(the_list()).status_code == 403
    assert search(client, "PR-2026-000001").status_code == 403


def test_an_auditor_is_offered_no_filing(auditor: User, signed_in: made.SignIn) -> None:
    assert reverse("admin:request_new") not in signed_in(auditor).get(the_list()).content.decode()


def test_nobody_adds_changes_or_deletes_through_djangos_forms(
    superuser: User, signed_in: made.SignIn
) -> None:
    request, client = made.filed(superuser), signed_in(superuser)
    for address in ("add/", f"{request.pk}/delete/", f"{request.pk}/history/"):
        assert client.get(the_list() + address).status_code == 404
    change = client.get(reverse("admin:erasure_privacyrequest_change", args=[request.pk]))
    assert change.status_code == 302
    assert change.url == reverse("admin:request_page", args=[request.reference])


def test_djangos_address_of_a_request_is_refused_to_those_who_see_none(
    operator: User, officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer)
    address = reverse("admin:erasure_privacyrequest_change", args=[request.pk])
    assert signed_in(operator).get(address).status_code == 403


# Searching ----------------------------------------------------------------------------------------------


def test_a_whole_reference_opens_its_page(officer: User, signed_in: made.SignIn) -> None:
    request, client = made.filed(officer), signed_in(officer)
    year, number = request.reference.split("-")[1:]
    for term in (
        request.reference,
        request.reference.lower(),
        f"{year}-{number}",
        f" PR-{year}-{int(number)} ",
    ):
        answer = search(client, term, follow=False)
        assert answer.url == reverse("admin:request_page", args=[request.reference]), term


def test_a_part_of_a_reference_narrows_the_list(officer: User, signed_in: made.SignIn) -> None:
    requests = [made.filed(officer, f"cust-{number}") for number in range(3)]
    answer = search(signed_in(officer), requests[1].reference[:-1])
    assert references(answer) == [request.reference for request in requests]


def test_a_number_alone_is_our_reference_of_this_year(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer)
    number = request.reference[-6:]
    for term in (number, str(int(number))):
        answer = search(signed_in(officer), term, follow=False)
        assert answer.url == reverse("admin:request_page", args=[request.reference]), term
    assert references(search(signed_in(officer), "987654")) == []


@pytest.mark.parametrize(
    ("kind", "known", "term"),
    [
        ("cxone_id", "USR-8847291-XONE", "USR-8847291-XONE"),
        ("email", "anna.k@example.org", "  Anna.K@Example.org "),
        ("phone", "+49 30 123-4567", "0049301234567"),
        ("other", "Customer 4711", "customer 4711"),
    ],
)
def test_an_identifier_in_full_finds_the_requests_of_its_person(
    kind: str, known: str, term: str, officer: User, signed_in: made.SignIn
) -> None:
    wanted = made.registered(officer, (kind, known))
    made.registered(officer, ("email", "somebody.else@example.org"))

    answer = search(signed_in(officer), term)

    assert references(answer) == [wanted.reference]
    assert known not in answer.content.decode()


def test_an_identifier_never_lands_in_an_address_or_in_the_session(
    officer: User, signed_in: made.SignIn
) -> None:
    made.registered(officer, ("email", "anna.k@example.org"))
    client = signed_in(officer)

    answer = search(client, "anna.k@example.org")

    assert "anna" not in addresses(answer).lower()
    assert "person-" in addresses(answer)
    assert "anna.k@example.org" not in str(dict(client.session.items()))


def test_a_part_of_an_identifier_finds_nothing_and_says_so(officer: User, signed_in: made.SignIn) -> None:
    made.registered(officer, ("email", "anna.k@example.org"))
    answer = search(signed_in(officer), "anna.k@")
    assert "Only an identifier in full is found" in answer.content.decode()


def test_a_short_number_is_looked_for_as_identifier_and_as_reference(
    officer: User, signed_in: made.SignIn
) -> None:
    by_identifier = made.registered(officer, ("other", "000002"))
    by_reference = made.registered(officer, ("email", "b@example.org"))
    assert by_reference.reference.endswith("000002")
    answer = search(signed_in(officer), "000002")
    assert sorted(references(answer)) == [by_identifier.reference, by_reference.reference]


def test_a_long_number_is_never_taken_for_a_reference(officer: User, signed_in: made.SignIn) -> None:
    answer = search(signed_in(officer), "491701234567")
    assert "491701234567" not in addresses(answer)
    assert "Nobody here has this identifier" in answer.content.decode()


def test_an_identifier_written_into_the_address_is_not_looked_up(
    officer: User, signed_in: made.SignIn
) -> None:
    made.registered(officer, ("email", "anna.k@example.org"))
    answer = signed_in(officer).get(the_list(), {"q": "anna.k@example.org"})
    assert references(answer) == []
    assert "is not looked up" in answer.content.decode()


def test_the_address_of_a_search_shows_nothing_to_another_session(
    officer: User, auditor: User, signed_in: made.SignIn
) -> None:
    made.registered(officer, ("email", "anna.k@example.org"))
    found = search(signed_in(officer), "anna.k@example.org", follow=False)
    answer = signed_in(auditor).get(found.url)
    assert references(answer) == []
    assert "This search is over" in answer.content.decode()


def test_the_session_remembers_only_the_latest_searches(officer: User, signed_in: made.SignIn) -> None:
    client = signed_in(officer)
    for number in range(12):
        made.registered(officer, ("email", f"somebody-{number}@example.org"))
        search(client, f"somebody-{number}@example.org")
    assert len(client.session["request_searches"]) == 10


def test_an_overlong_term_is_refused_in_words(officer: User, signed_in: made.SignIn) -> None:
    answer = search(signed_in(officer), "x" * 400)
    assert "too long to be an identifier" in answer.content.decode()


def test_an_empty_search_leads_back_to_the_list(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer)
    assert references(search(signed_in(officer), "  ")) == [request.reference]


def test_the_search_is_posted_and_nothing_else(officer: User, signed_in: made.SignIn) -> None:
    assert signed_in(officer).get(reverse("admin:request_search"), {"term": "x"}).status_code == 405


def test_the_search_asks_for_the_forms_token(officer: User) -> None:
    answer = made.guarded(officer).post(reverse("admin:request_search"), {"term": "x"})
    assert answer.status_code == 403


# Narrowing ----------------------------------------------------------------------------------------------


@pytest.fixture
def one_of_each(officer: User, other_officer: User) -> dict[str, PrivacyRequest]:
    """One request in every stage, named by it."""
    by_stage = {
        "registered": made.registered(officer, ("email", "r@example.org")),
        "blocked": made.filed(officer, "c-held", categories=["ANALYTICS"]),
        "queued": made.filed(officer, "c-queued", delay=timedelta(minutes=15)),
        "processing": made.filed(officer, "c-processing"),
        "attention": made.filed(officer, "c-flagged"),
        "failed": made.filed(officer, "c-failed"),
        "to_be_answered": made.filed(officer, "c-done"),
        "answered": made.filed(other_officer, "c-answered"),
    }
    made.accepted(made.only(by_stage["processing"]), "a-1")
    made.flagged(made.accepted(made.only(by_stage["attention"]), "a-2"), Attention.STALLED)
    made.failed(made.only(by_stage["failed"]))
    made.completed(made.only(by_stage["to_be_answered"]))
    made.completed(made.only(by_stage["answered"]))
    made.answered(by_stage["answered"], other_officer)
    return by_stage


@pytest.mark.parametrize(
    ("stage", "wanted"),
    [
        ("registered", {"registered"}),
        ("blocked", {"blocked"}),
        ("under_way", {"queued", "processing"}),
        ("attention", {"attention"}),
        ("failed", {"failed"}),
        ("to_be_answered", {"to_be_answered"}),
        ("answered", {"answered"}),
    ],
)
def test_it_narrows_to_a_stage(
    stage: str,
    wanted: set[str],
    one_of_each: dict[str, PrivacyRequest],
    officer: User,
    signed_in: made.SignIn,
) -> None:
    shown = references(signed_in(officer).get(the_list(), {"stage": stage}))
    assert set(shown) == {one_of_each[name].reference for name in wanted}


def test_open_is_everything_not_answered(
    one_of_each: dict[str, PrivacyRequest], officer: User, signed_in: made.SignIn
) -> None:
    shown = references(signed_in(officer).get(the_list(), {"stage": "open"}))
    assert len(shown) == len(one_of_each) - 1
    assert one_of_each["answered"].reference not in shown


@pytest.mark.parametrize(("due", "days"), [("overdue", -1), ("today", 0), ("soon", 7), ("soon", 0)])
def test_it_narrows_by_how_the_date_presses(
    due: str, days: int, officer: User, signed_in: made.SignIn
) -> None:
    pressing, calm = made.filed(officer, "c-1"), made.filed(officer, "c-2")
    _due_in(pressing, days)
    _due_in(calm, 8)
    assert references(signed_in(officer).get(the_list(), {"due": due})) == [pressing.reference]


def test_what_is_answered_is_not_overdue(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer)
    made.completed(made.only(request))
    _due_in(request, -1)
    made.answered(request, officer)
    assert references(signed_in(officer).get(the_list(), {"due": "overdue"})) == []


def test_the_laws_to_narrow_by_are_those_in_force_at_that_moment(
    officer: User, signed_in: made.SignIn, settings: LazySettings
) -> None:
    settings.REGULATIONS_ON = ["gdpr", "us-va"]
    mine = made.filed(officer, "c-1", regulation="us-va")
    made.filed(officer, "c-2", regulation="gdpr")
    response = signed_in(officer).get(the_list(), {"regulation": "us-va"})
    assert references(response) == [mine.reference]
    assert "Virginia, VCDPA" in response.content.decode()


def test_it_narrows_to_regulation_type_and_owner(
    officer: User, other_officer: User, signed_in: made.SignIn
) -> None:
    mine = made.filed(officer, "c-1", type=RequestType.ACCESS, regulation="utah")
    theirs = made.filed(other_officer, "c-2")
    client = signed_in(officer)
    for narrowed_by, wanted in (
        ({"regulation": "utah"}, mine),
        ({"regulation": "gdpr"}, theirs),
        ({"type": "ACCESS"}, mine),
        ({"owner": "me"}, mine),
        ({"owner": "others"}, theirs),
    ):
        assert references(client.get(the_list(), narrowed_by)) == [wanted.reference], narrowed_by


def test_an_unknown_choice_narrows_nothing(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer)
    answer = signed_in(officer).get(the_list(), {"stage": "nonsense", "due": "never"})
    assert references(answer) == [request.reference]


def _due_in(request: PrivacyRequest, days: int) -> None:
    day = made.today() + timedelta(days=days)
    earlier = {"first_due_on": day, "target_on": min(day, request.target_on)}
    PrivacyRequest.objects.filter(pk=request.pk).update(due_on=day, **earlier)
    request.refresh_from_db()


def test_below_the_list_stands_in_words_which_page_it_is(
    officer: User, signed_in: made.SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        made.filed(officer, f"c-{number}")
    client = signed_in(officer)
    assert ", page" not in text_of(client.get(the_list()))
    monkeypatch.setattr("erasure.admin.request_list.PrivacyRequestAdmin.list_per_page", 2)
    assert "3 requests, page 2 of 2" in text_of(client.get(the_list(), {"p": "2"}))
