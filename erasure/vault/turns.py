"""One thread at a time for each thing that several deliveries change, such as a task at a vault."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from erasure.choices import DeliveryTrouble
from erasure.vault.message import NotDelivered

SECONDS = 10.0
"""The longest wait for a turn: whoever is at work for so long is waiting for a vault that does not answer."""


@dataclass
class _Turn:
    lock: Lock = field(default_factory=Lock)
    wanted_by: int = 0


class Turns:
    """Between looking at a thing and changing it, nobody else of this process shall change it."""

    def __init__(self) -> None:
        self._turns: dict[str, _Turn] = {}
        self._counting = Lock()

    @contextmanager
    def at(self, name: str) -> Iterator[None]:
        """Have the thing of this name to oneself. Raises NotDelivered when it does not come free in time."""
        turn = self._queue(name)
        try:
            if not turn.lock.acquire(timeout=SECONDS):
                raise NotDelivered(DeliveryTrouble.TIMED_OUT)
            try:
                yield
            finally:
                turn.lock.release()
        finally:
            self._leave(name, turn)

    def _queue(self, name: str) -> _Turn:
        with self._counting:
            turn = self._turns.setdefault(name, _Turn())
            turn.wanted_by += 1
            return turn

    def _leave(self, name: str, turn: _Turn) -> None:
        with self._counting:
            turn.wanted_by -= 1
            if not turn.wanted_by:
                del self._turns[name]
