"""How far the verifier is, on the error output of a terminal. Standard library only."""

import sys
import time
from types import TracebackType
from typing import Self, TextIO

WIDTH = 40
# A short log is done before anybody looks; a bar for it would only flicker.
SHOWN_AFTER_SECONDS = 0.5
SHOWN_EVERY_SECONDS = 0.1


class ProgressBar:
    """A bar over a known number of bytes, drawn only for somebody who is looking."""

    def __init__(self, total: int, *, stream: TextIO | None = None) -> None:
        self.total = total
        self.done = 0
        self.stream = stream or sys.stderr
        self.shown = False
        self.next_at = time.monotonic() + SHOWN_AFTER_SECONDS

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self.shown:
            self.stream.write("\r\x1b[K")
            self.stream.flush()

    def advance(self, length: int) -> None:
        """So many bytes more are done."""
        self.done += length
        now = time.monotonic()
        if not self.stream.isatty() or now < self.next_at:
            return
        self.next_at = now + SHOWN_EVERY_SECONDS
        self.shown = True
        part = min(self.done / self.total, 1.0) if self.total else 1.0
        bar = ("#" * round(WIDTH * part)).ljust(WIDTH)
        self.stream.write(f"\r[{bar}] {part:4.0%} of {self.total // 1_000_000} MB")
        self.stream.flush()
