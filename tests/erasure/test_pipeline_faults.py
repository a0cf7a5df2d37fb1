"""Whatever CXone does, each submission is sent once in effect, and closes."""

import pytest

from erasure.choices import Attention
from erasure.models import Upstream
from tests.erasure.at_work import CALL_SECONDS, Work, cxone, event_data, events, fresh, posted, work

__all__ = ["cxone", "work"]


def test_a_submission_is_sent_asked_for_and_closed(work: Work) -> None:
    row = work.file(categories=["CONTACT", "SMS"])
    assert work.send() == 1
    assert fresh(row).status == "processing"
    work.let_time_pass()
    assert work.ask() == 1
    row = fresh(row)
    [taken] = work.sandbox.requests
    assert (row.status, row.cxone_id) == ("completed", taken["id"])
    assert row.records_affected == taken["recordsAffected"]
    assert taken["idempotency_key"] == str(row.public_id)
    assert (row.lease_until, row.next_attempt_at) == (None, None)
    assert events(row) == [
        "request.registered",
        "request.filed",
        "request.sending",
        "request.submitted",
        "request.completed",
    ]
    [evidence] = event_data(row.request.obj, "request.completed")
    assert evidence["event_type"] == "PRIVACY_DELETION_COMPLETED"
    assert evidence["records_deleted"] == row.records_affected


def test_an_access_request_ends_without_a_deletion_event(work: Work) -> None:
    row = work.file(type="ACCESS", categories=["ANALYTICS"])
    work.carry_on()
    assert fresh(row).status == "completed"
    [evidence] = event_data(row.request.obj, "request.completed")
    assert "event_type" not in evidence


def test_nothing_is_claimed_before_its_time(work: Work) -> None:
    row = work.file()
    work.send()
    assert work.ask() == 0, "the first poll comes CXONE_POLL_SECONDS after the acceptance"
    assert fresh(row).status == "processing"


NOT_TAKEN = [
    "request.sending",
    "request.requeued",
    "request.sending",
    "request.submitted",
    "request.completed",
]
REPEATED = ["request.sending", "request.unclear", "request.sending", "request.submitted", "request.completed"]
SMOOTH = ["request.sending", "request.submitted", "request.completed"]


@pytest.mark.parametrize(
    ("fault", "posts", "expected"),
    [
        ("429@submit:1", 1, NOT_TAKEN),
        ("429-date@submit:1", 1, NOT_TAKEN),
        ("403@submit:1", 1, NOT_TAKEN),
        ("500@submit:1", 2, REPEATED),
        ("503@submit:1", 1, REPEATED),
        ("reset@submit:1", 2, REPEATED),
        ("hang@submit:1", 2, REPEATED),
        ("slow@submit:1", 2, REPEATED),
        ("html@submit:1", 2, REPEATED),
        ("no-id:1", 2, REPEATED),
        ("500@status:2", 1, SMOOTH),
        ("503@status:2", 1, SMOOTH),
        ("429@status:1", 1, SMOOTH),
        ("reset@status:1", 1, SMOOTH),
        ("hang@status:1", 1, SMOOTH),
        ("slow@status:1", 1, SMOOTH),
        ("403@status:1", 1, SMOOTH),
        ("lost-callback", 1, SMOOTH),
    ],
)
def test_it_closes_all_the_same_after(work: Work, fault: str, posts: int, expected: list[str]) -> None:
    impatient = work.another(call_seconds=CALL_SECONDS)
    work.sandbox.faults = [fault]
    row = work.file()
    impatient.send()
    work.let_time_pass()
    impatient.ask()
    work.carry_on()
    assert fresh(row).status == "completed"
    assert posted(work.sandbox) == [posts]
    assert [act for act in events(row) if act.startswith("request.")][2:] == expected


def test_a_page_instead_of_a_status_is_an_unexpected_answer_until_a_proper_one_comes(work: Work) -> None:
    row = work.file()
    work.send()
    work.sandbox.faults = ["html@status:1"]
    work.let_time_pass()
    work.ask()
    assert (fresh(row).status, fresh(row).attention) == ("processing", Attention.UNEXPECTED_ANSWER)
    work.carry_on()
    assert (fresh(row).status, fresh(row).attention) == ("completed", "")


def test_a_status_outside_the_contract_is_kept_shown_and_never_taken_for_success(work: Work) -> None:
    row = work.file()
    work.send()
    work.sandbox.faults = ["unknown-status:1"]
    work.let_time_pass()
    work.ask()
    row = fresh(row)
    assert (row.status, row.attention) == ("processing", Attention.UNEXPECTED_ANSWER)
    assert '"ARCHIVED"' in (row.upstream_body or "")
    work.carry_on()
    assert fresh(row).status == "completed"


def test_a_failure_is_told_in_cxones_own_words(work: Work) -> None:
    work.sandbox.faults = ["failed"]
    row = work.file()
    work.carry_on()
    row = fresh(row)
    assert (row.status, row.error_code) == ("failed", "failed_at_cxone")
    assert (row.error_message or "").startswith("Cascade stopped")
    [evidence] = event_data(row.request.obj, "request.failed")
    assert evidence["records_deleted"] == row.records_affected


def test_nothing_found_is_a_completion_with_no_records(work: Work) -> None:
    work.sandbox.faults = ["nothing-found"]
    row = work.file()
    work.carry_on()
    assert (fresh(row).status, fresh(row).records_affected) == ("completed", 0)


def test_what_cxone_refuses_is_final(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    # Our own policy refuses every payload that CXone would, so it has to be gone round.
    monkeypatch.setattr("erasure.pipeline.gate.payload_of", lambda _row: '{"subjectId": "bad id!"}')
    row = work.file()
    work.send()
    row = fresh(row)
    assert (row.status, row.error_code) == ("failed", "refused_by_cxone")
    assert row.error_message
    assert work.sandbox.requests == []
    work.let_time_pass()
    assert work.send() == 0


@pytest.mark.parametrize("fault", ["500@submit:3", "reset@submit:3"])
def test_after_three_lost_answers_a_person_is_told_and_the_flag_goes_with_the_acceptance(
    work: Work, fault: str
) -> None:
    work.sandbox.faults = [fault]
    row = work.file()
    flags = []
    for _ in range(4):
        work.let_time_pass()
        work.send()
        flags.append(fresh(row).attention)
    assert flags == ["", "", Attention.UNCLEAR, ""]
    assert posted(work.sandbox) == [4]


def test_a_wave_larger_than_the_threads_goes_out_in_one_batch(work: Work) -> None:
    rows = [work.file() for _ in range(40)]
    assert work.send() == 40
    assert posted(work.sandbox) == [1] * 40
    work.let_time_pass()
    assert work.ask() == 40
    assert {fresh(row).status for row in rows} == {"completed"}
    assert not Upstream.objects.get().paused_until
