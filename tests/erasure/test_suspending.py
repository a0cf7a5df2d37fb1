"""A hold that comes after the filing: it stops what has not left, says what it came too late for, and tells
people, whether it comes early, at the last moment, or in the middle of the sending.
"""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from audit.trail import audited
from erasure import jobs, lifecycle, overrides, releasing, resuming, suspending
from erasure.choices import NoticeKind
from erasure.models import LateHold, LegalHold, Notice, Submission
from erasure.pipeline import claims, gate
from privacyadmin.models import User
from tests.erasure.at_work import Work, cxone, event_data, events, fresh, work
from tests.erasure.made_holds import placed, released
from tests.erasure.made_overrides import asked, decided
from tests.erasure.made_requests import accepted, completed, failed, filed, only, sent

__all__ = ["cxone", "work"]

LATER = timedelta(minutes=15)


def late_for(hold: LegalHold) -> list[Submission]:
    return [late.submission for late in hold.late.order_by("submission")]


# Before it leaves ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_it_stops_at_once_what_waits_for_its_send_delay(officer: User, reviewer: User) -> None:
    waiting = only(filed(officer, "USR-1", delay=LATER))
    other = only(filed(officer, "USR-2", delay=LATER))
    hold = placed(reviewer, "USR-1")
    waiting, other = fresh(waiting), fresh(other)
    assert (waiting.status, waiting.held_by, waiting.next_attempt_at) == ("blocked", [hold.code], None)
    assert other.status == "queued"
    assert event_data(waiting.request.obj, "request.suspended") == [{"submission": 1, "holds": [hold.code]}]
    assert late_for(hold) == []


@pytest.mark.django_db
def test_whoever_filed_and_whoever_has_it_are_told(
    officer: User, other_officer: User, reviewer: User, settings: LazySettings
) -> None:
    settings.EMAIL_HOST = "mail.example.org"
    request = filed(officer, "USR-1", delay=LATER)
    with audited() as log:
        lifecycle.assign(log, request, to=other_officer, by=other_officer)
    placed(reviewer, "USR-1")
    told = Notice.objects.filter(kind=NoticeKind.SUSPENDED)
    assert {notice.to for notice in told} == {officer, other_officer}
    assert {(notice.about, notice.target) for notice in told} == {
        (f"{request.reference}/1", request.reference)
    }


def test_it_stops_what_a_worker_has_claimed_already(work: Work, reviewer: User) -> None:
    row = work.file("USR-1")
    claimed = claims.claim(claims.TO_SUBMIT, limit=10, now=timezone.now())
    hold = placed(reviewer, "USR-1")
    assert (fresh(row).status, fresh(row).held_by) == ("blocked", [hold.code])
    assert gate.pass_gate(claimed, now=timezone.now()) == []
    assert work.sandbox.requests == []
    released(hold)
    assert work.resume() == 1
    work.send()
    assert fresh(row).status == "processing"


@pytest.mark.django_db
def test_an_access_request_and_other_categories_go_on(officer: User, reviewer: User) -> None:
    access = only(filed(officer, "USR-1", type="ACCESS", delay=LATER))
    survey = only(filed(officer, "USR-2", categories=["SURVEY"], delay=LATER))
    placed(reviewer, "USR-1")
    placed(reviewer, category="SMS")
    assert [fresh(row).status for row in (access, survey)] == ["queued", "queued"]


@pytest.mark.django_db
def test_what_an_approval_covers_is_left_alone_by_the_hold_it_covers(officer: User, reviewer: User) -> None:
    row = only(filed(officer, "USR-1", categories=["ANALYTICS"]))
    decided(asked(row, by=officer), by=reviewer)
    placed(reviewer, "USR-2")
    suspending.suspend_held(timezone.now())
    assert fresh(row).status == "queued"


@pytest.mark.django_db
def test_many_are_stopped_and_let_go_again_in_several_transactions(
    officer: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suspending, "AT_ONCE", 2)
    monkeypatch.setattr(resuming, "AT_ONCE", 2)
    rows = [only(filed(officer, f"USR-{number}", delay=LATER)) for number in range(5)]
    hold = placed(reviewer, category="CONTACT")
    assert [fresh(row).status for row in rows].count("blocked") == 2
    assert suspending.suspend_held(timezone.now()) == 3
    assert {fresh(row).status for row in rows} == {"blocked"}
    released(hold)
    assert resuming.resume_released(timezone.now()) == 5
    assert {fresh(row).status for row in rows} == {"queued"}


