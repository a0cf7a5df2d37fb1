"""Checking signatures in Python alone: the vectors, what is refused, and agreement with `cryptography`."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from audit.signing.signing_key import public_bytes
from audit.verifier import ed25519
from audit.verifier.ed25519 import ORDER, is_usable, verifies
from tests.audit import ed25519_vectors


@pytest.fixture(params=["cryptography", "Python alone"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways in turn."""
    monkeypatch.setattr(ed25519, "CRYPTOGRAPHY_IS_HERE", request.param == "cryptography")


@pytest.mark.parametrize("case", ed25519_vectors.cases(), ids=lambda case: case[0])
@pytest.mark.usefixtures("way")
def test_it_verifies_what_it_should_and_nothing_else(case: tuple[str, str, str, str, bool]) -> None:
    _name, key, signature, message, valid = case
    assert (
        verifies(
            public_key=bytes.fromhex(key), signature=bytes.fromhex(signature), message=bytes.fromhex(message)
        )
        is valid
    )


def in_python(**arguments: bytes) -> bool:
    """The answer without `cryptography`."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ed25519, "CRYPTOGRAPHY_IS_HERE", False)
        return verifies(**arguments)


@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=300), bit=st.integers(0, 511))
def test_both_ways_agree_on_signatures_and_on_broken_ones(seed: bytes, message: bytes, bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public_key, signature = public_bytes(key), key.sign(message)
    assert in_python(public_key=public_key, signature=signature, message=message)
    broken = (int.from_bytes(signature, "little") ^ 1 << bit).to_bytes(64, "little")
    arguments = {"public_key": public_key, "signature": broken, "message": message}
    assert in_python(**arguments) is verifies(**arguments) is False


@given(public_key=st.binary(min_size=32, max_size=32), start=st.binary(min_size=32, max_size=32))
def test_both_ways_agree_on_any_bytes(public_key: bytes, start: bytes) -> None:
    arguments = {"public_key": public_key, "signature": start + bytes(32), "message": b"any"}
    assert in_python(**arguments) is verifies(**arguments)


def test_a_key_of_small_order_is_not_usable() -> None:
    small = [0, 1, ed25519.PRIME - 1, 1 << 255]
    assert not any(is_usable(number.to_bytes(32, "little")) for number in small)
    assert is_usable(public_bytes(Ed25519PrivateKey.generate()))


@given(y=st.integers(ed25519.PRIME, 2**255 - 1), odd=st.booleans())
def test_a_key_that_is_written_with_y_beyond_the_prime_is_not_usable(y: int, odd: bool) -> None:  # noqa: FBT001
    assert not is_usable((y | odd << 255).to_bytes(32, "little"))


def test_the_order_is_that_of_the_base_point() -> None:
    assert ed25519._encoded(
        ed25519._sum_of_multiples(ORDER, ed25519.BASE, 0, ed25519.BASE)
    ) == ed25519._encoded(ed25519.NEUTRAL)
