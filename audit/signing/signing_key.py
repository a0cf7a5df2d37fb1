"""The Ed25519 key that signs the log's checkpoints: a PEM file outside the database that only its owner may
read.
"""

import os
import secrets
import stat
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.core.exceptions import ImproperlyConfigured

OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO


def is_here(path: Path) -> bool:
    """Whether this process can read a file of that name. Without, it leaves the signing to one that can."""
    return os.access(path, os.R_OK)


def beside(path: Path, ending: str) -> Path:
    """The file that goes with this key: `audit.key` and `next` give `audit.key.next`."""
    return path.with_name(f"{path.name}.{ending}")


def load(path: Path) -> Ed25519PrivateKey:
    """The key in this file. Raises ImproperlyConfigured when it is not there, open to others, or no Ed25519
    key.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise ImproperlyConfigured(
            f"The signing key {path} cannot be read ({error.strerror}). Put it back, or set AUDIT_KEY_FILE."
        ) from None
    with os.fdopen(descriptor, "rb") as file:
        # The open file is asked, not the path, which could name another file by now.
        if os.fstat(descriptor).st_mode & OTHERS_MAY:
            raise ImproperlyConfigured(f"The signing key {path} is open to others. Run: chmod 600 {path}")
        pem = file.read()
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        raise ImproperlyConfigured(f"{path} holds no unencrypted private key in PEM form.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ImproperlyConfigured(f"{path} holds a private key, but not an Ed25519 one.")
    return key


def load_or_generate(path: Path, *, may_generate: bool) -> Ed25519PrivateKey:
    """The key in this file, made first if the file is not there and making it is allowed.

    Raises ImproperlyConfigured as `load` does. Only an empty log may ask for a new key: for any other,
    another key would be another log.
    """
    if may_generate and not path.exists():
        generate(path)
    return load(path)


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes of the public key."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def set_aside(path: Path) -> Path | None:
    """Move a key file away under a name that tells when; where it went, None when there is none.

    Nothing is overwritten, so that a key that turns up again is not lost a second time.
    """
    if not path.exists():
        return None
    aside = beside(path, f"set-aside-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    path.rename(aside)
    return aside


def generate(path: Path) -> None:
    """Make a key in this file (0600). A file that is there already stays, whoever made it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = draft_of(path, pem)
    # A link, and no rename: of two processes at once one wins, and both then read the same key.
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
    sync_directory(path)


def draft_of(path: Path, octets: bytes) -> Path:
    """A new file (0600) beside `path` with these bytes in it, safely on the disk, to be moved into place."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        give_to_owner(descriptor, path.parent)
        file.write(octets)
        file.flush()
        os.fsync(descriptor)
    return draft


def give_to_owner(descriptor: int, directory: Path) -> None:
    """What root makes beside the key belongs to whom the directory belongs, who must be able to use it."""
    if os.geteuid() == 0:
        owner = directory.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


def sync_directory(path: Path) -> None:
    """Make sure that what was moved into place beside this file is there after a loss of power too."""
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
