"""Each way of tampering with the stored log gets the verdict it should, by name and by place."""

import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from audit import cached_roots
from audit.append_only import triggers_missing
from audit.checking import stored_checkpoints, stored_lines
from audit.checking.database_check import check_database
from audit.checking.findings import KEPT, Findings, Verdict
from audit.checking.recomputed_tree import RecomputedTree, first_difference
from audit.checking.verification_report import VerificationReport
from audit.events import Event
from audit.log_format import EMPTY_ROOT, leaf_hash, vkey
from audit.models import AuditCheckpoint, AuditEvent, AuditHead, AuditSubtree
from audit.signing import signer, signer_memory, signing_key
from audit.subtrees import extend_subtrees
from audit.trail import audited
from audit.verifier.signed_note import Note, parse_note
from audit.verifier.verdicts import Verdict as VerifierVerdict
from tests.audit import tampering
from tests.audit.grown_log import grow_to, root_over, stored_leaves

pytestmark = pytest.mark.django_db
SIZE = 40
SIGNED = 30


@pytest.fixture
def log() -> AuditHead:
    """A log of 40 events, signed at 30 by a signer that remembers it."""
    grow_to(SIGNED)
    signer.sign_head()
    grow_to(SIZE)
    return AuditHead.objects.get()


@pytest.fixture
def known(log: AuditHead) -> Note:
    """The checkpoint over 30 events, as somebody outside kept it."""
    return parse_note(AuditCheckpoint.objects.get().note)


@pytest.fixture
def forgotten(log: AuditHead, known: Note, settings: LazySettings) -> None:
    """Nobody here remembers any signature."""
    tampering.forget_checkpoints()
    forget_signer(settings)


def forget_signer(settings: LazySettings) -> None:
    signing_key.beside(settings.AUDIT_KEY_FILE, "signed").unlink()


def title(report: VerificationReport) -> str:
    return report.findings.title


def only(report: VerificationReport) -> str:
    (finding,) = report.findings.kept
    return str(finding)


# Untouched.


def test_an_untouched_log_is_ok(log: AuditHead, known: Note) -> None:
    report = check_database(known=[known])
    assert (title(report), report.findings.kept, report.unchecked) == ("OK", [], [])
    assert (report.log, report.origin, report.size) == (str(log.log), log.origin, SIZE)
    assert report.root == root_over(stored_leaves())


def test_it_reads_page_by_page_and_tells_how_far_it_is(
    log: AuditHead, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_lines, "PAGE", 7)
    told: list[tuple[int, int]] = []
    report = check_database(progress=lambda done, total: told.append((done, total)))
    assert title(report) == "OK"
    assert told == [(done, SIZE) for done in (7, 14, 21, 28, 35, 40)]


def test_what_is_appended_meanwhile_is_no_break(log: AuditHead, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_lines, "PAGE", 9)

    def busy(done: int, _total: int) -> None:
        grow_to(SIZE + done)
        signer.sign_head()

    report = check_database(progress=busy)
    assert (title(report), report.findings.kept, report.size) == ("OK", [], SIZE)
    assert AuditHead.objects.get().size == 2 * SIZE


def test_memory_does_not_grow_with_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_lines, "PAGE", 50)

    def peak(size: int) -> int:
        grow_to(size)
        check_database()
        tracemalloc.start()
        try:
            assert title(check_database()) == "OK"
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    small, large = peak(200), peak(2000)
    assert large < 1.5 * small


# Lines.


def test_an_edited_line_is_named(log: AuditHead) -> None:
    tampering.change(17, body=tampering.edited(17, actor="u:zzzz9999"), actor="u:zzzz9999")
    report = check_database()
    assert title(report) == "FAIL line 18"
    assert only(report) == "FAIL line 18: Event 17 does not have the hash that stands beside it."


