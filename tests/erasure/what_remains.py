"""All that a database still holds, as whoever has it and all keys could read it."""

import re
import subprocess
from pathlib import Path

from django.db import connection

from erasure.encryption import WrongKey, decrypt

#: A Fernet token begins with its version and the first bytes of a time before the year 2106.
TOKEN = re.compile(rb"gAAAA[A-Za-z0-9_\-]{60,}={0,2}")


def database_files() -> list[Path]:
    """The file of SQLite with its write-ahead log and its index."""
    name = Path(str(connection.settings_dict["NAME"]))
    return sorted(name.parent.glob(f"{name.name}*"))


def bytes_of_the_files() -> bytes:
    """The very bytes of SQLite's files, read by another process.

    Closing a file gives up every lock that this process holds on it, SQLite's own among them: the next
    process to open the database would then take it for unused and cut its index off under this one's feet.
    """
    command = ["/bin/cat", "--", *map(str, database_files())]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout  # noqa: S603 - constant.


def stored() -> bytes:
    """SQLite: the very bytes of its files. PostgreSQL: every row of every table, as text."""
    if connection.vendor == "sqlite":
        return bytes_of_the_files()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f'SELECT CAST(one AS text) FROM "{table}" one')  # noqa: S608 - from the catalogue.
            rows += [text for (text,) in cursor.fetchall()]
    return "\n".join(rows).encode()


def opened(content: bytes) -> list[str]:
    """What the tokens in it say under the present keys."""
    return [text for token in TOKEN.findall(content) if (text := _opened(token)) is not None]


def _opened(token: bytes) -> str | None:
    # In raw bytes the next column may follow without a gap: a token is whole at one of its possible ends.
    for end in range(len(token) // 4 * 4, 99, -4):
        try:
            return decrypt(token[:end].decode())
        except WrongKey:
            continue
    return None


def readable() -> str:
    """All that is stored, with all that can be decrypted."""
    content = stored()
    return "\n".join([content.decode("utf-8", errors="replace"), *opened(content)])
