"""The verifier as files to take away: which they are, and how they become one file of Python.

`audit-verify.pyz` holds what `VERIFIER_FILES` lists and runs as `python audit-verify.pyz --vkey …`. The same
sources give the same bytes, so that somebody who reads the sources can compare.
"""

import zipfile
from pathlib import Path
from typing import IO

VERIFIER_FILES = (
    "__init__.py",
    "log_format.py",
    "verify.py",
    "verifier/__init__.py",
    "verifier/comparison.py",
    "verifier/ed25519.py",
    "verifier/evidence.py",
    "verifier/export_check.py",
    "verifier/export_scan.py",
    "verifier/export_words.py",
    "verifier/frontier_text.py",
    "verifier/key_trust.py",
    "verifier/line_check.py",
    "verifier/plain_line.py",
    "verifier/progress_bar.py",
    "verifier/proof_check.py",
    "verifier/proof_text.py",
    "verifier/signed_note.py",
    "verifier/tree_proofs.py",
    "verifier/tree_range.py",
    "verifier/verdicts.py",
)
NAME = "audit-verify.pyz"
SHEBANG = b"#!/usr/bin/env python3\n"
# The oldest time that the format can carry; a true one would make each build differ.
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
SOURCES = Path(__file__).parent
# Written so that an older Python can still read it, and say what it lacks. The guard keeps the helping
# processes, which read this file again, from starting over.
START = b"""\
import sys

if sys.version_info < (3, 11):
    sys.exit("Nothing could be checked: this needs Python 3.11 or newer.")

if __name__ == "__main__":
    from audit.verify import main

    sys.exit(main())
"""


def build(target: Path | IO[bytes]) -> None:
    """Write the verifier as one file. Raises OSError where the target cannot be written."""
    if isinstance(target, Path):
        with target.open("wb") as file:
            build(file)
        target.chmod(0o755)
        return
    target.write(SHEBANG)
    # Stored, not compressed: the bytes then do not depend on a version of zlib, and can be read as they are.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_member("__main__.py"), START)
        for name in VERIFIER_FILES:
            archive.writestr(_member(f"audit/{name}"), (SOURCES / name).read_bytes())


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, FIXED_TIME)
    member.external_attr = 0o644 << 16
    member.create_system = 3
    return member
