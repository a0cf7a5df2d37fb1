"""What was shredded stays shredded: after a restored backup, a crash, a list that was torn or lost."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings as configured
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from erasure import forgetting, shredded_list
from erasure.forgetting import Forgetting
from erasure.models import PrivacyRequest, SubjectIdentifier
from erasure.shredded_list import Shredded
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.at_work import event_data
from tests.erasure.days_passing import (
    DaysPass,
    _a_saturday,
    days_pass,
    ended,
    identifier,
    log_verifies,
    steps,
)
from tests.erasure.days_passing import shredded_list as kept_apart
from tests.erasure.made_holds import released
from tests.erasure.what_remains import database_files, readable
from tests.program.processes import CHECKOUT

__all__ = ["_a_saturday", "days_pass", "kept_apart"]

pytestmark = pytest.mark.django_db(transaction=True)


def reasons(request: PrivacyRequest) -> list[tuple[int, str]]:
    return [(facts["step"], facts["because"]) for facts in event_data(request.obj, "subject.shredded")]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def fresh(request: PrivacyRequest) -> PrivacyRequest:
    return PrivacyRequest.objects.get(pk=request.pk)


# Restored backups -----------------------------------------------------------------------------------------


def back_up(folder: Path) -> Path:
    """A copy of SQLite's file, as its own backup makes it."""
    copy = folder / "backup.sqlite3"
    with sqlite3.connect(copy) as target:
        connection.ensure_connection()
        connection.connection.backup(target)
    target.close()
    return copy


def restore(copy: Path) -> None:
    """Stop using the database, put the copy in its place, go on."""
    connection.close()
    for path in database_files():
        path.unlink()
    shutil.copy(copy, str(connection.settings_dict["NAME"]))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a cluster's restore is set up below, by its rows")
def test_a_restored_file_is_shredded_again_before_its_time(
    officer: User, days_pass: DaysPass, tmp_path: Path, reviewer: User
) -> None:
    shredded, kept = ended(officer, "USR-PENHALIGON"), ended(officer, "USR-KEPT")
    copy = back_up(tmp_path)
    call_command(
        "shred", shredded.reference, "--by", officer.username, "--second", reviewer.username, "--yes"
    )
    assert "PENHALIGON" not in readable()

    restore(copy)
    assert "PENHALIGON" in readable()
    days_pass(1)

    assert reasons(shredded) == [(1, "restored_backup")]
    assert "PENHALIGON" not in readable()
    assert steps(kept) == []
    assert identifier("USR-KEPT").value == "USR-KEPT"
    assert log_verifies()


def test_rows_that_were_set_back_go_through_both_steps_again(
    officer: User, days_pass: DaysPass, kept_apart: Path
) -> None:
    request = ended(officer, "USR-1", external_reference="HELPDESK-1")
    fingerprint = identifier("USR-1").fingerprint
    days_pass(1200)
    before = kept_apart.read_bytes()
    PrivacyRequest.objects.filter(pk=request.pk).update(
        shredded_at=None,
        unlinked_at=None,
        note="She called.",
        salt=request.salt,
        external_reference="HELPDESK-1",
    )
    SubjectIdentifier.objects.filter(subject=request.subject).update(fingerprint=fingerprint, value="USR-1")
    days_pass(0)
    assert reasons(request)[2:] == [(1, "restored_backup"), (2, "restored_backup")]
    row, known = fresh(request), SubjectIdentifier.objects.get(subject=request.subject)
    assert (row.note, row.salt, row.external_reference) == (None, None, "")
    assert (known.value, known.fingerprint) == (None, None)
    assert kept_apart.read_bytes() == before, "both stand on the list already"


def test_a_reference_that_was_given_out_again_is_another_request(
    officer: User, days_pass: DaysPass, kept_apart: Path
) -> None:
    request = ended(officer, "USR-1")
    earlier = Shredded(request.reference, request.filed_at - timedelta(microseconds=1), 1)
    shredded_list.append(kept_apart, [earlier], at=timezone.now())
    days_pass(1)
    assert steps(request) == []
    assert identifier("USR-1").value == "USR-1"


def test_what_the_backup_has_as_unanswered_or_held_waits(
    officer: User, days_pass: DaysPass, kept_apart: Path
) -> None:
    unanswered, held = made.filed(officer, "USR-1"), ended(officer, "USR-2")
    made.completed(made.only(unanswered))
    hold = made.hold_on(held)
    listed = [Shredded(one.reference, one.filed_at, 1) for one in (unanswered, held)]
    shredded_list.append(kept_apart, listed, at=timezone.now())
    days_pass(1)
    assert (steps(unanswered), steps(held)) == ([], [])
    made.answered(unanswered, officer)
    released(hold)
    days_pass(1)
    assert reasons(unanswered) == reasons(held) == [(1, "restored_backup")]


# The list -------------------------------------------------------------------------------------------------


def test_the_list_names_requests_and_nothing_of_persons(
    officer: User, days_pass: DaysPass, kept_apart: Path
) -> None:
    request = ended(officer, "USR-1")
    days_pass(30)
    (line,) = lines(kept_apart)
    assert set(line) == {"reference", "filed_at", "step", "at"}
    assert (line["reference"], line["step"]) == (request.reference, 1)
    assert datetime.fromisoformat(line["filed_at"]) == request.filed_at
    assert stat.S_IMODE(kept_apart.stat().st_mode) == 0o600


