"""From the bytes of a file to its text, piece by piece: which encoding it is in, and what is no text at all.

UTF-16 says so by its byte order mark. What is valid UTF-8 is UTF-8, with or without a mark; of everything
else only Windows-1252 is known here, which spreadsheets write where nobody asked them for anything else.
"""

import codecs
import io
from typing import IO, Any

from django.utils.translation import gettext as _

UTF_8, UTF_16, WINDOWS_1252 = "UTF-8", "UTF-16", "Windows-1252"
CODECS = {UTF_8: "utf-8-sig", UTF_16: "utf-16", WINDOWS_1252: "cp1252"}
PIECE = 64 * 1024
#: What other kinds of file begin with: a workbook and other archives, old workbooks, PDF.
ARCHIVE, OLD_WORKBOOK, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"


class ListUnreadable(Exception):  # noqa: N818 - reads as what it is where it is caught.
    """The list cannot be read as a whole; the text says why, and what to do."""


def encoding_of(content: IO[bytes]) -> str:
    """In which encoding the content is. Raises ListUnreadable for what is no text that is known here."""
    content.seek(0)
    first = content.read(PIECE)
    if not first.strip():
        raise ListUnreadable(
            _("It is empty. The first line names the columns, and each further line is one request.")
        )
    if first.startswith((ARCHIVE, OLD_WORKBOOK, PDF)):
        raise ListUnreadable(
            _("It is a workbook or another kind of file, not a CSV file. %(way_out)s")
            % {"way_out": save_as()}
        )
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = UTF_16
    else:
        encoding = UTF_8 if _can_be_read(content, UTF_8) else WINDOWS_1252
    if encoding != UTF_8 and not _can_be_read(content, encoding):
        raise ListUnreadable(
            _("Its characters are in none of the known encodings (UTF-8, UTF-16, Windows-1252). %(way_out)s")
            % {"way_out": save_as()}
        )
    return encoding


def text_of(content: IO[bytes], encoding: str) -> IO[str]:
    """The content as text from its beginning, with its line ends as they are; it stays open."""
    content.seek(0)
    return io.TextIOWrapper(io.BufferedReader(_Lent(content)), encoding=CODECS[encoding], newline="")


class _Lent(io.RawIOBase):
    """A file that stays open when what reads it is closed or forgotten."""

    def __init__(self, content: IO[bytes]) -> None:
        super().__init__()
        self._content = content

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._content.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def save_as() -> str:
    """The way out for whatever is not read here."""
    return _("In your spreadsheet choose “Save as”, then “CSV UTF-8”, and choose that file here.")


def _can_be_read(content: IO[bytes], encoding: str) -> bool:
    content.seek(0)
    decoder = codecs.getincrementaldecoder(CODECS[encoding])()
    try:
        while piece := content.read(PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
