"""A certificate as files in a folder: for its owner alone, and never over that of somebody else."""

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from audit.log_format import LogFormatError, parse_line
from audit.verifier.proof_text import Proof, parse_proof
from audit.verifier.signed_note import NoteError
from erasure.certificates.contents import CertificateRefused, Copy
from erasure.certificates.files import PROOF
from erasure.models import PrivacyRequest

OURS = re.compile(
    r"(?:proof(?:-[0-9]+)?\.txt|opening(?:-[0-9]+)?\.json|report\.html|vkey|README\.txt)", re.ASCII
)
OPENING = re.compile(r"opening(?:-[0-9]+)?\.json", re.ASCII)
ELSEWHERE = "Name a new or an empty folder with --out."


def refuse_folder(folder: Path, *, request: PrivacyRequest, copy: Copy) -> None:
    """Raise CertificateRefused unless the folder is new, has none of our files, or has this certificate; and
    where nothing can be written: that it was taken would be on record, and nobody would have it.
    """
    if folder.exists() and not folder.is_dir():
        raise CertificateRefused(f"{folder} is a file. {ELSEWHERE}")
    stands = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not os.access(stands, os.W_OK | os.X_OK):
        raise CertificateRefused(f"Nothing can be written into {stands}. {ELSEWHERE}")
    names = _ours_in(folder)
    if not names:
        return
    proof = _proof_in(folder / PROOF)
    if proof is None:
        raise CertificateRefused(
            f"{folder} holds {', '.join(names[:3])}, and no proof that tells what of. {ELSEWHERE}"
        )
    about = str(parse_line(proof.line)["obj"])
    if about != request.obj:
        raise CertificateRefused(
            f"{folder} holds the certificate of {about.removeprefix('request:')}. {ELSEWHERE}"
        )
    is_persons = any(OPENING.fullmatch(name) for name in names)
    if is_persons != (copy is Copy.PERSON):
        kind = "person’s copy, with what opens it" if is_persons else "auditors’ copy"
        raise CertificateRefused(f"{folder} holds the {kind}. {ELSEWHERE}")


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files, readable to their owner alone, and take away those of ours that are no longer among
    them.

    Raises CertificateRefused where a proof that is there is of another entry than the new one: the two
    together may be evidence, so nothing is overwritten. Raises OSError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in files:
        _refuse_another_entry(folder / name, files[name])
    # The proof tells whose folder it is, so it is there before the rest.
    for name in sorted(files, key=lambda name: name != PROOF):
        _write(folder / name, files[name])
    for name in set(_ours_in(folder)) - set(files):
        (folder / name).unlink()


def _ours_in(folder: Path) -> list[str]:
    return (
        sorted(path.name for path in folder.iterdir() if OURS.fullmatch(path.name)) if folder.exists() else []
    )


def _proof_in(path: Path) -> Proof | None:
    """The proof in this file, its line readable; None where there is none."""
    try:
        proof = parse_proof(path.read_text(encoding="utf-8"))
        parse_line(proof.line)
    except (FileNotFoundError, NoteError, LogFormatError, UnicodeDecodeError):
        return None
    return proof


def _refuse_another_entry(path: Path, new: bytes) -> None:
    old = _proof_in(path)
    if old is not None and old.line != parse_proof(new.decode()).line:
        raise CertificateRefused(
            f"{path} proves another entry of the log than this certificate does. Keep it, and have the log "
            f"verified: it may have been changed since. {ELSEWHERE}"
        )


def _write(path: Path, octets: bytes) -> None:
    """Whole or not at all. The temporary file is made with mode 0600."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(descriptor)
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