# A hold that lies ahead ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_hold_that_lies_ahead_stops_nothing_until_it_begins(officer: User, reviewer: User) -> None:
    at_work = accepted(only(filed(officer, "USR-1")))
    waiting = only(filed(officer, "USR-1", delay=timedelta(days=3)))
    tomorrow = timezone.localdate() + timedelta(days=1)
    hold = placed(reviewer, "USR-1", from_day=tomorrow)
    assert fresh(waiting).status == "queued"
    assert late_for(hold) == []
    assert only(filed(officer, "USR-1", delay=LATER)).status == "queued"

    begun = hold.valid_from + timedelta(seconds=1)
    assert suspending.suspend_held(begun) == 2
    assert fresh(waiting).held_by == [hold.code]
    assert late_for(hold) == [at_work]
    suspending.suspend_held(begun)
    assert events(at_work).count("request.held_late") == 1


# Too late ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_it_says_what_it_came_too_late_for(officer: User, reviewer: User) -> None:
    doubtful = sent(only(filed(officer, "USR-1")))
    at_work = accepted(only(filed(officer, "USR-1")))
    over = completed(only(filed(officer, "USR-1")))
    other = accepted(only(filed(officer, "USR-2")), cxone_id="other")
    hold = placed(reviewer, "USR-1")
    assert late_for(hold) == [doubtful, at_work]
    assert event_data(at_work.request.obj, "request.held_late") == [{"submission": 1, "holds": [hold.code]}]
    assert [event_data(row.request.obj, "request.held_late") for row in (over, other)] == [[], []]
    (told,) = event_data(hold.obj, "hold.placed")
    assert told["too_late"] == 2
    assert [fresh(row).status for row in (doubtful, at_work)] == ["submitting", "processing"]


@pytest.mark.django_db
def test_a_hold_that_reaches_back_names_what_was_sent_since_its_first_day(
    officer: User, reviewer: User
) -> None:
    over = completed(only(filed(officer, "USR-1")))
    halfway = failed(only(filed(officer, "USR-1")), records=3)
    access = completed(only(filed(officer, "USR-1", type="ACCESS")))
    hold = placed(reviewer, "USR-1", from_day=timezone.localdate() - timedelta(days=1))
    assert late_for(hold) == [over, halfway]
    assert access not in late_for(hold)


@pytest.mark.django_db
def test_what_cxone_refused_was_never_taken_up(officer: User, reviewer: User) -> None:
    row = sent(only(filed(officer, "USR-1")))
    with audited() as log:
        lifecycle.fail(log, row, code="refused_by_cxone", message="No.", now=timezone.now())
    hold = placed(reviewer, "USR-1", from_day=timezone.localdate() - timedelta(days=1))
    assert late_for(hold) == []


# In the middle -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attempt", range(6))
def test_a_hold_in_the_middle_of_the_sending_stops_each_or_says_that_it_came_too_late(
    work: Work, reviewer: User, attempt: int
) -> None:
    """Whatever the moment: what reached CXone is said, and what is not said never reached it."""
    rows = [work.file(f"USR-{number}") for number in range(40)]
    hold: list[LegalHold] = []

    def place(wait: float) -> None:
        try:
            time.sleep(wait)
            hold.append(placed(reviewer, category="CONTACT"))
        finally:
            connection.close()

    placing = threading.Thread(target=place, args=[attempt * 0.05])
    placing.start()
    while work.send():
        pass
    placing.join(timeout=60)
    work.send()
    late = set(LateHold.objects.values_list("submission", flat=True))
    reached = {taken["subjectId"] for taken in work.sandbox.requests}
    for row in map(fresh, rows):
        was_sent = row.identifier.value in reached
        assert was_sent == (row.pk in late), (row.status, attempt)
        assert row.status == ("processing" if was_sent else "blocked")


