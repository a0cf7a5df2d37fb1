"""Recording that the person was answered."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from erasure import lifecycle
from erasure.choices import Outcome
from erasure.models import PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made

pytestmark = pytest.mark.django_db


def address(request: PrivacyRequest, name: Any = "request_answer") -> str:
    return reverse(f"admin:{name}", args=[request.reference])


def answer(client: Client, request: PrivacyRequest, **given: Any) -> Any:
    usual = {"outcome": "done", "channel": "email", "answered_on": made.today().isoformat(), "note": ""}
    return client.post(address(request), {**usual, **given}, follow=True)


@pytest.fixture
def done(officer: User) -> PrivacyRequest:
    request = made.filed(officer, received_on=made.today() - timedelta(days=10))
    made.completed(made.only(request))
    return request


# Recording ----------------------------------------------------------------------------------------------


def test_it_records_outcome_channel_day_and_note(
    done: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    day = made.today() - timedelta(days=1)

    page = answer(
        signed_in(officer), done, channel="letter", answered_on=day.isoformat(), note="Letter no. 7."
    ).content.decode()

    done.refresh_from_db()
    assert (done.outcome, done.answer_channel, done.answered_on) == ("done", "letter", day)
    assert (done.answered_by, done.answer_note) == (officer, "Letter no. 7.")
    assert "by Lena Hofmann, in time." in page
    assert "Letter no. 7." in page
    newest = AuditEvent.objects.filter(obj=done.obj).latest("seq")
    assert (newest.act, newest.actor) == ("request.answered", officer.actor)
    assert "Letter" not in newest.body


@pytest.mark.parametrize(("days", "words"), [(1, "1 day late"), (12, "12 days late")])
def test_an_answer_after_the_due_date_is_said_to_be_late(
    days: int, words: str, officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer, regulation="utah", received_on=made.today() - timedelta(days=45 + days))
    made.completed(made.only(request))
    page = answer(signed_in(officer), request).content.decode()
    assert f"by Lena Hofmann, {words}." in page


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.WITHDRAWN])
def test_a_registered_request_can_be_refused_or_withdrawn(
    outcome: str, officer: User, signed_in: made.SignIn
) -> None:
    request = made.registered(officer, ("email", "a@example.org"))
    answer(signed_in(officer), request, outcome=outcome)
    request.refresh_from_db()
    assert request.outcome == outcome


def test_the_internal_note_is_kept_from_auditors(
    done: PrivacyRequest, officer: User, auditor: User, signed_in: made.SignIn
) -> None:
    answer(signed_in(officer), done, note="Letter no. 7.")
    page = signed_in(auditor).get(address(done, "request_page")).content.decode()
    assert "Answered on" in page
    assert "Letter no. 7." not in page


# The form -----------------------------------------------------------------------------------------------


def test_the_form_offers_today_and_what_fits_the_report(
    done: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    form = signed_in(officer).get(address(done))
    assert f'value="{made.today().isoformat()}"' in form.content.decode()
    assert form.context["form"].initial["outcome"] == Outcome.DONE


@pytest.mark.parametrize(
    ("records", "asked", "outcome", "hint"),
    [
        (0, "ERASURE", Outcome.NOTHING_FOUND, "Check the identifier before you answer"),
        (7, "ERASURE", Outcome.DONE, "CXone reported everything that was sent as done"),
        (7, "ACCESS", Outcome.DONE, "once the copy was handed over"),
    ],
)
def test_it_suggests_the_outcome_and_says_why(
    records: int, asked: str, outcome: str, hint: str, officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer, type=asked)
    made.completed(made.only(request), records, [])
    form = signed_in(officer).get(address(request))
    assert form.context["form"].initial["outcome"] == outcome
    assert hint in form.content.decode()


def test_it_suggests_partly_when_a_part_was_not_carried_out(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer, "c-1", "c-2")
    made.completed(made.only(request, 1))
    made.failed(made.only(request, 2))
    form = signed_in(officer).get(address(request))
    assert form.context["form"].initial["outcome"] == Outcome.PARTLY_DONE
    assert "1 of 2 submissions" in form.content.decode()


def test_it_suggests_nothing_when_nothing_was_done(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer)
    made.failed(made.only(request))
    form = signed_in(officer).get(address(request))
    assert form.context["form"].initial["outcome"] == ""
    assert "only “refused” or “withdrawn” can be recorded" in form.content.decode()


# Refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["queued", "held", "being sent", "processing"])
def test_while_something_is_open_the_reason_stands_in_place_of_the_button(
    state: str, officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer, categories=["ANALYTICS"] if state == "held" else ["CONTACT"])
    if state == "being sent":
        made.sent(made.only(request))
    if state == "processing":
        made.accepted(made.only(request))
    client, words = signed_in(officer), "Something is still open at CXone or on hold"

    page = client.get(address(request, "request_page")).content.decode()
    assert words in page
    assert address(request) not in page
    assert words in client.get(address(request), follow=True).content.decode()
    assert words in answer(client, request).content.decode()
    request.refresh_from_db()
    assert not request.is_answered


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.PARTLY_DONE, Outcome.NOTHING_FOUND])
def test_an_outcome_of_work_needs_work_that_was_done(
    outcome: str, officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer)
    made.failed(made.only(request))
    page = answer(signed_in(officer), request, outcome=outcome)
    assert "CXone has reported nothing done for this request" in page.content.decode()
    request.refresh_from_db()
    assert not request.is_answered


@pytest.mark.parametrize(("days", "words"), [(-11, "cannot have been answered before"), (1, "lies ahead")])
def test_the_day_lies_between_receipt_and_today(
    days: int, words: str, done: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    day = (made.today() + timedelta(days=days)).isoformat()
    page = answer(signed_in(officer), done, answered_on=day)
    assert words in str(page.context["form"].errors["answered_on"])
    done.refresh_from_db()
    assert not done.is_answered


@pytest.mark.parametrize("days", [-10, 0])
def test_the_day_of_receipt_and_today_are_good_days(
    days: int, done: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    answer(signed_in(officer), done, answered_on=(made.today() + timedelta(days=days)).isoformat())
    done.refresh_from_db()
    assert done.is_answered


@pytest.mark.parametrize("days", [-11, 1])
def test_the_move_itself_refuses_such_a_day_too(days: int, done: PrivacyRequest, officer: User) -> None:
    with pytest.raises(lifecycle.MoveRefused):
        made.answered(done, officer, on=made.today() + timedelta(days=days))


@pytest.mark.parametrize(
    ("field", "value"),
    [("outcome", ""), ("outcome", "gone"), ("channel", ""), ("channel", "pigeon"), ("answered_on", "soon")],
)
def test_what_is_missing_or_unknown_is_said_beside_its_field(
    field: str, value: str, done: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    page = answer(signed_in(officer), done, **{field: value})
    assert list(page.context["form"].errors) == [field]
    assert "Nothing was recorded yet" in page.content.decode()


def test_a_request_is_answered_once(
    done: PrivacyRequest, officer: User, other_officer: User, signed_in: made.SignIn
) -> None:
    answer(signed_in(officer), done)
    page = answer(signed_in(other_officer), done, outcome="partly_done")
    assert "was answered already" in page.content.decode()
    done.refresh_from_db()
    assert (done.outcome, done.answered_by) == ("done", officer)


def test_what_opens_between_the_form_and_the_record_is_told(
    done: PrivacyRequest, officer: User, signed_in: made.SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A colleague answers in the very moment in which the form was found good: the first answer stands."""
    real = lifecycle.answer

    def too_late(log: Any, request: PrivacyRequest, **facts: Any) -> None:
        type(request).objects.filter(pk=request.pk).update(
            outcome="withdrawn",
            answer_channel="phone",
            answered_on=made.today(),
            answered_by=officer,
            answer_recorded_at=facts["now"],
        )
        real(log, request, **facts)

    monkeypatch.setattr(lifecycle, "answer", too_late)
    page = answer(signed_in(officer), done)
    assert "was answered already" in page.content.decode()


@pytest.mark.parametrize("who", ["reviewer", "auditor", "operator", "stranger"])
def test_only_officers_answer(
    who: str, done: PrivacyRequest, signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.get(address(done)).status_code == 403
    assert answer(client, done).status_code == 403
    assert address(done) not in client.get(address(done, "request_page")).content.decode()
    done.refresh_from_db()
    assert not done.is_answered


def test_it_is_posted_with_the_forms_token(done: PrivacyRequest, officer: User) -> None:
    assert made.guarded(officer).post(address(done), {"outcome": "done"}).status_code == 403
