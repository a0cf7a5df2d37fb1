"""Dossiers as they are taken in tests, and the archive as the person has it."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from erasure import dossier
from erasure.asked import Identifier
from privacyadmin.models import User
from tests.erasure.made_requests import CXONE_ID


def presented(*values: str | tuple[str, str]) -> list[Identifier]:
    given = values or (CXONE_ID,)
    return [Identifier(*one) if isinstance(one, tuple) else Identifier("cxone_id", one) for one in given]


def taken(by: User, *values: str | tuple[str, str], language: str = "en-gb") -> dict[str, bytes]:
    """The files of a dossier for whoever presents these, by their names below its folder."""
    whose = dossier.whose(presented(*values))
    return unpacked(b"".join(dossier.begin(whose, by=by, language=language).as_zip()))


def unpacked(archive: bytes) -> dict[str, bytes]:
    """The files of an archive, which is whole, by their names below its one folder."""
    with zipfile.ZipFile(BytesIO(archive)) as packed:
        assert packed.testzip() is None
        names = packed.namelist()
        assert len({name.partition("/")[0] for name in names}) == 1
        return {name.partition("/")[2]: packed.read(name) for name in names}


def told(files: dict[str, bytes]) -> list[dict[str, Any]]:
    """The requests by the part for machines."""
    return list(json.loads(files["dossier.json"])["requests"])


def verified(files: dict[str, bytes], folder: Path, *, proof: str, opening: str = "") -> str:
    """What the verifier that came with it says, by itself and with nothing of ours installed."""
    for name, octets in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(octets)
    more: Sequence[str] = ("--opening", opening) if opening else ()
    done = subprocess.run(  # noqa: S603 - our own verifier.
        [
            *(sys.executable, "-I", "-S", "audit-verify.pyz", "--vkey", "vkey"),
            *("--proof", proof, *more),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr
