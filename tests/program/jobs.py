"""Jobs that the tests give to a worker."""

import time
from pathlib import Path


def slow(begun: str, done: str) -> None:
    """Take two seconds between one file and the next."""
    Path(begun).touch()
    time.sleep(2)
    Path(done).touch()


def note(done: str) -> None:
    """Leave a file."""
    Path(done).touch()


def fail() -> None:
    """Fail."""
    raise RuntimeError("This job fails.")
