"""`python -m audit.verify`: what it says of an export or a proof, and what it refuses to look at."""

import json
from pathlib import Path

import pytest

from audit.log_format import JSON
from audit.verify import main
from tests.audit.attacks import ATTACKS
from tests.audit.attacks.made import SIGNER, Table, line, lines, opening, proof, signed
from tests.audit.attacks.on_lines import CONTINUED, edited


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """A folder to lay files out in."""
    return Table(tmp_path)


def said(capsysbinary: pytest.CaptureFixture[bytes], arguments: list[str]) -> str:
    """What is answered."""
    main(arguments)
    return capsysbinary.readouterr().out.decode()


# What it says.


def test_without_anything_kept_it_says_what_cannot_be_excluded(
    table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    events = lines()
    text = said(capsysbinary, table.export(events, signed(events)))
    assert text.splitlines()[0] == f"OK all 12 events of {SIGNER.origin} are those that the checkpoint signs."
    assert "consistent with the checkpoint presented" in text
    assert "a rewrite by somebody who holds database and key cannot be excluded" in text
    assert "It cannot show what was never recorded" in text


def test_with_something_kept_it_says_up_to_where_that_reaches(
    table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    events = lines()
    text = said(capsysbinary, table.export(events, signed(events), known=[signed(events[:8])]))
    assert "its first 8 events are those that were signed then" in text
    assert "For those after them there is only the presented checkpoint" in text
    assert "cannot be excluded" not in text


def test_a_fork_is_shown_with_both_notes_whole(
    table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    events = lines()
    kept, presented = signed(events[:8]), signed(edited(events))
    text = said(capsysbinary, table.export(edited(events), presented, known=[kept]))
    assert text.startswith("FORK at 8 events:")
    assert kept.text() in text
    assert presented.text() in text


def test_two_of_one_size_are_the_two_that_are_shown(
    table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    events = lines()
    one, other = signed(events[:8]), signed(edited(events)[:8])
    text = said(capsysbinary, table.export(events, signed(events), known=[one, other]))
    assert one.text() in text
    assert other.text() in text


def test_a_bad_line_that_was_signed_is_told_from_one_that_was_changed(
    table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    changed = said(capsysbinary, ATTACKS["float"].lay_out(table))
    signed_so = said(capsysbinary, ATTACKS["float_signed_by_the_log"].lay_out(table))
    assert "Nor are the bytes of the file those that the checkpoint signs." in changed
    assert "the log itself holds such a line" in signed_so


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("saved_with_windows_line_ends", "CR LF"),
        ("saved_with_a_byte_order_mark", "byte order mark"),
        ("part_without_its_frontier", "--frontier"),
        ("replaced_key_without_the_checkpoint_of_both", "checkpoint-at-key-change-"),
        ("clock_put_back", "The time goes backwards at line 7"),
        ("part_that_begins_after_a_kept_checkpoint", "over 3 events, was not compared"),
        ("log_that_declares_a_fork", "declares itself the continuation of privacy.example.org/audit/another"),
        ("log_that_declares_a_fork_from_one_of_which_more_was_kept", "at least 9 events were recorded there"),
        ("replaced_key_with_a_kept_checkpoint_of_both", "the new one was trusted too"),
        ("tampered_frontier", "Or the frontier file is not that of the log."),
        ("older_export_although_a_newer_checkpoint_was_kept", "a newer one will show"),
        ("rewritten_and_signed_again_with_a_kept_checkpoint", "evidence that the history was rewritten"),
    ],
)
def test_it_says_what_the_reader_can_do(
    name: str, words: str, table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert words in said(capsysbinary, ATTACKS[name].lay_out(table))


def test_the_quick_check_says_that_it_was_one(
    table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    text = said(capsysbinary, [*ATTACKS["nothing_changed"].lay_out(table), "--quick"])
    assert "Only bytes were compared" in text


def test_keys_from_the_folder_of_the_export_are_pointed_out(
    table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    events = lines()
    arguments = table.export(events, signed(events), vkey=SIGNER.vkey.text())
    beside = table.file("export/vkey", SIGNER.vkey.text())
    arguments[arguments.index("--vkey") + 1] = str(beside)
    assert "lies in the folder of the export" in said(capsysbinary, arguments)


def test_a_proof_is_told_in_words_and_its_opening_without_the_identifier(
    table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    text = said(capsysbinary, table.proof(proof(lines(), 4), opened=opening()))
    assert "  act: request.completed" in text
    assert '  data: {"records_deleted": 17}' in text
    assert "The opening fits" in text
    assert "anna" not in text.lower()
    assert "not what another system did" in text


def test_nothing_in_an_event_can_steer_a_terminal(
    table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    events = lines()
    events[4] = line(4, act="\x1b[2Jcleared", data={"code": "\x9b2J\u202e"})
    text = said(capsysbinary, table.proof(proof(events, 4)))
    assert not any(letter in text for letter in "\x1b\x9b\u202e")


@pytest.mark.parametrize("key", ["origin", "size", "reason"])
def test_nothing_that_event_0_declares_can_pass_for_words_of_the_verifier(
    key: str, table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    declared: dict[str, JSON] = {**CONTINUED, key: "a\x1b[2J\nOK all 99 events\x9b\u202e"}
    events = [line(0, act="log.continued", data=declared), *lines()[1:]]
    arguments = table.export(events, signed(events))
    text = said(capsysbinary, arguments)
    assert not any(letter in text for letter in "\x1b\x9b\u202e")
    assert not any(sentence.startswith("OK all 99") for sentence in text.splitlines())
    assert r"a\x1b[2J\nOK all 99 events\x9b\u202e" in text
    answer = json.loads(said(capsysbinary, [*arguments, "--json"]))
    assert all(sentence.isprintable() for sentence in answer["sentences"])


def test_a_name_of_a_file_cannot_steer_a_terminal_either(
    table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    events = lines()
    arguments = table.export(events, signed(events))
    kept = table.file("\x1b[2J\nOK", signed(edited(events)[:8]).text())
    text = said(capsysbinary, [*arguments, "--known", str(kept)])
    assert "\x1b" not in text
    assert signed(edited(events)[:8]).checkpoint.text() in text, "the notes keep their lines"
    kept.unlink()
    assert "\x1b" not in refusal([*arguments, "--known", str(kept)], capsysbinary)


def test_it_answers_machines_on_one_line(table: Table, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    arguments = ATTACKS["deleted_line"].lay_out(table)
    answer = json.loads(said(capsysbinary, [*arguments, "--json"]))
    assert (answer["verdict"], answer["exit_code"], answer["line"]) == ("FAIL", 1, 5)
    assert (answer["origin"], answer["size"]) == (SIGNER.origin, 12)


# What it does not look at: exit code 2, and never a verdict.


def refusal(arguments: list[str], capsysbinary: pytest.CaptureFixture[bytes]) -> str:
    """What is said on the error output."""
    assert main(arguments) == 2
    written = capsysbinary.readouterr()
    assert written.out == b""
    return written.err.decode()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("log.vkey", b"", "names no key"),
        ("log.vkey", b"nonsense", "Line 1 of the vkey file"),
        ("log.vkey", b"\xff", "is not UTF-8"),
        ("known-0", b"nonsense", "cannot be held against anything"),
        ("known-0", b"\xff", "cannot be held against anything"),
        ("known-0", b"x" * 5_000_000, "too large"),
    ],
)
def test_what_the_reader_brings_must_be_usable(
    name: str, content: bytes, words: str, table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    events = lines()
    arguments = table.export(events, signed(events), known=[signed(events[:8])])
    table.file(name, content)
    assert words in refusal(arguments, capsysbinary)


def test_a_kept_proof_that_does_not_hold_is_no_measure(
    table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    events = lines()
    false = proof(events, 4).text().replace("index 4", "index 5")
    words = refusal(table.export(events, signed(events), known=[false]), capsysbinary)
    assert "do not lead to the root" in words


@pytest.mark.parametrize("missing", ["export/events.jsonl", "export/checkpoint", "log.vkey", "known-0"])
def test_a_file_that_is_not_there_is_named(
    missing: str, table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    events = lines()
    arguments = table.export(events, signed(events), known=[signed(events[:8])])
    (table.folder / missing).unlink()
    assert f"{missing} cannot be read (No such file or directory)" in refusal(arguments, capsysbinary)


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"ident":"a","kind":"email"}', '{"ident":1,"kind":"email","salt":""}', "[" * 100_000]
    + [f'{{"ident":"a","kind":"email","salt":"{salt}"}}' for salt in ("!", "AA==")]
    + ['{"ident":" ","kind":"email","salt":"' + "A" * 43 + '="}'],
)
def test_an_opening_must_be_one(text: str, table: Table, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    arguments = table.proof(proof(lines(), 4), opened=text or " ")
    assert "opening" in refusal(arguments, capsysbinary).lower()


def test_a_refusal_for_machines_has_no_verdict(
    table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    events = lines()
    arguments = table.export(events, signed(events))
    table.file("log.vkey", "")
    assert main([*arguments, "--json"]) == 2
    assert json.loads(capsysbinary.readouterr().out)["verdict"] is None


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--export", "x"],
        ["--vkey", "x"],
        ["--vkey", "x", "--export", "x", "--proof", "x"],
        ["--vkey", "x", "--export", "x", "--opening", "x"],
        ["--vkey", "x", "--proof", "x", "--checkpoint", "x"],
        ["--vkey", "x", "--export", "x", "--jobs", "0"],
    ],
)
def test_arguments_that_do_not_go_together_are_refused(
    arguments: list[str], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2


def test_the_lines_alone_need_a_checkpoint_beside_them(
    table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    events = lines()
    arguments = table.export(events, signed(events))
    arguments[1] += "/events.jsonl"
    assert "--checkpoint" in refusal(arguments, capsysbinary)
    kept = table.file("elsewhere", signed(events).text())
    assert said(capsysbinary, [*arguments, "--checkpoint", str(kept)]).startswith("OK all 12 events")


@pytest.mark.parametrize("more", [[], ["--checkpoint", "elsewhere"]])
def test_an_export_that_is_not_there_is_said_to_be_missing(
    more: list[str], table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    words = refusal(["--export", str(table.folder / "away"), *table.vkey(), *more], capsysbinary)
    assert f"{table.folder / 'away'} cannot be read (No such file or directory)" in words


def test_a_checkpoint_of_the_continued_log_is_compared_with_what_event_0_declares(
    table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    agreed = said(capsysbinary, ATTACKS["log_that_declares_what_was_kept"].lay_out(table))
    assert "agrees with what event 0 declares of its 7 events" in agreed
    assert "was not compared" not in agreed
    fork = said(capsysbinary, ATTACKS["log_that_declares_another_root_than_was_kept"].lay_out(table))
    assert (table.folder / "known-0").read_text() in fork
    assert (table.folder / "export" / "checkpoint").read_text() in fork


def test_known_may_be_given_several_times(table: Table, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    events = lines()
    arguments = table.export(events, signed(events), known=[signed(events[:4])])
    other = table.file("other", signed(edited(events)[:8]).text())
    assert said(capsysbinary, [*arguments, "--known", str(other)]).startswith("FORK at 8 events:")
