"""Imports at work: several workers, killed ones, rows that spoil a lot; nothing is lost and nothing twice."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from audit.models import AuditEvent
from erasure import filing, jobs, lifecycle
from erasure.choices import ImportStage, ImportVia
from erasure.imports import claims, filing_lots, runs, uploads, withdrawing
from erasure.imports.claims import RunLost
from erasure.imports.outcomes import summed
from erasure.models import ImportedRow, ImportLot, ImportRun, PrivacyRequest, Submission
from erasure.personal_data import PROOF, own_columns
from privacyadmin.models import User
from tests.erasure.made_lists import begun, checked, csv_of, given, imported, known, row, work_all, work_once
from tests.erasure.started_workers import Start, start_worker
from tests.program.processes import wait_until

__all__ = ["start_worker"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _sent_in_an_hour(settings: Any) -> None:
    settings.SEND_DELAY_SECONDS = 3600


def time_passes() -> None:
    """Every lease has run out."""
    ImportRun.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now())


def at_once(*works: Callable[[], object]) -> list[object]:
    """Do all of these at the same time, each with a connection of its own."""
    together = threading.Barrier(len(works))

    def one(work: Callable[[], object]) -> object:
        together.wait(10)
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def files_each_once(run: ImportRun, rows: int) -> None:
    run.refresh_from_db()
    assert run.stage == ImportStage.DONE
    assert (run.done, sum(run.counts.values())) == (rows, rows)
    lines = [entry[0] for lot in ImportLot.objects.filter(run=run) for entry in lot.outcomes]
    assert len(lines) == len(set(lines)) == rows
    assert Counter(AuditEvent.objects.filter(obj=run.obj).values_list("act", flat=True)) == {
        "import.started": 1,
        "import.finished": 1,
    }


# Several at once ------------------------------------------------------------------------------------------


def test_a_run_belongs_to_one_worker_at_a_time(officer: User) -> None:
    begun(officer, csv_of(row(1)))
    first = claims.claim_next(timezone.now())
    assert first is not None
    assert claims.claim_next(timezone.now()) is None
    time_passes()
    second = claims.claim_next(timezone.now())
    assert second is not None
    assert second.fence == first.fence + 1
    with pytest.raises(RunLost):
        filing_lots.file_next_lot(first, send_delay=timedelta(0))
    assert not PrivacyRequest.objects.exists()


def test_two_workers_file_one_list_once(officer: User) -> None:
    run = begun(officer, csv_of(*map(row, range(60))))
    at_once(jobs.import_due, jobs.import_due)
    work_all()
    files_each_once(run, 60)
    assert PrivacyRequest.objects.count() == 60


def test_two_lists_with_the_same_rows_filed_at_once_file_each_row_once(
    officer: User, other_officer: User
) -> None:
    text = csv_of(*map(row, range(30)))
    both = [begun(officer, text), begun(other_officer, text)]
    at_once(work_once, work_once)
    work_all()
    counts: Counter[str] = Counter()
    for run in both:
        files_each_once(run, 30)
        counts.update(summed(run.counts))
    assert counts == {"filed": 30, "same": 30, "blocked": 0, "refused": 0}
    assert PrivacyRequest.objects.count() == 30


def test_of_two_who_let_it_be_filed_at_once_one_does(officer: User) -> None:
    run = checked(officer, csv_of(row(1)))

    def begin() -> bool:
        return runs.begin(run, identity_check="document", duplicate_reason="")

    assert sorted(map(bool, at_once(begin, begin))) == [False, True]


def test_a_stop_while_a_lot_is_filed_comes_after_that_lot(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(officer, csv_of(*map(row, range(60))))
    real, stops = filing_lots.file_next_lot, []

    def stop_after_one(claimed: ImportRun, **options: Any) -> bool:
        went = real(claimed, **options)
        stops.append(runs.stop(claimed, by=officer))
        return went

    monkeypatch.setattr(runs, "file_next_lot", stop_after_one)
    work_all()
    run.refresh_from_db()
    assert (run.stage, stops, PrivacyRequest.objects.count()) == (ImportStage.STOPPED, [True, False], 25)


def test_filing_one_by_one_goes_on_between_the_lots(officer: User) -> None:
    begun(officer, csv_of(*map(row, range(100))))
    seen: list[int] = []

    def file_singly() -> None:
        for number in range(3):
            request = filing.register_and_send(
                _single(number), by=User.objects.get(pk=officer.pk), send_delay=timedelta(0)
            )
            seen.append(request.pk)

    at_once(work_once, file_singly)
    assert len(seen) == 3
    assert PrivacyRequest.objects.count() == 103


def _single(number: int) -> filing.Filing:
    return filing.Filing(
        identifiers=[filing.Identifier("cxone_id", f"single-{number}")],
        type="ERASURE",
        regulation="gdpr",
        received_on=timezone.localdate(),
        channel="email",
        identity_check="document",
        categories=["CONTACT"],
        scope="CONTACT",
    )


# Cut off --------------------------------------------------------------------------------------------------


def test_a_worker_killed_in_the_middle_leaves_nothing_undone_and_nothing_twice(
    officer: User, start_worker: Start
) -> None:
    rows = 400
    run = begun(officer, csv_of(*map(row, range(rows))))
    worker = start_worker()
    wait_until(lambda: PrivacyRequest.objects.count() >= 50, seconds=60, what="some are filed")
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    run.refresh_from_db()
    assert run.stage == ImportStage.FILING
    assert run.done == PrivacyRequest.objects.count() == ImportedRow.objects.count() < rows
    assert not work_once(), "its lease has not run out yet"
    time_passes()
    start_worker(), start_worker()
    wait_until(
        lambda: ImportRun.objects.get(pk=run.pk).stage == ImportStage.DONE, seconds=120, what="all is filed"
    )
    files_each_once(run, rows)
    assert PrivacyRequest.objects.count() == rows


def test_a_look_that_was_cut_off_goes_on_where_it_was(officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = given(officer, csv_of(*map(row, range(60))))
    real, calls = claims.locked, []

    def cut_off(claimed: ImportRun, **options: Any) -> ImportRun:
        calls.append(claimed)
        if len(calls) == 3:
            raise OperationalError("the server went away")
        return real(claimed, **options)

    with monkeypatch.context() as patch:
        patch.setattr(claims, "locked", cut_off)
        with pytest.raises(OperationalError):
            jobs.import_due()
    run.refresh_from_db()
    assert (run.stage, run.done) == (ImportStage.CHECKING, 50)
    time_passes()
    work_all()
    run.refresh_from_db()
    assert (run.stage, run.done, run.counts) == (ImportStage.CHECKED, 60, {"file": 60})


def test_a_look_ends_with_its_turn_and_the_next_one_goes_on_and_knows_the_lines_before(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = [row(3), row(4, categories="SMS")]
    run = given(officer, csv_of(*map(row, range(58)), *again))
    rung: list[str] = []
    monkeypatch.setattr("erasure.doorbell.ring_now", rung.append)
    monkeypatch.setattr(jobs, "IMPORT_TURN_SECONDS", 0.0)
    seen = []
    for _turn in range(3):
        jobs.import_due()
        run.refresh_from_db()
        seen.append((run.stage, run.done, run.lease_until))
    assert seen == [("checking", done, None) for done in (25, 50, 60)]
    assert rung == [uploads.IMPORT_JOB] * 3
    prints = ImportLot.objects.order_by("number").values_list("prints", flat=True)
    assert all(one and "cust-" not in one for one in prints)
    jobs.import_due()
    run.refresh_from_db()
    assert (run.stage, run.counts) == ("checked", {"file": 58, "same": 1, "duplicate": 1})
    assert (known(run)[60].like_line, known(run)[61].like_line) == (5, 6)
    assert not ImportLot.objects.filter(prints__isnull=False).exists()


def test_the_tick_rings_for_what_no_doorbell_announced(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr("erasure.doorbell.ring_now", rung.append)
    jobs.tick_round()
    assert uploads.IMPORT_JOB not in rung
    given(officer, csv_of(row(1)))
    rung.clear()
    jobs.tick_round()
    assert rung == [uploads.IMPORT_JOB]


def test_a_long_list_lets_other_work_have_the_worker(officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = begun(officer, csv_of(*map(row, range(60))))
    rung: list[str] = []
    monkeypatch.setattr("erasure.doorbell.ring_now", rung.append)
    monkeypatch.setattr(jobs, "IMPORT_TURN_SECONDS", 0.0)
    jobs.import_due()
    run.refresh_from_db()
    assert (run.done, run.lease_until) == (25, None)
    assert uploads.IMPORT_JOB in rung


# Rows and lots that fail ----------------------------------------------------------------------------------


def spoil(monkeypatch: pytest.MonkeyPatch, subject: str) -> None:
    real = filing.register_and_send_among

    def spoiled(log: Any, asked: filing.Filing, **options: Any) -> PrivacyRequest:
        request = real(log, asked, **options)
        if asked.identifiers[0].value == subject:
            raise ValueError("spoiled")
        return request

    monkeypatch.setattr(filing, "register_and_send_among", spoiled)


def test_a_row_that_spoils_its_lot_keeps_no_other_back(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(officer, csv_of(*map(row, range(30))))
    spoil(monkeypatch, "cust-2026-0007")
    work_all()
    files_each_once(run, 30)
    assert summed(run.counts) == {"filed": 29, "blocked": 0, "refused": 1, "same": 0}
    [words] = known(run)[9].words
    assert words.startswith("The program could not file it")
    assert PrivacyRequest.objects.count() == 29
    assert not ImportLot.objects.filter(cells__isnull=False).exists()


def test_a_lot_cut_off_row_by_row_goes_on_where_it_stopped(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(officer, csv_of(*map(row, range(10))))
    spoil(monkeypatch, "cust-2026-0003")
    real = filing_lots._file_alone

    def cut_off(run: ImportRun, lot: ImportLot, one: Any, **options: Any) -> None:
        if one.line == 8:
            raise OperationalError("the server went away")
        real(run, lot, one, **options)

    with monkeypatch.context() as patch:
        patch.setattr(filing_lots, "_file_alone", cut_off)
        with pytest.raises(OperationalError):
            jobs.import_due()
    assert PrivacyRequest.objects.count() == 5
    time_passes()
    work_all()
    files_each_once(run, 10)
    assert PrivacyRequest.objects.count() == 9


def test_a_busy_database_files_nothing_of_the_lot_and_the_next_worker_goes_on(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(officer, csv_of(*map(row, range(10))))

    def busy(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(lifecycle, "file", busy)
        with pytest.raises(OperationalError):
            jobs.import_due()
    assert not PrivacyRequest.objects.exists()
    time_passes()
    work_all()
    files_each_once(run, 10)


def test_one_that_cannot_be_taken_back_keeps_no_other(officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = imported(officer, csv_of(*map(row, range(30))))
    poisoned = Submission.objects.order_by("pk")[5].pk
    real = lifecycle.cancel

    def cancel(log: Any, submission: Submission, **options: Any) -> None:
        if submission.pk == poisoned:
            raise ValueError("spoiled")
        real(log, submission, **options)

    monkeypatch.setattr(lifecycle, "cancel", cancel)
    withdrawing.ask(run, by=officer)
    work_all()
    run.refresh_from_db()
    assert run.withdrawn == 29
    assert run.withdrawn_at is not None
    assert list(Submission.objects.exclude(status="cancelled").values_list("pk", flat=True)) == [poisoned]


def test_taking_back_goes_on_with_the_next_turn(officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = imported(officer, csv_of(*map(row, range(60))))
    withdrawing.ask(run, by=officer)
    monkeypatch.setattr(jobs, "IMPORT_TURN_SECONDS", 0.0)
    jobs.import_due()
    run.refresh_from_db()
    assert (run.withdrawn, run.withdrawn_at) == (25, None)
    work_all()
    run.refresh_from_db()
    assert run.withdrawn == 60


# A command's list, and what is forgotten ------------------------------------------------------------------


def test_a_killed_commands_list_is_no_workers_work_and_is_stopped_in_the_end(officer: User) -> None:
    run = begun(officer, csv_of(row(1)))
    ImportRun.objects.update(via=ImportVia.COMMAND, lease_until=timezone.now() - timedelta(minutes=9))
    assert not work_once()
    jobs.tick_round()
    assert ImportRun.objects.get().stage == ImportStage.FILING
    ImportRun.objects.update(lease_until=timezone.now() - timedelta(minutes=11))
    jobs.tick_round()
    run.refresh_from_db()
    assert run.stage == ImportStage.STOPPED
    assert not ImportLot.objects.filter(cells__isnull=False).exists()
    [event] = AuditEvent.objects.filter(act="import.stopped")
    assert event.actor == "sys"


def test_the_digest_of_a_row_goes_with_the_proof_of_its_request() -> None:
    assert (ImportedRow, "request", {"digest": None}) in list(own_columns(PROOF))
