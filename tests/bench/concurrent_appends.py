"""Four processes that append at once, sealed and not: how much of their speed the one head leaves them.

`python -m tests.bench.concurrent_appends` is one of the four: it is told what to do on its standard input.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

import django

django.setup()

from django.contrib.auth.models import Group  # noqa: E402 - models need the apps to be ready.

from audit.models import AuditEvent  # noqa: E402 - the same.
from tests.bench import one_append, two_databases  # noqa: E402 - the same.
from tests.bench.figures import Figures, paired  # noqa: E402 - the same.
from tests.bench.two_databases import PLAIN, SEALED  # noqa: E402 - the same.

WRITERS = 4
IN_A_ROUND = 150

Writer = subprocess.Popen[str]


def four_writers(rounds: int) -> Iterator[Figures]:
    """Each updates a row of its own; all append to the one log, or insert into the one table."""
    for number in range(WRITERS):
        for using in (SEALED, PLAIN):
            Group.objects.using(using).create(name=f"of writer {number}")
    with ExitStack() as stack:
        writers = [stack.enter_context(_start(number)) for number in range(WRITERS)]
        for writer in writers:
            _hear(writer)
        yield from paired(
            "an update with its event, four writers",
            ours=lambda: _all_at_once(writers, "sealed", first=0),
            measure=lambda: _all_at_once(writers, "plain", first=AuditEvent.objects.using(PLAIN).count()),
            rounds=rounds,
            wanted=0.45,
        )
        for writer in writers:
            _tell(writer, {"what": "end"})


def _start(number: int) -> Writer:
    command = [sys.executable, "-m", "tests.bench.concurrent_appends", str(number)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603


def _all_at_once(writers: list[Writer], what: str, *, first: int) -> float:
    """Seconds from the first writer's first transaction to the last one's last."""
    for number, writer in enumerate(writers):
        _tell(writer, {"what": what, "first": first + number * IN_A_ROUND})
    # CLOCK_MONOTONIC is one for all processes of a machine.
    times = [_hear(writer) for writer in writers]
    return max(ended for _begun, ended in times) - min(begun for begun, _ended in times)


def _tell(writer: Writer, order: dict[str, object]) -> None:
    assert writer.stdin is not None
    writer.stdin.write(json.dumps(order) + "\n")
    writer.stdin.flush()


def _hear(writer: Writer) -> list[float]:
    assert writer.stdout is not None
    if not (line := writer.stdout.readline()):
        raise SystemExit(f"A writer ended early with {writer.wait()}; the figures mean nothing.")
    heard: list[float] = json.loads(line)
    return heard


def _be_a_writer(number: int) -> None:
    two_databases.reach_copy()
    group = Group.objects.get(name=f"of writer {number}")
    twin = Group.objects.using(PLAIN).get(name=f"of writer {number}")
    _say([])
    for line in sys.stdin:
        order = json.loads(line)
        if order["what"] == "end":
            return
        begun = time.monotonic()
        for each in range(IN_A_ROUND):
            if order["what"] == "sealed":
                one_append.sealed(group, number=each)
            else:
                one_append.plain(twin, number=each, seq=order["first"] + each)
        _say([begun, time.monotonic()])


def _say(times: list[float]) -> None:
    sys.stdout.write(json.dumps(times) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _be_a_writer(int(sys.argv[1]))
