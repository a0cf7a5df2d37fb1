"""Two people press at the same moment: fifty times, and each time exactly one decision stands."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from audit.events import Event
from audit.models import AuditEvent
from audit.trail import audited
from erasure import filing, lifecycle, overrides, releasing
from erasure.models import HoldRelease, Override
from privacyadmin.models import User
from tests.erasure.made_holds import placed, proposed
from tests.erasure.made_overrides import asked
from tests.erasure.made_requests import filed, only

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 50
Act = Callable[[], None]


def at_once(acts: Sequence[Act]) -> list[str]:
    """What each was told who did this in a thread of their own, all starting together; "" for "done"."""
    start, told = threading.Barrier(len(acts)), [""] * len(acts)

    def run(place: int) -> None:
        try:
            start.wait(timeout=10)
            acts[place]()
        except lifecycle.MoveRefused as refusal:
            told[place] = str(refusal)
        except Exception as error:
            told[place] = f"broke: {error!r}"
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return told


def events(*acts: Event) -> list[tuple[str, Any]]:
    found = AuditEvent.objects.filter(act__in=acts).order_by("seq")
    return [(event.act, event.facts.get("submission")) for event in found]


def question_about(officer: User, subject: str) -> Override:
    return asked(only(filed(officer, subject, categories=["ANALYTICS"])), by=officer)


def deciding(override: Override, *, by: User, approve: bool) -> Act:
    mine = Override.objects.get(pk=override.pk)

    def act() -> None:
        now = timezone.now()
        with audited() as log:
            overrides.decide(log, mine, by=by, approve=approve, reason="So it is.", now=now, send_at=now)

    return act


def test_of_two_reviewers_exactly_one_decides_each_time(
    officer: User, reviewer: User, other_reviewer: User
) -> None:
    won: list[str] = []
    for number in range(ROUNDS):
        question = question_about(officer, f"USR-{number}")
        told = at_once(
            [
                deciding(question, by=reviewer, approve=True),
                deciding(question, by=other_reviewer, approve=bool(number % 2)),
            ]
        )
        question.refresh_from_db()
        winner = told.index("")
        assert told[1 - winner] == f"This was decided already: {question.standing}.", told
        assert question.decided_by == (reviewer, other_reviewer)[winner]
        assert (
            only(question.submission.request).status
            == {"approved": "queued", "denied": "refused"}[question.decision]
        )
        won.append(question.decision)
    decided = events(Event.OVERRIDE_APPROVED, Event.OVERRIDE_DENIED)
    assert [act for act, _number in decided] == [f"override.{decision}" for decision in won]
    assert len(events(Event.REQUEST_RESUMED, Event.REQUEST_REFUSED)) == ROUNDS


def test_a_decision_and_a_stop_at_the_same_moment_leave_one_end(officer: User, reviewer: User) -> None:
    for number in range(ROUNDS // 2):
        question = question_about(officer, f"USR-{number}")
        row = only(question.submission.request)

        def stop(row: Any = row) -> None:
            with audited() as log:
                lifecycle.cancel(log, row, by=officer, because="stopped", now=timezone.now())

        told = at_once([deciding(question, by=reviewer, approve=False), stop])
        question.refresh_from_db()
        assert sorted(word == "" for word in told) == [False, True], told
        assert (question.decision, only(question.submission.request).status) in {
            ("denied", "refused"),
            ("withdrawn", "cancelled"),
        }
    ends = events(Event.REQUEST_REFUSED, Event.REQUEST_CANCELLED)
    assert len(ends) == len(events(Event.OVERRIDE_DENIED, Event.OVERRIDE_WITHDRAWN)) == ROUNDS // 2


def test_of_two_reviewers_exactly_one_decides_on_a_release(
    officer: User, reviewer: User, other_reviewer: User, superuser: User
) -> None:
    for number in range(ROUNDS // 2):
        release = proposed(placed(reviewer, f"USR-{number}"), by=reviewer)

        def act(by: User, release: HoldRelease = release, *, approve: bool) -> Act:
            mine = HoldRelease.objects.select_related("hold").get(pk=release.pk)

            def decide() -> None:
                with audited() as log:
                    releasing.decide(log, mine, by=by, approve=approve, reason="Yes.", now=timezone.now())

            return decide

        told = at_once([act(other_reviewer, approve=True), act(superuser, approve=False)])
        release.refresh_from_db()
        winner = told.index("")
        assert "already" in told[1 - winner], told
        assert release.decision == ("approved", "denied")[winner]
        assert (release.hold.released_at is not None) == (winner == 0)
    assert len(events(Event.HOLD_RELEASED, Event.HOLD_RELEASE_DENIED)) == ROUNDS // 2


def test_a_denial_and_sending_the_rest_at_the_same_moment_split_it_once(
    officer: User, other_officer: User, reviewer: User
) -> None:
    for number in range(ROUNDS // 2):
        request = filed(officer, f"USR-{number}", categories=["ANALYTICS", "CONTACT"], split_held=False)
        row = only(request)
        question = asked(row, by=officer)

        def send_the_rest(row: Any = row) -> None:
            filing.send_the_rest(row, by=other_officer, send_delay=timedelta(0))

        told = at_once([deciding(question, by=reviewer, approve=False), send_the_rest])
        assert not [word for word in told if word.startswith("broke")], told
        assert "" in told
        ends = {tuple(part.categories): part.status for part in request.submissions.all()}
        assert ends.pop(("ANALYTICS", "CONTACT")) == "cancelled"
        assert ends[("CONTACT",)] == "queued"
        assert ends[("ANALYTICS",)] in {"refused", "blocked"}
        assert len(ends) == 2
