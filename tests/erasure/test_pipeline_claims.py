"""Claims: no row belongs to two workers, a late one changes nothing, one at fault holds nobody up."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from erasure.choices import Attention
from erasure.cxone.answers import Accepted
from erasure.models import Submission
from erasure.pipeline import claims, gate, outcomes
from erasure.pipeline.calls import Submitted
from tests.erasure.at_work import Work, cxone, events, fresh, posted, statuses, work

__all__ = ["cxone", "work"]


def test_workers_that_claim_at_once_never_share_a_row(work: Work) -> None:
    rows = [work.file() for _ in range(24)]
    together = threading.Barrier(4)

    def claim(_number: int) -> list[int]:
        together.wait(10)
        try:
            taken = [claims.claim(claims.TO_SUBMIT, limit=4, now=timezone.now()) for _ in range(3)]
            return [row.pk for some in taken for row in some]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = [key for keys in pool.map(claim, range(4)) for key in keys]
    assert len(taken) == len(set(taken))
    left = claims.claim(claims.TO_SUBMIT, limit=100, now=timezone.now())
    assert sorted(taken + [row.pk for row in left]) == sorted(row.pk for row in rows)
    assert set(Submission.objects.values_list("fence", flat=True)) == {1}


def test_a_lease_that_has_run_out_is_claimed_anew(work: Work) -> None:
    work.file()
    now = timezone.now()
    assert len(claims.claim(claims.TO_SUBMIT, limit=1, now=now)) == 1
    assert claims.claim(claims.TO_SUBMIT, limit=1, now=now + claims.LEASE - timedelta(seconds=1)) == []
    [again] = claims.claim(claims.TO_SUBMIT, limit=1, now=now + claims.LEASE)
    assert again.fence == 2


def test_a_row_given_back_is_free_at_once_and_one_taken_over_is_left_alone(work: Work) -> None:
    work.file(), work.file()
    now = timezone.now()
    mine = claims.claim(claims.TO_SUBMIT, limit=2, now=now)
    Submission.objects.filter(pk=mine[1].pk).update(fence=5)
    claims.give_back(mine)
    assert fresh(mine[0]).lease_until is None
    assert fresh(mine[1]).lease_until == now + claims.LEASE


def overtaken(work: Work, *, to: str | None) -> Submission:
    """A row sent by a worker whose answer arrives after another worker took over and got the id `to`."""
    row = work.file()
    [ready] = gate.pass_gate(claims.claim(claims.TO_SUBMIT, limit=1, now=timezone.now()), now=timezone.now())
    late = Submitted(ready, Accepted(id="prv-late", status=None))
    work.let_time_pass()
    if to is None:
        claims.claim(claims.TO_SUBMIT, limit=1, now=timezone.now())
    else:
        work.send()
        Submission.objects.filter(pk=row.pk).update(cxone_id=to)
    before = fresh(row)
    outcomes.apply_submits([late], now=timezone.now())
    after = fresh(row)
    assert (after.status, after.cxone_id, after.fence) == (before.status, before.cxone_id, before.fence)
    assert after.lease_until == before.lease_until
    return after


def test_a_late_answer_changes_nothing_but_its_id_is_kept_and_shown(work: Work) -> None:
    row = overtaken(work, to="prv-first")
    assert (row.status, row.other_cxone_ids, row.attention) == (
        "processing",
        ["prv-late"],
        Attention.SECOND_ID,
    )
    assert events(row).count("request.submitted") == 1


def test_a_late_answer_with_the_same_id_is_nothing_new(work: Work) -> None:
    row = overtaken(work, to="prv-late")
    assert (row.other_cxone_ids, row.attention) == ([], "")


def test_a_late_id_that_a_repeat_does_not_bring_again_is_shown_then(work: Work) -> None:
    row = overtaken(work, to=None)
    assert (row.status, row.other_cxone_ids, row.attention) == ("submitting", ["prv-late"], "")
    work.let_time_pass()
    work.send()
    assert (fresh(row).status, fresh(row).attention) == ("processing", Attention.SECOND_ID)


def test_rows_not_begun_in_time_are_given_back(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [work.file() for _ in range(3)]
    monkeypatch.setattr("erasure.pipeline.batches.BEGIN_WITHIN_SECONDS", -1.0)
    assert work.send() == 3
    assert statuses(rows) == {"queued"}
    assert {fresh(row).lease_until for row in rows} == {None}
    assert posted(work.sandbox) == []


def test_a_row_at_fault_is_set_aside_and_the_others_of_its_wave_are_applied(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [work.file() for _ in range(4)]
    real = outcomes.apply_submit

    def spoiled(log: object, row: Submission, outcome: object, now: object) -> None:
        if row.pk == rows[2].pk:
            raise ValueError("spoiled")
        real(log, row, outcome, now)

    monkeypatch.setattr("erasure.pipeline.outcomes.apply_submit", spoiled)
    work.send()
    assert [fresh(row).status for row in rows] == ["processing", "processing", "submitting", "processing"]
    assert fresh(rows[2]).attention == Attention.POISONED
    monkeypatch.setattr("erasure.pipeline.outcomes.apply_submit", real)
    work.carry_on()
    assert statuses(rows) == {"completed"}
    assert sorted(posted(work.sandbox)) == [1, 1, 1, 2]


def test_a_row_that_cannot_even_be_read_does_not_hold_up_the_others(work: Work) -> None:
    rows = [work.file() for _ in range(3)]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE erasure_submission SET frozen_payload = 'damaged' WHERE id = %s", [rows[0].pk])
    work.send()
    now = Submission.objects.defer("frozen_payload").in_bulk([row.pk for row in rows])
    assert [now[row.pk].status for row in rows] == ["queued", "processing", "processing"]


def test_a_busy_database_leaves_the_rows_to_be_taken_again(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [work.file() for _ in range(3)]

    def busy(*_: object) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr("erasure.pipeline.outcomes.apply_submit", busy)
        with pytest.raises(OperationalError):
            work.send()
    assert statuses(rows) == {"submitting"}
    assert {fresh(row).attention for row in rows} == {""}
    work.carry_on()
    assert statuses(rows) == {"completed"}
    assert posted(work.sandbox) == [2, 2, 2]


# What it costs ----------------------------------------------------------------------------------------------


def test_a_batch_asks_the_database_no_more_questions_the_more_rows_it_has(work: Work) -> None:
    """Rows are written one by one; they are read together."""

    def questions(rows: int) -> tuple[int, int]:
        for _ in range(rows):
            work.file()
        found = []
        for step in (work.send, work.ask):
            work.let_time_pass()
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert step() == rows
            found.append(sum(query["sql"].lstrip().startswith("SELECT") for query in queries))
        return found[0], found[1]

    work.client.ensure_token()
    few, many = questions(2), questions(16)
    assert many[0] <= few[0]
    assert many[1] <= few[1]
    assert max(many) <= 16


def test_callbacks_of_a_wave_are_read_together(work: Work) -> None:
    now = timezone.now()
    counts = []
    for number in (2, 12):
        rows = [work.file() for _ in range(number)]
        work.send()
        for row in rows:
            body = f'{{"requestId": "{fresh(row).cxone_id}", "status": "COMPLETED"}}'
            row.callbacks.create(body_hash="x", body=body, received_at=now)
        Submission.objects.filter(pk__in=[row.pk for row in rows]).update(callback_at=now)
        work.let_time_pass()
        with CaptureQueriesContext(connection) as queries:
            assert work.ask() == number
        counts.append(sum(query["sql"].lstrip().startswith("SELECT") for query in queries))
        assert statuses(rows) == {"completed"}
    assert counts[1] <= counts[0]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by statistics.")
def test_the_look_for_due_rows_goes_through_its_index(transactional_db: None) -> None:
    for due in (claims.TO_SUBMIT, claims.TO_POLL):
        plan = claims.due(due, timezone.now())[:100].explain()
        assert "submission_due" in plan, plan
