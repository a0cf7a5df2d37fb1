"""Taking more time for a request: once, on a ground of the law, the person having been told in time."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from audit.trail import audited
from erasure import lifecycle
from erasure.choices import ExtensionGround
from erasure.deadlines import long_date
from erasure.models import Extension, PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.answer_desk import act, address, text_at, words_of
from tests.erasure.at_work import event_data

pytestmark = pytest.mark.django_db

REASON = "Your data is spread over several systems."


def request_of(officer: User, *, days_ago: int = 5, **facts: Any) -> PrivacyRequest:
    return made.registered(
        officer,
        ("email", "a@example.org"),
        received_on=made.today() - timedelta(days=days_ago),
        **{"regulation": "utah", **facts},
    )


def extend(client: Client, request: PrivacyRequest, **changes: Any) -> Any:
    form = {
        "ground": "complexity",
        "explanation": REASON,
        "told_on": made.today().isoformat(),
        "language": "en",
    }
    return act(client, request, "extend", **{"language": "en", **form, **changes})


def test_both_dates_stand_before_the_click_and_are_those_after_it(
    officer: User, signed_in: made.SignIn
) -> None:
    request, client = request_of(officer), signed_in(officer)
    before = client.get(address(request, "extend"))
    offered = before.context["offer"]
    for day in (request.due_on, offered.due_on, request.target_on, offered.target_on):
        assert long_date(day) in words_of(before)

    page = extend(client, request)

    first = request.due_on
    request.refresh_from_db()
    assert (request.due_on, request.target_on) == (offered.due_on, offered.target_on)
    assert (request.first_due_on, request.due_on) == (first, first + timedelta(days=45))
    assert "A refusal is due by" in words_of(page)
    assert f"Due date extended from {long_date(first)} to {long_date(request.due_on)}" in words_of(page)
    assert REASON in words_of(page)
    [data] = event_data(request.obj, "request.extended")
    assert data == {
        "previous_due_on": first.isoformat(),
        "due_on": request.due_on.isoformat(),
        "reason": "complexity",
        "told_on": made.today().isoformat(),
    }


def test_the_letter_tells_old_and_new_date_and_the_reason(officer: User, signed_in: made.SignIn) -> None:
    request = request_of(officer)
    page = extend(signed_in(officer), request, do="letter")
    letter = text_at(page, "letter-body")
    assert f"Our answer was due by {long_date(request.due_on)}" in letter
    assert f"now due by {long_date(page.context['offer'].due_on)}" in letter
    assert f"the complexity of the request. {REASON}" in letter
    assert not Extension.objects.exists()


def test_it_is_done_once_and_the_page_says_what_to_do_instead(officer: User, signed_in: made.SignIn) -> None:
    request, client = made.extended(request_of(officer), officer), signed_in(officer)
    due_on = request.due_on
    page = extend(client, request)
    assert "The law allows it once: answer in the time that is left." in words_of(page)
    assert address(request, "extend") not in client.get(address(request, "page")).content.decode()
    request.refresh_from_db()
    assert request.due_on == due_on


def test_after_the_first_period_it_says_answer_now(officer: User, signed_in: made.SignIn) -> None:
    request = request_of(officer, days_ago=46)
    page = extend(signed_in(officer), request)
    assert "Answer now, and record why." in words_of(page)
    assert not Extension.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ground": ""}, "ground"),
        ({"ground": "number_of_requests"}, "ground"),
        ({"explanation": " "}, "explanation"),
        ({"told_on": ""}, "told_on"),
        ({"told_on": "2020-01-01"}, "told_on"),
        ({"told_on": "2999-01-01"}, "told_on"),
    ],
)
def test_what_the_law_does_not_bear_is_said_beside_its_field(
    changes: dict[str, str], field: str, officer: User, signed_in: made.SignIn
) -> None:
    page = extend(signed_in(officer), request_of(officer), **changes)
    assert list(page.context["form"].errors) == [field]
    assert not Extension.objects.exists()


@pytest.mark.parametrize("told_on", [-6, 1])
def test_the_move_itself_refuses_such_a_day_too(told_on: int, officer: User) -> None:
    request = request_of(officer)
    with pytest.raises(lifecycle.MoveRefused), audited() as log:
        lifecycle.extend(
            log,
            request,
            by=officer,
            ground=ExtensionGround.COMPLEXITY,
            told_on=made.today() + timedelta(days=told_on),
            explanation=REASON,
            now=made.now(),
        )
    assert not Extension.objects.exists()


def test_an_answered_request_is_not_extended(officer: User, signed_in: made.SignIn) -> None:
    request = request_of(officer)
    made.answered(request, officer, made.Outcome.WITHDRAWN)
    page = extend(signed_in(officer), request)
    assert "its clock has ended" in words_of(page)


def test_the_reason_is_kept_from_auditors(officer: User, auditor: User, signed_in: made.SignIn) -> None:
    request = made.extended(request_of(officer), officer)
    page = words_of(signed_in(auditor).get(address(request, "page")))
    assert "Extended from" in page
    assert REASON not in page


def test_it_is_offered_only_while_it_can_be_made(officer: User, signed_in: made.SignIn) -> None:
    client = signed_in(officer)
    possible, overdue = request_of(officer), request_of(officer, days_ago=60)
    assert address(possible, "extend") in client.get(address(possible, "page")).content.decode()
    assert address(overdue, "extend") not in client.get(address(overdue, "page")).content.decode()


def test_the_refusal_offers_the_answer_only_where_it_can_be_given(
    officer: User, signed_in: made.SignIn
) -> None:
    client = signed_in(officer)
    overdue = request_of(officer, days_ago=60)
    assert address(overdue, "answer") in client.get(address(overdue, "extend")).content.decode()
    at_work = made.filed(officer, regulation="utah", received_on=made.today() - timedelta(days=60))
    made.accepted(made.only(at_work))
    page = client.get(address(at_work, "extend"))
    assert address(at_work, "answer") not in page.content.decode()
    assert "Something is still open at CXone or on hold." in words_of(page)


def test_the_summary_names_what_has_to_be_put_right_and_leads_there(
    officer: User, signed_in: made.SignIn
) -> None:
    html = extend(signed_in(officer), request_of(officer), ground="", explanation="").content.decode()
    assert "Nothing was recorded yet: 2 things to put right" in html
    for target in ("id_ground_0", "id_explanation"):
        assert f'href="#{target}"' in html
        assert f'id="{target}"' in html
