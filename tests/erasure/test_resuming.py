"""Held submissions go on by themselves once no hold meets them any more, and only then."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.trail import audited, events_of
from erasure import lifecycle, overrides, resuming
from erasure.choices import OverrideDecision, OverrideReason
from erasure.models import LegalHold, Override, Submission
from privacyadmin.models import User
from tests.erasure.made_holds import released
from tests.erasure.made_requests import filed, hold_on, only

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(officer: User) -> Submission:
    """A submission that waits for the one hold on its person."""
    hold_on(filed(officer, "USR-1"))
    return only(filed(officer, "USR-1"))


def end(code: str) -> None:
    released(LegalHold.objects.get(code=code))


def resume() -> int:
    return resuming.resume_released(timezone.now())


def test_a_released_hold_lets_its_submissions_go(held: Submission) -> None:
    assert resume() == 0
    end("LIT-204")
    assert resume() == 1
    held.refresh_from_db()
    assert (held.status, held.held_by) == ("queued", [])
    assert held.next_attempt_at is not None
    last = events_of(held.request.obj).last()
    assert last is not None
    assert (last.act, last.actor, last.facts["because"]) == ("request.resumed", "sys", "hold_released")
    assert resume() == 0


def test_a_hold_that_ran_out_lets_its_submissions_go(officer: User) -> None:
    request = filed(officer, "USR-1")
    now = timezone.now()
    LegalHold.objects.create(
        code="INV-1",
        kind="investigation",
        ground="an inquiry",
        subject=request.subject,
        placed_at=now,
        valid_until=now + timedelta(hours=1),
    )
    waiting = only(filed(officer, "USR-1"))
    assert waiting.status == "blocked"
    assert resuming.resume_released(now + timedelta(hours=2)) == 1
    waiting.refresh_from_db()
    assert waiting.status == "queued"


def test_what_another_hold_meets_keeps_waiting(held: Submission) -> None:
    hold_on(held.request, code="LIT-205")
    end("LIT-204")
    assert resume() == 0
    held.refresh_from_db()
    assert held.status == "blocked"
    end("LIT-205")
    assert resume() == 1


def test_what_the_standing_hold_meets_keeps_waiting(officer: User) -> None:
    waiting = only(filed(officer, categories=["ANALYTICS"]))
    hold_on(waiting.request)
    end("LIT-204")
    assert resume() == 0
    waiting.refresh_from_db()
    assert waiting.status == "blocked"


def test_what_a_rule_stopped_is_not_let_go_by_the_end_of_a_hold(held: Submission) -> None:
    Submission.objects.filter(pk=held.pk).update(held_by=["LIT-204", "rule:scope.too_deep"])
    end("LIT-204")
    assert resume() == 0
    held.refresh_from_db()
    assert held.status == "blocked"


def test_what_was_stopped_meanwhile_stays_stopped(held: Submission, officer: User) -> None:
    end("LIT-204")
    with audited() as log:
        lifecycle.cancel(log, held, by=officer, because="stopped", now=timezone.now())
    assert resume() == 0
    held.refresh_from_db()
    assert held.status == "cancelled"


def test_the_open_question_about_what_is_let_go_is_taken_back(held: Submission, officer: User) -> None:
    with audited() as log:
        question = overrides.ask(
            log,
            held,
            by=officer,
            reason=OverrideReason.MATTER_CLOSED,
            justification="The matter was closed in March.",
            now=timezone.now(),
        )
    end("LIT-204")
    assert resume() == 1
    assert Override.objects.get(pk=question.pk).decision == OverrideDecision.WITHDRAWN
    acts = [event.act for event in events_of(held.request.obj)]
    assert acts[-2:] == ["override.withdrawn", "request.resumed"]


def test_many_are_let_go_in_several_transactions(officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resuming, "AT_ONCE", 2)
    hold_on(filed(officer, "USR-1"))
    waiting = [only(filed(officer, "USR-1")) for _ in range(5)]
    end("LIT-204")
    assert resume() == 5
    assert set(
        Submission.objects.filter(pk__in=[row.pk for row in waiting]).values_list("status", flat=True)
    ) == {"queued"}
