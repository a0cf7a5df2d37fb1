"""Uploads on their way into a page: never on a disk in clear, whoever reads the disk later.

Django keeps a large upload in a temporary file. This one is encrypted piece by piece under a key that only
this process knows and that goes with the request; so what a disk keeps of a deleted file is nobody's.
"""

import io
import struct
import tempfile
from typing import IO, Any

from cryptography.fernet import Fernet
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

#: More than any form here takes. What is beyond it is counted and not kept.
MOST_KEPT_BYTES = 64_000_000
LENGTH = struct.Struct(">I")


class EncryptedPieces(io.RawIOBase):
    """What was uploaded, as a file that can be read again and again from its beginning."""

    def __init__(self) -> None:
        super().__init__()
        self._cipher = Fernet(Fernet.generate_key())
        self._stored: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this file.
        self._piece = b""
        self._place = 0

    def append(self, piece: bytes) -> None:
        """Add a piece at the end; all of them before anything is read."""
        token = self._cipher.encrypt(piece)
        self._stored.write(LENGTH.pack(len(token)) + token)

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be read from its beginning again, and from nowhere else."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Back to the beginning, or where it stands. Raises UnsupportedOperation for any other place."""
        if (offset, whence) == (0, io.SEEK_CUR):
            return self._place
        if (offset, whence) != (0, io.SEEK_SET):
            raise io.UnsupportedOperation("An upload is read from its beginning.")
        self._piece, self._place = b"", 0
        return self._stored.seek(0)

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer from the piece at hand."""
        if not self._piece and (head := self._stored.read(LENGTH.size)):
            self._piece = self._cipher.decrypt(self._stored.read(*LENGTH.unpack(head)))
        taken = self._piece[: len(buffer)]
        buffer[: len(taken)] = taken
        self._piece = self._piece[len(taken) :]
        self._place += len(taken)
        return len(taken)

    def close(self) -> None:
        """Let the disk have its space back."""
        self._stored.close()
        super().close()


class EncryptedUploadHandler(FileUploadHandler):
    """Takes what a form uploads, of any size, and keeps of it what a form may have."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        super().new_file(*args, **kwargs)
        self._pieces = EncryptedPieces()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a piece."""
        if start + len(raw_data) <= MOST_KEPT_BYTES:
            self._pieces.append(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes]":
        """The file as forms know it, with the size that was sent."""
        self._pieces.seek(0)
        return UploadedFile(
            file=io.BufferedReader(self._pieces),
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
        )
