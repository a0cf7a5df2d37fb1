"""Going on after a restored backup or a lost key: declared, all or nothing; nothing of the past is lost."""

import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection

from audit.append_only import triggers_missing
from audit.checking.database_check import check_database
from audit.history import history_of, latest_event
from audit.log_format import Frontier
from audit.models import (
    AuditCheckpoint,
    AuditEvent,
    AuditHead,
    AuditPastEvent,
    AuditPastLog,
    AuditSigning,
    AuditSubtree,
)
from audit.signing import continuation, signer, signing_key
from audit.signing.checkpoints import newest, state, vkey_file
from audit.signing.key_history import announced_key
from audit.signing.signing_errors import SigningError
from audit.verifier.signed_note import parse_note, signers, to_base64, vkeys_of
from erasure.admin.timeline import timeline_of
from privacyadmin.models import User
from tests.audit.log_processes import LogProcesses
from tests.audit.truncated import append, cut_off, unguarded
from tests.erasure.made_requests import registered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _key_of_its_own(settings: LazySettings, tmp_path: Path) -> None:
    """A copy of the log's key, since the key that the other tests share must stay."""
    copy = tmp_path / "audit.key"
    copy.write_bytes(settings.AUDIT_KEY_FILE.read_bytes())
    copy.chmod(0o600)
    settings.AUDIT_KEY_FILE = copy


def restored(size: int, *, signed: int) -> AuditHead:
    """A database as its backup at `size` events gives it back, after `signed` events were signed."""
    append(signed - AuditHead.objects.get().size)
    signer.sign_head()
    cut_off(size, checkpoints_too=True)
    with pytest.raises(signer.SigningRefusedError):
        signer.sign_head()
    return AuditHead.objects.get()


def continue_audit(reason: str = "restored_backup") -> str:
    said = io.StringIO()
    call_command("continue_audit", "--reason", reason, "--yes", stdout=said)
    return said.getvalue()


def test_a_restored_backup_is_refused_told_and_continued_as_a_log_that_says_so() -> None:
    append(2)
    first = signer.sign_head()
    old = restored(4, signed=7)
    assert state().code == "refused"
    old_root = Frontier.unpack(4, bytes(old.frontier)).root()
    continue_audit()

    head, event = AuditHead.objects.get(), AuditEvent.objects.get()
    assert head.origin != old.origin
    assert (event.seq, event.act, event.actor, event.obj) == (0, "log.continued", "sys", f"log:{head.log}")
    (key,) = vkeys_of(vkey_file())
    assert event.facts == {
        "vkey": key.vkey.text(),
        "origin": old.origin,
        "size": 4,
        "root": to_base64(old_root),
        "reason": "restored_backup",
        "signed_origin": old.origin,
        "signed_size": 7,
        "signed_root": event.facts["signed_root"],
    }
    assert state().code == "ok"
    checkpoint = newest()
    assert checkpoint is not None
    assert signers(parse_note(checkpoint.note), [key]) == [key.vkey]
    # The checkpoints of the log that ended stay, and so does the key that they are checked with.
    assert AuditCheckpoint.objects.get(origin=old.origin) == first
    assert signers(parse_note(first.note), vkeys_of(vkey_file(origin=old.origin)))


@pytest.mark.parametrize("left", [None, "", '{"version": 1, "logs": {}}'])
def test_a_log_whose_signing_was_forgotten_is_continued(settings: LazySettings, left: str | None) -> None:
    append(2)
    old = signer.sign_head()
    memory = signing_key.beside(settings.AUDIT_KEY_FILE, "signed")
    memory.unlink()
    if left is not None:
        memory.write_text(left)
    with pytest.raises(SigningError, match="continue_audit --reason restored_backup"):
        signer.sign_head()
    if left == "":
        # Damaged: the words say to move it aside first.
        memory.rename(memory.with_name("aside"))
    assert "is not remembered" in continue_audit()
    checkpoint = newest()
    assert checkpoint is not None
    assert checkpoint.origin != old.origin
    assert (state().code, AuditPastLog.objects.get().origin) == ("ok", old.origin)


