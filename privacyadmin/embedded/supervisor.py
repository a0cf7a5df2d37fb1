"""Watches over the parts: shows what they say, starts again what dies, stops all in order.

Everything happens in one thread, so that starting a process is safe and the death signal follows it.
"""

import os
import selectors
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from privacyadmin.embedded.lines import Lines
from privacyadmin.embedded.parts import Part, RunningPart, start

#: A part that lived this long before it died is taken to have been well, in seconds.
WELL_AFTER = 30.0
#: So many deaths in a row, each sooner than that, and the whole program is stopped.
QUICK_DEATHS = 5
FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
#: How long the loop may wait before it looks at the processes again, in seconds.
LOOK_EVERY = 0.25
#: After so long the supervisor says what it is waiting for when it stops, in seconds.
HINT_AFTER = 2.0
#: Asked so often, nothing waits any more.
HURRY = 2
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Hear = Callable[[list[str]], None]


class StopAskedError(Exception):
    """Somebody asked the program to end while it was waiting for something."""


class GivenUpError(Exception):
    """A part cannot be kept running, or is not ready in time; the text says which."""


class PartFailedError(GivenUpError):
    """A part that runs once did not succeed; its lines have been shown."""


@dataclass
class Watched:
    """A part with its history."""

    part: Part
    hear: Hear
    running: RunningPart | None = None
    quick_deaths: int = 0
    start_at: float = 0.0
    #: Runs to its end, and is not started again.
    once: bool = False

    def died(self, lived: float) -> float:
        """Note a death; answers the delay before the next start, in seconds."""
        self.quick_deaths = 1 if lived >= WELL_AFTER else self.quick_deaths + 1
        return min(FIRST_DELAY * float(2 ** (self.quick_deaths - 1)), LONGEST_DELAY)

    def alive(self) -> bool:
        """Whether its first process is running now."""
        return self.running is not None and not self.running.ended()


