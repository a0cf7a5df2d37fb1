"""`manage.py export_audit`: the folder, what may be in it before, and what is said when it cannot be made."""

import io
import shutil
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from audit.export import lines
from audit.export.folder import opened
from audit.models import AuditCheckpoint, AuditHead
from audit.signing import key_rotation, signing_key
from audit.signing.continuation import continue_log
from audit.signing.signer import sign_head
from audit.verifier.signed_note import parse_note
from audit.verifier_file import build
from tests.audit.exporting import exports_told, grow, stored_lines
from tests.audit.grown_log import lift_the_triggers

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db


def export(out: Path, *arguments: str) -> str:
    """Run the command; what it says on standard output."""
    said = io.StringIO()
    call_command("export_audit", "--out", str(out), *arguments, stdout=said)
    return said.getvalue()


def verify(out: Path, *arguments: str) -> tuple[int, str]:
    """Check the folder with the verifier, in a process of its own; exit code and answer."""
    done = subprocess.run(  # noqa: S603 - our own module.
        [sys.executable, "-m", "audit.verify", "--vkey", str(out / "vkey"), "--export", str(out), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_whole_export_is_verified_by_the_verifier(tmp_path: Path) -> None:
    grow(20)
    out = tmp_path / "made" / "anew"
    said = export(out)
    size = AuditCheckpoint.objects.get().size
    assert set(held(out)) == {"events.jsonl", "checkpoint", "vkey", "README.txt"}
    assert held(out)["events.jsonl"] == stored_lines(size=size)
    assert f"events 0 to {size - 1}" in said
    code, answer = verify(out)
    assert (code, answer.split()[0]) == (0, "OK"), answer


def test_the_command_of_the_readme_verifies_beside_the_folder_which_can_be_brought_up_to_date(
    tmp_path: Path,
) -> None:
    grow(20)
    out = tmp_path / "away"
    export(out)
    build(tmp_path / "audit-verify.pyz")
    shutil.copy(out / "vkey", tmp_path / "noted-vkey")
    shutil.copy(out / "checkpoint", tmp_path / "checkpoint-N")
    readme = (out / "README.txt").read_text()
    (command,) = [row.strip() for row in readme.splitlines() if row.strip().startswith("python3 -I -S ")]
    told = subprocess.run(  # noqa: S603 - the command of the README, word by word but for the folder.
        [sys.executable, *command.replace("FOLDER", out.name).split()[1:]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (told.returncode, told.stdout.split()[0]) == (0, "OK"), told.stdout + told.stderr
    assert "The log agrees with the checkpoint you held" in told.stdout
    assert "If none was noted then, use the oldest copy" in readme
    grow(5)
    export(out)


def test_a_part_is_verified_with_its_frontier_and_against_the_older_checkpoint(tmp_path: Path) -> None:
    grow(300)
    export(tmp_path / "whole")
    older = AuditCheckpoint.objects.get()
    grow(10)
    export(tmp_path / "part", "--since", str(older.size))
    assert (tmp_path / "part" / "frontier").exists()
    code, answer = verify(tmp_path / "part", "--known", str(tmp_path / "whole" / "checkpoint"))
    assert (code, answer.split()[0]) == (0, "OK"), answer


def test_whole_and_part_are_the_later_whole_byte_for_byte(tmp_path: Path) -> None:
    grow(7)
    export(tmp_path / "old")
    old = (tmp_path / "old" / "events.jsonl").read_bytes()
    grow(7)
    export(tmp_path / "part", "--since", str(old.count(b"\n")))
    part = (tmp_path / "part" / "events.jsonl").read_bytes()
    export(tmp_path / "new")
    new = (tmp_path / "new" / "events.jsonl").read_bytes()
    assert new.startswith(old + part)
    compared = subprocess.run(  # noqa: S603 - a program of every Unix.
        ["/usr/bin/env", "cmp", tmp_path / "old" / "events.jsonl", tmp_path / "new" / "events.jsonl"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "EOF on" in compared.stderr


def test_a_changed_line_of_the_folder_is_found(tmp_path: Path) -> None:
    grow(5)
    export(tmp_path)
    events = tmp_path / "events.jsonl"
    events.write_bytes(events.read_bytes().replace(b"grown-3", b"grown-9"))
    code, answer = verify(tmp_path)
    assert code == 1, answer


def test_the_table_says_that_it_is_no_evidence(tmp_path: Path) -> None:
    grow(3)
    export(tmp_path, "--format", "csv")
    assert set(held(tmp_path)) == {"events.csv", "checkpoint", "vkey", "README.txt"}
    assert "no evidence" in (tmp_path / "README.txt").read_text()
    assert exports_told()[-1]["form"] == "csv"


def test_an_older_export_is_brought_up_to_date_and_its_checkpoint_kept(tmp_path: Path) -> None:
    grow(3)
    export(tmp_path)
    old = held(tmp_path)
    grow(3)
    export(tmp_path)
    new = held(tmp_path)
    size = parse_note(old["checkpoint"].decode()).checkpoint.size
    assert new[f"checkpoint-at-{size}"] == old["checkpoint"]
    assert new["events.jsonl"].startswith(old["events.jsonl"])
    assert parse_note(new["checkpoint"].decode()).checkpoint.size == new["events.jsonl"].count(b"\n")
    code, answer = verify(tmp_path, "--known", str(tmp_path / f"checkpoint-at-{size}"))
    assert code == 0, answer


@pytest.mark.parametrize("how", ["changed", "other end", "longer"])
def test_an_older_export_that_is_no_beginning_is_never_overwritten(tmp_path: Path, how: str) -> None:
    grow(5 - AuditHead.objects.get().size)
    export(tmp_path)
    events = tmp_path / "events.jsonl"
    changed, number = {
        "changed": (events.read_bytes().replace(b"grown-1", b"grown-7"), 3),
        "other end": (events.read_bytes() + b"x\n", 6),
        "longer": (stored_lines() + b"x\n", 7),
    }[how]
    events.write_bytes(changed)
    before = held(tmp_path)
    with pytest.raises(CommandError, match=rf"not the beginning of this export.*from line {number} on"):
        export(tmp_path)
    assert held(tmp_path) == before


def test_an_export_from_another_event_on_is_never_overwritten(tmp_path: Path) -> None:
    grow(5)
    export(tmp_path, "--since", "3")
    before = held(tmp_path)
    with pytest.raises(CommandError, match="not the beginning of this export"):
        export(tmp_path)
    assert held(tmp_path) == before


def test_an_export_in_another_form_is_never_overwritten(tmp_path: Path) -> None:
    export(tmp_path)
    with pytest.raises(CommandError, match=r"holds events\.jsonl"):
        export(tmp_path, "--format", "csv")
    assert len(exports_told()) == 1


def test_an_export_of_another_log_is_never_overwritten(tmp_path: Path) -> None:
    export(tmp_path)
    checkpoint = tmp_path / "checkpoint"
    checkpoint.write_text(checkpoint.read_text().replace(AuditHead.objects.get().origin, "other/audit/log"))
    with pytest.raises(CommandError, match="another log, other/audit/log"):
        export(tmp_path)
    checkpoint.write_text("something else")
    with pytest.raises(CommandError, match="is not a checkpoint"):
        export(tmp_path)
    assert len(exports_told()) == 1


def test_a_folder_with_files_of_others_is_refused_and_nothing_told(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("mine")
    with pytest.raises(CommandError, match=r"holds other files \(thesis\.odt\)"):
        export(tmp_path)
    assert held(tmp_path) == {"thesis.odt": b"mine"}
    assert exports_told() == []


def test_two_exports_into_one_folder_at_once_are_not_mixed(tmp_path: Path) -> None:
    with opened(tmp_path), pytest.raises(CommandError, match="Another export is writing"):
        export(tmp_path)
    assert exports_told() == []


@pytest.mark.parametrize("place", ["a file", "below a file"])
def test_a_place_that_cannot_be_a_folder_is_said_in_words(tmp_path: Path, place: str) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    out = file if place == "a file" else file / "below"
    with pytest.raises(CommandError, match=r"cannot be written \((File exists|Not a directory)\)"):
        export(out)
    assert exports_told() == []


@pytest.mark.parametrize("since", ["-1", "2", "99999999999999999999999"])
def test_a_number_at_which_no_event_stands_is_refused(tmp_path: Path, since: str) -> None:
    grow(2 - AuditHead.objects.get().size)
    with pytest.raises(CommandError, match=rf"There is no event {int(since):,} to begin with"):
        export(tmp_path, f"--since={since}")
    assert held(tmp_path) == {}


def test_without_the_key_it_says_which_file_is_missing(
    tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "keys" / "audit.key"
    key.parent.mkdir()
    key.write_text("no key")
    key.chmod(0o600)
    settings.AUDIT_KEY_FILE = key
    with pytest.raises(CommandError, match="holds no unencrypted private key"):
        export(tmp_path / "out")
    assert exports_told() == []


def test_an_ended_log_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"No ended log has the id .* Those that ended: none"):
        export(tmp_path, "--log", str(uuid.uuid4()))
    with pytest.raises(CommandError, match="--log takes the id of a log"):
        export(tmp_path, "--log", "yesterday")


def key_of_its_own(settings: LazySettings, folder: Path) -> None:
    """A copy of the log's key, which a test may change and lose."""
    copy = folder / "keys" / "audit.key"
    copy.parent.mkdir(mode=0o700)
    shutil.copy2(settings.AUDIT_KEY_FILE, copy)
    settings.AUDIT_KEY_FILE = copy


def test_whoever_has_only_the_old_key_can_check_an_export_after_a_rotation(
    tmp_path: Path, settings: LazySettings
) -> None:
    key_of_its_own(settings, tmp_path)
    export(tmp_path / "before")
    rotation = key_rotation.hand_over(reason="yearly")
    key_rotation.finish()
    grow(3)
    export(tmp_path / "after")
    change = f"checkpoint-at-key-change-{rotation.checkpoint.size}"
    assert (tmp_path / "after" / change).read_text() == rotation.checkpoint.note
    code, answer = verify(tmp_path / "after", "--vkey", str(tmp_path / "before" / "vkey"))
    assert (code, answer.split()[0]) == (0, "OK"), answer
    (tmp_path / "after" / change).unlink()
    code, answer = verify(tmp_path / "after", "--vkey", str(tmp_path / "before" / "vkey"))
    assert code == 1, answer


def test_a_change_of_key_behind_the_checkpoint_is_not_in_the_folder(
    tmp_path: Path, settings: LazySettings
) -> None:
    key_of_its_own(settings, tmp_path)
    export(tmp_path / "before")
    key_rotation.hand_over(reason="yearly")
    key_rotation.finish()
    assert set(held(tmp_path / "before")) == {"events.jsonl", "checkpoint", "vkey", "README.txt"}


@pytest.mark.django_db(transaction=True)
def test_a_log_that_ended_is_exported_and_verified_by_its_own_key(
    tmp_path: Path, settings: LazySettings
) -> None:
    key_of_its_own(settings, tmp_path)
    grow(4)
    size = sign_head().size
    grow(2)
    settings.AUDIT_KEY_FILE.unlink()
    signing_key.generate(settings.AUDIT_KEY_FILE)
    ended = continue_log(reason="key_lost").ended
    said, complaint = io.StringIO(), io.StringIO()
    call_command(
        "export_audit", "--out", str(tmp_path / "out"), "--log", str(ended.log), stdout=said, stderr=complaint
    )
    assert f"events 0 to {size - 1} of the log {ended.origin}" in said.getvalue()
    assert "2 later events of this log were never signed" in complaint.getvalue()
    code, answer = verify(tmp_path / "out")
    assert (code, answer.split()[0]) == (0, "OK"), answer
    export(tmp_path / "present")
    code, answer = verify(tmp_path / "present")
    assert (code, answer.split()[0]) == (0, "OK"), answer


def test_missing_events_are_said_and_what_is_there_is_exported(tmp_path: Path) -> None:
    grow(6)
    export(tmp_path / "before")
    lift_the_triggers()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_event WHERE seq IN (2, 3)")
    with pytest.raises(CommandError, match="2 of these events are missing"):
        export(tmp_path / "after")
    code, answer = verify(tmp_path / "after")
    assert code == 1, answer


def test_a_database_that_is_gone_leaves_the_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(5)
    export(tmp_path)
    before = held(tmp_path)
    monkeypatch.setattr(lines, "PAGE", 2)
    pages = lines._page

    def gone(stored: Any, statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
        if parameters[-2] >= 4:
            raise OperationalError("server closed the connection")
        return pages(stored, statement, parameters)

    monkeypatch.setattr(lines, "_page", gone)
    with pytest.raises(CommandError, match="The database stopped answering"):
        export(tmp_path)
    assert held(tmp_path) == before


class Terminal(io.StringIO):
    """Standard error that somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_somebody_at_a_terminal_sees_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PAGE", 2)
    grow(5 - AuditHead.objects.get().size)
    seen, unseen = Terminal(), io.StringIO()
    call_command("export_audit", "--out", str(tmp_path), stdout=io.StringIO(), stderr=seen, no_color=True)
    assert seen.getvalue().split("\r")[1:] == [
        "[############..................] 2 of 5 events",
        "[########################......] 4 of 5 events",
        "[##############################] 5 of 5 events\n",
    ]
    call_command("export_audit", "--out", str(tmp_path), stdout=io.StringIO(), stderr=unseen)
    assert unseen.getvalue() == ""
