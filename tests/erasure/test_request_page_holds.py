"""What a request's page says of holds and overrides: since when, what came too late, how a question ended."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from time_machine import TimeMachineFixture

from audit.events import Event
from audit.trail import audited
from erasure import lifecycle, suspending
from erasure.models import LateHold, LegalHold, Override, PrivacyRequest, Submission
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.filing_desk import text_of
from tests.erasure.made_holds import GROUND, MATTER, placed, released
from tests.erasure.made_overrides import asked, decided, entries, expired, revoked, withdrawn

pytestmark = pytest.mark.django_db

MORNING = datetime(2099, 11, 20, 10, 2, tzinfo=UTC)
LATER = timedelta(minutes=15)


def page(user: User, request: PrivacyRequest, signed_in: made.SignIn) -> str:
    return text_of(signed_in(user).get(reverse("admin:request_page", args=[request.reference])))


def words_of(user: User, request: PrivacyRequest, signed_in: made.SignIn) -> list[str]:
    """The timeline, newest first."""
    answer = signed_in(user).get(reverse("admin:request_page", args=[request.reference]))
    return [moment.words for moment in answer.context["timeline"].moments]


# Since when --------------------------------------------------------------------------------------------


def test_what_was_held_as_it_was_filed_says_since_when(
    officer: User, auditor: User, signed_in: made.SignIn, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(MORNING, tick=False)
    request = made.filed(officer, categories=["ANALYTICS"])
    shown = page(auditor, request, signed_in)
    assert "On hold: RET-1" in shown
    assert "Held since it was filed at 10:02. Nothing was sent." in shown
    assert "Suspended" not in shown


def test_what_a_later_hold_suspended_says_who_placed_it_and_when(
    officer: User, reviewer: User, signed_in: made.SignIn, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(MORNING, tick=False)
    request = made.filed(officer, delay=LATER)
    time_machine.move_to(MORNING + timedelta(minutes=3), tick=False)
    hold = placed(reviewer, made.CXONE_ID)

    shown = page(officer, request, signed_in)

    assert f"Suspended by a hold: {hold.code}, {GROUND} (litigation)" in shown
    sentence = f"Marek Vondra placed {hold.code} at 10:05, after this was filed and before it was sent."
    assert f"{sentence} Nothing was sent." in shown
    assert MATTER not in shown
    assert f"Put on hold before it was sent: {hold.code}" in shown


def test_a_hold_that_comes_to_what_is_held_already_is_named_beside_the_first(
    officer: User, reviewer: User, signed_in: made.SignIn, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(MORNING, tick=False)
    request = made.filed(officer, categories=["ANALYTICS"])
    time_machine.move_to(MORNING + timedelta(minutes=3), tick=False)
    hold = placed(reviewer, made.CXONE_ID)
    shown = page(officer, request, signed_in)
    assert f"On hold: {hold.code}, {GROUND} (litigation); RET-1" in shown
    assert f"Held since it was filed at 10:02. Marek Vondra placed {hold.code} at 10:05, too." in shown


def test_an_open_page_follows_when_a_hold_comes_to_what_is_held_already(
    officer: User, reviewer: User, signed_in: made.SignIn
) -> None:
    request, client = made.filed(officer, categories=["ANALYTICS"]), signed_in(officer)
    live = reverse("admin:request_live", args=[request.reference])
    known = client.get(live)["ETag"]
    assert client.get(live, headers={"If-None-Match": known}).status_code == 304
    hold = placed(reviewer, made.CXONE_ID)
    answer = client.get(live, headers={"If-None-Match": known})
    assert answer.status_code == 200
    assert hold.code in answer.content.decode()


def test_a_hold_that_was_released_is_no_longer_named(
    officer: User, reviewer: User, signed_in: made.SignIn
) -> None:
    first = placed(reviewer, made.CXONE_ID, category="EMAIL")
    request = made.filed(officer, delay=LATER, categories=["EMAIL"])
    second = placed(reviewer, made.CXONE_ID)
    released(first)
    shown = page(officer, request, signed_in)
    assert f"{second.code}, {GROUND}" in shown
    assert f"{first.code}, {GROUND}" not in shown


def test_a_hold_placed_ahead_of_its_time_counts_from_its_first_day(
    officer: User, reviewer: User, signed_in: made.SignIn, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(MORNING, tick=False)
    request = made.filed(officer, delay=timedelta(days=2))
    hold = placed(reviewer, made.CXONE_ID, from_day=MORNING.date() + timedelta(days=1))
    time_machine.move_to(datetime(2099, 11, 21, 0, 0, 30, tzinfo=UTC), tick=False)
    suspending.suspend_held(timezone.now())
    assert f"{hold.code} began at 00:00, after this was filed" in page(officer, request, signed_in)


# Too late ----------------------------------------------------------------------------------------------


@pytest.fixture
def late(officer: User, reviewer: User, time_machine: TimeMachineFixture) -> tuple[PrivacyRequest, str]:
    """What Lena filed was sent at 10:02; Marek's hold on the person came at 10:05."""
    time_machine.move_to(MORNING, tick=False)
    request = made.filed(officer)
    made.accepted(made.only(request))
    time_machine.move_to(MORNING + timedelta(minutes=3), tick=False)
    return request, placed(reviewer, made.CXONE_ID).code


