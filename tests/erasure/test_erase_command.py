"""`manage.py erase`: one request with one submission, followed to its end; its answers and exit statuses."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from audit.models import AuditEvent
from audit.trail import audited
from erasure import lifecycle
from erasure.cxone.sandbox import Sandbox
from erasure.models import LegalHold, PrivacyRequest, SubjectIdentifier, Submission, Upstream
from privacyadmin.models import User
from tests.cast import PASSWORD, person
from tests.erasure.at_work import Worker
from tests.erasure.made_requests import only, today

ROOT = Path(__file__).resolve().parents[2]
SUBJECT = "USR-8847291-XONE"
FOUR = ["CONTACT", "CONVERSATION", "SMS", "EMAIL"]
SIX = [*FOUR, "SURVEY", "CHAT"]
KEYS = [
    *("reference", "status", "cxone_request_id", "success", "latency_ms", "records_deleted", "audit_seq"),
    *("due_on", "error"),
]
COMPLETED, NOT_DONE, BAD_INPUT, STILL_OPEN = 0, 1, 2, 3


@dataclass
class Run:
    """What one run of the command left behind."""

    status: int
    out: str
    err: str

    @property
    def result(self) -> dict[str, Any]:
        """The one JSON object on standard output."""
        found: dict[str, Any] = json.loads(self.out)
        return found


def erase(
    *more: str,
    subject: str = SUBJECT,
    categories: list[str] = FOUR,
    scope: str = "CONTACT",
    regulation: str = "gdpr",
) -> Run:
    words = [part for category in categories for part in ("--category", category)]
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit) as left:
        call_command(
            *("erase", subject, *words, "--scope", scope, "--regulation", regulation, *more),
            stdout=out,
            stderr=err,
        )
    return Run(int(str(left.value.code)), out.getvalue(), err.getvalue())


def untouched(sandbox: Sandbox) -> bool:
    return not any(sandbox.stats.values())


@pytest.fixture
def quiet(db: None, sandbox: Sandbox, settings: Any) -> Iterator[Sandbox]:
    """A sandbox that the program is configured for, at which nothing may arrive."""
    settings.CXONE_BASE_URL = sandbox.endpoint.base_url
    yield sandbox
    assert untouched(sandbox)


@pytest.fixture
def working(transactional_db: None, sandbox: Sandbox) -> Iterator[Sandbox]:
    """The same with a worker in the background, so that what is filed is carried out."""
    Upstream.objects.get_or_create(id=1)
    stop = threading.Event()

    def work() -> None:
        worker = Worker(sandbox)
        try:
            while not stop.is_set():
                if not worker.send() + worker.ask():
                    time.sleep(0.05)
        finally:
            worker.close()
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    yield sandbox
    stop.set()
    thread.join()


@pytest.fixture(autouse=True)
def _ask_soon(settings: Any) -> None:
    settings.CXONE_POLL_SECONDS = 0.2


# Carried out ---------------------------------------------------------------------------------------------


def test_it_is_filed_followed_and_reported(working: Sandbox) -> None:
    run = erase("--wait", "60", "--json")
    assert run.status == COMPLETED, run
    (taken,) = working.requests
    request = PrivacyRequest.objects.get()
    row = only(request)
    assert row.closed_at is not None
    completion = AuditEvent.objects.get(act="request.completed")
    assert list(run.result) == KEYS
    assert run.result == {
        "reference": request.reference,
        "status": "completed",
        "cxone_request_id": taken["id"],
        "success": True,
        "latency_ms": round((row.closed_at - row.filed_at).total_seconds() * 1000),
        "records_deleted": taken["recordsAffected"],
        "audit_seq": completion.seq,
        "due_on": request.due_on.isoformat(),
        "error": None,
    }
    assert run.result["records_deleted"] > 0
    assert completion.facts["records_deleted"] == run.result["records_deleted"]
    assert completion.facts["event_type"] == "PRIVACY_DELETION_COMPLETED"


def test_the_progress_is_told_line_by_line(working: Sandbox) -> None:
    run = erase("--wait", "60")
    reference = PrivacyRequest.objects.get().reference
    assert run.status == COMPLETED
    assert run.out == f"{reference}: CXone reported done; due on {PrivacyRequest.objects.get().due_on}.\n"
    lines = run.err.splitlines()
    assert lines[-1] == f"{reference}/1: CXone reported done"
    assert len(lines) == len(set(lines))


def test_access_is_no_deletion(working: Sandbox) -> None:
    run = erase("--type", "access", "--wait", "60", "--json", categories=["ANALYTICS"])
    assert run.status == COMPLETED
    assert run.result["records_deleted"] is None
    assert "event_type" not in AuditEvent.objects.get(act="request.completed").facts


def test_a_failure_at_cxone_is_told_in_its_own_words(working: Sandbox) -> None:
    working.faults = ["failed"]
    run = erase("--wait", "60", "--json")
    assert (run.status, run.result["status"], run.result["success"]) == (NOT_DONE, "failed", False)
    assert run.result["error"] == only(PrivacyRequest.objects.get()).error_message
    assert run.result["audit_seq"] == AuditEvent.objects.get(act="request.failed").seq


def test_one_that_is_not_done_in_time_is_still_open(quiet: Sandbox) -> None:
    run = erase("--wait", "0.3", "--json")
    assert (run.status, run.result["status"], run.result["success"]) == (STILL_OPEN, "queued", False)
    assert run.result["latency_ms"] is None


def test_without_waiting_it_is_filed_and_due_at_once(quiet: Sandbox) -> None:
    run = erase("--json")
    row = only(PrivacyRequest.objects.get())
    assert (run.status, run.result["status"]) == (0, "queued")
    assert run.result["audit_seq"] == AuditEvent.objects.get(act="request.filed").seq
    assert row.next_attempt_at is not None
    assert row.next_attempt_at <= timezone.now()
    assert (row.type, row.categories, row.scope, row.identifier.value) == (
        "ERASURE",
        FOUR,
        "CONTACT",
        SUBJECT,
    )


def test_the_choices_may_be_written_small(quiet: Sandbox) -> None:
    run = erase("--json", categories=["contact"], scope="account", regulation="GDPR")
    row = only(PrivacyRequest.objects.get())
    assert run.status == 0
    assert (row.categories, row.scope, row.request.regulation) == (["CONTACT"], "ACCOUNT", "gdpr")


# Held ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wait", [[], ["--wait", "60"]])
def test_a_held_category_blocks_and_names_the_hold_and_the_way_out(quiet: Sandbox, wait: list[str]) -> None:
    run = erase("--json", *wait, categories=[*FOUR, "ANALYTICS"])
    hold = LegalHold.objects.get()
    request = PrivacyRequest.objects.get()
    assert (run.status, run.result["status"]) == (NOT_DONE, "blocked")
    assert all(
        word in run.result["error"] for word in (hold.code, hold.ground, "override", request.reference)
    )
    assert run.result["audit_seq"] == AuditEvent.objects.get(act="request.blocked").seq
    assert request.submissions.count() == 1
    assert list(run.result) == KEYS


def test_a_held_one_is_told_to_people_too(quiet: Sandbox) -> None:
    run = erase(categories=["ANALYTICS"])
    assert run.status == NOT_DONE
    assert "override" in run.err
    assert "On hold" in run.out


def test_one_that_is_stopped_while_it_waits_is_not_done(quiet: Sandbox, officer: User) -> None:
    stopped = StopSoon(officer)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("privacyadmin.management.commands.erase.time.sleep", stopped)
        run = erase("--wait", "60", "--json")
    assert (run.status, run.result["status"]) == (NOT_DONE, "cancelled")
    assert "cancelled" in run.result["error"]


class StopSoon:
    """Stands in for the pause between two looks: somebody stops the submission in it."""

    def __init__(self, officer: User) -> None:
        self.officer = officer

    def __call__(self, _seconds: float) -> None:
        row = Submission.objects.select_related("request", "identifier").get()
        with audited() as log:
            lifecycle.cancel(log, row, by=self.officer, because="stopped", now=timezone.now())


# Bad input -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "more", "named"),
    [
        ({"categories": SIX, "scope": "ALL"}, [], "5"),
        ({"subject": "bad id!"}, [], "CXone id"),
        ({"subject": f"{SUBJECT}\n"}, [], "line break"),
        ({"subject": ""}, [], "CXone id"),
        ({"categories": ["CONTACT", "CONTACT"]}, [], "CONTACT"),
        ({"categories": ["NONSENSE"]}, [], "NONSENSE"),
        ({"scope": "EVERYTHING"}, [], "EVERYTHING"),
        ({"regulation": "us-va"}, [], "us-va"),
        ({"regulation": "nowhere"}, [], "nowhere"),
        ({}, ["--type", "FORGET"], "FORGET"),
        ({}, ["--description", "x" * 256], "255"),
        ({}, ["--received", (today() + timedelta(days=2)).isoformat()], "future"),
        ({}, ["--received", "2026-02-30"], "2026-02-30"),
        ({}, ["--received", "yesterday"], "yesterday"),
        ({}, ["--as", "nobody"], "nobody"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_bad_input_is_exit_2_says_what_is_wrong_and_files_nothing(
    quiet: Sandbox, asked: dict[str, Any], more: list[str], named: str
) -> None:
    run = erase("--json", *more, **asked)
    assert run.status == BAD_INPUT
    assert list(run.result) == KEYS
    assert named in run.result["error"]
    assert run.result["success"] is False
    assert not PrivacyRequest.objects.exists()
    assert not SubjectIdentifier.objects.exists()


def test_bad_input_is_told_to_people_on_standard_error(quiet: Sandbox) -> None:
    run = erase(subject="bad id!")
    assert (run.status, run.out) == (BAD_INPUT, "")
    assert "CXone id" in run.err


def test_all_that_is_wrong_is_said_at_once(quiet: Sandbox) -> None:
    told = erase("--json", "--description", "x" * 256, subject="bad id!", scope="WIDE").result["error"]
    assert all(named in told for named in ("255", "WIDE"))


@pytest.mark.parametrize("wait", ["nan", "inf", "-1", "soon"])
def test_a_time_that_is_none_is_refused(quiet: Sandbox, wait: str) -> None:
    with pytest.raises(CommandError, match="number of seconds"):
        call_command(
            *("erase", SUBJECT, "--category", "SMS", "--scope", "CONTACT", "--regulation", "gdpr"),
            *("--wait", wait),
        )


# Who files -----------------------------------------------------------------------------------------------


def test_the_service_account_files_and_nobody_can_sign_in_to_it(quiet: Sandbox) -> None:
    erase("--json")
    erase("--json")
    account = PrivacyRequest.objects.first().filed_by  # type: ignore[union-attr]
    assert (account.username, account.has_usable_password(), account.is_staff) == ("cli", False, False)
    assert account.has_perm("erasure.file_request")
    assert not account.has_perm("erasure.decide_override")
    assert User.objects.filter(username="cli").count() == 1


def test_the_login_on_the_host_is_kept_with_the_request_and_not_in_the_log(
    quiet: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "hofmann-workstation")
    erase("--json")
    assert PrivacyRequest.objects.get().filed_on_host_by == "hofmann-workstation"
    assert not AuditEvent.objects.filter(body__contains="hofmann").exists()
    assert not AuditEvent.objects.filter(body__contains=SUBJECT).exists()


def test_it_files_as_an_officer(quiet: Sandbox, officer: User) -> None:
    assert erase("--json", "--as", "lena").status == 0
    request = PrivacyRequest.objects.get()
    assert (request.filed_by, request.owner, only(request).filed_by) == (officer, officer, officer)
    assert not User.objects.filter(username="cli").exists()


def test_it_does_not_file_as_who_may_not(quiet: Sandbox, reviewer: User, auditor: User) -> None:
    gone = person("gone", "Privacy officers", is_active=False)
    for who in (reviewer, auditor, gone):
        run = erase("--json", "--as", who.username)
        assert (run.status, PrivacyRequest.objects.count()) == (BAD_INPUT, 0)
        assert who.username in run.result["error"]


@pytest.mark.parametrize("name", ["cli", "CLI"])
def test_somebodys_own_account_is_not_taken_for_the_service_account(quiet: Sandbox, name: str) -> None:
    User.objects.create_user(name, password=PASSWORD)
    run = erase("--json")
    assert (run.status, PrivacyRequest.objects.count()) == (BAD_INPUT, 0)
    assert "--as" in run.result["error"]


def test_a_service_account_that_was_deactivated_files_nothing(quiet: Sandbox) -> None:
    erase("--json")
    User.objects.filter(username="cli").update(is_active=False)
    run = erase("--json")
    assert (run.status, PrivacyRequest.objects.count()) == (BAD_INPUT, 1)


# As a program --------------------------------------------------------------------------------------------


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Iterator[Callable[..., "subprocess.CompletedProcess[str]"]]:
    """`manage.py WORDS…` as a process of its own, on an empty database."""
    kept = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}
    environment = {name: value for name, value in os.environ.items() if name not in kept} | {
        "DATA_DIR": str(tmp_path),
        "CXONE_BASE_URL": sandbox.endpoint.base_url,
        "CXONE_CLIENT_ID": "demo",
        "CXONE_CLIENT_SECRET": "demo-secret",
    }

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603 - our own program, with words of these tests.
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert run("migrate", "-v0").returncode == 0
    yield run
    assert untouched(sandbox)


@pytest.mark.program
def test_as_a_process_it_answers_in_one_json_object_and_exits_as_promised(
    program: Callable[..., "subprocess.CompletedProcess[str]"],
) -> None:
    usual = ["erase", SUBJECT, "--scope", "CONTACT", "--regulation", "gdpr", "--json"]
    done = program(*usual, "--category", "SMS")
    assert (done.returncode, list(json.loads(done.stdout))) == (0, KEYS), done.stderr
    held = program(*usual, "--category", "ANALYTICS")
    assert (held.returncode, json.loads(held.stdout)["status"]) == (NOT_DONE, "blocked")
    bad = program(*usual[:1], "bad id!", *usual[2:], "--category", "SMS")
    assert (bad.returncode, json.loads(bad.stdout)["status"]) == (BAD_INPUT, None)
    assert program(*usual).returncode == BAD_INPUT
    assert "Traceback" not in done.stderr + held.stderr + bad.stderr
