"""The supervisor over plain child processes: restarts, order of stopping, and nothing left behind."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.program.processes import Program, wait_until

pytestmark = pytest.mark.program
Plain = Callable[[str], Program]


@pytest.fixture
def families(plain: Plain) -> Program:
    """Parts with children of their own, and one that ignores SIGTERM."""
    program = plain("families")
    for words in ("parent ready", "stubborn ready", "family   | family"):
        program.wait_for(words)
    return program


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_wish_to_stop_leaves_nothing_running(families: Program, sign: signal.Signals) -> None:
    # The supervisor, three parts and two children.
    assert len(families.alive()) == 6
    families.signal(sign)
    assert families.code() == 0
    assert families.alive() == {}


def test_it_leaves_nothing_running_when_it_is_killed(plain: Plain) -> None:
    program = plain("tied")
    for words in ("parent ready", "stubborn ready", "fine     | fine"):
        program.wait_for(words)
    assert len(program.alive()) == 5
    program.signal(signal.SIGKILL)
    program.code()
    wait_until(lambda: not program.alive(), seconds=5, what="the parts end with their supervisor")


def test_a_second_ctrl_c_does_not_wait(plain: Plain) -> None:
    program = plain("patient")
    program.wait_for("stubborn ready")
    program.signal(signal.SIGINT)
    program.wait_for("waiting for stubborn to end; Ctrl-C again stops at once")
    program.signal(signal.SIGINT)
    assert program.code(seconds=5) == 0
    assert program.alive() == {}


def test_it_stops_the_parts_rank_after_rank(plain: Plain, tmp_path: Path) -> None:
    program = plain("ordered")
    for name in ("broker", "web", "worker"):
        program.wait_for(f"{name} ready")
    program.signal(signal.SIGTERM)
    assert program.code() == 0
    assert (tmp_path / "stops").read_text().split() == ["web", "worker", "broker"]


def test_a_killed_part_is_started_again_and_its_children_are_not_left(families: Program) -> None:
    family = next(number for number, line in families.alive().items() if 'print("family"' in line)
    before = set(families.alive())
    os.kill(family, signal.SIGKILL)
    families.wait_for("family was ended by SIGKILL; starting it again in 0.5 s")
    wait_until(lambda: families.said().count("family   | family") == 2, seconds=10, what="it runs again")
    # The dead part and its child are gone, both have successors.
    assert len(families.alive()) == 6
    assert len(before - set(families.alive())) == 2


def test_a_part_that_keeps_dying_stops_everything_with_a_plain_line(plain: Plain) -> None:
    program = plain("dying")
    assert program.code(seconds=30) == 1
    assert "given up: dying ended with exit code 3, 5 times in a row soon after its start" in program.said()
    assert [f"in {seconds} s" in program.said() for seconds in ("0.5", "1", "2", "4")] == [True] * 4
    assert program.alive() == {}


def test_every_line_carries_the_name_of_its_part_even_an_unfinished_one(plain: Plain) -> None:
    program = plain("talking")
    program.wait_for("talker   | half a line")
    program.wait_for("plain    | talker ended with exit code 0")
