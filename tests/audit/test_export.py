"""What leaves when the log is exported, up to where, and that the log says so first."""

import csv
import io
import threading
import uuid
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import DataError, connection, transaction
from django.test import override_settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from audit.append_only import installing, lifting
from audit.export import lines, source, taking
from audit.export.csv_view import COLUMNS, FORMULA_STARTS, _table, csv_view, guarded
from audit.export.files import File, events_file, files_of
from audit.export.lines import jsonl
from audit.export.source import ExportRefusedError
from audit.export.taking import Export, Form, TooManyExportsError
from audit.export.zip_stream import zipped
from audit.log_format import Frontier, leaf_hash
from audit.models import AuditEvent, AuditHead, AuditPastLog
from audit.verifier.frontier_text import parse_frontier
from audit.verifier.signed_note import parse_note, signers, to_base64, vkeys_of
from privacyadmin.models import User
from tests.audit.exporting import (
    ended_log,
    exports_told,
    grow,
    stored_lines,
)

pytestmark = pytest.mark.django_db


def begin(*, first: int = 0, form: Form = Form.JSONL, person: User | None = None) -> Export:
    return taking.begin(source.present(), form=form, via="command", first=first, person=person)


def exported(export: Export) -> bytes:
    return b"".join(jsonl(export))


def texts(export: Export, form: Form = Form.JSONL) -> dict[str, bytes]:
    return {file.name: b"".join(file.content) for file in files_of(export, form)}


def table(export: Export) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(csv_view(export)).decode(), newline="")))


def tamper(statement: str, *parameters: object) -> None:
    """Change the log past its triggers, as the owner of the database could."""
    with connection.cursor() as cursor:
        for each in lifting(connection.vendor):
            cursor.execute(each)
        cursor.execute(statement, parameters)
        for each in installing(connection.vendor):
            cursor.execute(each)


def test_the_lines_leave_as_they_are_stored() -> None:
    grow(5)
    export = begin()
    assert export.size >= 6
    assert exported(export) == stored_lines(size=export.size)


@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_no_line_is_lost_or_doubled_where_pages_meet(monkeypatch: pytest.MonkeyPatch, beyond: int) -> None:
    monkeypatch.setattr(lines, "PAGE", 4)
    grow(12 + beyond)
    export = begin()
    assert exported(export) == stored_lines(size=export.size)


def test_a_later_part_begins_where_it_was_asked_to() -> None:
    grow(9)
    export = begin(first=7)
    assert exported(export) == stored_lines(first=7, size=export.size)


def test_the_checkpoint_and_the_key_fit_the_lines() -> None:
    grow(5)
    files = texts(begin())
    note = parse_note(files["checkpoint"].decode())
    frontier = Frontier()
    for line in files["events.jsonl"].decode().splitlines():
        frontier.append(leaf_hash(line))
    assert (note.checkpoint.size, note.checkpoint.root) == (frontier.size, frontier.root())
    assert len(signers(note, vkeys_of(files["vkey"].decode()))) == 1


@pytest.mark.parametrize("first", [1, 2, 255, 256, 257, 300, 511, 600])
def test_the_frontier_and_a_part_lead_to_the_signed_root(first: int) -> None:
    grow(610)
    files = texts(begin(first=first))
    origin, frontier = parse_frontier(files["frontier"].decode())
    assert (origin, frontier.size) == (source.present().origin, first)
    for line in files["events.jsonl"].decode().splitlines():
        frontier.append(leaf_hash(line))
    checkpoint = parse_note(files["checkpoint"].decode()).checkpoint
    assert (frontier.size, frontier.root()) == (checkpoint.size, checkpoint.root)


def test_the_whole_log_has_no_frontier() -> None:
    grow(3)
    assert set(texts(begin())) == {"README.txt", "checkpoint", "events.jsonl", "vkey"}


def test_a_wrong_cached_subtree_is_not_handed_out() -> None:
    grow(600)
    begin(first=300)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_subtree SET root = %s WHERE number = 0", [b"\x00" * 32])
    files = texts(begin(first=300))
    _origin, frontier = parse_frontier(files["frontier"].decode())
    whole = Frontier()
    for line in stored_lines(size=300).decode().splitlines():
        whole.append(leaf_hash(line))
    assert frontier == whole


def test_a_part_of_a_log_that_was_changed_before_it_is_refused() -> None:
    grow(20)
    begin()
    tamper("UPDATE audit_event SET leaf = %s WHERE seq = 3", b"\x01" * 32)
    told = len(exports_told())
    with pytest.raises(ExportRefusedError, match="verify_audit"):
        begin(first=10)
    assert len(exports_told()) == told


