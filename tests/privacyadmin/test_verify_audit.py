"""`manage.py verify_audit`: what it answers, with which exit status, and what it puts on record."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError

from audit.checking import verification_runs
from audit.events import Event
from audit.log_format import leaf_hash
from audit.models import AuditCheckpoint, AuditEvent, AuditHead, AuditSubtree
from audit.proofs import proof_of
from audit.signing import signer, signing_key
from erasure import doorbell, jobs, reconcile
from erasure.models import Submission
from erasure.verification import verify
from privacyadmin.models import User
from tests.audit import tampering
from tests.audit.grown_log import grow_to
from tests.erasure.made_requests import completed, filed, only

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


class Terminal(StringIO):
    """Somebody is looking."""

    def isatty(self) -> bool:
        return True


@dataclass
class Run:
    """What one run of the command left behind."""

    status: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        """The one JSON object on standard output."""
        found: dict[str, Any] = json.loads(self.out)
        return found


def run(*arguments: str, err: StringIO | None = None) -> Run:
    out, err, status = StringIO(), err or StringIO(), 0
    try:
        call_command("verify_audit", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        status = int(end.code or 0)
    return Run(status, out.getvalue(), err.getvalue())


def last_event() -> AuditEvent:
    event = AuditEvent.objects.last()
    assert event is not None
    return event


@pytest.fixture
def row(officer: User) -> Submission:
    """A completed submission in a log that was signed."""
    row = completed(only(filed(officer)))
    signer.sign_head()
    return row


# Answers.


@pytest.mark.usefixtures("row")
def test_a_log_that_fits_is_ok_and_the_verification_is_on_record() -> None:
    size = AuditHead.objects.get().size
    done = run()
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(f"OK\nLooked at: the log {AuditHead.objects.get().origin} with {size} events,")
    assert done.out.endswith(f"This verification is event {size}.\n")
    event = last_event()
    assert (event.act, event.actor, event.seq) == (Event.AUDIT_VERIFIED, "sys", size)
    assert event.obj == f"log:{AuditHead.objects.get().log}"
    root = event.facts.pop("root")
    assert event.facts == {"verdict": "ok", "size": size, "via": "command", "differences": 0, "root": root}
    assert str(root) in done.out


@pytest.mark.usefixtures("row")
def test_the_answer_for_programs_says_the_same() -> None:
    size = AuditHead.objects.get().size
    answer = run("--json").answer
    root = last_event().facts["root"]
    assert answer == {
        "verdict": "OK",
        "title": "OK",
        "origin": AuditHead.objects.get().origin,
        "size": size,
        "ended": 0,
        "root": root,
        "breaks": 0,
        "warnings": 0,
        "differences": 0,
        "findings": [],
        "unchecked": [],
        "audit_seq": size,
    }


def test_the_first_break_is_told_with_the_number_of_all(row: Submission) -> None:
    tampering.change(2, actor="u:zzzz9999")
    tampering.change(3, obj="user:other")
    done = run()
    assert done.status == 1
    assert done.out.startswith("FAIL line 3\n")
    assert "2 breaks found." in done.out.splitlines()[1]
    assert last_event().facts["verdict"] == "fail"
    answer = run("--json").answer
    assert (answer["verdict"], answer["title"], answer["breaks"]) == ("FAIL", "FAIL line 3", 2)
    assert answer["findings"][0] == {
        "verdict": "FAIL",
        "seq": 2,
        "words": "Beside event 2 stands something else than in it: who.",
    }


def test_a_difference_between_state_and_events_is_a_break(row: Submission) -> None:
    with tampering.triggers_lifted():
        AuditEvent.objects.filter(act=Event.REQUEST_COMPLETED).update(obj="request:PR-2026-999999")
    done = run("--json")
    assert done.status == 1
    assert done.answer["differences"] == 2
    words = [finding["words"] for finding in done.answer["findings"]]
    assert f"{row} is completed, and the log has no event of it (request.completed)." in words
    assert "The log tells of request:PR-2026-999999, and there is no such row." in words
    assert last_event().facts["differences"] == 2


def test_warnings_are_told_and_are_no_break(row: Submission) -> None:
    grow_to(256)
    AuditSubtree.objects.create(number=0, root=b"x" * 32)
    done = run()
    assert (done.status, done.out.splitlines()[0]) == (0, "WARN")


def test_a_damaged_head_is_reported_though_nothing_can_be_put_on_record(row: Submission) -> None:
    size = AuditHead.objects.get().size
    tampering.set_head(frontier=b"x")
    done = run()
    assert (done.status, done.out.splitlines()[0]) == (1, "FAIL")
    assert (
        "This verification itself could not be written to the log. The head of the log is damaged" in done.out
    )
    assert AuditEvent.objects.count() == size
    answer = run("--json").answer
    assert answer["audit_seq"] is None
    assert "could not be written to the log" in answer["unchecked"][-1]


@pytest.mark.parametrize("damage", ["rewound", "gone"])
def test_a_log_that_takes_no_event_is_reported(row: Submission, damage: str) -> None:
    if damage == "rewound":
        tampering.rewind_head(AuditHead.objects.get().size - 1)
    else:
        with tampering.triggers_lifted():
            AuditHead.objects.all().delete()
    done = run()
    assert done.status == 1
    assert "Nothing can be appended to the log as it is." in done.out


def test_a_database_that_does_not_answer_is_said(row: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(**_options: Any) -> Iterator[str]:
        raise OperationalError

    monkeypatch.setattr(reconcile, "differences", away)
    with pytest.raises(CommandError, match="nothing is known about the log"):
        run()


# Against what was kept outside.


@pytest.fixture
def mailed(row: Submission, tmp_path: Path) -> Path:
    """The checkpoint, as somebody outside keeps it."""
    path = tmp_path / "checkpoint"
    path.write_text(AuditCheckpoint.objects.get().note)
    return path


def test_a_checkpoint_kept_outside_shows_a_rewrite(mailed: Path, settings: LazySettings) -> None:
    assert run("--known", str(mailed)).status == 0
    tampering.forget_checkpoints()
    signing_key.beside(settings.AUDIT_KEY_FILE, "signed").unlink()
    size = AuditHead.objects.get().size
    tampering.delete_from(3)
    tampering.rewind_head(3)
    assert size > 3
    assert run("--known", str(mailed)).out.startswith("TRUNCATED\n")


def test_a_proof_kept_outside_serves_as_well(mailed: Path, tmp_path: Path) -> None:
    proof = tmp_path / "proof.txt"
    proof.write_text(proof_of(1, checkpoint=AuditCheckpoint.objects.get()).text())
    body = tampering.edited(2, actor="u:zzzz9999")
    with tampering.triggers_lifted():
        AuditCheckpoint.objects.all().delete()
    tampering.change(2, body=body, leaf=leaf_hash(body), actor="u:zzzz9999")
    done = run("--known", str(proof), "--known", str(mailed))
    assert done.out.startswith("FORK\n")


@pytest.mark.parametrize(
    ("content", "because"),
    [(b"not signed\n", "is no checkpoint"), (b"\xff\xfe", "not UTF-8"), (None, "cannot be read")],
)
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes | None, because: str) -> None:
    path = tmp_path / "kept"
    if content is not None:
        path.write_bytes(content)
    size = AuditHead.objects.get().size
    with pytest.raises(CommandError, match=because):
        run("--known", str(path))
    assert AuditHead.objects.get().size == size


# For whoever is looking, and whoever is not.


@pytest.mark.usefixtures("row")
def test_a_bar_is_drawn_on_a_terminal_only() -> None:
    size = AuditHead.objects.get().size
    assert f"] {size} of {size} events\n" in run(err=Terminal()).err
    assert run().err == ""


def test_the_real_command_ends_with_the_status_of_its_verdict(tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "privacyadmin.settings"}
    environment.pop("DATABASE_URL", None)

    def manage(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(  # noqa: S603 - our own command.
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    assert manage("migrate", "-v0").returncode == 0
    good = manage("verify_audit")
    assert (good.returncode, good.stdout.splitlines()[0]) == (0, "OK")
    code = "from tests.audit import tampering; tampering.change(1, actor='u:zzzz9999')"
    changed = manage("shell", "-v0", "-c", code)
    assert changed.returncode == 0, changed.stderr
    bad = manage("verify_audit")
    assert (bad.returncode, bad.stdout.splitlines()[0]) == (1, "FAIL line 2")
    assert manage("verify_audit", "--known", "nowhere").returncode == 2


# Both halves together.


def test_a_log_too_damaged_to_be_compared_is_reported_as_damaged(
    row: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(**_options: Any) -> Iterator[str]:
        yield "one difference"
        raise DatabaseError

    monkeypatch.setattr(reconcile, "differences", unreadable)
    tampering.change(2, actor="u:zzzz9999")
    report = verify()
    assert report.findings.title == "FAIL line 3"
    assert report.differences is None
    assert report.unchecked == ["State and events could not be compared: the events cannot all be read."]


def test_progress_goes_on_while_the_state_is_compared(row: Submission) -> None:
    told: list[tuple[int, int]] = []
    report = verify(lambda done, total: told.append((done, total)))
    assert told[0] == told[-1] == (report.size, report.size)
    assert len(told) > 2


def test_the_tick_wakes_a_worker_for_a_verification_that_was_asked_for(
    row: Submission, auditor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(doorbell, "ring_now", rung.append)
    jobs.tick_round()
    assert jobs.VERIFY_JOB not in rung
    asked = verification_runs.ask(by=auditor.actor)
    jobs.tick_round()
    assert jobs.VERIFY_JOB in rung
    jobs.verify_log()
    asked.refresh_from_db()
    assert (asked.verdict, last_event().actor) == ("OK", auditor.actor)
    assert last_event().facts["differences"] == 0
    rung.clear()
    jobs.tick_round()
    assert jobs.VERIFY_JOB not in rung
