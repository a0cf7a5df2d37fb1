"""`manage.py import_requests`: a list filed from the command line; its answers, files and exit statuses."""

import csv
import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from erasure.choices import ImportStage
from erasure.imports import filing_lots, runs
from erasure.models import ImportLot, ImportRun, PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.at_work import event_data
from tests.erasure.made_lists import BAD, csv_of, imported, row

pytestmark = pytest.mark.django_db(transaction=True)

FILED, SOME_REFUSED, BAD_INPUT = 0, 1, 2


@dataclass
class Run:
    """What one run of the command left behind."""

    status: int
    out: str
    err: str

    @property
    def counts(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


class Terminal(StringIO):
    """Standard error as somebody looks at it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "requests.csv"


def run(file: Path, *more: str, text: str | bytes | None = None, stderr: StringIO | None = None) -> Run:
    if text is not None:
        file.write_bytes(text.encode() if isinstance(text, str) else text)
    out, err = StringIO(), stderr or StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("import_requests", str(file), *more, stdout=out, stderr=err)
    return Run(int(left.value.code or 0), out.getvalue(), err.getvalue())


def errors_of(file: Path) -> list[dict[str, str]]:
    text = file.with_name("requests.errors.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def counts(filed: int = 0, blocked: int = 0, refused: int = 0, same: int = 0) -> dict[str, int]:
    return {"filed": filed, "blocked": blocked, "refused": refused, "same": same}


def test_it_files_the_good_rows_and_tells_of_each_bad_one(file: Path, settings: Any) -> None:
    settings.SEND_DELAY_SECONDS = 900
    done = run(
        file,
        "--json",
        text=csv_of(
            row(1), row(2, **BAD["another date"]), row(3, categories="ANALYTICS"), row(4, **BAD["no id"])
        ),
    )
    assert (done.status, done.counts) == (SOME_REFUSED, counts(filed=1, blocked=1, refused=2))
    assert "Line 3: received_on: This cannot be read as a day." in done.err
    assert [one["line"] for one in errors_of(file)] == ["3", "5"]
    assert errors_of(file)[1]["error"].startswith("subject_id: ")
    request = PrivacyRequest.objects.order_by("reference").first()
    assert request is not None
    assert (request.filed_by.username, request.identity_check) == ("cli", "other")
    assert request.filed_on_host_by
    due = request.submissions.get().next_attempt_at
    assert due is not None
    assert due - request.filed_at == timedelta(seconds=900)


def test_twice_files_nothing_twice_and_a_corrected_list_only_what_is_new(file: Path) -> None:
    text = csv_of(row(1), row(2, **BAD["another date"]))
    assert run(file, "--json", text=text).counts == counts(filed=1, refused=1)
    assert run(file, "--json").counts == counts(refused=1, same=1)
    corrected = run(file, "--json", text=csv_of(row(1), row(2)))
    assert (corrected.status, corrected.counts) == (FILED, counts(filed=1, same=1))
    assert errors_of(file) == [], "an old file of errors would mislead"
    assert PrivacyRequest.objects.count() == 2


def test_what_was_filed_on_the_page_is_the_same_here(file: Path, officer: User) -> None:
    imported(officer, csv_of(row(1)))
    assert run(file, "--json", text=csv_of(row(1))).counts == counts(same=1)


def test_a_dry_run_says_the_same_and_files_nothing(file: Path, officer: User) -> None:
    made.filed(officer, "cust-open")
    text = csv_of(
        row(1), row(2, categories="ANALYTICS"), row(1), row(3, subject_id="cust-open"), row(4, **BAD["no id"])
    )
    rehearsed = run(file, "--dry-run", "--json", text=text)
    assert rehearsed.counts == counts(filed=1, blocked=1, refused=2, same=1)
    assert PrivacyRequest.objects.count() == 1
    assert not ImportRun.objects.exists()
    assert run(file, "--json").counts == rehearsed.counts


def test_it_files_as_the_person_named_with_identity_and_reason(file: Path, officer: User) -> None:
    there = made.filed(officer, "cust-2026-0001")
    options = ("--as", "lena", "--identity", "document", "--duplicate-reason", "Asked for by counsel.")
    assert run(file, *options, "--json", text=csv_of(row(1))).counts == counts(filed=1)
    request = PrivacyRequest.objects.exclude(pk=there.pk).get()
    assert (request.owner, request.identity_check) == (officer, "document")
    assert request.note == f"Filed beside {there.reference}: Asked for by counsel."


def test_it_says_in_words_what_became_of_the_list(file: Path) -> None:
    done = run(file, text=csv_of(row(1), row(2)))
    assert (done.status, done.out) == (FILED, "Filed: 2. On hold: 0. Refused: 0. The same: 0.\n")
    assert done.err == ""
    assert not file.with_name("requests.errors.csv").exists()
    rehearsed = run(file, "--dry-run")
    assert rehearsed.out == "Would be filed: 0. On hold: 0. Refused: 0. The same: 2.\n"


def test_a_terminal_sees_a_bar(file: Path) -> None:
    done = run(file, text=csv_of(*map(row, range(30))), stderr=Terminal())
    assert "25 of 30 rows" in done.err
    assert "] 30 of 30 rows\n" in done.err


def test_the_log_says_that_it_came_from_the_command_line(file: Path) -> None:
    run(file, text=csv_of(row(1)))
    done = ImportRun.objects.get()
    assert event_data(done.obj, "import.started") == [{"rows": 1, "via": "command"}]
    assert event_data(done.obj, "import.finished") == [{"rows": 1, **counts(filed=1)}]
    assert done.stage == ImportStage.DONE
    assert not ImportLot.objects.filter(cells__isnull=False).exists()


@pytest.mark.parametrize("content", [b"", b"\0\0", b"PK\x03\x04", b"name\n1\n"])
def test_what_is_no_list_is_bad_input_and_files_nothing(file: Path, content: bytes) -> None:
    done = run(file, "--json", text=content)
    assert done.status == BAD_INPUT
    assert done.counts["error"].endswith(".")
    assert done.counts["filed"] == 0
    assert done.counts["error"] in done.err
    assert not ImportRun.objects.exists()


def test_a_file_that_is_not_there_is_bad_input(file: Path) -> None:
    done = run(file)
    assert (done.status, "cannot be read (No such file or directory)" in done.err) == (BAD_INPUT, True)


@pytest.mark.parametrize("who", ["nobody", "oskar"])
def test_who_may_not_file_is_bad_input(file: Path, auditor: User, who: str) -> None:
    assert run(file, "--as", who, text=csv_of(row(1))).status == BAD_INPUT
    assert not ImportRun.objects.exists()


def test_an_unknown_identity_check_is_refused_before_the_list_is_read(file: Path) -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("import_requests", str(file), "--identity", "guessed")


def test_errors_that_cannot_be_written_stand_on_standard_error(file: Path) -> None:
    file.with_name("requests.errors.csv").mkdir()
    done = run(file, "--json", text=csv_of(row(1), row(2, **BAD["no id"])))
    assert (done.status, done.counts) == (SOME_REFUSED, counts(filed=1, refused=1))
    assert "could not be written (Is a directory)" in done.err


def test_interrupted_it_stops_and_the_next_run_files_the_rest(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = filing_lots.file_next_lot, []

    def interrupted(*args: Any, **options: Any) -> bool:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **options)

    text = csv_of(*map(row, range(60)))
    with monkeypatch.context() as patch:
        patch.setattr(runs, "file_next_lot", interrupted)
        stopped = run(file, text=text)
    assert (stopped.status, PrivacyRequest.objects.count()) == (BAD_INPUT, 25)
    assert "run it again to file the rest" in stopped.err
    assert ImportRun.objects.get().stage == ImportStage.STOPPED
    assert run(file, "--json").counts == counts(filed=35, same=25)


def test_stopped_on_its_page_it_says_so(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = filing_lots.file_next_lot

    def stopped_meanwhile(claimed: ImportRun, **options: Any) -> bool:
        went = real(claimed, **options)
        runs.stop(claimed, by=claimed.started_by)
        return went

    monkeypatch.setattr(runs, "file_next_lot", stopped_meanwhile)
    done = run(file, text=csv_of(*map(row, range(60))))
    assert (done.status, "The import was stopped." in done.err) == (BAD_INPUT, True)
    assert PrivacyRequest.objects.count() == 25


def test_help_says_what_the_exit_status_means() -> None:
    command = [sys.executable, "manage.py", "import_requests", "--help"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own command.
    words = " ".join(shown.stdout.split())
    assert "0 nothing was refused, 1 some rows were, 2 bad input" in words