def test_the_events_stay_with_their_numbers_and_bytes() -> None:
    restored(4, signed=5)
    columns = ("seq", "body", "act", "obj", "actor", "occurred_at")
    before = list(AuditEvent.objects.order_by("seq").values_list(*columns))
    continue_audit()
    log = AuditPastLog.objects.get()
    assert list(log.events.order_by("seq").values_list(*columns)) == before
    assert (log.size, log.reason) == (4, "restored_backup")


def test_the_new_log_holds_together_with_the_ended_one() -> None:
    restored(4, signed=5)
    AuditSubtree.objects.create(number=0, root=b"x" * 32)
    AuditSigning.objects.update(wanted_size=1000)
    continue_audit()
    append(3)
    signer.sign_head()
    assert [str(finding) for finding in check_database().findings.kept] == []
    assert triggers_missing(connection) == []
    assert not AuditSubtree.objects.exists()
    assert not AuditSigning.objects.filter(wanted_size__gt=0).exists()


def test_a_log_can_be_continued_more_than_once() -> None:
    for _each in range(2):
        size = AuditHead.objects.get().size
        restored(size + 1, signed=size + 2)
        continue_audit()
    assert AuditPastLog.objects.count() == 2
    assert [str(finding) for finding in check_database().findings.kept] == []


def test_going_back_to_the_ended_log_is_refused(settings: LazySettings) -> None:
    append(3)
    old = signer.sign_head()
    (key,) = vkeys_of(vkey_file())
    restored(4, signed=5)
    continue_audit()
    # The database of the log that ended is put back once more: its head, and the events that name its key.
    body = AuditPastEvent.objects.get(seq=0).body
    with unguarded():
        AuditHead.objects.update(origin=old.origin)
        AuditEvent.objects.update(body=body)
    with pytest.raises(signer.SigningRefusedError, match="this key signed another one"):
        signer.sign_head()
    assert key.vkey.text() in body


def test_there_must_be_something_to_continue_from() -> None:
    with pytest.raises(CommandError, match="nothing to continue from"):
        continue_audit()
    assert not AuditPastLog.objects.exists()


