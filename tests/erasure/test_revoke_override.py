"""Taking an approval back: by any reviewer, until it is used; against the gate one of the two comes first."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.events import Event
from erasure import lifecycle, resuming
from erasure.models import Override, Submission
from erasure.pipeline import claims, gate
from erasure.plain_words import clock_words
from erasure.reconcile import differences
from privacyadmin.models import User
from tests.erasure.at_work import Work, cxone, fresh, work
from tests.erasure.filing_desk import text_of
from tests.erasure.made_holds import released
from tests.erasure.made_overrides import asked, decided, entries, patiently, revoked
from tests.erasure.made_requests import SignIn, filed, guarded, hold_on, only, sent

__all__ = ["cxone", "work"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved(officer: User, reviewer: User) -> Override:
    """Lena's question that Marek has approved; it goes out in a quarter of an hour."""
    held = only(filed(officer, categories=["CONTACT", "ANALYTICS"]), 2)
    return decided(asked(held, by=officer), by=reviewer)


def page_of(override: Override) -> str:
    return reverse("admin:override_decide", args=[override.pk])


def revoke_page(override: Override) -> str:
    return reverse("admin:override_revoke", args=[override.pk])


# Taking back -------------------------------------------------------------------------------------------


def test_the_page_says_until_when_and_a_click_holds_it_again(
    approved: Override, reviewer: User, signed_in: SignIn
) -> None:
    client, submission = signed_in(reviewer), only(approved.submission.request, 2)
    assert submission.next_attempt_at is not None
    page = text_of(client.get(page_of(approved)))
    assert f"Goes to CXone {clock_words(submission.next_attempt_at)}. Until then you can take it back" in page

    answer = client.post(revoke_page(approved), follow=True)

    assert f"Taken back. Nothing of {submission} was sent; it is held again." in text_of(answer)
    approved.refresh_from_db()
    assert (approved.decision, approved.revoked_by, approved.used_at) == ("approved", reviewer, None)
    submission.refresh_from_db()
    assert (submission.status, submission.held_by, submission.next_attempt_at) == ("blocked", ["RET-1"], None)
    (event,) = entries(Event.OVERRIDE_REVOKED)
    assert (event["actor"], event["res"]) == (reviewer.actor, "ok")
    assert event["data"] == {"submission": 2, "override": approved.pk, "holds": ["RET-1"]}
    assert [event["actor"] for event in entries(Event.REQUEST_SUSPENDED)] == [reviewer.actor]
    assert list(differences()) == []


def test_another_reviewer_takes_it_back_too(
    approved: Override, other_reviewer: User, signed_in: SignIn
) -> None:
    signed_in(other_reviewer).post(revoke_page(approved))
    approved.refresh_from_db()
    assert approved.revoked_by == other_reviewer


@pytest.mark.parametrize("who", ["officer", "reviewer", "auditor"])
def test_everybody_who_looks_sees_that_it_was_taken_back(
    approved: Override, reviewer: User, signed_in: SignIn, request: pytest.FixtureRequest, who: str
) -> None:
    revoked(approved, by=reviewer)
    page = text_of(signed_in(request.getfixturevalue(who)).get(page_of(approved)))
    assert "Approval taken back by Marek Vondra" in page
    assert "Take the approval back" not in page


def test_after_that_it_can_be_asked_for_and_approved_again(
    approved: Override, officer: User, reviewer: User
) -> None:
    revoked(approved, by=reviewer)
    again = asked(only(approved.submission.request, 2), by=officer)
    decided(again, by=reviewer)
    assert only(approved.submission.request, 2).status == "queued"


def test_what_was_taken_back_lets_nothing_go_when_another_hold_ends(officer: User, reviewer: User) -> None:
    hold = hold_on(filed(officer, "USR-1"))
    held = only(filed(officer, "USR-1", categories=["ANALYTICS"]))
    override = decided(asked(held, by=officer), by=reviewer)
    assert override.holds == ["LIT-204", "RET-1"]
    revoked(override, by=reviewer)
    released(hold)
    assert resuming.resume_released(timezone.now()) == 0
    assert only(held.request).status == "blocked"


def test_taking_it_back_twice_is_told(approved: Override, reviewer: User, signed_in: SignIn) -> None:
    client = signed_in(reviewer)
    client.post(revoke_page(approved))
    answer = client.post(revoke_page(approved), follow=True)
    assert "There is no approval to take back." in text_of(answer)
    assert len(entries(Event.OVERRIDE_REVOKED)) == 1


def test_an_undecided_question_has_no_approval_to_take_back(
    officer: User, reviewer: User, signed_in: SignIn
) -> None:
    question = asked(only(filed(officer, categories=["ANALYTICS"])), by=officer)
    client = signed_in(reviewer)
    assert "Take the approval back" not in text_of(client.get(page_of(question)))
    answer = client.post(revoke_page(question), follow=True)
    assert "There is no approval to take back." in text_of(answer)


def test_without_a_hold_it_no_longer_matters(officer: User, reviewer: User, signed_in: SignIn) -> None:
    hold = hold_on(filed(officer, "USR-1"))
    override = decided(asked(only(filed(officer, "USR-1")), by=officer), by=reviewer)
    released(hold)
    client = signed_in(reviewer)
    assert "Take the approval back" not in text_of(client.get(page_of(override)))
    answer = client.post(revoke_page(override), follow=True)
    assert "the approval no longer matters" in text_of(answer)
    assert only(override.submission.request).status == "queued"