@pytest.mark.parametrize("who", ["officer", "reviewer", "auditor"])
def test_a_hold_that_came_too_late_is_said_in_a_banner_and_on_the_card(
    late: tuple[PrivacyRequest, str], signed_in: made.SignIn, request: pytest.FixtureRequest, who: str
) -> None:
    filed, code = late
    shown = page(request.getfixturevalue(who), filed, signed_in)
    sentence = f"{code} was placed at 10:05; this was sent at 10:02, and CXone has no recall."
    assert shown.count(f"{sentence} Tell Marek Vondra, who placed it.") == 2
    assert "A hold came too late" in shown
    assert "Ask CXone’s support whether it can still be stopped." in shown
    assert f"{code} came too late: it had been sent, and CXone has no recall" in shown


def test_once_cxone_has_reported_the_support_is_not_asked_any_more(
    late: tuple[PrivacyRequest, str], officer: User, signed_in: made.SignIn
) -> None:
    request, _code = late
    with audited() as log:
        lifecycle.complete(log, made.only(request), records=3, body="{}", now=timezone.now())
    shown = page(officer, request, signed_in)
    assert "A hold came too late" in shown
    assert "CXone’s support" not in shown


def test_after_the_answer_only_the_card_says_it(
    late: tuple[PrivacyRequest, str], officer: User, signed_in: made.SignIn
) -> None:
    request, code = late
    with audited() as log:
        lifecycle.complete(log, made.only(request), records=3, body="{}", now=timezone.now())
    made.answered(request, officer)
    shown = page(officer, request, signed_in)
    assert "A hold came too late" not in shown
    assert f"{code} was placed" in shown


def test_what_was_not_sent_is_not_said_to_be_late(
    officer: User, reviewer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer, delay=LATER)
    placed(reviewer, made.CXONE_ID)
    assert not LateHold.objects.exists()
    assert "too late" not in page(officer, request, signed_in)


@pytest.fixture
def on_its_way(
    officer: User, reviewer: User, time_machine: TimeMachineFixture
) -> tuple[PrivacyRequest, LegalHold]:
    """What Lena filed was being sent at 10:02; Marek's hold on the person came at 10:05."""
    time_machine.move_to(MORNING, tick=False)
    request = made.filed(officer)
    made.sent(made.only(request))
    time_machine.move_to(MORNING + timedelta(minutes=3), tick=False)
    return request, placed(reviewer, made.CXONE_ID)


