"""The wish to end, as a process that works in a loop hears it: by SIGTERM or Ctrl-C, between two rounds."""

import os
import select
import signal
from types import FrameType


class EndRequest:
    """Set by SIGTERM or SIGINT. What is being done goes on to its end; a wait is cut short.

    A pipe and no threading.Event: a handler that runs inside Event.wait() would wait for the lock that it
    interrupted.
    """

    def __init__(self) -> None:
        self.made = False
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._writing, False)

    def listen(self) -> None:
        """Take the signals. Must be called from the main thread."""
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, self._heard)

    def make(self) -> None:
        """Ask for the end."""
        self.made = True
        os.write(self._writing, b".")

    def wait(self, seconds: float) -> None:
        """Wait so long, or until the end is asked for."""
        if not self.made:
            select.select([self._reading], [], [], seconds)

    def _heard(self, _signal: int, _frame: FrameType | None) -> None:
        if not self.made:
            self.make()