class Supervisor:
    """Put `with supervisor.signals():` around all that starts a part, and `stop_all()` into a finally."""

    def __init__(self, *, name: str, lines: Lines) -> None:
        self.name = name
        self.lines = lines
        self.stops_asked = 0
        self._watched: dict[str, Watched] = {}
        self._selector = selectors.DefaultSelector()

    def say(self, text: str) -> None:
        """A line of the supervisor's own."""
        self.lines.say(self.name, text)

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Take SIGINT, SIGTERM and SIGHUP as the wish to stop; an ignored SIGHUP (`nohup`) stays ignored."""
        before = {sign: signal.getsignal(sign) for sign in STOP_SIGNALS}
        for sign, disposition in before.items():
            if sign is not signal.SIGHUP or disposition is not signal.SIG_IGN:
                signal.signal(sign, self._stop_asked)
        try:
            yield
        finally:
            for sign, disposition in before.items():
                signal.signal(sign, disposition)

    def _stop_asked(self, _signal: int, _frame: FrameType | None) -> None:
        self.stops_asked += 1

    def add(self, part: Part) -> None:
        """Start a part and keep it running from now on."""
        watched = self._watched[part.name] = Watched(part, hear=self._speaker(part.name))
        self._start(watched)

    def run(self) -> None:
        """Watch until somebody asks to stop. Raises GivenUpError when a part keeps dying."""
        try:
            while True:
                self._turn()
                self._look_after_all()
        except StopAskedError:
            return

    def wait_for(self, ready: Callable[[], bool], *, what: str, seconds: float) -> None:
        """Watch until `ready()`. Raises StopAskedError, or GivenUpError when it takes longer than that."""
        until = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > until:
                raise GivenUpError(f"{what} was not ready within {seconds:.0f} seconds")
            self._turn()
            self._look_after_all()

    def run_once(self, part: Part) -> list[str]:
        """Run a part to its end beside the others, and answer its lines.

        Raises StopAskedError, PartFailedError with its lines shown when it fails, and GivenUpError for
        another part.
        """
        said: list[str] = []
        watched = self._watched[part.name] = Watched(part, hear=said.extend, once=True)
        self._start(watched)
        while watched.alive():
            self._turn()
            self._look_after_all()
        code = watched.running.process.returncode if watched.running else 1
        self._clear_away(watched)
        del self._watched[part.name]
        if code:
            self.lines.say(part.name, "\n".join(said))
            raise PartFailedError(f"{part.name} {_how_it_ended(code)}")
        return said

    def stop_all(self) -> None:
        """End all parts, rank after rank; what takes too long, or is in the way of hurry, is killed."""
        for rank in sorted({watched.part.stop_rank for watched in self._watched.values()}):
            self._stop([watched for watched in self._watched.values() if watched.part.stop_rank == rank])
        self._watched.clear()
        self._selector.close()

    def _turn(self) -> None:
        if self.stops_asked:
            raise StopAskedError
        self._listen(LOOK_EVERY)

    def _look_after_all(self) -> None:
        for watched in [watched for watched in self._watched.values() if not watched.once]:
            if watched.running is None and time.monotonic() >= watched.start_at:
                self._start(watched)
            elif watched.running is not None and watched.running.ended():
                how = _how_it_ended(watched.running.process.returncode)
                lived = time.monotonic() - watched.running.started
                self._clear_away(watched)
                self._died(watched, how=how, lived=lived)

    def _died(self, watched: Watched, *, how: str, lived: float) -> None:
        delay = watched.died(lived)
        name = watched.part.name
        if watched.quick_deaths >= QUICK_DEATHS:
            raise GivenUpError(f"{name} {how}, {QUICK_DEATHS} times in a row soon after its start")
        self.say(f"{name} {how}; starting it again in {delay:g} s")
        watched.start_at = time.monotonic() + delay

    def _start(self, watched: Watched) -> None:
        try:
            running = watched.running = start(watched.part)
        except OSError as error:
            self._died(watched, how=f"could not be started ({error})", lived=0.0)
            return
        self._selector.register(running.output, selectors.EVENT_READ, watched)

    def _speaker(self, name: str) -> Hear:
        def speak(lines: list[str]) -> None:
            for line in lines:
                self.lines.say(name, line)

        return speak

    def _listen(self, seconds: float) -> None:
        """Pass on what the parts say, waiting at most so long for the first of it."""
        for key, _events in self._selector.select(seconds):
            watched: Watched = key.data
            if watched.running is not None:
                lines, at_end = watched.running.read()
                watched.hear(lines)
                if at_end:
                    self._selector.unregister(key.fd)

    def _clear_away(self, watched: Watched) -> None:
        """Kill what a part left behind, pass on its last words, and close its output."""
        running, watched.running = watched.running, None
        if running is None:
            return
        running.kill_all()
        lines, at_end = running.read()
        while lines and not at_end:
            watched.hear(lines)
            lines, at_end = running.read()
        watched.hear(lines)
        if running.output in self._selector.get_map():
            self._selector.unregister(running.output)
        os.close(running.output)

    def _stop(self, group: list[Watched]) -> None:
        """End the parts of one rank side by side."""
        for watched in group:
            if watched.running is not None:
                watched.running.ask_to_end()
        began = time.monotonic()
        hinted = False
        while alive := [watched for watched in group if watched.alive()]:
            waited = time.monotonic() - began
            for watched in alive:
                if self.stops_asked >= HURRY or waited > watched.part.seconds_to_end:
                    self._clear_away(watched)
            if waited > HINT_AFTER and not hinted:
                hinted = True
                names = ", ".join(watched.part.name for watched in alive)
                self.say(f"waiting for {names} to end; Ctrl-C again stops at once")
            self._listen(0.05)
        for watched in group:
            self._clear_away(watched)


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    return f"was ended by {signal.Signals(-code).name}"
