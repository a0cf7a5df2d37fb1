"""The signer signs what is committed, never two stories; it refuses in words; being killed loses nothing."""

import base64
import json
import logging
import time
import tracemalloc
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from audit.models import AuditCheckpoint, AuditEvent, AuditHead, AuditSigning
from audit.signing import signer, signer_memory, signing_key
from audit.signing.checkpoints import newest, vkey_file
from audit.signing.signer import SigningRefusedError
from audit.signing.signing_errors import SignerBusyError, SignerMemoryError
from audit.verifier.signed_note import parse_note, signers, vkeys_of
from tests.audit import tampering
from tests.audit.log_processes import KILLED, LogProcesses
from tests.audit.truncated import append, cut_off, rewrite, unguarded

pytestmark = pytest.mark.django_db


def memory_file(settings: LazySettings) -> Path:
    return signing_key.beside(settings.AUDIT_KEY_FILE, "signed")


def refused(match: str) -> str:
    """What the signer says when it refuses, after which nothing has been signed."""
    before = list(AuditCheckpoint.objects.values_list("size", flat=True))
    with pytest.raises(SigningRefusedError, match=match) as refusal:
        signer.sign_head()
    assert list(AuditCheckpoint.objects.values_list("size", flat=True)) == before
    return str(refusal.value)


def test_it_signs_the_size_and_root_of_the_committed_log() -> None:
    append(6)
    checkpoint = signer.sign_head()
    note = parse_note(checkpoint.note)
    (key,) = signers(note, vkeys_of(vkey_file()))
    assert key.name == note.checkpoint.origin == AuditHead.objects.get().origin
    assert (note.checkpoint.size, note.checkpoint.root) == (7, bytes(checkpoint.root))
    assert newest() == checkpoint


def test_it_signs_one_size_once() -> None:
    assert signer.sign_head() == signer.sign_head()
    append()
    assert [signer.sign_head().size, AuditCheckpoint.objects.count()] == [2, 2]


def test_it_remembers_beside_the_key_what_it_signed(settings: LazySettings) -> None:
    append(2)
    checkpoint = signer.sign_head()
    path = memory_file(settings)
    assert path.stat().st_mode & 0o777 == 0o600
    kept = json.loads(path.read_text())["logs"][checkpoint.origin]
    assert (kept["size"], base64.b64decode(kept["root"])) == (3, bytes(checkpoint.root))


def test_only_what_is_committed_is_signed() -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        signer.sign_head()
    assert not AuditCheckpoint.objects.exists()


def test_a_log_that_was_cut_off_is_refused_with_the_way_out() -> None:
    append(4)
    signer.sign_head()
    cut_off(3, checkpoints_too=True)
    assert "continue_audit --reason restored_backup" in refused("has 3 events, and 5 were signed")


def test_a_log_that_was_cut_off_is_refused_for_a_stored_checkpoint_alone(settings: LazySettings) -> None:
    append(4)
    signer.sign_head()
    memory_file(settings).unlink()
    cut_off(3, checkpoints_too=False)
    assert "continue_audit" in refused("has 3 events, and a checkpoint over 5 was signed")


def test_without_memory_and_checkpoint_a_cut_cannot_be_known_here(settings: LazySettings) -> None:
    append(4)
    kept_outside = parse_note(signer.sign_head().note)
    memory_file(settings).unlink()
    cut_off(3, checkpoints_too=True)
    assert signer.sign_head().size == 3
    # Which is why a checkpoint is mailed: one that somebody else keeps still shows it.
    assert kept_outside.checkpoint.size == 5


@pytest.mark.parametrize("lost", ["gone", "knows no log"])
def test_a_lost_memory_is_not_taken_for_a_log_that_nobody_signed(settings: LazySettings, lost: str) -> None:
    append(4)
    signer.sign_head()
    append(2)
    signer.sign_head()
    # An older backup, consistent in itself with the checkpoint of that time.
    cut_off(5, checkpoints_too=True)
    note = tampering.note_over(5, signing_key.load(settings.AUDIT_KEY_FILE))
    with unguarded():
        AuditCheckpoint.objects.all().delete()
        tampering.store(note)
    if lost == "gone":
        memory_file(settings).unlink()
    else:
        memory_file(settings).write_text('{"version": 1, "logs": {}}')
    append(3)
    words = refused("what was signed is not remembered")
    assert "`manage.py continue_audit --reason restored_backup`" in words