@pytest.mark.parametrize("answer", ["", "yes\n", "Continue\n"])
def test_it_asks_first_and_takes_only_the_word(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    restored(4, signed=5)
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    with pytest.raises(CommandError, match="Nothing was done"):
        call_command("continue_audit", "--reason", "restored_backup", stdout=io.StringIO())
    assert not AuditPastLog.objects.exists()


def test_it_goes_on_at_the_word(monkeypatch: pytest.MonkeyPatch) -> None:
    restored(4, signed=5)
    monkeypatch.setattr("sys.stdin", io.StringIO("continue\n"))
    call_command("continue_audit", "--reason", "restored_backup", stdout=io.StringIO())
    assert AuditPastLog.objects.exists()


def test_a_lost_key_is_replaced_and_the_new_log_names_the_new_one(settings: LazySettings) -> None:
    append(2)
    signer.sign_head()
    (old,) = vkeys_of(vkey_file())
    settings.AUDIT_KEY_FILE.unlink()
    said = continue_audit("key_lost")
    (new,) = vkeys_of(vkey_file())
    assert new.vkey.public_key != old.vkey.public_key
    assert new.vkey.text() in said
    assert settings.AUDIT_KEY_FILE.stat().st_mode & 0o777 == 0o600
    event = AuditEvent.objects.get()
    assert (event.facts["reason"], event.facts["size"]) == ("key_lost", 3)
    # All that was signed is there, so nothing is said to be missing.
    assert "signed_size" not in event.facts
    assert [str(finding) for finding in check_database().findings.kept] == []


def test_a_key_file_that_is_there_is_moved_aside_and_never_overwritten(settings: LazySettings) -> None:
    found = settings.AUDIT_KEY_FILE.read_bytes()
    continue_audit("key_lost")
    (aside,) = settings.AUDIT_KEY_FILE.parent.glob("audit.key.set-aside-*")
    assert aside.read_bytes() == found
    assert settings.AUDIT_KEY_FILE.read_bytes() != found


@pytest.mark.parametrize("is_lost", [True, False])
def test_killed_after_the_commit_the_new_key_takes_its_place_at_the_next_run(
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
    is_lost: bool,  # noqa: FBT001 - a parameter of the test.
) -> None:
    if is_lost:
        settings.AUDIT_KEY_FILE.unlink()

    class KilledError(BaseException):
        """As if the process ended here."""

    def killed(**_options: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(continuation, "finish", killed)
        with pytest.raises(KilledError):
            continue_audit("key_lost")
    origin = AuditHead.objects.get().origin
    assert continuation.is_unfinished()
    assert "is finished" in continue_audit("key_lost")
    assert AuditHead.objects.get().origin == origin
    assert not signing_key.beside(settings.AUDIT_KEY_FILE, "next").exists()
    append()
    assert signer.sign_head().size == 2
    assert state().code == "ok"


def test_a_key_that_is_newer_than_the_restored_backup_goes_on_signing() -> None:
    append(2)
    signer.sign_head()
    size = AuditHead.objects.get().size
    call_command("rotate_audit_key", stdout=io.StringIO())
    cut_off(size, checkpoints_too=True)
    with pytest.raises(signer.SigningRefusedError, match="another key than the audit log names"):
        signer.sign_head()
    continue_audit()
    head = AuditHead.objects.get()
    named = announced_key(size=head.size)
    assert named is not None
    assert named.vkey.startswith(head.origin)
    assert signer.sign_head().size == head.size


@pytest.mark.parametrize("reason", ["restored_backup", "key_lost"])
def test_without_the_right_to_lift_triggers_nothing_is_changed(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    before = restored(4, signed=5)
    key = settings.AUDIT_KEY_FILE.read_bytes()

    def not_the_owner(*_args: object, **_options: object) -> list[str]:
        raise ProgrammingError("must be owner of table audit_event\nLINE 1")

    monkeypatch.setattr(continuation, "lifting", not_the_owner)
    with pytest.raises(CommandError, match="Run the command as the owner of the tables") as refusal:
        continue_audit(reason)
    assert settings.AUDIT_KEY_FILE.read_bytes() == key
    assert "LINE" not in str(refusal.value)
    assert AuditHead.objects.get().origin == before.origin
    assert AuditEvent.objects.count() == 4
    assert not AuditPastLog.objects.exists()
    with pytest.raises(signer.SigningRefusedError, match="4 events, and 5 were signed"):
        signer.sign_head()


def test_a_requests_timeline_stays_whole(officer: User) -> None:
    request = registered(officer)
    before = timeline_of(request, several=False)
    restored(AuditHead.objects.get().size, signed=AuditHead.objects.get().size + 1)
    continue_audit()
    after = timeline_of(request, several=False)
    assert [moment.words for moment in after.moments] == [moment.words for moment in before.moments]
    assert all(moment.is_of_ended_log for moment in after.moments)
    assert after.earlier == before.earlier == 0
    assert history_of(request.obj, most=0).earlier == len(before.moments)
    assert latest_event(request.obj, acts=["request.registered"]) is not None


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="A file can be copied; on PostgreSQL see above.")
@pytest.mark.django_db(transaction=True)
def test_a_real_backup_of_the_file_restored_and_continued(tmp_path: Path) -> None:
    processes = LogProcesses(tmp_path / "data")
    database, backup = tmp_path / "data" / "privacyadmin.sqlite3", tmp_path / "backup.sqlite3"
    processes.run("grow_and_sign", "--count", "3")
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(backup)) as target:
        source.backup(target)
    processes.run("grow_and_sign", "--count", "2")
    with closing(sqlite3.connect(backup)) as source, closing(sqlite3.connect(database)) as target:
        source.backup(target)
    sign = processes.start("sign")
    assert "4 events, and 6 were signed" in sign.communicate(timeout=60)[1]
    processes.run("continue")
    processes.run("grow_and_sign")
    shown = processes.show()
    assert shown["acts"] == ["log.continued", "user.signed_in"]
    assert [size for _origin, size in shown["ended"]] == [4]
    processes.run("verify_audit", "--skip-checks", module="manage")
