"""One run at a time in a `DATA_DIR`, and never a demo in the directory of a real deployment or the reverse.

The lock is inherited by every part that the run starts, so it is free only when nothing of that run is left:
a second broker on the files of a first one would corrupt them.
"""

import fcntl
import os
import shutil
import time
from pathlib import Path
from typing import Literal

Kind = Literal["demo", "serve"]

LOCK = "lock"
MARKER = "made-by"
DATABASE = "privacyadmin.sqlite3"
#: What merely loading the settings leaves behind in an otherwise empty directory.
LEFT_BY_SETTINGS = frozenset({LOCK, "keys", DATABASE})
#: How long the parts of a run that was killed may take to end before a new run is refused, in seconds.
SECONDS_FOR_REMAINS = 15.0


class DataDirError(Exception):
    """This run may not use this directory; the text says why and what to do."""


class DataDir:
    """A directory held by this process and by whatever inherits `descriptor`."""

    def __init__(self, folder: Path, descriptor: int) -> None:
        self.folder = folder
        self.descriptor = descriptor

    def release(self) -> None:
        """Let go of the directory. It becomes free when the last part that inherited the lock has ended."""
        os.close(self.descriptor)

    def reset(self) -> None:
        """Remove everything but the lock. Raises DataDirError unless `demo` made the directory."""
        if _maker(self.folder) != "demo":
            raise DataDirError(
                f"{self.folder} was not made by `demo`, so `--reset` leaves it alone. "
                "Set DATA_DIR to the demo's directory, or empty this one yourself."
            )
        # The marker goes last: a reset that is interrupted can be repeated.
        for entry in sorted(self.folder.iterdir(), key=lambda entry: entry.name == MARKER):
            if entry.name == LOCK:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def mark(self, kind: Kind) -> None:
        """Write down who made the directory. Raises DataDirError when it is of the other kind, or strange."""
        maker = _maker(self.folder)
        if maker is None:
            _refuse_strangers(self.folder, kind)
            (self.folder / MARKER).write_text(f"{kind}\n", encoding="utf-8")
        elif maker != kind:
            raise DataDirError(
                f"{self.folder} belongs to `{maker}`; `{kind}` would mix made-up and real requests. "
                "Set DATA_DIR to another directory."
            )


def take(folder: Path, *, seconds: float = SECONDS_FOR_REMAINS) -> DataDir:
    """Hold `folder` for this process, made (0700) where it is missing.

    When the holder named in the lock has ended, waits up to `seconds` for its parts to end too.
    Raises DataDirError, naming the first run's process, when the directory stays taken or cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DataDirError(
            f"{folder} cannot be used: {error.strerror}. Set DATA_DIR to another directory."
        ) from error
    until = time.monotonic() + seconds
    while not _locked(descriptor):
        holder = _holder(descriptor)
        if _alive(holder) or time.monotonic() > until:
            os.close(descriptor)
            raise DataDirError(_taken(folder, holder))
        time.sleep(0.1)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return DataDir(folder, descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(descriptor: int) -> int | None:
    """The process named in the lock; None in the instant before the holder has written itself down."""
    word = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
    return int(word) if word.isdecimal() else None


def _alive(process: int | None) -> bool:
    if process is None:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _taken(folder: Path, holder: int | None) -> str:
    if holder is not None and _alive(holder):
        return (
            f"{folder} is in use: process {holder} already runs there. Stop it first "
            f"(Ctrl-C in its window, or `kill {holder}`), or set DATA_DIR to another directory."
        )
    return (
        f"{folder} is in use: parts of an earlier run (process {holder}, which has ended) are still running. "
        "Stop them, or set DATA_DIR to another directory."
    )


def _maker(folder: Path) -> str | None:
    try:
        return (folder / MARKER).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None


def _refuse_strangers(folder: Path, kind: Kind) -> None:
    """Without marker a directory must be empty, but `serve` may find a database migrated there by hand."""
    database = folder / DATABASE
    if kind == "serve" or (_only_settings(folder) and not (database.exists() and database.stat().st_size)):
        return
    raise DataDirError(
        f"{folder} is not empty and was not made by `demo`, and a demo keeps to its own directory. "
        "Set DATA_DIR to an empty or new directory."
    )


def _only_settings(folder: Path) -> bool:
    return {entry.name for entry in folder.iterdir()} <= LEFT_BY_SETTINGS