def test_a_log_that_was_cut_off_and_has_grown_again_is_refused() -> None:
    append(4)
    signer.sign_head()
    cut_off(3, checkpoints_too=True)
    append(2)
    refused("do not lead to its head")
    append(5)
    refused("do not lead to its head")


@pytest.mark.parametrize("remembers", [True, False])
def test_a_rewritten_line_is_refused(settings: LazySettings, remembers: bool) -> None:  # noqa: FBT001 - a parameter.
    append(4)
    signer.sign_head()
    rewrite(2, old="k3v9q2ma", new="x3v9q2ma")
    if not remembers:
        memory_file(settings).unlink()
    refused("do not lead to its head" if remembers else "another root was signed")
    append()
    refused("do not lead to its head" if remembers else "another root was signed")


def test_a_line_that_is_not_what_its_leaf_was_made_of_is_not_signed() -> None:
    append(3)
    with unguarded():
        AuditEvent.objects.filter(seq=2).update(body="{}")
    refused("Event 2 is missing, or is not")


def test_a_line_that_is_not_utf_8_is_not_signed() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("Only SQLite keeps text that is not UTF-8.")
    append(3)
    with unguarded(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_event SET body = CAST(X'7bff7d' AS TEXT) WHERE seq = 2")
    refused("Event 2 is missing, or is not")


def test_a_gap_is_not_signed() -> None:
    append(3)
    with unguarded():
        AuditEvent.objects.filter(seq=1).delete()
    refused("Event 1 is missing, or is not")


def test_a_head_that_no_event_leads_to_is_not_signed() -> None:
    append(3)
    with unguarded():
        AuditEvent.objects.filter(seq=3).delete()
    refused("do not lead to its head")


def test_another_log_than_the_one_it_signed_is_refused(settings: LazySettings) -> None:
    signer.sign_head()
    text = memory_file(settings).read_text().replace(AuditHead.objects.get().origin, "a.example/audit/1")
    memory_file(settings).write_text(text)
    assert "a.example/audit/1" in refused("this key signed another one")


def test_another_key_is_refused_and_the_words_say_what_to_do(settings: LazySettings, tmp_path: Path) -> None:
    settings.AUDIT_KEY_FILE = tmp_path / "audit.key"
    signing_key.generate(settings.AUDIT_KEY_FILE)
    words = refused("holds another key than the audit log names")
    assert "Put the log's key back" in words
    assert "continue_audit --reason key_lost" in words


def test_a_key_that_others_may_read_signs_nothing(settings: LazySettings, tmp_path: Path) -> None:
    copy = tmp_path / "audit.key"
    copy.write_bytes(settings.AUDIT_KEY_FILE.read_bytes())
    copy.chmod(0o640)
    settings.AUDIT_KEY_FILE = copy
    with pytest.raises(ImproperlyConfigured, match="chmod 600"):
        signer.sign_head()


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "[]",
        "{}",
        '{"version": 2, "logs": {}}',
        '{"version": 1, "logs": {"a": {"size": 1, "root": "", "frontier": []}}}',
        '{"version": 1, "logs": {"a": {"size": 1, "root": "AA==", "frontier": ["AA=="]}}}',
        '{"version": 1, "logs": {"a": null}}',
    ],
)
def test_a_damaged_memory_is_not_taken_for_an_empty_one(settings: LazySettings, damage: str) -> None:
    signer.sign_head()
    memory_file(settings).write_text(damage)
    append()
    with pytest.raises(SignerMemoryError, match="is damaged") as refusal:
        signer.sign_head()
    assert "Move it aside" in str(refusal.value)
    assert "`manage.py continue_audit --reason restored_backup`" in str(refusal.value)
    assert memory_file(settings).read_text() == damage


def test_a_place_where_nothing_can_be_remembered_signs_nothing(settings: LazySettings) -> None:
    # A directory stands where the memory would be moved to.
    memory_file(settings).mkdir()
    try:
        with pytest.raises(SignerMemoryError, match="AUDIT_KEY_FILE must lie in a directory"):
            signer.sign_head()
    finally:
        memory_file(settings).rmdir()
    assert not AuditCheckpoint.objects.exists()


