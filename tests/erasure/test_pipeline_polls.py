"""Asking for the status: patient, not fooled by an answer about something else, not deaf to a callback."""

import hashlib
import json
from datetime import timedelta

import pytest
import responses
from django.utils import timezone

from audit.trail import audited
from erasure import lifecycle
from erasure.choices import Attention
from erasure.models import CallbackReceipt, Submission
from erasure.pipeline.polled import LONGEST_POLL_SECONDS, poll_seconds
from tests.erasure.at_work import Work, cxone, event_data, events, fresh, work

__all__ = ["cxone", "work"]


def processing(work: Work, subject: str | None = None) -> Submission:
    """A submission that CXone has accepted."""
    row = work.file(subject)
    work.send()
    return fresh(row)


def ask(work: Work) -> None:
    work.let_time_pass()
    work.ask()


def call_back(row: Submission, *, status: str, request_id: str | None = None) -> None:
    """A callback as the view stores it."""
    body = json.dumps({"requestId": request_id or row.cxone_id or "prv-x", "status": status})
    digest = hashlib.sha256(body.encode()).hexdigest()
    CallbackReceipt.objects.create(submission=row, body_hash=digest, body=body, received_at=timezone.now())
    with audited():
        lifecycle.note_callback_time(fresh(row), at=timezone.now())


def answered(work: Work, row: Submission, **answer: object) -> None:
    """Ask while CXone answers this, which no sandbox would."""
    body = {"id": row.cxone_id, "status": "COMPLETED", **answer}
    with responses.RequestsMock(assert_all_requests_are_fired=True) as mock:
        mock.get(work.sandbox.endpoint.status_url(row.cxone_id or ""), json=body)
        ask(work)


def test_intervals_grow_up_to_an_hour() -> None:
    waits = [poll_seconds(polls) for polls in range(60)]
    assert 4.5 <= waits[0] <= 5.5
    assert waits[10] > 20 * waits[0]
    assert max(waits) <= LONGEST_POLL_SECONDS * 1.1
    assert min(waits[30:]) >= LONGEST_POLL_SECONDS * 0.9


def test_after_ten_polls_it_is_shown_as_stalled_and_asked_for_all_the_same(work: Work) -> None:
    row = processing(work, "USR-1-STUCK")
    for _ in range(9):
        ask(work)
    assert (fresh(row).polls, fresh(row).attention) == (9, "")
    ask(work)
    assert (fresh(row).polls, fresh(row).attention) == (10, Attention.STALLED)
    ask(work)
    assert fresh(row).polls == 11
    assert fresh(row).next_attempt_at is not None
    assert events(row).count("attention.raised") == 1


def test_an_id_that_cxone_does_not_know_is_shown_and_asked_for_again(work: Work) -> None:
    row = processing(work)
    Submission.objects.filter(pk=row.pk).update(cxone_id="prv-unknown")
    ask(work)
    row = fresh(row)
    assert (row.status, row.attention, row.polls) == ("processing", Attention.UNKNOWN_AT_CXONE, 1)
    assert (row.next_attempt_at or timezone.now()) > timezone.now()


@pytest.mark.parametrize("other", [{"id": "prv-other"}, {"subjectId": "USR-other"}])
def test_an_answer_about_another_request_or_person_closes_nothing(work: Work, other: dict[str, str]) -> None:
    row = processing(work)
    answered(work, row, recordsAffected=3, **other)
    row = fresh(row)
    assert (row.status, row.attention) == ("processing", Attention.UNEXPECTED_ANSWER)
    work.carry_on()
    assert (fresh(row).status, fresh(row).attention) == ("completed", "")


@pytest.mark.parametrize(
    ("told", "kept"), [(17, 17), (0, 0), (None, None), ("17", None), (-1, None), (1.5, None), (True, None)]
)
def test_a_count_is_taken_only_when_it_is_one(work: Work, told: object, kept: int | None) -> None:
    row = processing(work)
    answered(work, row, recordsAffected=told)
    assert (fresh(row).status, fresh(row).records_affected) == ("completed", kept)