def test_what_was_stopped_meanwhile_has_nothing_left_to_take_back(
    approved: Override, officer: User, reviewer: User, signed_in: SignIn
) -> None:
    signed_in(officer).post(reverse("admin:submission_stop", args=[approved.submission.request.reference, 2]))
    answer = signed_in(reviewer).post(revoke_page(approved), follow=True)
    assert "nothing of it is about to be sent" in text_of(answer)
    assert entries(Event.OVERRIDE_REVOKED) == []


# Too late ----------------------------------------------------------------------------------------------


def test_too_late_is_told_with_the_moment_it_was_sent_and_put_on_record(
    approved: Override, reviewer: User, signed_in: SignIn
) -> None:
    submission = sent(only(approved.submission.request, 2))
    assert submission.first_sent_at is not None
    client = signed_in(reviewer)
    assert "Take the approval back" not in text_of(client.get(page_of(approved)))

    answer = client.post(revoke_page(approved), follow=True)

    words = (
        f"Too late: {submission} was sent {clock_words(submission.first_sent_at)}, and CXone has no recall."
    )
    assert words in text_of(answer)
    approved.refresh_from_db()
    assert approved.revoked_at is None
    (event,) = entries(Event.OVERRIDE_REVOKED)
    assert (event["actor"], event["res"]) == (reviewer.actor, "denied")
    page = client.get(reverse("admin:request_page", args=[submission.request.reference]))
    assert "Taking the approval back was refused: it had been sent already" in text_of(page)
    assert list(differences()) == []


@pytest.mark.parametrize("who", ["officer", "auditor", "operator", "stranger"])
def test_only_reviewers_take_it_back(
    approved: Override, signed_in: SignIn, request: pytest.FixtureRequest, who: str
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.post(revoke_page(approved)).status_code == 403
    assert "Take the approval back" not in client.get(page_of(approved)).content.decode()
    approved.refresh_from_db()
    assert approved.revoked_at is None
    assert only(approved.submission.request, 2).status == "queued"


def test_it_takes_a_post_its_token_and_somebody_signed_in(
    approved: Override, reviewer: User, signed_in: SignIn, client: Client
) -> None:
    assert signed_in(reviewer).get(revoke_page(approved)).status_code == 405
    assert guarded(reviewer).post(revoke_page(approved)).status_code == 403
    assert client.post(revoke_page(approved))["Location"].startswith(reverse("admin:login"))
    assert signed_in(reviewer).post(reverse("admin:override_revoke", args=[9999])).status_code == 404
    approved.refresh_from_db()
    assert approved.revoked_at is None


# Against the gate --------------------------------------------------------------------------------------


def ready_to_go(work: Work, reviewer: User) -> tuple[Submission, Override]:
    """A held submission that was approved and is due now."""
    row = work.file(categories=["ANALYTICS"])
    override = decided(asked(row, by=work.officer), by=reviewer, send_delay=timedelta(0))
    return fresh(row), override


def test_taken_back_before_the_gate_nothing_is_sent(work: Work, reviewer: User) -> None:
    row, override = ready_to_go(work, reviewer)
    revoked(override, by=reviewer)
    work.let_time_pass()
    work.send()
    assert fresh(row).status == "blocked"
    assert work.sandbox.requests == []


def test_taken_back_between_claim_and_gate_nothing_is_sent(work: Work, reviewer: User) -> None:
    _row, override = ready_to_go(work, reviewer)
    claimed = claims.claim(claims.TO_SUBMIT, limit=10, now=timezone.now())
    revoked(override, by=reviewer)
    assert gate.pass_gate(claimed, now=timezone.now()) == []


def test_after_the_gate_it_is_too_late(work: Work, reviewer: User) -> None:
    row, override = ready_to_go(work, reviewer)
    work.send()
    assert fresh(row).status == "processing"
    with pytest.raises(lifecycle.MoveRefused, match="CXone has no recall"):
        revoked(override, by=reviewer)
    override.refresh_from_db()
    assert override.used_at is not None


def test_of_the_two_at_the_same_moment_one_comes_first(work: Work, reviewer: User) -> None:
    """Whichever it is: what was sent was not taken back, and what was taken back was not sent."""
    for _ in range(6):
        row, override = ready_to_go(work, reviewer)
        claimed = claims.claim(claims.TO_SUBMIT, limit=10, now=timezone.now())
        told = _both_at_once(claimed, override, reviewer)
        row = fresh(row)
        override.refresh_from_db()
        was_sent, was_revoked = row.first_sent_at is not None, override.revoked_at is not None
        assert was_sent != was_revoked
        assert row.status == ("submitting" if was_sent else "blocked")
        assert (override.used_at is not None) == was_sent
        assert ("no recall" in told) == was_sent


def _both_at_once(claimed: list[Submission], override: Override, reviewer: User) -> str:
    """Pass the gate and take the approval back in two threads; what the second was told."""
    start, told = threading.Barrier(2), []

    def pass_gate() -> None:
        start.wait(timeout=10)
        try:
            patiently(lambda: gate.pass_gate(claimed, now=timezone.now()))
        finally:
            connection.close()

    def take_back() -> None:
        start.wait(timeout=10)
        try:
            patiently(lambda: revoked(Override.objects.get(pk=override.pk), by=reviewer))
        except lifecycle.MoveRefused as refusal:
            told.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=act) for act in (pass_gate, take_back)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return "".join(told)
