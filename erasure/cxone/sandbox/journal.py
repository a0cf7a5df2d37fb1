"""Keeps what the sandbox took, so that a restarted sandbox still knows it, as CXone would."""

import json
from pathlib import Path
from typing import Any


class Journal:
    """A file of JSON lines, appended to with every post.

    It holds identifiers in clear, as CXone does; it is meant for made-up people.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.kept = self._read()
        self._file = path.open("a", encoding="utf-8")
        # A sandbox that was killed may have left half a line, which must not swallow the next.
        self._file.write("\n")

    def append(self, entry: dict[str, Any]) -> None:
        """Write one entry out of this process, though not necessarily to the disk."""
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read(self) -> list[dict[str, Any]]:
        if not self._path.exists():
            return []
        entries = []
        for line in self._path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                # Half a line: its post was not answered and will be repeated.
                continue
            if isinstance(entry, dict):
                entries.append(entry)
        return entries
