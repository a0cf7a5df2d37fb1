"""Logs that ended are verified like the present one, and against what their continuation says of them."""

import json
from typing import Any

import pytest
from django.conf import LazySettings
from django.conf import settings as configured

from audit.checking.database_check import check_database
from audit.log_format import canonical_line, leaf_hash
from audit.models import AuditCheckpoint, AuditEvent, AuditHead, AuditPastEvent, AuditPastLog
from audit.signing import continuation, signer, signing_key
from audit.verifier.signed_note import Note, parse_note
from tests.audit import tampering
from tests.audit.grown_log import grow_to
from tests.audit.test_database_check import only, title

pytestmark = pytest.mark.django_db
SIGNED, RESTORED = 12, 8


@pytest.fixture
def restored() -> AuditPastLog:
    """A log that was signed at 12 events, came back from a backup with 8, and was continued openly."""
    grow_to(5)
    signer.sign_head()
    grow_to(SIGNED)
    beyond = signer.sign_head()
    tampering.delete_from(RESTORED)
    tampering.rewind_head(RESTORED)
    with tampering.triggers_lifted():
        beyond.delete()
    assert title(check_database()) == "TRUNCATED"
    continuation.continue_log(reason="restored_backup")
    grow_to(4)
    return AuditPastLog.objects.get()


def change_past(seq: int, **columns: Any) -> None:
    with tampering.triggers_lifted():
        assert AuditPastEvent.objects.filter(seq=seq).update(**columns) == 1


def change_log(**columns: Any) -> None:
    with tampering.triggers_lifted():
        assert AuditPastLog.objects.update(**columns) == 1


def test_a_declared_break_is_ok(restored: AuditPastLog) -> None:
    told: list[tuple[int, int]] = []
    report = check_database(progress=lambda done, total: told.append((done, total)))
    assert (title(report), report.findings.kept) == ("OK", [])
    assert (report.size, report.ended) == (4, RESTORED)
    assert told == [(4, 12), (12, 12)]
    assert "8 events of logs that ended" in report.words()


def test_logs_continued_twice_are_ok(restored: AuditPastLog) -> None:
    continuation.continue_log(reason="key_lost")
    grow_to(3)
    report = check_database()
    assert (report.findings.kept, report.ended) == ([], RESTORED + 4)


def test_a_checkpoint_over_what_was_declared_as_lost_is_a_warning(restored: AuditPastLog) -> None:
    report = check_database(known=[beyond_of(restored, SIGNED)])
    assert title(report) == "WARN"
    assert "has 8 events, and 12 were signed" in only(report)


def test_what_was_declared_counts_when_the_log_that_says_so_has_ended_too(restored: AuditPastLog) -> None:
    continuation.continue_log(reason="key_lost")
    assert title(check_database(known=[beyond_of(restored, SIGNED)])) == "WARN"


def test_a_checkpoint_over_more_than_was_declared_as_lost_is_truncation(restored: AuditPastLog) -> None:
    assert title(check_database(known=[beyond_of(restored, SIGNED + 1)])) == "TRUNCATED"


def beyond_of(past: AuditPastLog, size: int) -> Note:
    key = signing_key.load(configured.AUDIT_KEY_FILE)
    return tampering.note_over(size, key, root=b"x" * 32, origin=past.origin)


def test_an_edited_past_event_is_named(restored: AuditPastLog) -> None:
    line = json.loads(AuditPastEvent.objects.get(seq=6).body)
    change_past(6, body=canonical_line({**line, "actor": "u:zzzz9999"}), actor="u:zzzz9999")
    assert title(check_database()) == "FAIL line 7"


def test_an_edited_past_event_with_its_leaf_is_a_fork_from_its_checkpoint(restored: AuditPastLog) -> None:
    line = json.loads(AuditPastEvent.objects.get(seq=3).body)
    body = canonical_line({**line, "actor": "u:zzzz9999"})
    change_past(3, body=body, leaf=leaf_hash(body), actor="u:zzzz9999")
    report = check_database()
    assert title(report) == "FORK"
    assert restored.origin in report.findings.kept[0].words


def test_an_edited_column_of_a_past_event_is_named(restored: AuditPastLog) -> None:
    change_past(3, obj="user:other")
    assert title(check_database()) == "FAIL line 4"


def test_past_events_that_are_gone_are_named(restored: AuditPastLog) -> None:
    with tampering.triggers_lifted():
        AuditPastEvent.objects.filter(seq=7).delete()
    report = check_database()
    assert title(report) == "TRUNCATED"
    assert restored.origin in only(report)


def test_a_forged_checkpoint_of_an_ended_log_is_a_bad_signature(restored: AuditPastLog) -> None:
    with tampering.triggers_lifted():
        row = AuditCheckpoint.objects.get(origin=restored.origin)
        signature = parse_note(AuditCheckpoint.objects.get(origin=AuditHead.objects.get().origin).note)
        note = Note(parse_note(row.note).checkpoint, signature.signatures)
        AuditCheckpoint.objects.filter(pk=row.pk).update(note=note.text())
    assert title(check_database()) == "BAD SIGNATURE"


def test_an_ended_log_that_says_it_was_shorter_is_named(restored: AuditPastLog) -> None:
    with tampering.triggers_lifted():
        AuditPastEvent.objects.filter(seq=7).delete()
    tree = tampering.tree_over(AuditPastEvent.objects.order_by("seq"))
    change_log(size=7, frontier=tree.pack())
    report = check_database()
    assert title(report) == "FAIL"
    assert "no later one begins by naming its size and root" in only(report)


def test_the_keys_of_an_ended_log_have_to_be_those_of_its_events(restored: AuditPastLog) -> None:
    present = AuditEvent.objects.get(seq=0).facts["vkey"]
    change_log(vkeys=f"{present}\n")
    assert "The keys kept for" in only(check_database())
    change_log(vkeys="nothing\n")
    assert "The keys kept for" in only(check_database())


def test_an_ended_log_that_is_gone_altogether_is_named(restored: AuditPastLog) -> None:
    with tampering.triggers_lifted():
        AuditPastEvent.objects.all().delete()
        AuditPastLog.objects.all().delete()
        AuditCheckpoint.objects.filter(origin=restored.origin).delete()
    report = check_database()
    assert title(report) == "TRUNCATED"
    assert f"the continuation of {restored.origin}, whose events are gone" in only(report)


def test_an_ended_log_that_nobody_continues_is_named(restored: AuditPastLog, settings: LazySettings) -> None:
    tampering.forget_checkpoints()
    signing_key.beside(settings.AUDIT_KEY_FILE, "signed").unlink()
    line = tampering.line_of(0)
    body = canonical_line({**line, "act": "log.created", "data": {"vkey": line["data"]["vkey"]}})
    tampering.change(0, body=body, leaf=leaf_hash(body), act="log.created")
    tampering.rewind_head(4)
    assert f"The log {restored.origin} has ended, and no later one begins" in only(check_database())