@pytest.mark.parametrize(
    ("line", "because"),
    [
        ("", "is not JSON"),
        ("{}", "lacks"),
        ("{ }", "lacks"),
        ('{"v":1.5}', "float"),
        ("\ufeff{}", "byte order mark"),
    ],
)
def test_a_line_outside_the_format_is_named(log: AuditHead, line: str, because: str) -> None:
    tampering.change(17, body=line, leaf=leaf_hash(line))
    report = check_database()
    assert title(report) == "FAIL line 18"
    assert because in report.findings.kept[0].words


def test_a_line_written_in_another_order_is_named(log: AuditHead) -> None:
    body = AuditEvent.objects.get(seq=17).body
    spaced = body.replace(":", ": ", 1)
    tampering.change(17, body=spaced, leaf=leaf_hash(spaced))
    report = check_database()
    assert title(report) == "FAIL line 18"
    assert "canonical" in report.findings.kept[0].words


def test_bytes_that_are_no_text_are_named(log: AuditHead) -> None:
    if connection.vendor == "postgresql":
        # PostgreSQL keeps such bytes out of a text column.
        with pytest.raises(Exception, match="invalid byte sequence"), connection.cursor() as cursor:
            cursor.execute("SELECT convert_from('\\xff'::bytea, 'UTF8')")
        return
    with tampering.triggers_lifted():
        tampering.run("UPDATE audit_event SET body = CAST(x'7bff7d' AS TEXT) WHERE seq = 17")
    report = check_database()
    assert title(report) == "FAIL line 18"


def test_an_edited_leaf_is_named(log: AuditHead) -> None:
    tampering.change(35, leaf=b"x" * 32)
    assert title(check_database()) == "FAIL line 36"


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("act", "request.filed", "event"),
        ("obj", "user:other", "about"),
        ("actor", "u:zzzz9999", "who"),
        ("occurred_at", "2026-01-01T00:00:00Z", "time"),
    ],
)
def test_an_edited_column_is_named(log: AuditHead, column: str, value: str, words: str) -> None:
    tampering.change(17, **{column: value})
    report = check_database()
    assert only(report) == (f"FAIL line 18: Beside event 17 stands something else than in it: {words}.")


def test_a_time_is_compared_to_the_last_digit(log: AuditHead) -> None:
    event = AuditEvent.objects.get(seq=17)
    tampering.change(17, occurred_at=event.occurred_at + timezone.timedelta(microseconds=1))
    assert "time" in only(check_database())