def test_what_leaves_is_told_before_it_leaves_and_names_its_checkpoint(auditor: User) -> None:
    grow(4)
    export = begin(first=2, form=Form.CSV, person=auditor)
    (told,) = exports_told()
    assert told["seq"] == export.number >= export.size
    assert told["actor"] == auditor.actor
    assert told["obj"] == f"log:{export.source.log}"
    assert (told["form"], told["via"], told["first"], told["size"]) == ("csv", "command", 2, export.size)
    assert told["root"] == to_base64(bytes(export.checkpoint.root))


def test_the_next_export_holds_the_event_of_the_last() -> None:
    first = begin()
    assert b'"act":"audit.exported"' not in exported(first)
    second = begin(first=first.size)
    assert exported(second).count(b'"act":"audit.exported"') == 1


def test_an_older_export_is_a_byte_prefix_of_a_newer_one() -> None:
    grow(5)
    older = exported(begin())
    grow(5)
    newer = exported(begin())
    assert newer.startswith(older)
    assert len(newer) > len(older)


@pytest.mark.parametrize("first", [-1, 6, 10**30])
def test_a_beginning_where_no_event_stands_is_refused_in_words(first: int) -> None:
    size = AuditHead.objects.get().size
    grow(6 - size)
    with pytest.raises(ExportRefusedError, match=r"The log has 6 events, numbered 0 to 5"):
        begin(first=first)
    assert exports_told() == []


def test_a_missing_line_is_left_out_and_nothing_stands_in() -> None:
    grow(6)
    export = begin()
    before = stored_lines(size=export.size).splitlines(keepends=True)
    tamper("DELETE FROM audit_event WHERE seq = 3")
    assert exported(export) == b"".join(before[:3] + before[4:])


@pytest.mark.parametrize("body", ["no JSON", "[1]", "{}", '{"data":"\\ud800","ts":1}', "[" * 100_000])
def test_a_damaged_line_leaves_as_it_is_and_is_shown_in_the_table(body: str) -> None:
    grow(3)
    export = begin()
    tamper("UPDATE audit_event SET body = %s WHERE seq = 2", body)
    assert exported(export).split(b"\n")[2] == body.encode()
    rows = table(export)
    assert rows[3][0] == "2"
    assert len(rows) == 1 + export.size


def test_bytes_that_are_no_text_leave_as_they_are() -> None:
    grow(3)
    export = begin()
    if connection.vendor == "postgresql":
        with pytest.raises(DataError), transaction.atomic():
            tamper("UPDATE audit_event SET body = convert_from(%s, 'UTF8') WHERE seq = 2", b"\xff\x00\xfe")
        return
    tamper("UPDATE audit_event SET body = CAST(%s AS TEXT) WHERE seq = 2", b"\xff\x00\xfe")
    assert exported(export).split(b"\n")[2] == b"\xff\x00\xfe"
    assert table(export)[3][-1] == r"\xff" + "\x00" + r"\xfe"


def test_the_table_says_what_the_lines_say(auditor: User) -> None:
    begin(person=auditor)
    grow(2)
    export = begin()
    header, *rows = table(export)
    assert tuple(header) == COLUMNS
    events = list(AuditEvent.objects.filter(seq__lt=export.size).order_by("seq"))
    assert [int(row[0]) for row in rows] == [event.seq for event in events]
    for row, event in zip(rows, events, strict=True):
        entry = event.entry
        assert row[1] == bytes(event.leaf).hex() == leaf_hash(event.body).hex()
        assert row[2:7] == [entry[key] for key in ("ts", "act", "actor", "obj", "res")]
        assert row[7] == entry.get("sub", "")
        assert row[8] in event.body


@given(st.text())
def test_no_cell_is_computed_by_a_spreadsheet(cell: str) -> None:
    shown = guarded(cell)
    assert not shown or shown[0] not in FORMULA_STARTS
    assert shown.removeprefix("'") == cell if cell[:1] in FORMULA_STARTS and cell else shown == cell


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8")), min_size=1))
def test_any_cells_come_back_from_the_table(cells: list[str]) -> None:
    (row,) = csv.reader(io.StringIO(_table([cells]).decode(), newline=""))
    assert row == [guarded(cell) for cell in cells]


def test_no_more_than_the_allowed_number_within_an_hour(auditor: User) -> None:
    with override_settings(AUDIT_EXPORTS_PER_HOUR=2), time_machine.travel(timezone.now()) as clock:
        begin(person=auditor)
        clock.shift(timedelta(minutes=20))
        begin(person=auditor)
        with pytest.raises(TooManyExportsError, match="in 40 minutes") as refused:
            begin(person=auditor)
        assert 2395 <= refused.value.seconds <= 2400
        clock.shift(timedelta(minutes=41))
        begin(person=auditor)


