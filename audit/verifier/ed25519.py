"""Checking Ed25519 signatures (RFC 8032, section 5.1.7), in Python alone where `cryptography` is missing.

Only checking, never signing: everything handled here is public, so it does not matter how long a step takes.
Strict, so that the two ways always agree: S below the order of the group, points in their one encoding, the
equation without the cofactor, and no key of small order, for which anybody could sign.
"""

import hashlib
from typing import TypeAlias

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    CRYPTOGRAPHY_IS_HERE = True
except ImportError:
    CRYPTOGRAPHY_IS_HERE = False

KEY_BYTES = 32
SIGNATURE_BYTES = 64

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE = -121665 * pow(121666, -1, PRIME) % PRIME
ROOT_OF_MINUS_ONE = pow(2, (PRIME - 1) // 4, PRIME)

#: X, Y, Z and T with x = X/Z, y = Y/Z and x*y = T/Z: additions then need no division (RFC 8032, 5.1.4).
Point: TypeAlias = tuple[int, int, int, int]

NEUTRAL: Point = (0, 1, 1, 0)


def verifies(*, public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether this key signed these bytes; False for anything malformed."""
    if len(signature) != SIGNATURE_BYTES or int.from_bytes(signature[32:], "little") >= ORDER:
        return False
    key = _decoded(public_key)
    if key is None or _is_of_small_order(key):
        return False
    if CRYPTOGRAPHY_IS_HERE:
        return _verifies_with_cryptography(public_key, signature, message)
    return _verifies_in_python(key, public_key, signature, message)


def is_usable(public_key: bytes) -> bool:
    """Whether these bytes are a public key under which a signature means something."""
    key = _decoded(public_key)
    return key is not None and not _is_of_small_order(key)


def _verifies_with_cryptography(public_key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _verifies_in_python(key: Point, public_key: bytes, signature: bytes, message: bytes) -> bool:
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    answer = int.from_bytes(signature[32:], "little")
    # R = [S]B - [k]A. Comparing encodings also refuses an R that is written in another way.
    return _encoded(_sum_of_multiples(answer, BASE, challenge, _negative(key))) == signature[:32]


def _decoded(octets: bytes) -> Point | None:
    """The point with this encoding (RFC 8032, 5.1.3), or None where no point has exactly it."""
    if len(octets) != KEY_BYTES:
        return None
    number = int.from_bytes(octets, "little")
    y, odd = number & (2**255 - 1), number >> 255
    if y >= PRIME:
        return None
    x = _x_of(y, odd)
    return None if x is None else (x, y, 1, x * y % PRIME)


def _x_of(y: int, odd: int) -> int | None:
    """The root of x² = (y² - 1) / (dy² + 1) with this last bit."""
    squared = (y * y - 1) * pow(CURVE * y * y + 1, -1, PRIME) % PRIME
    x = pow(squared, (PRIME + 3) // 8, PRIME)
    if (x * x - squared) % PRIME:
        x = x * ROOT_OF_MINUS_ONE % PRIME
    if (x * x - squared) % PRIME or (x == 0 and odd):
        return None
    return x if x & 1 == odd else PRIME - x


def _encoded(point: Point) -> bytes:
    x, y, z, _t = point
    inverse = pow(z, -1, PRIME)
    return (y * inverse % PRIME | (x * inverse % PRIME & 1) << 255).to_bytes(32, "little")


def _added(left: Point, right: Point) -> Point:
    a = (left[1] - left[0]) * (right[1] - right[0]) % PRIME
    b = (left[1] + left[0]) * (right[1] + right[0]) % PRIME
    c = 2 * left[3] * right[3] * CURVE % PRIME
    d = 2 * left[2] * right[2] % PRIME
    return _crossed(b - a, d - c, d + c, b + a)


def _doubled(point: Point) -> Point:
    x, y, z, _t = point
    a, b = x * x % PRIME, y * y % PRIME
    total = a + b
    difference = a - b
    return _crossed(total - (x + y) * (x + y), 2 * z * z + difference, difference, total)


def _crossed(e: int, f: int, g: int, h: int) -> Point:
    """The last step that adding and doubling have in common."""
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def _negative(point: Point) -> Point:
    x, y, z, t = point
    return PRIME - x, y, z, PRIME - t


def _sum_of_multiples(m: int, first: Point, n: int, second: Point) -> Point:
    """[m]first + [n]second in one run over the bits of both."""
    either = (NEUTRAL, first, second, _added(first, second))
    total = NEUTRAL
    for bit in range(max(m.bit_length(), n.bit_length()) - 1, -1, -1):
        total = _doubled(total)
        if chosen := (m >> bit & 1) | (n >> bit & 1) << 1:
            total = _added(total, either[chosen])
    return total


def _is_of_small_order(point: Point) -> bool:
    """Whether eight times the point is the neutral element."""
    eightfold = _doubled(_doubled(_doubled(point)))
    return eightfold[0] % PRIME == 0 and (eightfold[1] - eightfold[2]) % PRIME == 0


def _base() -> Point:
    """The base point: y = 4/5 and x even."""
    y = 4 * pow(5, -1, PRIME) % PRIME
    x = _x_of(y, 0)
    if x is None:
        raise ArithmeticError("The base point of Ed25519 does not lie on the curve.")
    return x, y, 1, x * y % PRIME


BASE = _base()
