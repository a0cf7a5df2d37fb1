"""What the signer remembers beside the key: how far it signed each log, and over which tree.

The database could be taken back to an earlier state, or be changed together with its checkpoints; a file that
lies with the key, outside the database, is not. That makes the signer the log's first witness. One process at
a time holds the memory.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from audit.log_format import Frontier, LogFormatError
from audit.signing.signing_errors import SignerBusyError, SignerMemoryError
from audit.signing.signing_key import beside, draft_of, give_to_owner, sync_directory
from audit.verifier.signed_note import NoteError, from_base64, to_base64

VERSION = 1
BETWEEN_TRIES = 0.02


class SignerMemory:
    """The trees last signed, by the names of their logs, as long as this process holds the lock."""

    def __init__(self, path: Path, trees: Mapping[str, Frontier]) -> None:
        self._path = path
        self._trees = dict(trees)

    def tree_of(self, origin: str) -> Frontier | None:
        """The tree last signed of this log; None for a log that was never signed here."""
        kept = self._trees.get(origin)
        return None if kept is None else Frontier(kept.size, list(kept.hashes))

    @property
    def logs(self) -> Mapping[str, Frontier]:
        """All that is remembered."""
        return self._trees

    def remember(self, origin: str, tree: Frontier) -> None:
        """Keep this tree for good before anybody is told of it. Raises SignerMemoryError.

        Logs of other names are forgotten with it: this one began by saying how far they were signed.
        """
        self._keep({origin: Frontier(tree.size, list(tree.hashes))})

    def expect(self, origin: str) -> None:
        """Be ready to sign a log of this name from its first event on. Raises SignerMemoryError.

        The logs known until now stay known: the one of this name may not come to be.
        """
        self._keep({**self._trees, origin: Frontier()})

    def _keep(self, trees: Mapping[str, Frontier]) -> None:
        try:
            draft_of(self._path, _written(trees)).replace(self._path)
            sync_directory(self._path)
        except OSError as error:
            raise SignerMemoryError(_unusable(self._path, error)) from error
        self._trees = dict(trees)


def remembered(key_file: Path) -> Mapping[str, Frontier]:
    """All that is remembered beside this key, without waiting for whoever signs now; for comparing only.

    Empty where nothing was signed, or nothing is here. Raises SignerMemoryError when it cannot be read.
    """
    return _read(beside(key_file, "signed"))


@contextmanager
def held(key_file: Path, *, wait_seconds: float) -> Iterator[SignerMemory]:
    """The memory that goes with this key, for this process alone.

    Raises SignerBusyError when another process holds it for longer than `wait_seconds`, and SignerMemoryError
    when it cannot be read: it is never taken for empty, since that would forget what was signed. A file that
    is not there knows no log, which is right only before the first checkpoint; `signed_tree` sees to that.
    """
    path = beside(key_file, "signed")
    lock = beside(key_file, "lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        give_to_owner(descriptor, lock.parent)
    except OSError as error:
        raise SignerMemoryError(_unusable(lock, error)) from error
    try:
        _lock(descriptor, until=time.monotonic() + wait_seconds)
        yield SignerMemory(path, _read(path))
    finally:
        os.close(descriptor)


def _lock(descriptor: int, *, until: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise SignerBusyError(
                    "Another process is signing the log and has not ended in time. Try again in a minute; "
                    "the first checkpoint of a long log takes the longest."
                ) from None
            time.sleep(BETWEEN_TRIES)
        else:
            return


def _read(path: Path) -> dict[str, Frontier]:
    try:
        octets = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SignerMemoryError(_unusable(path, error)) from error
    try:
        return _trees_in(json.loads(octets))
    except (ValueError, KeyError, TypeError, AttributeError, NoteError, LogFormatError):
        raise SignerMemoryError(
            f"{path} is damaged: it says how far the log was signed. Move it aside, and declare that this is "
            "no longer known: run `manage.py continue_audit --reason restored_backup`, which ends this log "
            "and begins one that says so."
        ) from None


def _trees_in(stored: dict[str, object]) -> dict[str, Frontier]:
    if stored["version"] != VERSION or not isinstance(stored["logs"], dict):
        raise ValueError
    return {origin: _tree(one) for origin, one in stored["logs"].items()}


def _tree(one: dict[str, object]) -> Frontier:
    hashes, size = one["frontier"], one["size"]
    if not isinstance(hashes, list) or type(size) is not int:
        raise TypeError
    packed = b"".join(from_base64(text, what="a hash") for text in hashes)
    tree = Frontier.unpack(size, packed)
    if to_base64(tree.root()) != one["root"]:
        raise ValueError
    return tree


def _written(trees: Mapping[str, Frontier]) -> bytes:
    logs = {
        origin: {
            "size": tree.size,
            "root": to_base64(tree.root()),
            "frontier": [to_base64(node) for node in tree.hashes],
        }
        for origin, tree in trees.items()
    }
    return (json.dumps({"version": VERSION, "logs": logs}, indent=1) + "\n").encode()


def _unusable(path: Path, error: OSError) -> str:
    return (
        f"{path} cannot be used ({error.strerror}). The signer keeps what it signed beside the key: "
        "AUDIT_KEY_FILE must lie in a directory in which this user may write."
    )
