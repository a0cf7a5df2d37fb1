"""Starting programs, and leaving nothing of them behind whatever a test does."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from privacyadmin.environment import GENERATED_KEYS
from tests.program.processes import Program

Start = Callable[..., Program]
#: What a developer's shell may have set and the programs under test must not see.
LEFT_OUT = {
    *("DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "ALLOWED_HOSTS", "DJANGO_SETTINGS_MODULE", "DEBUG"),
    *GENERATED_KEYS,
}


def environment_for(folder: Path) -> dict[str, str]:
    """This environment without the program's own variables, and with a DATA_DIR in the folder."""
    kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT and "CXONE" not in name}
    kept.pop("SEND_DELAY_SECONDS", None)
    return {**kept, "DATA_DIR": str(folder / "data")}


@pytest.fixture
def clean_environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a program of the test's own."""
    return environment_for(tmp_path)


@pytest.fixture
def start(tmp_path: Path, clean_environment: dict[str, str]) -> Iterator[Start]:
    """Start `python WORDS…` from the checkout; whatever is left of it afterwards is killed."""
    started: list[Program] = []

    def start_one(*words: str, **environment: str) -> Program:
        program = Program(
            command=[sys.executable, *words],
            environment={**clean_environment, **environment},
            output=tmp_path / f"output-{len(started)}.txt",
        )
        started.append(program)
        program.start()
        return program

    yield start_one
    for program in started:
        program.kill_all()


@pytest.fixture
def plain(start: Start, tmp_path: Path) -> Callable[[str], Program]:
    """Start a supervisor over plain child processes."""
    return lambda name: start("-m", "tests.program.plain_program", name, str(tmp_path))
