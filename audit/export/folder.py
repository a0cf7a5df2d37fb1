"""The folder that an export is written into: whole or not at all, and never over evidence.

The files are written beside the old ones and take their names at the end, the checkpoint last. A folder that
holds an older export of the same log is brought up to date: its events must be the beginning of the new ones,
byte for byte, since an older export that is not is the proof that the log was changed.
"""

import fcntl
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from audit.export.files import CHECKPOINT, EVENTS_FILES, FRONTIER, KEY_CHANGE, README, VKEY, File
from audit.export.source import ExportRefusedError
from audit.export.taking import Form
from audit.verifier.signed_note import Checkpoint, NoteError, parse_note

DRAFT = ".part"
EARLIER = "checkpoint-at-"
OWN_FILES = frozenset({*EVENTS_FILES.values(), CHECKPOINT, VKEY, FRONTIER, README})
NUMBERED = re.compile(rf"(?:{KEY_CHANGE}|{EARLIER})[0-9]+", re.ASCII)

Progress = Callable[[bytes], None]


class NotTheBeginningError(ExportRefusedError):
    """The older export in the folder is no beginning of the new one."""

    def __init__(self, path: Path, line: int) -> None:
        super().__init__(
            f"{path} is not the beginning of this export: they differ from line {line:,} on. Nothing there "
            "was changed; export into another folder. If both were taken from the same log, from the same "
            "event on, then the log was changed since: keep both, verify both, compare their checkpoints."
        )


@dataclass(frozen=True)
class Folder:
    """A folder that nobody else writes an export into at the moment."""

    path: Path

    def refuse_another(self, *, origin: str, form: Form) -> None:
        """Raise ExportRefusedError where an export of another log, or in another form, is in the folder."""
        for other, name in EVENTS_FILES.items():
            if other is not form and (self.path / name).exists():
                raise ExportRefusedError(
                    f"{self.path} holds {name}. Export as {form.value} into another folder, so that each "
                    "keeps the checkpoint that belongs to it."
                )
        older = self.older()
        if older is not None and older.origin != origin:
            raise ExportRefusedError(
                f"{self.path} holds an export of another log, {older.origin}. Export into another folder."
            )

    def older(self) -> Checkpoint | None:
        """The checkpoint of the export that is there. Raises ExportRefusedError when it cannot be read."""
        path = self.path / CHECKPOINT
        if not path.exists():
            return None
        try:
            return parse_note(path.read_bytes().decode()).checkpoint
        except (NoteError, UnicodeDecodeError) as error:
            raise ExportRefusedError(
                f"{path} is not a checkpoint ({error}). Export into another folder."
            ) from None

    def put(self, files: Iterable[File], *, size: int, progress: Progress = lambda _piece: None) -> None:
        """Write all files, then give them their names. Whatever goes wrong before changes nothing there.

        `size` is that of the new checkpoint; an older one stays, as `checkpoint-at-<its size>`, to be checked
        against. Raises ExportRefusedError and OSError.
        """
        names: list[str] = []
        try:
            for file in files:
                names.append(file.name)
                self._draft(file, progress=progress if file.name in EVENTS_FILES.values() else None)
        except BaseException:
            self._remove_drafts(names)
            raise
        older = self.older()
        if older is not None and older.size != size:
            names.append(self._keep_older(older.size))
        for name in sorted(names, key=_turn):
            os.replace(self._draft_of(name), self.path / name)
        _sync_folder(self.path)

    def _draft(self, file: File, *, progress: Progress | None) -> None:
        old = self.path / file.name
        compared = old.exists() and (progress is not None or file.name == FRONTIER)
        with self._draft_of(file.name).open("xb") as draft:
            for piece in _beginning_with(old, file.content) if compared else file.content:
                draft.write(piece)
                if progress:
                    progress(piece)
            draft.flush()
            os.fsync(draft.fileno())

    def _keep_older(self, size: int) -> str:
        name = f"{EARLIER}{size}"
        note = (self.path / CHECKPOINT).read_bytes()
        self._draft(File(name, [note]), progress=None)
        return name

    def _draft_of(self, name: str) -> Path:
        return self.path / f"{name}{DRAFT}"

    def _remove_drafts(self, names: Iterable[str]) -> None:
        for name in names:
            self._draft_of(name).unlink(missing_ok=True)


@contextmanager
def opened(path: Path) -> Iterator[Folder]:
    """The folder, made if need be, for us alone until the block is left, without what a killed export left.

    Raises ExportRefusedError for a folder with files of others or with an export at work, and OSError.
    """
    path.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ExportRefusedError(f"Another export is writing into {path} at this moment.") from None
        _refuse_foreign(path)
        for draft in path.glob(f"*{DRAFT}"):
            draft.unlink()
        yield Folder(path)
    finally:
        os.close(descriptor)


def _refuse_foreign(path: Path) -> None:
    names = (entry.name for entry in path.iterdir())
    foreign = sorted(name for name in names if not _is_ours(name.removesuffix(DRAFT)))
    if foreign:
        shown = ", ".join(foreign[:3]) + (" and others" if len(foreign) > 3 else "")
        raise ExportRefusedError(f"{path} holds other files ({shown}). Name a new or an empty folder.")


def _is_ours(name: str) -> bool:
    return name in OWN_FILES or NUMBERED.fullmatch(name) is not None


def _beginning_with(path: Path, content: Iterable[bytes]) -> Iterator[bytes]:
    """The content, compared on the way. Raises NotTheBeginningError unless the file is its beginning."""
    lines = 0
    with path.open("rb") as old:
        for piece in content:
            before = old.read(len(piece))
            if not piece.startswith(before):
                raise NotTheBeginningError(path, lines + _same_lines(piece, before) + 1)
            lines += piece.count(b"\n")
            yield piece
        if old.read(1):
            raise NotTheBeginningError(path, lines + 1)


def _same_lines(piece: bytes, other: bytes) -> int:
    pairs = zip(piece.splitlines(), other.splitlines(), strict=False)
    return next((number for number, (one, two) in enumerate(pairs) if one != two), 0)


def _turn(name: str) -> int:
    """When a file takes its name: an older checkpoint fits longer events, a newer one not shorter events."""
    return 0 if name in EVENTS_FILES.values() else 2 if name == CHECKPOINT else 1


def _sync_folder(path: Path) -> None:
    """Names reach the disk with their folder."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
