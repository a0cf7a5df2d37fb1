"""Verifications that were asked for: one at a time, taken over when their worker is lost, and on record."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.db import OperationalError, connections
from django.db.models import F
from django.utils import timezone

from audit.checking import verification_runs
from audit.checking.database_check import check_database
from audit.checking.findings import Verdict
from audit.checking.verification_report import Progress, VerificationReport
from audit.checking.verification_runs import are_waiting, ask, run_next
from audit.events import Event
from audit.models import AuditEvent, AuditHead, AuditVerification
from tests.audit import tampering
from tests.audit.grown_log import grow_to
from tests.erasure.started_workers import database_url

pytestmark = pytest.mark.django_db

WHO, OTHER = "u:k3v9q2ma", "u:m4w8r1nb"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def log() -> None:
    """A log of twelve events."""
    grow_to(12)


def check(progress: Progress) -> VerificationReport:
    return check_database(progress=progress)


def fresh(run: AuditVerification) -> AuditVerification:
    return AuditVerification.objects.get(pk=run.pk)


def let_a_minute_pass() -> None:
    """As if the worker of every open run had given no sign for more than a minute."""
    AuditVerification.objects.update(beat_at=F("beat_at") - timedelta(seconds=61))


# Asking.


def test_whoever_asks_while_a_run_is_open_is_given_that_one() -> None:
    first = ask(by=WHO)
    assert (first.asked_by, first.started_at, first.size, first.done) == (WHO, None, None, 0)
    assert ask(by=OTHER) == first
    assert AuditVerification.objects.count() == 1


def test_after_its_end_another_one_is_made() -> None:
    first = ask(by=WHO)
    assert run_next(check=check)
    assert ask(by=OTHER) != first


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_are_given_one_run() -> None:
    asked: list[int] = []
    barrier = threading.Barrier(4)

    def one() -> None:
        barrier.wait()
        asked.append(ask(by=WHO).pk)
        connections.close_all()

    people = [threading.Thread(target=one) for _each in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert len(asked) == 4
    assert len(set(asked)) == 1


# Carrying out.


def test_with_nothing_asked_nothing_is_done() -> None:
    assert not are_waiting(timezone.now())
    assert not run_next(check=check)


def test_a_run_ends_with_its_verdict_on_the_row_and_on_record() -> None:
    run = ask(by=WHO)
    assert are_waiting(timezone.now())
    assert run_next(check=check)
    ended = fresh(run)
    assert (ended.verdict, ended.done, ended.size) == ("OK", 12, 12)
    assert ended.started_at
    assert ended.finished_at
    assert ended.words.startswith("Looked at: the log ")
    event = AuditEvent.objects.get(act=Event.AUDIT_VERIFIED)
    assert (event.seq, event.actor) == (12, WHO)
    assert event.facts["verdict"] == "ok"
    assert (event.facts["size"], event.facts["via"]) == (12, "page")
    assert len(str(event.facts["root"])) == 44
    assert not are_waiting(timezone.now())
    assert not run_next(check=check)


def test_a_break_is_the_verdict() -> None:
    tampering.change(7, actor="u:zzzz9999")
    run = ask(by=WHO)
    assert run_next(check=check)
    assert fresh(run).verdict == "FAIL line 8"
    assert "FAIL line 8: Beside event 7 stands something else than in it: who." in fresh(run).words
    assert AuditEvent.objects.get(act=Event.AUDIT_VERIFIED).facts["verdict"] == "fail"


def test_a_verdict_that_cannot_be_put_on_record_is_told_all_the_same() -> None:
    tampering.set_head(frontier=b"x")
    run = ask(by=WHO)
    assert run_next(check=check)
    assert fresh(run).verdict == "FAIL"
    assert "This verification itself could not be written to the log." in fresh(run).words
    assert "Restore audit_head and audit_event from one backup" in fresh(run).words
    assert not AuditEvent.objects.filter(act=Event.AUDIT_VERIFIED).exists()


@pytest.mark.parametrize("damage", ["gone", "rewound"])
def test_a_log_that_takes_no_event_is_reported(damage: str) -> None:
    if damage == "gone":
        with tampering.triggers_lifted():
            AuditHead.objects.all().delete()
    else:
        tampering.rewind_head(11)
    run = ask(by=WHO)
    assert run_next(check=check)
    assert fresh(run).verdict == "FAIL"
    assert "Nothing can be appended to the log as it is." in fresh(run).words


def test_its_progress_stands_on_the_row_about_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(verification_runs.time, "monotonic", lambda: clock[0])
    run = ask(by=WHO)
    seen: list[tuple[int, int | None]] = []

    def watched(progress: Progress) -> VerificationReport:
        first_beat = fresh(run).beat_at
        for done, seconds in ((1, 0.4), (2, 0.4), (3, 0.4), (4, 1.0)):
            clock[0] += seconds
            progress(done, 9)
            seen.append((fresh(run).done, fresh(run).size))
        assert first_beat is not None
        assert fresh(run).beat_at > first_beat
        return check(lambda _done, _total: None)

    assert run_next(check=watched)
    assert seen == [(0, None), (0, None), (3, 9), (4, 9)]


def test_the_oldest_run_comes_first() -> None:
    later = AuditVerification.objects.create(asked_by=OTHER, asked_at=timezone.now())
    first = AuditVerification.objects.create(asked_by=WHO, asked_at=timezone.now() - timedelta(hours=2))
    assert run_next(check=check)
    assert fresh(first).finished_at
    assert fresh(later).finished_at is None


# Lost workers.


def test_a_run_in_other_hands_is_left_alone_until_its_worker_is_lost() -> None:
    run = ask(by=WHO)

    def meanwhile(progress: Progress) -> VerificationReport:
        assert not are_waiting(timezone.now())
        assert not run_next(check=check)
        AuditVerification.objects.update(beat_at=timezone.now() - timedelta(seconds=59))
        assert not are_waiting(timezone.now())
        return check(progress)

    # The beat was changed under the worker: it has lost the run, and writes nothing more.
    assert run_next(check=meanwhile)
    assert fresh(run).finished_at is None
    let_a_minute_pass()
    assert are_waiting(timezone.now())
    assert run_next(check=check)
    assert fresh(run).verdict == "OK"


def test_a_worker_that_comes_back_late_changes_nothing_and_records_nothing() -> None:
    run = ask(by=WHO)

    def late(progress: Progress) -> VerificationReport:
        report = check(progress)
        let_a_minute_pass()
        assert run_next(check=check)
        report.findings.add(Verdict.FORK, "seen by the late one")
        return report

    assert run_next(check=late)
    assert fresh(run).verdict == "OK"
    assert AuditEvent.objects.filter(act=Event.AUDIT_VERIFIED).count() == 1


def test_of_two_workers_one_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    run = ask(by=WHO)
    stale = fresh(run)
    with_old_picture = verification_runs._Run(stale)
    assert run_next(check=check)
    with pytest.raises(verification_runs.RunLostError):
        with_old_picture.write(started_at=timezone.now())


def test_a_verification_that_fails_says_that_nothing_is_known(caplog: pytest.LogCaptureFixture) -> None:
    run = ask(by=WHO)

    def broken(_progress: Progress) -> VerificationReport:
        raise ZeroDivisionError

    assert run_next(check=broken)
    assert fresh(run).verdict == "NOT VERIFIED"
    assert "Nothing is known about the log either way." in fresh(run).words
    assert "verification_failed" in caplog.text


def test_a_database_that_goes_away_leaves_the_run_open_and_is_not_waited_for_for_ever() -> None:
    run = ask(by=WHO)

    def away(_progress: Progress) -> VerificationReport:
        raise OperationalError

    with pytest.raises(OperationalError):
        run_next(check=away)
    assert fresh(run).finished_at is None
    let_a_minute_pass()
    AuditVerification.objects.update(asked_at=timezone.now() - timedelta(hours=1, seconds=1))
    assert run_next(check=away)
    assert fresh(run).verdict == "NOT VERIFIED"


@pytest.mark.django_db(transaction=True)
def test_a_killed_workers_run_is_taken_up_by_another(tmp_path: Path) -> None:
    run = ask(by=WHO)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.audit.verifier_process", "0.2"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "still at it\n", process.communicate(timeout=30)[1]
        began = fresh(run)
        assert began.started_at is not None
        wait_for_progress(run)
        # It is alive: nobody else may have its run.
        assert not run_next(check=check)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL
    assert fresh(run).finished_at is None
    assert not run_next(check=check)
    let_a_minute_pass()
    assert run_next(check=check)
    ended = fresh(run)
    assert ended.verdict == "OK"
    assert ended.started_at > began.started_at
    assert AuditEvent.objects.filter(act=Event.AUDIT_VERIFIED).count() == 1


def environment() -> dict[str, str]:
    """So that another process works on the database of the tests, with their keys."""
    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DATA_DIR": str(configured.DATA_DIR),
        "SECRET_KEY": configured.SECRET_KEY,
        "FIELD_KEYS": ",".join(configured.FIELD_KEYS),
        "FINGERPRINT_KEY": configured.FINGERPRINT_KEY,
        "CALLBACK_KEYS": ",".join(configured.CALLBACK_KEYS),
    }


def wait_for_progress(run: AuditVerification) -> None:
    ends = time.monotonic() + 30
    while not fresh(run).done:
        assert time.monotonic() < ends
        time.sleep(0.1)