def test_an_answer_without_a_count_leaves_it_open(work: Work) -> None:
    row = processing(work)
    answered(work, row)
    assert fresh(row).records_affected is None
    assert event_data(row.request.obj, "request.completed")[0]["records_deleted"] is None


def test_a_failure_after_some_records_says_how_many(work: Work) -> None:
    row = processing(work)
    answered(work, row, status="FAILED", recordsAffected=4, errorMessage="Lock contention.")
    row = fresh(row)
    assert (row.status, row.records_affected, row.error_message) == ("failed", 4, "Lock contention.")


@pytest.mark.parametrize("fault", [None, "500@status:1", "404"])
def test_a_callback_during_a_running_poll_does_not_lose_its_wake_up(
    work: Work, monkeypatch: pytest.MonkeyPatch, fault: str | None
) -> None:
    row = processing(work, "USR-2-STUCK")
    if fault == "404":
        Submission.objects.filter(pk=row.pk).update(cxone_id="prv-unknown")
    elif fault:
        work.sandbox.faults = [fault]
    status = work.client.status

    def called_back_meanwhile(cxone_id: str) -> object:
        call_back(row, status="PROCESSING")
        return status(cxone_id)

    monkeypatch.setattr(work.client, "status", called_back_meanwhile)
    ask(work)
    row = fresh(row)
    assert (row.next_attempt_at or timezone.now()) <= timezone.now(), "it is due at once"
    monkeypatch.setattr(work.client, "status", status)
    work.ask()
    assert (fresh(row).next_attempt_at or timezone.now()) > timezone.now(), "but only once"


def test_a_callback_during_the_sending_makes_the_first_question_due_at_once(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = work.file()
    submit = work.client.submit

    def called_back_meanwhile(body: bytes, *, idempotency_key: str) -> object:
        taken = submit(body, idempotency_key=idempotency_key)
        call_back(row, status="COMPLETED", request_id=taken.id)
        return taken

    monkeypatch.setattr(work.client, "submit", called_back_meanwhile)
    work.send()
    assert work.ask() == 1
    row = fresh(row)
    assert (row.status, row.attention) == ("completed", "")
    assert events(row)[-2:] == ["callback.received", "request.completed"]
    assert event_data(row.request.obj, "request.completed")[0]["callback"] is True


def test_an_early_callback_about_another_id_leaves_two_ids_to_look_at(work: Work) -> None:
    row = work.file()
    call_back(row, status="COMPLETED", request_id="prv-somebody-else")
    work.carry_on()
    row = fresh(row)
    assert (row.status, row.attention) == ("completed", Attention.SECOND_ID)
    assert row.other_cxone_ids == ["prv-somebody-else"]


def test_a_callback_that_cxones_status_contradicts_closes_nothing(work: Work) -> None:
    row = processing(work, "USR-3-STUCK")
    call_back(row, status="COMPLETED")
    ask(work)
    row = fresh(row)
    assert (row.status, row.attention) == ("processing", Attention.CONTRADICTED)
    assert events(row)[-3:] == ["callback.received", "callback.contradicted", "attention.raised"]
    ask(work)
    assert events(row).count("callback.received") == 1


def test_a_callback_that_told_another_end_is_shown_after_the_end(work: Work) -> None:
    row = processing(work)
    call_back(row, status="FAILED")
    ask(work)
    assert (fresh(row).status, fresh(row).attention) == ("completed", Attention.CONTRADICTED)


def test_a_callback_about_the_way_there_contradicts_nothing(work: Work) -> None:
    row = processing(work)
    call_back(row, status="PROCESSING")
    call_back(row, status="COMPLETED")
    ask(work)
    assert (fresh(row).status, fresh(row).attention) == ("completed", "")


def test_polls_unanswered_because_of_cxone_grow_apart(work: Work) -> None:
    row = processing(work)
    work.sandbox.faults = ["503@status:12"]
    waits = []
    for _ in range(8):
        work.let_time_pass()
        before = timezone.now()
        work.ask()
        waits.append((fresh(row).next_attempt_at or before) - before)
    assert min(waits) >= timedelta(seconds=30)
    assert waits[-1] > timedelta(seconds=60)
    work.sandbox.faults = []
    work.carry_on()
    assert fresh(row).status == "completed"
