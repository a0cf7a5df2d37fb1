"""Two writers whose steps are set, so that what two at once could do wrong happens every time or never."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from types import ModuleType
from typing import Any

from django.db import connection

PATIENCE = 20.0


@dataclass
class Writer:
    """Work in a thread with a connection of its own; what it raises is kept."""

    work: Callable[[], Any]
    raised: BaseException | None = None
    given: Any = None
    thread: Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self.given = self.work()
        except BaseException as error:
            self.raised = error
        finally:
            connection.close()


def run_to_the_end(*writers: Writer) -> list[BaseException]:
    """Wait for all, and answer what they raised."""
    for writer in writers:
        writer.thread.join(PATIENCE)
        assert not writer.thread.is_alive(), "a writer is stuck"
    return [writer.raised for writer in writers if writer.raised is not None]


@contextmanager
def pause_under_the_lock(trail: ModuleType, patch: Any) -> Iterator[tuple[Event, Event, Event]]:
    """The first to have read the head stops there until it may go on; it says so, and who comes by."""
    reached, may_go_on, overtaken = Event(), Event(), Event()
    make_rows = trail._rows

    def rows(*arguments: Any, **options: Any) -> Any:
        if reached.is_set():
            overtaken.set()
        else:
            reached.set()
            assert may_go_on.wait(PATIENCE)
        return make_rows(*arguments, **options)

    patch.setattr(trail, "_rows", rows)
    try:
        yield reached, may_go_on, overtaken
    finally:
        may_go_on.set()


def wait_until_held_up(overtaken: Event) -> None:
    """Until another connection waits for a lock, or has come past it.

    SQLite cannot be asked who waits: half a second is what a writer that is not held up gets there.
    """
    if connection.vendor == "sqlite":
        overtaken.wait(0.5)
        return
    ends = time.monotonic() + PATIENCE
    while not overtaken.is_set() and not _somebody_waits():
        assert time.monotonic() < ends, "the second writer neither waits nor goes on"
        time.sleep(0.01)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])
