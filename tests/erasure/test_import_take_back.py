"""Stopping all that a list has filed and nothing was sent of: what is the list's own, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.trail import audited
from erasure import filing, jobs, lifecycle
from erasure.imports import withdrawing
from erasure.imports.withdrawing import filed_by
from erasure.models import ImportRun, PrivacyRequest, Submission
from privacyadmin.models import User
from privacyadmin.roles import REVIEWERS
from tests.cast import person
from tests.erasure import made_requests as made
from tests.erasure.at_work import event_data
from tests.erasure.made_holds import placed
from tests.erasure.made_lists import csv_of, imported, row, work_all, work_once
from tests.erasure.made_overrides import asked, decided

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
SUBJECT = "cust-2026-0001"


@pytest.fixture(autouse=True)
def _sent_in_an_hour(settings: Any) -> None:
    settings.SEND_DELAY_SECONDS = 3600


def taken_back(officer: User, run: ImportRun) -> dict[str, Any]:
    """All that is left is taken back; gives what the log says of it."""
    assert withdrawing.ask(run, by=officer)
    work_all()
    run.refresh_from_db()
    assert run.withdrawn_at is not None
    [data] = event_data(run.obj, "import.stopped")
    return data


def stopped(submission: Submission, *, by: User) -> Submission:
    with audited() as log:
        lifecycle.cancel(log, submission, by=by, because="stopped", now=timezone.now())
    return submission


def statuses(request: PrivacyRequest) -> list[tuple[int, str]]:
    return [(one.number, str(one.status)) for one in request.submissions.order_by("number")]


def test_what_an_officer_filed_anew_by_hand_is_left_alone(officer: User, other_officer: User) -> None:
    run = imported(officer, csv_of(row(1), row(2)))
    request = PrivacyRequest.objects.order_by("pk")[0]
    old = stopped(made.only(request), by=other_officer)
    filing.correct_identifier(
        old, filing.Identifier("cxone_id", "cust-right"), by=other_officer, send_delay=HOUR
    )

    assert taken_back(officer, run) == {"rows": 2, "submissions": 1, "too_late": 0}
    assert statuses(request) == [(1, "cancelled"), (2, "queued")]


def test_what_its_own_giver_sent_in_addition_is_left_alone(officer: User) -> None:
    run = imported(officer, csv_of(row(1, categories="CONTACT")))
    request = PrivacyRequest.objects.get()
    more = made.filing_of(SUBJECT, categories=["SMS"])
    filing.send(request, more, by=officer, send_delay=HOUR)

    assert taken_back(officer, run)["submissions"] == 1
    assert statuses(request) == [(1, "cancelled"), (2, "queued")]


def test_only_what_was_really_sent_counts_as_too_late(officer: User, other_officer: User) -> None:
    run = imported(officer, csv_of(*map(row, range(4))))
    first, second, *_rest = Submission.objects.order_by("pk")
    stopped(first, by=other_officer)
    made.sent(second)

    assert taken_back(officer, run) == {"rows": 4, "submissions": 2, "too_late": 1}


def test_parts_of_its_own_submissions_are_taken_back_however_often_they_were_split(
    officer: User, reviewer: User, other_officer: User
) -> None:
    run = imported(officer, csv_of(row(1, categories="CONTACT;EMAIL;SMS")))
    request = PrivacyRequest.objects.get()
    placed(reviewer, SUBJECT, category="EMAIL")
    filing.send_the_rest(made.only(request), by=other_officer, send_delay=HOUR)
    placed(reviewer, SUBJECT, category="SMS")
    filing.send_the_rest(made.only(request, 3), by=other_officer, send_delay=HOUR)
    assert statuses(request) == [
        *((1, "cancelled"), (2, "blocked"), (3, "cancelled"), (4, "blocked"), (5, "queued"))
    ]
    assert filed_by(run).count() == 5

    assert taken_back(officer, run) == {"rows": 1, "submissions": 3, "too_late": 0}
    assert {status for _number, status in statuses(request)} == {"cancelled"}


def test_a_part_that_a_reviewer_refused_was_not_sent_and_the_rest_is_taken_back(
    officer: User, reviewer: User
) -> None:
    run = imported(officer, csv_of(row(1, categories="CONTACT;EMAIL")))
    request = PrivacyRequest.objects.get()
    placed(reviewer, SUBJECT, category="EMAIL")
    other_reviewer = person("rita", REVIEWERS)
    decided(asked(made.only(request), by=officer), by=other_reviewer, approve=False)
    assert statuses(request) == [(1, "cancelled"), (2, "refused"), (3, "queued")]

    assert taken_back(officer, run) == {"rows": 1, "submissions": 1, "too_late": 0}
    assert statuses(request) == [(1, "cancelled"), (2, "refused"), (3, "cancelled")]


def test_parts_of_what_was_filed_anew_by_hand_are_left_alone(
    officer: User, reviewer: User, other_officer: User
) -> None:
    run = imported(officer, csv_of(row(1), row(2)))
    request = PrivacyRequest.objects.order_by("pk")[0]
    old = stopped(made.only(request), by=officer)
    filing.correct_identifier(old, filing.Identifier("cxone_id", SUBJECT), by=officer, send_delay=HOUR)
    placed(reviewer, SUBJECT, category="EMAIL")
    filing.send_the_rest(made.only(request, 2), by=officer, send_delay=HOUR)

    assert taken_back(officer, run)["submissions"] == 1
    assert statuses(request) == [(1, "cancelled"), (2, "cancelled"), (3, "blocked"), (4, "queued")]


# What cannot be stopped -----------------------------------------------------------------------------------


def spoil(monkeypatch: pytest.MonkeyPatch, keys: set[int]) -> list[int]:
    """These cannot be stopped; gives which were tried by themselves or in a lot."""
    real, tried = lifecycle.cancel, []

    def cancel(log: Any, submission: Submission, **options: Any) -> None:
        if submission.pk in keys:
            tried.append(submission.pk)
            raise ValueError("spoiled")
        real(log, submission, **options)

    monkeypatch.setattr(lifecycle, "cancel", cancel)
    return tried


def test_a_whole_lot_that_cannot_be_stopped_keeps_no_other_back(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = imported(officer, csv_of(*map(row, range(60))))
    keys = set(Submission.objects.order_by("pk").values_list("pk", flat=True)[:30])
    spoil(monkeypatch, keys)

    assert taken_back(officer, run) == {"rows": 60, "submissions": 30, "too_late": 0}
    left = Submission.objects.exclude(status="cancelled").values_list("pk", flat=True)
    assert set(left) == keys
    # Asked for again, all that is left is tried again.
    assert withdrawing.ask(run, by=officer)


def test_each_turn_goes_on_behind_what_could_not_be_stopped(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = imported(officer, csv_of(*map(row, range(60))))
    tried = spoil(monkeypatch, set(Submission.objects.values_list("pk", flat=True)))
    assert withdrawing.ask(run, by=officer)
    monkeypatch.setattr(jobs, "IMPORT_TURN_SECONDS", 0.0)
    for _turn in range(3):
        assert work_once(seconds=0)
        assert ImportRun.objects.get().withdrawn_at is None
    work_all()
    assert ImportRun.objects.get().withdrawn_at is not None
    assert max(map(tried.count, tried)) == 2, "once in its lot, once alone"
