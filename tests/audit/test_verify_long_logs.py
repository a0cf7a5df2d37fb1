"""Verifying long logs: in stretches, by several processes, and with a bar; the answer is always the same."""

from pathlib import Path

import pytest

from audit.verifier import export_scan
from audit.verifier.line_check import LineCheck
from audit.verifier.progress_bar import ProgressBar
from audit.verify import main
from tests.audit.attacks.made import Table, line, proof, signed


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """A folder to lay files out in."""
    return Table(tmp_path)


def said(capsysbinary: pytest.CaptureFixture[bytes], arguments: list[str]) -> str:
    """What is answered."""
    main(arguments)
    return capsysbinary.readouterr().out.decode()


def long_log(table: Table, count: int = 3000) -> list[str]:
    """A log of several stretches, as an export."""
    events = [line(0), *(line(seq, ts="2026-01-02T00:00:00.000Z") for seq in range(1, count))]
    events[1800] = line(1800, ts="2026-01-01T00:00:01.000Z")
    events[1900] = line(1900, ts="2026-01-01T00:00:01.000Z")
    return table.export(events, signed(events), known=[signed(events[:1234]), proof(events[:2345], 2000)])


@pytest.fixture
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many stretches out of a log that is soon made."""
    monkeypatch.setattr(export_scan, "STRETCH_BYTES", 4096)
    monkeypatch.setattr(export_scan, "PARALLEL_FROM_BYTES", 0)
    monkeypatch.setattr(export_scan, "PARALLEL_HASHING_FROM_BYTES", 0)


@pytest.mark.usefixtures("short_stretches")
@pytest.mark.parametrize("quick", [[], ["--quick"]])
def test_several_processes_say_what_one_says(
    quick: list[str], table: Table, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    arguments = [*long_log(table), *quick]
    alone = said(capsysbinary, [*arguments, "--jobs", "1"])
    assert alone == said(capsysbinary, [*arguments, "--jobs", "2"])
    assert alone.startswith("OK" if quick else "WARN all 3000 events")
    assert quick or "2 times, first at line 1801" in alone
    export = table.folder / "export/events.jsonl"
    export.write_bytes(export.read_bytes().replace(b'"seq":2500', b'"seq":2501'))
    broken = said(capsysbinary, [*arguments, "--jobs", "1"])
    assert broken == said(capsysbinary, [*arguments, "--jobs", "2"])
    assert broken.startswith("FAIL lines 2346 to 3000:" if quick else "FAIL line 2501: its seq is 2501")


@pytest.mark.usefixtures("short_stretches")
def test_stretches_of_any_length_say_the_same(
    table: Table, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = long_log(table, 2600)
    answers = set()
    for length in (1000, 4096, 10_001, 1 << 22):
        monkeypatch.setattr(export_scan, "STRETCH_BYTES", length)
        answers.add(said(capsysbinary, arguments))
    assert len(answers) == 1


def test_a_file_that_changes_while_it_is_read_is_not_judged(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"one\ntwo\n")
    stretch = export_scan.Stretch(file, 0, 8, 0, 3, export_scan.Wanted())
    with pytest.raises(export_scan.UnusableError, match="changed while it was read"):
        export_scan.examine(stretch)


class Terminal:
    """A terminal that keeps what is drawn."""

    def __init__(self, *, watched: bool) -> None:
        self.watched = watched
        self.drawn = ""

    def isatty(self) -> bool:
        """Whether somebody is looking."""
        return self.watched

    def write(self, text: str) -> None:
        """Draw."""
        self.drawn += text

    def flush(self) -> None:
        """Nothing is held back."""


def test_a_bar_is_drawn_for_somebody_who_is_looking_and_taken_away_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("audit.verifier.progress_bar.SHOWN_AFTER_SECONDS", 0)
    for watched in (True, False):
        terminal = Terminal(watched=watched)
        with ProgressBar(200_000_000, stream=terminal) as bar:  # type: ignore[arg-type]
            bar.advance(100_000_000)
        assert (" 50% of 200 MB" in terminal.drawn) is watched
        assert terminal.drawn.endswith("\x1b[K") is watched


def test_checks_of_neighbouring_lines_join() -> None:
    events = [line(0), line(1), line(2, ts="2025-01-01T00:00:00.000Z"), line(3)]
    whole, first, second = LineCheck(), LineCheck(), LineCheck(first_seq=2)
    for event in events:
        whole.take(event)
        (first if first.next_seq < 2 else second).take(event)
    first.follow(second)
    assert (first.next_seq, first.times_back, first.first_back) == (4, 1, 2)
    assert first.last_time == whole.last_time
    assert (whole.times_back, whole.first_back) == (1, 2)
