"""A ZIP made while it is sent: nothing of it is kept, however long the log is."""

import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from audit.export.files import File

READABLE_BY_ALL, READABLE_BY_OWNER = 0o100644 << 16, 0o100600 << 16


class _Outlet(io.RawIOBase):
    """Takes what ZipFile writes until it is sent on. That it cannot seek tells ZipFile to write sizes after
    the content.
    """

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        """It is there to be written to."""
        return True

    def write(self, octets: bytes, /) -> int:  # type: ignore[override]  # ZipFile writes bytes only.
        """Keep it until it is taken."""
        self._written += octets
        return len(octets)

    def take(self) -> bytes:
        """What came since the last time."""
        taken = bytes(self._written)
        self._written.clear()
        return taken


def zipped(
    files: Iterable[File], *, modified: datetime, permissions: int = READABLE_BY_ALL
) -> Iterator[bytes]:
    """The files as a ZIP, in pieces about as large as those of the files.

    When a file cannot be read to its end, the ZIP ends without its directory, and no program opens it.
    """
    outlet = _Outlet()
    with ZipFile(outlet, "w") as archive:
        for file in files:
            with archive.open(_entry(file.name, modified, permissions), "w", force_zip64=True) as member:
                for piece in file.content:
                    member.write(piece)
                    yield outlet.take()
    yield outlet.take()


def _entry(name: str, modified: datetime, permissions: int) -> ZipInfo:
    entry = ZipInfo(name, modified.astimezone(UTC).timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = permissions
    return entry
