"""Recording what the person was told, part by part."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from audit.models import AuditEvent
from audit.trail import audited
from erasure import lifecycle
from erasure.choices import LateReason, Outcome
from erasure.models import AnswerPart, PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.answer_desk import address, answer, answer_form, text_at, words_of
from tests.erasure.at_work import event_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(officer: User) -> PrivacyRequest:
    request = made.filed(officer, received_on=made.today() - timedelta(days=10))
    made.completed(made.only(request))
    return request


@pytest.fixture
def in_two_parts(officer: User) -> PrivacyRequest:
    """One part that CXone reported done, one that it reported failed."""
    request = made.filed(officer, "cust-2026-4471", "cust-2026-5582")
    made.completed(made.only(request, 1))
    made.failed(made.only(request, 2))
    return request


# Recording ----------------------------------------------------------------------------------------------


def test_it_records_outcome_channel_day_and_note(
    done: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    day = made.today() - timedelta(days=1)
    page = answer(
        signed_in(officer), done, channel="letter", answered_on=day.isoformat(), note="Letter no. 7."
    )

    done.refresh_from_db()
    assert (done.outcome, done.answer_channel, done.answered_on) == ("done", "letter", day)
    assert (done.answered_by, done.answer_note) == (officer, "Letter no. 7.")
    assert "by Lena Hofmann, in time." in words_of(page)
    assert "Letter no. 7." in words_of(page)
    newest = AuditEvent.objects.filter(obj=done.obj).latest("seq")
    assert (newest.act, newest.actor) == ("request.answered", officer.actor)
    assert "Letter" not in newest.body


def test_each_part_is_told_by_itself_with_the_ground_of_its_refusal(
    in_two_parts: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    page = answer(signed_in(officer), in_two_parts, "1 done", "2 refused legal_claims")

    in_two_parts.refresh_from_db()
    assert in_two_parts.outcome == Outcome.PARTLY_DONE
    told = AnswerPart.objects.filter(request=in_two_parts).order_by("submission__number")
    assert [(part.submission.number, part.outcome, part.ground) for part in told if part.submission] == [
        (1, "done", ""),
        (2, "refused", "legal_claims"),
    ]
    assert "Needed for legal claims (GDPR Art. 17(3)(e))" in words_of(page)
    [data] = event_data(in_two_parts.obj, "request.answered")
    assert data["parts"] == ["1.done", "2.refused.legal_claims"]


@pytest.mark.parametrize("part", ["0 nothing_found", "0 refused identity_not_established", "0 withdrawn"])
def test_a_registered_request_can_be_answered_without_being_sent(
    part: str, officer: User, signed_in: made.SignIn
) -> None:
    request = made.registered(officer, ("email", "a@example.org"))
    answer(signed_in(officer), request, part)
    request.refresh_from_db()
    assert request.outcome == part.split()[1]


def test_a_ground_that_was_chosen_before_another_outcome_does_not_stay(
    done: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    answer(signed_in(officer), done, "1 done legal_claims")
    assert AnswerPart.objects.get(request=done).ground == ""


def test_the_internal_note_is_kept_from_auditors(
    done: PrivacyRequest, officer: User, auditor: User, signed_in: made.SignIn
) -> None:
    answer(signed_in(officer), done, note="Letter no. 7.")
    page = signed_in(auditor).get(address(done, "page")).content.decode()
    assert "Answered on" in page
    assert "Letter no. 7." not in page


# Late ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "words"), [(1, "1 day late"), (12, "12 days late")])
def test_a_late_answer_says_why_and_how_late_it_is(
    days: int, words: str, officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer, regulation="utah", received_on=made.today() - timedelta(days=45 + days))
    made.completed(made.only(request))
    page = answer(signed_in(officer), request, late_reason="cxone")
    request.refresh_from_db()
    assert request.late_reason == LateReason.CXONE
    assert f"by Lena Hofmann, {words}." in words_of(page)
    assert event_data(request.obj, "request.answered")[0]["late"] == "cxone"


def test_without_a_reason_the_date_that_was_missed_is_named(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer, regulation="utah", received_on=made.today() - timedelta(days=46))
    made.completed(made.only(request))
    page = answer(signed_in(officer), request)
    assert "Choose why it is late." in str(page.context["form"].errors["late_reason"])
    request.refresh_from_db()
    assert not request.is_answered


def test_a_refusal_is_late_after_the_first_period_although_the_time_was_extended(
    officer: User, signed_in: made.SignIn
) -> None:
    request = made.extended(
        made.registered(
            officer,
            ("email", "a@example.org"),
            regulation="utah",
            received_on=made.today() - timedelta(days=50),
        ),
        officer,
        told_on=made.today() - timedelta(days=40),
    )
    client = signed_in(officer)
    assert "a refusal, whole or part, was due on" in words_of(client.get(address(request)))
    page = answer(client, request, "0 refused identity_not_established")
    assert "late_reason" in page.context["form"].errors
    answer(client, request, "0 withdrawn")
    request.refresh_from_db()
    assert (request.outcome, request.late_reason) == ("withdrawn", "")


def test_an_answer_in_time_has_no_reason_for_being_late(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer, regulation="utah", received_on=made.today() - timedelta(days=46))
    made.completed(made.only(request))
    day = (made.today() - timedelta(days=3)).isoformat()
    page = answer(signed_in(officer), request, answered_on=day, late_reason="hold")
    assert "in time" in str(page.context["form"].errors["late_reason"])


def test_while_nothing_can_be_late_no_reason_is_asked_for(
    done: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    assert "late_reason" not in signed_in(officer).get(address(done)).context["form"].fields


# The form -----------------------------------------------------------------------------------------------


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
    page = signed_in(officer).get(address(request))
    assert page.context["form"].initial["outcome-1"] == outcome
    assert page.context["form"].initial["answered_on"] == made.today()
    assert hint in words_of(page)


def test_of_a_part_that_failed_nothing_is_suggested(
    in_two_parts: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    page = signed_in(officer).get(address(in_two_parts))
    initial = page.context["form"].initial
    assert (initial["outcome-1"], initial["outcome-2"]) == ("done", "")
    assert "1 of 2 submissions done" in words_of(page)


def test_it_offers_only_what_the_report_bears(
    in_two_parts: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    fields = signed_in(officer).get(address(in_two_parts)).context["form"].fields
    assert [code for code, _label in fields["outcome-1"].choices] == ["", "done", "partly_done"]
    assert "done" not in [code for code, _label in fields["outcome-2"].choices]


def test_a_part_that_failed_after_records_were_removed_was_neither_refused_nor_without_a_finding(
    officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer)
    made.failed(made.only(request), records=3)
    fields = signed_in(officer).get(address(request)).context["form"].fields
    assert [code for code, _label in fields["outcome-1"].choices] == ["partly_done", "withdrawn"]
    page = signed_in(officer).post(address(request), answer_form("1 nothing_found"))
    assert "failed after some records were removed" in words_of(page)
    request.refresh_from_db()
    assert not request.is_answered


def test_parts_that_share_an_outcome_are_set_at_once_and_nothing_is_recorded(
    officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer, "c-1", "c-2", "c-3")
    made.completed(made.only(request, 1))
    for number in (2, 3):
        made.failed(made.only(request, number))
    form = answer_form(
        "1 done", "2 withdrawn", do="set_all", all_outcome="refused", all_ground="legal_claims"
    )
    page = signed_in(officer).post(address(request), form)
    initial = page.context["form"].initial
    assert [initial[f"outcome-{number}"] for number in (1, 2, 3)] == ["done", "refused", "refused"]
    assert (initial["ground-2"], initial["ground-3"]) == ("legal_claims", "legal_claims")
    request.refresh_from_db()
    assert not request.is_answered


# Refusing -----------------------------------------------------------------------------------------------


def test_a_registered_request_is_refused_from_its_page(officer: User, signed_in: made.SignIn) -> None:
    request, client = made.registered(officer, ("email", "a@example.org")), signed_in(officer)
    way = f"{address(request)}?outcome=refused"
    assert way in client.get(address(request, "page")).content.decode()
    form = client.get(way).context["form"]
    assert form.initial["outcome-0"] == Outcome.REFUSED


def test_what_was_carried_out_cannot_be_refused_at_once(
    done: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    page = signed_in(officer).get(address(done, "page")).content.decode()
    assert f"{address(done)}?outcome=refused" not in page


@pytest.mark.parametrize("ground", ["", "pigeons", "rights_of_others", "internal_use"])
def test_a_refusal_has_a_ground_of_its_regulation_and_type(
    ground: str, officer: User, signed_in: made.SignIn
) -> None:
    request = made.registered(officer, ("email", "a@example.org"))
    page = answer(signed_in(officer), request, f"0 refused {ground}")
    assert "ground-0" in page.context["form"].errors
    request.refresh_from_db()
    assert not request.is_answered


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

    page = client.get(address(request, "page")).content.decode()
    assert words in page
    assert address(request) not in page
    assert words in client.get(address(request), follow=True).content.decode()
    assert words in answer(client, request).content.decode()
    request.refresh_from_db()
    assert not request.is_answered


@pytest.mark.parametrize(
    ("part", "words"),
    [("1 done", "reported nothing done"), ("1 refused legal_claims", "reported it done")],
)
def test_an_outcome_that_the_report_does_not_bear_is_refused_with_the_reason(
    part: str, words: str, officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer)
    if part == "1 done":
        made.failed(made.only(request))
    else:
        made.completed(made.only(request))
    page = answer(signed_in(officer), request, part)
    assert words in str(page.context["form"].errors["outcome-1"])
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
    [
        ("outcome-1", ""),
        ("outcome-1", "gone"),
        ("channel", ""),
        ("channel", "pigeon"),
        ("answered_on", "soon"),
        ("language", "fr"),
    ],
)
def test_what_is_missing_or_unknown_is_said_beside_its_field(
    field: str, value: str, done: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    page = answer(signed_in(officer), done, **{field: value})
    assert list(page.context["form"].errors) == [field]
    assert "Nothing was recorded yet" in page.content.decode()


def test_a_part_that_was_left_out_is_asked_for(
    in_two_parts: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    page = answer(signed_in(officer), in_two_parts, "1 done")
    assert list(page.context["form"].errors) == ["outcome-2"]
    in_two_parts.refresh_from_db()
    assert not in_two_parts.is_answered


def test_a_request_is_answered_once(
    done: PrivacyRequest, officer: User, other_officer: User, signed_in: made.SignIn
) -> None:
    answer(signed_in(officer), done)
    page = answer(signed_in(other_officer), done, "1 partly_done")
    assert "was answered already" in page.content.decode()
    done.refresh_from_db()
    assert (done.outcome, done.answered_by) == ("done", officer)


def test_what_happens_between_the_form_and_the_record_is_told(
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


# The letter ---------------------------------------------------------------------------------------------


def test_the_letter_for_what_is_chosen_stands_beside_the_form_and_nothing_is_recorded(
    in_two_parts: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    form = answer_form("1 done", "2 refused legal_claims", do="letter", note="Never trust them.")
    page = signed_in(officer).post(address(in_two_parts), form)
    letter = text_at(page, "letter-body")
    assert "our contact-centre provider reported the erasure as done" in letter
    assert "We need the data concerned for the establishment, exercise or defence of legal claims." in letter
    assert "lodge a complaint with a supervisory authority" in letter
    assert "Never trust them" not in letter
    assert "cust-2026-5582" not in letter
    in_two_parts.refresh_from_db()
    assert not in_two_parts.is_answered


def test_while_a_part_is_open_the_letter_says_what_to_choose(
    in_two_parts: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    page = signed_in(officer).get(address(in_two_parts))
    assert page.context["letter"] is None
    assert "Choose for each part what the person is told" in text_at(page, "letter-hint")


def test_a_refusal_without_its_ground_is_no_letter_yet(officer: User, signed_in: made.SignIn) -> None:
    request = made.registered(officer, ("email", "a@example.org"))
    page = signed_in(officer).post(address(request), answer_form("0 refused", do="letter"))
    assert page.context["ground_is_missing"]


# Who ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["reviewer", "auditor", "operator", "stranger"])
def test_only_officers_answer(
    who: str, done: PrivacyRequest, signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    client: Client = signed_in(request.getfixturevalue(who))
    assert client.get(address(done)).status_code == 403
    assert answer(client, done).status_code == 403
    assert address(done) not in client.get(address(done, "page")).content.decode()
    done.refresh_from_db()
    assert not done.is_answered


def test_it_is_posted_with_the_forms_token(done: PrivacyRequest, officer: User) -> None:
    assert made.guarded(officer).post(address(done), answer_form()).status_code == 403


# What was never sent, and what nobody can refuse --------------------------------------------------------


def test_of_an_unsent_request_it_does_not_say_that_cxone_was_asked(
    officer: User, signed_in: made.SignIn
) -> None:
    request = made.registered(officer, ("email", "a@example.org"))
    page = words_of(signed_in(officer).get(address(request)))
    assert "You looked the person up at CXone and found nobody." in page
    assert "CXone was asked" not in page


def test_the_same_is_said_of_a_part_that_was_stopped_before_it_was_sent(
    officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer, delay=timedelta(hours=1))
    with audited() as log:
        lifecycle.cancel(log, made.only(request), by=officer, because="stopped", now=made.now())
    page = words_of(signed_in(officer).get(address(request)))
    assert "You looked the person up at CXone and found nobody." in page
    assert "CXone was asked" not in page


def test_the_grounds_are_explained_only_where_a_part_can_be_refused(
    in_two_parts: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    client, explained = signed_in(officer), "What the person reads of each ground"
    assert explained in words_of(client.get(address(in_two_parts)))
    all_done = made.filed(officer, "c-1", "c-2")
    for number in (1, 2):
        made.completed(made.only(all_done, number))
    assert explained not in words_of(client.get(address(all_done)))


def test_the_summary_names_each_field_with_its_part_and_leads_to_it(
    in_two_parts: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    page = answer(signed_in(officer), in_two_parts, "1 done", "2 refused", channel="")
    html = page.content.decode()
    assert "Nothing was recorded yet: 2 things to put right" in words_of(page)
    for target, words in (
        ("id_ground-2", "Submission 2: ground of the refusal"),
        ("id_channel", "How the answer went out"),
    ):
        assert f'<a class="pa-link" href="#{target}">{words}</a>' in html
        assert f'id="{target}"' in html