# Whatever fails on the way -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_hold_is_seen_to_however_late_the_tick_comes(officer: User, reviewer: User) -> None:
    at_work = accepted(only(filed(officer, "USR-1")))
    held_already = only(filed(officer, "USR-1", categories=["ANALYTICS"]))
    tomorrow = timezone.localdate() + timedelta(days=1)
    hold = placed(reviewer, "USR-1", from_day=tomorrow)
    assert hold.seen_to_at is None
    a_week_late = hold.valid_from + timedelta(days=7)
    suspending.suspend_held(a_week_late)
    assert late_for(hold) == [at_work]
    assert fresh(held_already).held_by == [hold.code, "RET-1"]
    hold.refresh_from_db()
    assert hold.seen_to_at == a_week_late


@pytest.mark.django_db
def test_nothing_is_released_before_what_it_meets_was_put_on_hold(
    officer: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed(officer, "USR-1", delay=LATER)
    with monkeypatch.context() as patch:
        patch.setattr(suspending, "suspend_held", lambda *_args, **_options: 0)
        hold = placed(reviewer, "USR-1")
    assert "still being put on hold" in releasing.why_not_ask(hold, reviewer, now=timezone.now())
    suspending.suspend_held(timezone.now())
    hold.refresh_from_db()
    assert releasing.why_not_ask(hold, reviewer, now=timezone.now()) == ""


@pytest.mark.django_db
def test_a_lot_that_was_cut_leaves_the_hold_to_the_tick(
    officer: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suspending, "AT_ONCE", 2)
    for number in range(5):
        filed(officer, f"USR-{number}", delay=LATER)
    hold = placed(reviewer, category="CONTACT")
    assert hold.seen_to_at is None
    jobs.tick_round()
    hold.refresh_from_db()
    assert hold.seen_to_at is not None
    assert set(Submission.objects.values_list("status", flat=True)) == {"blocked"}


@pytest.mark.django_db
def test_a_damaged_row_keeps_no_other_from_being_stopped_or_let_go(officer: User, reviewer: User) -> None:
    rows = [only(filed(officer, f"USR-{number}", delay=LATER)) for number in range(4)]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE erasure_submission SET description = 'no token' WHERE id = %s", [rows[1].pk])
    hold = placed(reviewer, category="CONTACT")

    def statuses() -> list[str]:
        found = Submission.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")
        return list(found.values_list("status", flat=True))

    assert statuses() == ["blocked", "queued", "blocked", "blocked"]
    released(hold)
    jobs.tick_round()
    assert statuses() == ["queued"] * 4


@pytest.mark.django_db
def test_a_step_of_the_tick_that_fails_keeps_no_other_from_its_turn(
    officer: User, reviewer: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    row = only(filed(officer, "USR-1", delay=LATER))
    hold = placed(reviewer, "USR-1")

    def broken(_now: Any) -> int:
        raise ValueError("a row that cannot be read")

    released(hold)
    monkeypatch.setattr(overrides, "expire_due", broken)
    jobs.tick_round()
    assert fresh(row).status == "queued"
    assert "tick_step_failed" in caplog.text


# The tick ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_tick_stops_and_lets_go(officer: User, reviewer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    row = only(filed(officer, "USR-1", delay=LATER))
    with monkeypatch.context() as patch:
        # As if the process had died between placing the hold and looking around.
        patch.setattr(suspending, "suspend_held", lambda *_args, **_options: 0)
        hold = placed(reviewer, "USR-1")
    assert fresh(row).status == "queued"
    jobs.tick_round()
    assert fresh(row).status == "blocked"
    released(hold)
    jobs.tick_round()
    assert fresh(row).status == "queued"


@pytest.mark.django_db
def test_what_a_round_missed_is_let_go_within_a_minute(officer: User, reviewer: User) -> None:
    seconds = [0.0]
    tick = resuming.Resuming(clock=lambda: seconds[0])
    tick.round(timezone.now())
    row = only(filed(officer, "USR-1", delay=LATER))
    released(placed(reviewer, "USR-1"))
    long_after = timezone.now() + timedelta(hours=1)
    assert tick.round(long_after) == 0
    seconds[0] = 61.0
    assert tick.round(long_after) == 1
    assert fresh(row).status == "queued"


def test_questions_and_proposals_are_closed_when_their_time_is_over(
    work: Work, reviewer: User, settings: Any
) -> None:
    row = work.file(categories=["ANALYTICS"])
    asked(row, by=work.officer, now=timezone.now() - overrides.lifetime())
    jobs.tick_round()
    assert row.overrides.get().decision == "expired"
    assert events(row)[-1] == "override.expired"
    assert fresh(row).status == "blocked"