def test_a_refusal_is_told_once_and_not_at_every_click(auditor: User) -> None:
    with override_settings(AUDIT_EXPORTS_PER_HOUR=1):
        begin(person=auditor)
        for _click in range(4):
            with pytest.raises(TooManyExportsError):
                begin(person=auditor)
    assert [told["res"] for told in exports_told()] == ["ok", "denied"]


def test_one_persons_exports_are_not_counted_for_another(auditor: User, superuser: User) -> None:
    with override_settings(AUDIT_EXPORTS_PER_HOUR=1):
        begin(person=auditor)
        begin(person=superuser)
        begin()
    assert [told["res"] for told in exports_told()] == ["ok", "ok", "ok"]


def test_an_ended_log_is_exported_up_to_its_last_checkpoint() -> None:
    past = ended_log(signed=5, size=9)
    export = taking.begin(source.ended(past.log), form=Form.JSONL, via="command")
    assert export.size == 5
    assert exported(export) == stored_lines(size=5)
    assert texts(export)["vkey"].decode() == past.vkeys
    assert exports_told()[-1]["obj"] == f"log:{past.log}"
    assert export.number == AuditHead.objects.get().size - 1


def test_a_part_of_an_ended_log_has_its_frontier() -> None:
    past = ended_log(signed=9, size=9)
    files = texts(taking.begin(source.ended(past.log), form=Form.JSONL, via="command", first=6))
    _origin, frontier = parse_frontier(files["frontier"].decode())
    assert files["events.jsonl"] == stored_lines(first=6, size=9)
    assert frontier.size == 6


def test_an_ended_log_that_was_never_signed_is_refused_in_words() -> None:
    past = ended_log(signed=5, size=6)
    AuditPastLog.objects.create(
        log=uuid.uuid4(),
        origin="never/audit/signed",
        size=1,
        frontier=b"\0" * 32,
        vkeys="",
        ended_at=timezone.now(),
        reason="key_lost",
    )
    never = AuditPastLog.objects.get(origin="never/audit/signed")
    with pytest.raises(ExportRefusedError, match="ended before any checkpoint"):
        taking.begin(source.ended(never.log), form=Form.JSONL, via="command")
    with pytest.raises(ExportRefusedError, match=str(past.log)):
        source.ended(uuid.uuid4())


def test_the_zip_holds_the_same_files() -> None:
    grow(50)
    export = begin(first=3)
    sent = b"".join(zipped(files_of(export, Form.JSONL), modified=export.checkpoint.signed_at))
    with zipfile.ZipFile(io.BytesIO(sent)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == texts(export)


def test_a_zip_that_breaks_off_cannot_be_opened() -> None:
    grow(50)
    export = begin()

    def breaking_off() -> Iterator[bytes]:
        yield b"beginning"
        raise OSError("the database is gone")

    def files() -> Iterator[File]:
        yield events_file(export, Form.JSONL)
        yield File("second", breaking_off())

    sent = bytearray()

    def send() -> None:
        for piece in zipped(files(), modified=timezone.now()):
            sent.extend(piece)

    with pytest.raises(OSError, match="gone"):
        send()
    assert len(sent) > 1000
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(sent))


@pytest.mark.django_db(transaction=True)
def test_what_others_write_meanwhile_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PAGE", 10)
    grow(100)
    export = begin()
    stop, written = threading.Event(), []

    def write() -> None:
        while not stop.is_set():
            grow(3, name=f"meanwhile-{len(written)}")
            written.append(1)
        connection.close()

    writers = [threading.Thread(target=write) for _each in range(2)]
    for writer in writers:
        writer.start()
    try:
        pieces = []
        for piece in jsonl(export):
            pieces.append(piece)
            reached = len(written)
            while len(written) == reached:
                stop.wait(0.005)
    finally:
        stop.set()
        for writer in writers:
            writer.join(30)
    assert len(written) >= 10
    assert b"".join(pieces) == stored_lines(size=export.size)
    root = parse_note(export.checkpoint.note).checkpoint.root
    frontier = Frontier()
    for line in b"".join(pieces).decode().splitlines():
        frontier.append(leaf_hash(line))
    assert frontier.root() == root


@pytest.mark.django_db(transaction=True)
def test_of_two_who_ask_at_once_in_one_name_the_second_sees_the_first(auditor: User) -> None:
    ends: list[str] = []
    ready = threading.Barrier(4)

    def ask() -> None:
        ready.wait(10)
        try:
            begin(person=auditor)
            ends.append("ok")
        except TooManyExportsError:
            ends.append("denied")
        finally:
            connection.close()

    with override_settings(AUDIT_EXPORTS_PER_HOUR=2):
        askers = [threading.Thread(target=ask) for _each in range(4)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join(60)
    assert sorted(ends) == ["denied", "denied", "ok", "ok"]
    assert [told["res"] for told in exports_told()] == ["ok", "ok", "denied"]