@pytest.mark.parametrize("ended", [False, True])
def test_what_cxone_turned_out_not_to_have_taken_is_not_said_to_be_late_any_more(
    on_its_way: tuple[PrivacyRequest, LegalHold],
    *,
    ended: bool,
    officer: User,
    reviewer: User,
    signed_in: made.SignIn,
) -> None:
    request, hold = on_its_way
    row, now = made.only(request), timezone.now()
    assert "A hold came too late" in page(officer, request, signed_in)
    with audited() as log:
        if ended:
            lifecycle.fail(log, row, code="refused_by_cxone", message="No.", now=now)
        else:
            lifecycle.requeue(log, row, reason="429", next_attempt_at=now)
            lifecycle.suspend(log, row, holds=[hold.code], now=now)
    assert LateHold.objects.filter(hold=hold, submission=row).exists()
    shown = page(officer, request, signed_in)
    words = f"{hold.code} was placed at 10:05, while this was on its way."
    assert f"{words} It turned out that CXone had not taken it." in shown
    assert "A hold came too late" not in shown
    assert "this was sent" not in shown
    held = text_of(signed_in(reviewer).get(reverse("admin:hold_page", args=[hold.pk])))
    assert "Too late for" not in held
    assert "What it came too late for" not in held
    assert "it turned out that CXone had not taken it: the hold did not come too late." in held
    assert str(row) in held


# How a question ended ----------------------------------------------------------------------------------


@pytest.fixture
def held(officer: User) -> Submission:
    """Lena's submission that RET-1 holds."""
    return made.only(made.filed(officer, categories=["ANALYTICS"]))


def take_back(question: Override, *, officer: User, reviewer: User) -> None:
    revoked(decided(question, by=reviewer), by=reviewer)


def withdraw(question: Override, *, officer: User, reviewer: User) -> None:
    withdrawn(question, by=officer)


def expire(question: Override, *, officer: User, reviewer: User) -> None:
    expired(question)


