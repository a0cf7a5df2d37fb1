"""One part of the program: how it is started, and how all of it ends, whatever happens to its supervisor."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from privacyadmin.embedded.lines import LineCutter

#: prctl(2): the signal that this process gets when its parent dies. Linux only.
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


@dataclass(frozen=True, kw_only=True)
class Part:
    """What to run and how it wants to be ended."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    folder: Path
    #: Given on standard input, then closed: for what must stand in no argument, file or environment. It must
    #: fit into a pipe, 64 KiB on Linux.
    first_input: bytes = field(default=b"", repr=False)
    #: Descriptors that the part inherits.
    inherits: tuple[int, ...] = ()
    #: Parts of a lower rank are stopped before those of a higher one.
    stop_rank: int = 0
    #: From the request to end until everything of the part is killed.
    seconds_to_end: float = 10.0
    #: What the part gets when the supervisor is killed. Work in flight is safe with KILL, since the database
    #: knows about it; a part with children of its own gets TERM, so that it can end them.
    at_supervisor_death: signal.Signals = signal.SIGKILL


@dataclass
class RunningPart:
    """A started part, the leader of its own session and process group."""

    part: Part
    process: subprocess.Popen[bytes]
    #: The descriptor that the part's output is read from, without blocking.
    output: int
    cutter: LineCutter = field(default_factory=LineCutter)
    started: float = field(default_factory=time.monotonic)

    def read(self) -> tuple[list[str], bool]:
        """Lines that have arrived, and whether the output has come to its end."""
        try:
            octets = os.read(self.output, 65536)
        except BlockingIOError:
            return [], False
        return (self.cutter.feed(octets), False) if octets else (self.cutter.finish(), True)

    def ended(self) -> bool:
        """Whether the part's first process is gone."""
        return self.process.poll() is not None

    def ask_to_end(self) -> None:
        """Ask the first process alone; it is the one that knows how to end its children."""
        if not self.ended():
            self.process.terminate()

    def kill_all(self) -> None:
        """Kill whatever is left of the part's process group, and collect the first process."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start(part: Part) -> RunningPart:
    """Start the part, from the main thread: the death signal follows the thread that started the process.

    Raises OSError when the program cannot be started.
    """
    output, output_end = os.pipe()
    os.set_blocking(output, False)
    first_input = _pipe_with(part.first_input)
    try:
        # The commands are this project's own, never a user's words.
        process = subprocess.Popen(  # noqa: S603
            list(part.command),
            env=dict(part.environment),
            cwd=part.folder,
            stdin=first_input,
            stdout=output_end,
            stderr=output_end,
            start_new_session=True,
            pass_fds=part.inherits,
            # Unsafe beside other threads; the supervisor has one.
            preexec_fn=_end_with(os.getpid(), part.at_supervisor_death),  # noqa: PLW1509
        )
    except OSError:
        os.close(output)
        raise
    finally:
        os.close(output_end)
        os.close(first_input)
    return RunningPart(part, process, output)


def _pipe_with(octets: bytes) -> int:
    """The reading end of a pipe that holds these octets and then ends."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(octets)
    return reading


def _end_with(supervisor: int, death_signal: signal.Signals) -> Callable[[], None]:
    """What the child does before it becomes the part: tie its life to the supervisor's."""

    def tie() -> None:
        prctl = getattr(LIBC, "prctl", None)
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        # The supervisor may have died before the line above took effect.
        if os.getppid() != supervisor:
            os._exit(1)

    return tie
