"""The signing key's file: made once, for its owner alone, and refused when it is anything else."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from django.core.exceptions import ImproperlyConfigured

from audit.signing.signing_key import load, load_or_generate, public_bytes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "audit.key"


def test_it_makes_the_key_once_and_finds_it_again(path: Path) -> None:
    made = load_or_generate(path, may_generate=True)
    found = load_or_generate(path, may_generate=True)
    assert public_bytes(made) == public_bytes(found) == public_bytes(load(path))
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert os.listdir(path.parent) == ["audit.key"]


def test_two_logs_have_two_keys(tmp_path: Path) -> None:
    keys = {public_bytes(load_or_generate(tmp_path / name, may_generate=True)) for name in ("a", "b")}
    assert len(keys) == 2


def test_of_many_at_once_one_wins_and_all_agree(path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = list(
            pool.map(lambda _each: public_bytes(load_or_generate(path, may_generate=True)), range(16))
        )
    assert len(set(keys)) == 1
    assert os.listdir(path.parent) == ["audit.key"]


def test_it_makes_none_where_it_may_not(path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="Put it back, or set AUDIT_KEY_FILE"):
        load_or_generate(path, may_generate=False)
    assert not path.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_key_open_to_others_is_refused(path: Path, mode: int) -> None:
    load_or_generate(path, may_generate=True)
    path.chmod(mode)
    with pytest.raises(ImproperlyConfigured, match="chmod 600"):
        load(path)


def write(path: Path, octets: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(octets)
    path.chmod(0o600)


@pytest.mark.parametrize("octets", [b"", b"not a key", b"\x00" * 32])
def test_a_file_that_holds_no_key_is_refused(path: Path, octets: bytes) -> None:
    write(path, octets)
    with pytest.raises(ImproperlyConfigured, match="no unencrypted private key"):
        load_or_generate(path, may_generate=True)


def test_an_encrypted_key_is_refused(path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    write(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")))
    with pytest.raises(ImproperlyConfigured, match="no unencrypted private key"):
        load(path)


def test_a_key_of_another_kind_is_refused(path: Path) -> None:
    key = generate_private_key(SECP256R1())
    write(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ImproperlyConfigured, match="not an Ed25519 one"):
        load(path)