def run_out(question: Override, *, officer: User, reviewer: User) -> None:
    """Its time is over, and the tick has not closed it yet."""
    Override.objects.filter(pk=question.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


ENDINGS: list[tuple[Callable[..., None], str, str]] = [
    (take_back, "Marek Vondra took the approval back", "The approval was taken back."),
    (
        withdraw,
        "The question for an override, asked by Lena Hofmann, was taken back",
        "The question for an override was taken back.",
    ),
    (expire, "Nobody decided on the override in time; the question expired", "Nobody decided"),
    (run_out, "Nobody decided on the override in time; the question expired", "Nobody decided"),
]


@pytest.mark.parametrize(("end", "trace", "lapsed"), ENDINGS)
def test_what_came_to_nothing_leaves_a_trace_and_a_way_to_ask_again(
    held: Submission,
    officer: User,
    reviewer: User,
    auditor: User,
    signed_in: made.SignIn,
    end: Any,
    trace: str,
    lapsed: str,
) -> None:
    question = asked(held, by=officer)
    end(question, officer=officer, reviewer=reviewer)

    answer = signed_in(officer).get(reverse("admin:request_page", args=[held.request.reference]))

    shown = text_of(answer)
    assert shown.count(trace) == 2
    assert lapsed in answer.context["next_step"]
    assert "It stays held: ask for an override again, or stop it." in answer.context["next_step"]
    assert "Ask for an override again" in shown
    assert reverse("admin:override_decide", args=[question.pk]) in answer.content.decode()
    assert "Ask for an override again" not in page(auditor, held.request, signed_in)


@pytest.mark.parametrize(("end", "_trace", "lapsed"), ENDINGS)
def test_it_comes_back_into_what_needs_somebody(
    held: Submission,
    officer: User,
    reviewer: User,
    signed_in: made.SignIn,
    end: Any,
    _trace: str,
    lapsed: str,
) -> None:
    question = asked(held, by=officer)
    landing = reverse("admin:index")
    assert "A reviewer has to decide" in text_of(signed_in(officer).get(landing))
    end(question, officer=officer, reviewer=reviewer)
    shown = text_of(signed_in(officer).get(landing))
    assert lapsed in shown
    assert "Held by RET-1: ask again, or stop the held part and answer without it." in shown


def test_a_question_that_waits_again_is_what_is_said(
    held: Submission, officer: User, reviewer: User, signed_in: made.SignIn
) -> None:
    take_back(asked(held, by=officer), officer=officer, reviewer=reviewer)
    asked(made.only(held.request), by=officer)
    assert "A reviewer has to decide" in text_of(signed_in(officer).get(reverse("admin:index")))
    shown = page(officer, held.request, signed_in)
    assert "It waits for a reviewer’s decision." in shown
    assert "Ask for an override" not in shown


def test_who_asked_finds_the_question_and_can_withdraw_it_there(
    held: Submission, officer: User, signed_in: made.SignIn
) -> None:
    client = signed_in(officer)
    question = reverse("admin:override_decide", args=[asked(held, by=officer).pk])
    shown = client.get(reverse("admin:request_page", args=[held.request.reference]))
    assert "Look at the question" in text_of(shown)
    assert question in shown.content.decode()
    assert "Withdraw the question" in text_of(client.get(question))


def test_an_approval_that_a_newer_hold_voids_is_said_everywhere(
    held: Submission, officer: User, reviewer: User, other_reviewer: User, signed_in: made.SignIn
) -> None:
    question = decided(asked(held, by=officer), by=reviewer)
    hold = placed(other_reviewer, made.CXONE_ID)
    shown = page(officer, held.request, signed_in)
    assert f"Suspended by a hold: {hold.code}" in shown
    assert "The approval does not reach a hold that came later. It stays held" in shown
    assert "reach a hold that came later. It goes on by itself when no hold is in its way any more" in shown
    assert "or when another override is approved." in shown
    assert "Ask for an override again" in shown
    landing = text_of(signed_in(officer).get(reverse("admin:index")))
    assert "The approval does not reach a hold that came later." in landing
    override_page = signed_in(reviewer).get(reverse("admin:override_decide", args=[question.pk]))
    assert f"It does not reach {hold.code}, which came later" in text_of(override_page)


def test_an_approval_that_waits_to_be_used_leads_to_its_page(
    held: Submission, officer: User, reviewer: User, signed_in: made.SignIn
) -> None:
    question = decided(asked(held, by=officer), by=reviewer)
    answer = signed_in(reviewer).get(reverse("admin:request_page", args=[held.request.reference]))
    assert "Override approved by Marek Vondra at" in text_of(answer)
    assert reverse("admin:override_decide", args=[question.pk]) in answer.content.decode()


def test_a_denial_is_named_and_sends_the_officer_to_the_answer(
    held: Submission, officer: User, reviewer: User, signed_in: made.SignIn
) -> None:
    decided(asked(held, by=officer), by=reviewer, approve=False)
    assert "Override denied by Marek Vondra at" in page(officer, held.request, signed_in)
    landing = text_of(signed_in(officer).get(reverse("admin:index")))
    assert "A reviewer denied the override; nothing was sent. Tell the person why" in landing


# The timeline ------------------------------------------------------------------------------------------


def test_every_turn_of_an_override_is_told(
    held: Submission, officer: User, reviewer: User, signed_in: made.SignIn
) -> None:
    request = held.request
    withdrawn(asked(held, by=officer), by=officer)
    expired(asked(made.only(request), by=officer))
    take_back(asked(made.only(request), by=officer), officer=officer, reviewer=reviewer)
    decided(asked(made.only(request), by=officer), by=reviewer, approve=False)

    told = words_of(officer, request, signed_in)[::-1]

    question = "Override asked for: the evidence is preserved elsewhere"
    assert told[3:] == [
        question,
        "The question for an override was taken back",
        question,
        "Nobody decided on the override in time",
        question,
        "Override approved",
        "Free to be sent: an override was approved",
        "The approval of the override was taken back",
        "Put on hold before it was sent: RET-1",
        question,
        "Override denied",
        "Refused: the override was denied",
    ]


def test_a_decision_that_was_refused_says_by_which_rule(
    held: Submission, officer: User, signed_in: made.SignIn
) -> None:
    question = asked(held, by=officer)
    page_of = reverse("admin:override_decide", args=[question.pk])
    assert signed_in(officer).post(page_of, {"decision": "approve", "reason": "Yes."}).status_code == 403
    assert len(entries(Event.OVERRIDE_REFUSED)) == 1
    assert words_of(officer, held.request, signed_in)[0] == (
        "A decision on the override was refused: who filed a request does not decide on it"
    )