def test_what_a_crash_kept_out_of_the_list_is_added_to_it(
    officer: User, days_pass: DaysPass, kept_apart: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(officer, "USR-1")
    with monkeypatch.context() as patch:
        patch.setattr(forgetting, "note", lambda *_given, **_more: True)
        days_pass(1200)
    assert not kept_apart.exists()
    days_pass(0)
    assert [line["step"] for line in lines(kept_apart)] == [1, 2]
    days_pass(0)
    assert len(lines(kept_apart)) == 2


def test_a_list_that_cannot_be_written_stops_nothing_and_is_made_good_in_the_next_round(
    officer: User, days_pass: DaysPass, kept_apart: Path, caplog: pytest.LogCaptureFixture
) -> None:
    request = ended(officer, "USR-1")
    kept_apart.parent.write_text("a file where the folder should be")
    days_pass(30)
    assert steps(request) == [1]
    assert "shredded_list_not_written" in caplog.text
    kept_apart.parent.unlink()
    days_pass(0)
    assert [line["reference"] for line in lines(kept_apart)] == [request.reference]


def test_a_process_compares_again_in_its_next_round_when_the_list_could_not_be_written(
    officer: User, kept_apart: Path, time_machine: Any
) -> None:
    ended(officer, "USR-1")
    kept_apart.parent.mkdir()
    kept_apart.mkdir()
    at = [0.0]
    time_machine.move_to(timezone.now() + timedelta(days=30))
    tick = Forgetting(clock=lambda: at[0])
    assert tick.round(timezone.now()) == 1
    kept_apart.rmdir()
    at[0] = 61.0
    tick.round(timezone.now())
    assert len(lines(kept_apart)) == 1


def test_a_torn_line_spoils_no_other(
    officer: User, days_pass: DaysPass, kept_apart: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = ended(officer, "USR-1"), ended(officer, "USR-2")
    days_pass(30)
    whole = kept_apart.read_bytes()
    kept_apart.write_bytes(whole[:-20])
    days_pass(0)
    assert "shredded_list_line_unreadable 2" in caplog.text
    found = shredded_list.read(kept_apart)
    assert found == {Shredded(each.reference, each.filed_at, 1) for each in (one, other)}


@pytest.mark.parametrize(
    "line",
    [b"", b"{", b"[]", b'{"reference": "PR-2026-000001"}', b'{"step": "x"}', b"\xff\xfe", b"null", b'"x"'],
)
def test_a_damaged_line_is_passed_over(line: bytes, tmp_path: Path) -> None:
    path = tmp_path / "list"
    good = Shredded("PR-2026-000002", timezone.now(), 2)
    path.write_bytes(line + b"\n")
    shredded_list.append(path, [good], at=timezone.now())
    assert shredded_list.read(path) == {good}


# Killed in the middle -------------------------------------------------------------------------------------


def database_url() -> str:
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    host = quote(facts["HOST"], safe="")
    return f"postgres://{facts['USER']}:{quote(facts['PASSWORD'])}@{host}/{facts['NAME']}"


def start(later: datetime) -> "subprocess.Popen[bytes]":
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
        "DATA_DIR": str(configured.DATA_DIR),
        "SHREDDED_LIST_FILE": str(configured.SHREDDED_LIST_FILE),
        "SECRET_KEY": configured.SECRET_KEY,
        "FIELD_KEYS": ",".join(configured.FIELD_KEYS),
        "FINGERPRINT_KEY": configured.FINGERPRINT_KEY,
        "CALLBACK_KEYS": ",".join(configured.CALLBACK_KEYS),
    }
    command = [sys.executable, "-m", "tests.erasure.shredding_process", later.isoformat()]
    return subprocess.Popen(command, cwd=CHECKOUT, env=environment)  # noqa: S603 - our own.


def test_killed_in_the_middle_state_and_log_agree_and_the_next_tick_goes_on(
    officer: User, days_pass: DaysPass, kept_apart: Path
) -> None:
    requests = [ended(officer, f"USR-{number}", note="She called.") for number in range(30)]
    later = timezone.now() + timedelta(days=30)
    process = start(later)
    try:
        until = time.monotonic() + 60
        while not PrivacyRequest.objects.filter(shredded_at__isnull=False).count() >= 3:
            assert time.monotonic() < until, "the tick shredded nothing"
            time.sleep(0.002)
    finally:
        process.kill()
        process.wait()
    done = {row.pk for row in PrivacyRequest.objects.filter(shredded_at__isnull=False)}
    assert 3 <= len(done) < 30, "killed in the middle"
    for request in map(fresh, requests):
        assert steps(request) == ([1] if request.pk in done else [])
        assert (request.note is None) == (request.pk in done)
        known = request.subject.identifiers.get()
        assert (known.value is None) == (request.pk in done)
    days_pass(30)
    assert [steps(request) for request in requests] == [[1]] * 30
    assert {line["reference"] for line in lines(kept_apart)} == {one.reference for one in requests}
    assert log_verifies()