def test_a_refusal_is_told_and_logged_once_and_taken_back(caplog: pytest.LogCaptureFixture) -> None:
    append(2)
    signer.sign_head()
    cut_off(2, checkpoints_too=True)
    with caplog.at_level(logging.WARNING):
        for _each in range(3):
            words = refused("events are missing")
        assert AuditSigning.objects.get().refused_words == words
        assert [record.message for record in caplog.records] == ["signing_refused"]


def test_signing_that_goes_on_takes_the_refusal_back(
    settings: LazySettings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    right = settings.AUDIT_KEY_FILE
    settings.AUDIT_KEY_FILE = tmp_path / "audit.key"
    signing_key.generate(settings.AUDIT_KEY_FILE)
    refused("another key")
    caplog.clear()
    settings.AUDIT_KEY_FILE = right
    with caplog.at_level(logging.WARNING):
        signer.sign_head()
        signer.sign_head()
    assert [record.message for record in caplog.records] == ["signing_resumed"]
    assert AuditSigning.objects.get().refused_at is None


def test_those_who_need_a_checkpoint_within_a_second_share_one() -> None:
    first = signer.sign_to_cover(1, wait_seconds=5)
    append()
    begun = time.monotonic()
    second = signer.sign_to_cover(2, wait_seconds=5)
    assert (second.signed_at - first.signed_at).total_seconds() >= signer.LEAST_SECONDS_BETWEEN
    assert time.monotonic() - begun < 3
    assert signer.sign_to_cover(1, wait_seconds=5) == second


def test_who_may_not_wait_is_told_that_another_signs(settings: LazySettings) -> None:
    with (
        signer_memory.held(settings.AUDIT_KEY_FILE, wait_seconds=0),
        pytest.raises(SignerBusyError, match="Another process is signing"),
    ):
        signer.sign_to_cover(1, wait_seconds=0.1)


def test_the_memory_it_takes_does_not_grow_with_the_log() -> None:
    peaks = []
    for count in (2_000, 10_000):
        append(count)
        tracemalloc.start()
        signer.inspect_head()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]
    assert peaks[1] < 5_000_000


@pytest.mark.django_db(transaction=True)
def test_four_processes_at_once_sign_each_size_once(tmp_path: Path) -> None:
    processes = LogProcesses(tmp_path)
    several = [processes.start("grow_and_sign", "--count", "12") for _each in range(4)]
    ends = [(one.communicate(timeout=120), one.returncode) for one in several]
    assert [(complained, code) for (_said, complained), code in ends] == [("", 0)] * 4
    shown = processes.show()
    sizes = [size for size, _signers in shown["notes"]]
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == shown["size"] == 49
    said = {int(line) for (text, _complained), _code in ends for line in text.split()}
    assert said == set(sizes)


@pytest.mark.parametrize(
    "moment",
    [
        "--die-at=audit.signing.signer:SignerMemory.remember",
        "--die-at=audit.signing.signer_memory:sync_directory",
        "--die-after=audit.signing.signer:SignerMemory.remember",
        "--die-at=audit.signing.signer:AuditCheckpoint.objects._queryset_class.get_or_create",
        "--die-after=audit.signing.signer:AuditCheckpoint.objects._queryset_class.get_or_create",
    ],
)
@pytest.mark.django_db(transaction=True)
def test_a_signer_killed_at_any_moment_goes_on_with_the_very_same_note(tmp_path: Path, moment: str) -> None:
    processes = LogProcesses(tmp_path)
    processes.run("grow_and_sign")
    processes.run("grow")
    processes.run("sign", moment, code=KILLED)
    before = dict(processes.show()["notes"])
    assert processes.run("sign").split() == ["3"]
    shown = processes.show()
    assert [size for size, _signers in shown["notes"]] == [2, 3]
    assert dict(shown["notes"])[2] == before[2]
    processes.run("grow_and_sign")
    assert shown["files"]["audit.key.signed"] == shown["files"]["audit.key.lock"] == "0o600"