@pytest.mark.parametrize("milliseconds", [0, 120])
def test_a_time_with_and_without_a_fraction_is_as_it_was_written(
    log: AuditHead, milliseconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = timezone.now().replace(microsecond=milliseconds * 1000) + timezone.timedelta(seconds=2)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    grow_to(SIZE + 1)
    assert title(check_database()) == "OK"


def test_two_swapped_events_are_named(log: AuditHead) -> None:
    first, second = AuditEvent.objects.get(seq=11), AuditEvent.objects.get(seq=12)
    for event, other in ((first, second), (second, first)):
        tampering.change(
            event.seq, body=other.body, leaf=bytes(other.leaf), obj=other.obj, occurred_at=other.occurred_at
        )
    report = check_database()
    assert title(report) == "FAIL line 12"
    assert "its seq is 12, where 11 belongs" in report.findings.kept[0].words


def test_a_clock_that_went_back_is_a_warning(log: AuditHead, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = timezone.now() - timezone.timedelta(hours=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: earlier)
    grow_to(SIZE + 2)
    report = check_database()
    assert title(report) == "WARN"
    assert only(report).startswith("WARN: The clock went back in The log (1 times, first at event 40).")


# Rows that are gone, or too many.


def test_a_deleted_event_is_named(log: AuditHead) -> None:
    tampering.delete_from(17, upto=18)
    assert only(check_database()) == "FAIL line 18: Event 17 is missing."


def test_deleted_events_are_named_and_what_follows_is_still_checked(log: AuditHead) -> None:
    tampering.delete_from(17, upto=20)
    tampering.change(25, actor="u:zzzz9999")
    assert [str(finding) for finding in check_database().findings.kept] == [
        "FAIL line 18: Events 17 to 19 are missing.",
        "FAIL line 26: Beside event 25 stands something else than in it: who.",
    ]


def test_a_deletion_with_the_rest_renumbered_is_named_and_kept_short(log: AuditHead) -> None:
    grow_to(SIZE + KEPT)
    with tampering.triggers_lifted():
        AuditEvent.objects.filter(seq=17).delete()
        for seq in range(18, SIZE + KEPT):
            AuditEvent.objects.filter(seq=seq).update(seq=seq - 1)
    report = check_database()
    assert title(report) == "FAIL line 18"
    assert len(report.findings.kept) == KEPT
    assert report.findings.breaks > KEPT
    assert "Not listed here:" in report.words()


def test_a_deleted_tail_is_truncation(log: AuditHead) -> None:
    tampering.delete_from(38)
    report = check_database()
    assert only(report) == ("TRUNCATED: The log has 40 events by its head, but events 38 to 39 are missing.")
    assert report.root is None


def test_a_tail_deleted_behind_the_last_checkpoint_with_the_head_rewound_cannot_be_seen(
    log: AuditHead,
) -> None:
    tampering.delete_from(35)
    tampering.rewind_head(35)
    assert title(check_database()) == "OK"


def test_a_tail_deleted_with_the_head_rewound_is_seen_by_the_checkpoint(
    log: AuditHead, settings: LazySettings
) -> None:
    forget_signer(settings)
    tampering.delete_from(20)
    tampering.rewind_head(20)
    assert only(check_database()) == (
        "TRUNCATED: The log has 20 events, and 30 were signed: events 20 to 29 are missing, "
        "as after a restored backup."
    )


def test_a_restored_backup_is_seen_by_what_the_signer_remembers(log: AuditHead) -> None:
    tampering.forget_checkpoints()
    tampering.delete_from(20)
    tampering.rewind_head(20)
    assert title(check_database()) == "TRUNCATED"


@pytest.mark.usefixtures("forgotten")
def test_without_a_checkpoint_kept_outside_a_cut_log_cannot_be_told(known: Note) -> None:
    tampering.delete_from(20)
    tampering.rewind_head(20)
    assert title(check_database()) == "OK"
    assert title(check_database(known=[known])) == "TRUNCATED"


def test_an_event_behind_the_head_is_named(log: AuditHead) -> None:
    tampering.rewind_head(39)
    report = check_database()
    assert "an event with the number 39 stands after them" in only(report)
    assert title(report) == "FAIL"


def test_a_row_between_the_numbers_is_named(log: AuditHead) -> None:
    if connection.vendor == "postgresql":
        # Its numbers are whole; a number that is taken already is refused by the key.
        with pytest.raises(Exception, match=r"duplicate key|append-only"):
            AuditEvent.objects.get(seq=17).save(force_insert=True)
        return
    with tampering.triggers_lifted():
        tampering.run(
            "INSERT INTO audit_event (seq, body, leaf, act, obj, actor, occurred_at)"
            " SELECT 17.5, body, leaf, act, obj, actor, occurred_at FROM audit_event WHERE seq = 17"
        )
    assert "A row with the number 17.5 stands where none can be." in only(check_database())


# The head.


def test_a_head_over_other_events_is_named(log: AuditHead) -> None:
    wrong = bytearray(log.frontier)
    # The second of the two subtrees of 40 = 32 + 8 events.
    wrong[-1] ^= 1
    tampering.set_head(frontier=bytes(wrong))
    report = check_database()
    assert title(report) == "FAIL"
    assert "between event 32 and event 39" in only(report)


def test_a_damaged_head_is_named(log: AuditHead) -> None:
    tampering.set_head(frontier=bytes(log.frontier)[:-1])
    assert "The head of The log is damaged" in only(check_database())


def test_a_head_that_is_gone_is_named(log: AuditHead) -> None:
    with tampering.triggers_lifted():
        AuditHead.objects.all().delete()
    report = check_database()
    assert only(report) == "FAIL: The head of the log is gone. Restore it from a backup."
    assert report.words().startswith("Looked at: no log. 1 break found.")


def test_a_head_that_claims_an_archive_is_named(log: AuditHead) -> None:
    tampering.set_head(base_size=3)
    assert "3 events were moved away" in only(check_database())


@pytest.mark.usefixtures("forgotten")
def test_an_edited_line_with_its_leaf_is_narrowed_down_by_the_head() -> None:
    body = tampering.edited(36, actor="u:zzzz9999")
    tampering.change(36, body=body, leaf=leaf_hash(body), actor="u:zzzz9999")
    report = check_database()
    assert title(report) == "FAIL"
    assert "between event 32 and event 39" in only(report)


# Checkpoints.


def test_an_edited_line_with_its_leaf_is_a_fork_from_the_checkpoint(log: AuditHead, known: Note) -> None:
    body = tampering.edited(17, actor="u:zzzz9999")
    tampering.change(17, body=body, leaf=leaf_hash(body), actor="u:zzzz9999")
    report = check_database()
    assert title(report) == "FORK"
    assert known.text().rstrip() in report.findings.kept[0].words


def test_of_several_unfit_checkpoints_the_first_is_shown_and_the_others_are_counted(log: AuditHead) -> None:
    signer.sign_head()
    grow_to(SIZE + 5)
    signer.sign_head()
    body = tampering.edited(35, actor="u:zzzz9999")
    tampering.change(35, body=body, leaf=leaf_hash(body), actor="u:zzzz9999")
    forks = [finding for finding in check_database().findings.kept if finding.verdict == Verdict.FORK]
    assert forks[0].words.startswith("The checkpoint over 40 events was signed over other events")
    assert [finding.words for finding in forks if "as follows from the first" in finding.words] == [
        "1 larger checkpoints of The log do not fit its events either, as follows from the first."
    ]


def test_checkpoints_are_read_page_by_page(log: AuditHead, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_checkpoints, "PAGE", 1)
    signer.sign_head()
    body = tampering.edited(35, actor="u:zzzz9999")
    tampering.change(35, body=body, leaf=leaf_hash(body), actor="u:zzzz9999")
    assert "over 40 events" in check_database().findings.kept[0].words


def change_checkpoint(**columns: Any) -> None:
    with tampering.triggers_lifted():
        AuditCheckpoint.objects.update(**columns)


def test_columns_of_a_checkpoint_that_differ_from_its_note_are_named(log: AuditHead) -> None:
    change_checkpoint(root=b"x" * 32)
    assert only(check_database()) == (
        "FAIL: The checkpoint over 30 events says something else in its columns than in its signed note."
    )


def test_an_altered_note_is_a_bad_signature(log: AuditHead, known: Note) -> None:
    altered = Note(parse_note(known.text()).checkpoint, known.signatures)
    text = altered.text().replace(f"\n{SIGNED}\n", f"\n{SIGNED - 1}\n")
    change_checkpoint(note=text, size=SIGNED - 1)
    assert title(check_database()) == "BAD SIGNATURE"


def test_a_note_that_is_none_is_a_bad_signature(log: AuditHead) -> None:
    change_checkpoint(note="signed by me")
    report = check_database()
    assert title(report) == "BAD SIGNATURE"
    assert "is no signed note" in only(report)


def test_a_forged_checkpoint_is_a_bad_signature(log: AuditHead, tmp_path: Path) -> None:
    tampering.store(tampering.note_over(35, tampering.another_key(tmp_path)))
    report = check_database()
    assert title(report) == "BAD SIGNATURE"
    assert "The checkpoint over 35 events is not signed by" in only(report)


def test_a_forged_checkpoint_over_more_than_there_is_makes_no_truncation(
    log: AuditHead, tmp_path: Path
) -> None:
    tampering.store(tampering.note_over(SIZE + 9, tampering.another_key(tmp_path), root=b"x" * 32))
    assert title(check_database()) == "BAD SIGNATURE"


def test_a_checkpoint_of_another_log_is_named(log: AuditHead, settings: LazySettings) -> None:
    key = signing_key.load(settings.AUDIT_KEY_FILE)
    tampering.store(tampering.note_over(5, key, origin="elsewhere.example/audit/1"))
    report = check_database()
    assert title(report) == "WRONG LOG"
    assert "elsewhere.example/audit/1" in only(report)


def test_a_presented_checkpoint_of_another_log_is_named(log: AuditHead, settings: LazySettings) -> None:
    key = signing_key.load(settings.AUDIT_KEY_FILE)
    note = tampering.note_over(5, key, origin="elsewhere.example/audit/1")
    assert title(check_database(known=[note])) == "WRONG LOG"


# Everything rewritten.


def test_a_rewrite_is_a_fork_from_the_stored_checkpoint(log: AuditHead, settings: LazySettings) -> None:
    forget_signer(settings)
    tampering.rewrite_all(tampering.rename_actor)
    assert title(check_database()) == "FORK"


def test_a_rewrite_signed_anew_is_a_fork_from_what_the_signer_remembers(
    log: AuditHead, settings: LazySettings
) -> None:
    tampering.forget_checkpoints()
    tampering.rewrite_all(tampering.rename_actor)
    tampering.store(tampering.note_over(SIGNED, signing_key.load(settings.AUDIT_KEY_FILE)))
    report = check_database()
    assert title(report) == "FORK"
    assert "The signer remembers" in only(report)


@pytest.mark.usefixtures("forgotten")
def test_a_rewrite_signed_with_the_same_key_is_told_by_nothing_but_a_checkpoint_kept_outside(
    known: Note, settings: LazySettings
) -> None:
    tampering.rewrite_all(tampering.rename_actor)
    tampering.store(tampering.note_over(SIGNED, signing_key.load(settings.AUDIT_KEY_FILE)))
    assert title(check_database()) == "OK"
    report = check_database(known=[known])
    assert title(report) == "FORK"
    assert "that was presented" in only(report)


@pytest.mark.usefixtures("forgotten")
def test_a_rewrite_signed_with_another_key_is_a_bad_signature(
    known: Note, log: AuditHead, settings: LazySettings, tmp_path: Path
) -> None:
    key = tampering.another_key(tmp_path)
    named = vkey(name=log.origin, public_key=signing_key.public_bytes(key))
    tampering.rewrite_all(
        lambda line: {**line, "data": {"vkey": named}} if line["act"] == Event.LOG_CREATED else line
    )
    tampering.store(tampering.note_over(SIGNED, key))
    report = check_database()
    assert title(report) == "BAD SIGNATURE"
    assert "another key than the audit log names" in only(report)
    # Where the key is out of reach, as for a process without it, nothing but a checkpoint from outside tells.
    settings.AUDIT_KEY_FILE = tmp_path / "nowhere" / "audit.key"
    report = check_database()
    assert title(report) == "OK"
    assert report.unchecked == [
        "What the signer remembers was not compared: there is no such file here.",
        "The signing key was not compared with the log: this process cannot read it.",
    ]
    assert title(check_database(known=[known])) == "BAD SIGNATURE"


def test_a_memory_that_cannot_be_read_is_said(log: AuditHead, settings: LazySettings) -> None:
    signing_key.beside(settings.AUDIT_KEY_FILE, "signed").write_text("{}")
    report = check_database()
    assert title(report) == "OK"
    assert report.unchecked[0].startswith("What the signer remembers was not compared.")


def test_a_memory_that_is_not_here_is_said(log: AuditHead, settings: LazySettings) -> None:
    forget_signer(settings)
    assert check_database().unchecked == [
        "What the signer remembers was not compared: there is no such file here."
    ]


def test_an_event_0_of_another_log_is_named(log: AuditHead) -> None:
    tampering.set_head(origin="elsewhere.example/audit/1")
    assert title(check_database()) == "WRONG LOG"
    tampering.set_head(origin=log.origin, log="00000000-0000-0000-0000-000000000001")
    report = check_database()
    assert title(report) == "WRONG LOG"
    assert "Event 0 begins another log" in report.findings.kept[0].words


def test_a_signer_that_remembers_another_log_is_named(log: AuditHead, settings: LazySettings) -> None:
    memory = signing_key.beside(settings.AUDIT_KEY_FILE, "signed")
    memory.write_text(memory.read_text().replace(log.origin, "elsewhere.example/audit/1"))
    report = check_database()
    assert title(report) == "WRONG LOG"
    assert "elsewhere.example/audit/1" in only(report)


def test_a_log_that_the_signer_only_expects_is_no_other_log(log: AuditHead, settings: LazySettings) -> None:
    with signer_memory.held(settings.AUDIT_KEY_FILE, wait_seconds=1) as memory:
        memory.expect("elsewhere.example/audit/1")
    assert check_database().findings.kept == []


# A key that took over.


@pytest.fixture
def rotated(log: AuditHead, settings: LazySettings) -> tuple[Any, Any]:
    """A log in which another key took over at event 40; the old and the new one."""
    old = signing_key.load(settings.AUDIT_KEY_FILE)
    upcoming = signing_key.beside(settings.AUDIT_KEY_FILE, "next")
    signing_key.generate(upcoming)
    new = signing_key.load(upcoming)
    upcoming.unlink()
    names = [vkey(name=log.origin, public_key=signing_key.public_bytes(key)) for key in (old, new)]
    with audited() as trail:
        data = {"previous": names[0], "vkey": names[1], "reason": "planned"}
        trail.record(Event.KEY_ROTATED, actor="sys", obj=f"log:{log.log}", data=data)
    grow_to(SIZE + 5)
    return old, new


@pytest.fixture
def keyless(settings: LazySettings, tmp_path: Path) -> None:
    """A process that has no key to compare with."""
    settings.AUDIT_KEY_FILE = tmp_path / "nowhere" / "audit.key"


def test_a_changed_key_holds_when_both_signed_the_change(rotated: tuple[Any, Any], keyless: None) -> None:
    old, new = rotated
    tampering.store(tampering.note_over(SIZE + 1, old, new))
    tampering.store(tampering.note_over(SIZE + 3, new))
    assert check_database().findings.kept == []


@pytest.mark.parametrize("who", [0, 1])
def test_a_change_of_key_that_one_of_the_two_did_not_sign_is_a_bad_signature(
    rotated: tuple[Any, Any], keyless: None, who: int
) -> None:
    tampering.store(tampering.note_over(SIZE + 1, rotated[who]))
    assert title(check_database()) == "BAD SIGNATURE"


def test_after_the_change_the_old_key_does_not_count(rotated: tuple[Any, Any], keyless: None) -> None:
    old, new = rotated
    tampering.store(tampering.note_over(SIZE + 1, old, new))
    tampering.store(tampering.note_over(SIZE + 3, old))
    assert title(check_database()) == "BAD SIGNATURE"


def test_a_change_from_a_key_that_was_not_in_use_is_named(log: AuditHead, tmp_path: Path) -> None:
    stranger = vkey(name=log.origin, public_key=signing_key.public_bytes(tampering.another_key(tmp_path)))
    with audited() as trail:
        data = {"previous": stranger, "vkey": stranger}
        trail.record(Event.KEY_ROTATED, actor="sys", obj=f"log:{log.log}", data=data)
    assert title(check_database()) == f"FAIL line {SIZE + 1}"


# What is derived, and what guards.


def test_a_cached_root_that_is_not_theirs_is_a_warning(log: AuditHead) -> None:
    grow_to(520)
    extend_subtrees(520)
    assert AuditSubtree.objects.count() == 2
    assert title(check_database()) == "OK"
    AuditSubtree.objects.filter(number=1).update(root=b"x" * 32)
    report = check_database()
    assert title(report) == "WARN"
    assert "A cached root over events up to 511 is not theirs" in only(report)
    AuditSubtree.objects.filter(number=0).delete()
    assert "events up to 511" in only(check_database())


def test_a_wide_cached_root_is_compared_too(log: AuditHead, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AuditSubtree, "LEAVES", 4)
    monkeypatch.setattr(cached_roots, "PAGE", 3)
    leaves = stored_leaves()
    for number in range(SIZE // 4):
        AuditSubtree.objects.create(number=number, root=root_over(leaves[4 * number : 4 * number + 4]))
    for number in range(SIZE // 16):
        root = root_over(leaves[16 * number : 16 * number + 16])
        AuditSubtree.objects.create(number=AuditSubtree.WIDE + number, root=root)
    assert title(check_database()) == "OK"
    AuditSubtree.objects.filter(number=AuditSubtree.WIDE + 1).update(root=b"x" * 32)
    assert "events up to 31" in only(check_database())
    AuditSubtree.objects.filter(number=9).update(root=b"x" * 32)
    assert len(check_database().findings.kept) == 2


def test_a_trigger_that_is_gone_is_named(log: AuditHead) -> None:
    name = {"sqlite": "audit_event_no_update", "postgresql": "audit_event_no_change"}[connection.vendor]
    tampering.run(f"DROP TRIGGER {name}" + (" ON audit_event" if connection.vendor == "postgresql" else ""))
    assert triggers_missing(connection) == [name]
    report = check_database()
    assert title(report) == "FAIL"
    assert name in only(report)
    assert "install_append_only" in only(report)


# Summing up.


def test_the_verdicts_are_those_of_the_verifier_and_one_more() -> None:
    assert [str(verdict) for verdict in Verdict] == [*map(str, VerifierVerdict), "NOT VERIFIED"]
    assert Verdict.BAD_SIGNATURE.code == "bad_signature"


def test_the_first_break_decides_and_is_kept_whatever_came_before() -> None:
    findings = Findings()
    assert findings.title == "OK"
    for _each in range(KEPT + 5):
        findings.add(Verdict.WARN, "odd")
    assert findings.title == "WARN"
    findings.add(Verdict.FORK, "first")
    findings.add(Verdict.FAIL, "second", seq=3)
    assert (findings.title, findings.breaks, findings.warnings) == ("FORK", 2, KEPT + 5)
    assert (len(findings.kept), findings.kept[-1].words) == (KEPT, "first")


def test_the_tree_has_the_root_and_frontier_of_rfc_6962_at_every_size() -> None:
    leaves = [leaf_hash(str(number)) for number in range(600)]
    tree = RecomputedTree()
    assert tree.root() == EMPTY_ROOT
    for size, leaf in enumerate(leaves, start=1):
        closed = tree.append(leaf)
        assert closed == (
            [(size // 256 - 1, root_over(leaves[size - 256 : size]))] if size % 256 == 0 else []
        )
        assert tree.size == size
        if size in {1, 2, 3, 255, 256, 257, 300, 511, 512, 513, 600}:
            assert tree.root() == root_over(leaves[:size])
    assert len(tree.frontier()) == (600).bit_count()


def test_two_frontiers_tell_under_which_subtree_they_differ() -> None:
    same = [bytes([number]) for number in range(3)]
    assert first_difference(same, same, size=0b1101) is None
    for changed, lines in ((0, (0, 7)), (1, (8, 11)), (2, (12, 12))):
        other = list(same)
        other[changed] = b"other"
        assert first_difference(same, other, size=0b1101) == lines
