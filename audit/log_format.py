"""The bytes of the log: event line, leaf, node, frontier, root, subject tag and key name. Standard library
only.

The tree is that of RFC 6962, section 2.1. A line is UTF-8 JSON in a profile on which Python's `json`, RFC
8785 and other canonical writers agree byte for byte; whatever lies outside the profile is refused rather than
written one way or another. Nothing here may change for version 1: a stored line is hashed, proven and
exported as it stands.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Self, TypeAlias

JSON: TypeAlias = "bool | int | str | list[JSON] | dict[str, JSON] | None"

VERSION = 1
HASH_BYTES = 32
LARGEST_INTEGER = 2**53 - 1
DEEPEST_NESTING = 8
EMPTY_ROOT = hashlib.sha256(b"").digest()
ED25519_SIGNATURE_TYPE = b"\x01"

NEEDED_KEYS = frozenset({"v", "seq", "ts", "act", "actor", "obj", "res", "nonce"})
OPTIONAL_KEYS = frozenset({"sub", "data"})
RESULTS = frozenset({"ok", "denied", "failed"})

CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
NONCE = re.compile(r"[A-Za-z0-9_-]{22}")
SUBJECT_TAG = re.compile(r"s1:[A-Za-z0-9_-]{43}")
SUBJECT_KIND = re.compile(r"[a-z][a-z0-9_]{0,31}")
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
UNFIT_FOR_KEY_NAME = re.compile(r"[\s+]")


class LogFormatError(ValueError):
    """Something that the format does not allow; the message says what and where."""


# The line.


Place = tuple[str | int, ...]


def check_profile(value: object, *, place: Place = ("line",), depth: int = 1) -> None:
    """Raise LogFormatError unless the value lies within the profile; the outermost object has depth 1."""
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        _check_text(value, place=place)
    elif isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise LogFormatError(f"{_spelt(place)}: {value} lies outside ±(2^53-1); write it as a string.")
    elif isinstance(value, dict | list):
        if depth > DEEPEST_NESTING:
            raise LogFormatError(f"{_spelt(place)}: nested deeper than {DEEPEST_NESTING} levels.")
        _check_members(value, place=place, depth=depth + 1)
    elif isinstance(value, float):
        raise LogFormatError(f"{_spelt(place)}: {value!r} is a float; write decimals as strings.")
    else:
        raise LogFormatError(f"{_spelt(place)}: {type(value).__name__} cannot be written to the log.")


def _check_members(value: dict[object, object] | list[object], *, place: Place, depth: int) -> None:
    if isinstance(value, list):
        for index, item in enumerate(value):
            check_profile(item, place=(*place, index), depth=depth)
        return
    for key, item in value.items():
        if not isinstance(key, str) or not _is_key(key):
            raise LogFormatError(f"{_spelt(place)}: the key {key!r} must match {KEY.pattern}.")
        check_profile(item, place=(*place, key), depth=depth)


@lru_cache(maxsize=1024)
def _is_key(text: str) -> bool:
    return KEY.fullmatch(text) is not None


def _check_text(text: str, *, place: Place) -> None:
    # Most text is ASCII, which Python knows of a string without reading it.
    if not text.isascii() and LONE_SURROGATE.search(text):
        raise LogFormatError(f"{_spelt(place)}: holds a lone surrogate, which UTF-8 cannot carry.")


def _spelt(place: Place) -> str:
    """`line.data.categories[2]`. Spelt only for an error, since every event of the log passes by here."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")


def _check_header(entry: Mapping[str, object]) -> None:
    if missing := NEEDED_KEYS - entry.keys():
        raise LogFormatError(f"line: lacks {', '.join(sorted(missing))}.")
    if unknown := entry.keys() - NEEDED_KEYS - OPTIONAL_KEYS:
        raise LogFormatError(f"line: does not know {', '.join(sorted(map(repr, unknown)))}.")
    if type(entry["v"]) is not int or entry["v"] != VERSION:
        raise LogFormatError(f"line.v: must be {VERSION}; it is {entry['v']!r}.")
    seq = entry["seq"]
    if type(seq) is not int or seq < 0:
        raise LogFormatError(f"line.seq: must be a whole number from 0; it is {seq!r}.")
    if entry["res"] not in RESULTS:
        raise LogFormatError(
            f"line.res: must be one of {', '.join(sorted(RESULTS))}; it is {entry['res']!r}."
        )
    for key in ("act", "actor", "obj"):
        if not isinstance(entry[key], str) or not entry[key]:
            raise LogFormatError(f"line.{key}: must be a string with something in it.")
    _check_pattern(entry, "ts", TIMESTAMP)
    _check_pattern(entry, "nonce", NONCE)
    if "sub" in entry:
        _check_pattern(entry, "sub", SUBJECT_TAG)
    if not isinstance(entry.get("data", {}), dict):
        raise LogFormatError("line.data: must be an object.")


def _check_pattern(entry: Mapping[str, object], key: str, pattern: re.Pattern[str]) -> None:
    value = entry[key]
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise LogFormatError(f"line.{key}: must match {pattern.pattern}; it is {value!r}.")


def canonical_line(entry: Mapping[str, object]) -> str:
    """The one way to write this event: sorted keys, no white space, no LF at the end.

    Raises LogFormatError for anything outside the profile, for a missing or unknown key, and for a malformed
    header.
    """
    line = dict(entry)
    check_profile(line)
    _check_header(line)
    return CANONICAL.encode(line)


def parse_line(line: str) -> dict[str, JSON]:
    """Read a stored line. Raises LogFormatError unless the line is exactly what `canonical_line` would write.

    Comparing with the canonical form refuses in one step white space, repeated keys, other escapes and other
    orders.
    """
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LogFormatError(f"line: is not JSON ({error}).") from None
    if not isinstance(entry, dict):
        raise LogFormatError("line: is not a JSON object.")
    if canonical_line(entry) != line:
        raise LogFormatError("line: is JSON, but not in the canonical form.")
    return entry


def timestamp(moment: datetime) -> str:
    """`YYYY-MM-DDThh:mm:ss.mmmZ`, cut to the millisecond. Raises LogFormatError for a time without a zone."""
    if moment.tzinfo is None:
        raise LogFormatError("A time in the log needs a zone; use an aware datetime.")
    utc = moment.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def nonce() -> str:
    """128 random bits: without them the neighbour shown by an inclusion proof could be guessed from its leaf
    hash.
    """
    return _base64url(os.urandom(16))


# The tree.


def leaf_hash(line: str) -> bytes:
    """SHA-256(0x00 || line without LF): RFC 6962, section 2.1."""
    return hashlib.sha256(b"\x00" + line.encode()).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right): RFC 6962, section 2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Frontier:
    """The roots of the full subtrees that make up a tree of `size` leaves, largest first: popcount(size)
    hashes.

    It is all that is needed to append a leaf and to give the root, so appending never reads an earlier event.
    """

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """Add the hash of the next leaf, joining full subtrees of equal height."""
        if len(leaf) != HASH_BYTES:
            raise LogFormatError(f"A leaf hash has {HASH_BYTES} bytes, not {len(leaf)}.")
        node, size = leaf, self.size
        while size & 1:
            node = node_hash(self.hashes.pop(), node)
            size >>= 1
        self.hashes.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The root of the tree: the subtrees folded from the right, smallest first."""
        if not self.hashes:
            return EMPTY_ROOT
        node = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            node = node_hash(left, node)
        return node

    def pack(self) -> bytes:
        """The hashes one after another, as the head row stores them."""
        return b"".join(self.hashes)

    @classmethod
    def unpack(cls, size: int, packed: bytes) -> Self:
        """The inverse of `pack`. Raises LogFormatError when the number of hashes does not fit the size."""
        if size < 0 or len(packed) != HASH_BYTES * size.bit_count():
            raise LogFormatError(f"{len(packed)} bytes cannot be the frontier of a tree of {size} leaves.")
        return cls(size, [packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES)])


# Names.


def normalise_ident(ident: str) -> str:
    """NFC(casefold(NFC(strip))): the spellings that people use for one identifier agree."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", ident.strip()).casefold())


def subject_tag(*, salt: bytes, kind: str, ident: str) -> str:
    """What links the events of one request, and, once the salt is gone, only for somebody who was handed the
    salt.

    `s1:` and the base64url of HMAC-SHA256(salt, "audit/subject/v1" 00 kind 00 normalised ident). Raises
    LogFormatError for a salt that is not 32 bytes, a kind that could run into the identifier, or an empty
    identifier.
    """
    if len(salt) != HASH_BYTES:
        raise LogFormatError(f"The salt of a request has {HASH_BYTES} bytes, not {len(salt)}.")
    if not SUBJECT_KIND.fullmatch(kind):
        raise LogFormatError(f"The kind of identifier must match {SUBJECT_KIND.pattern}; it is {kind!r}.")
    if not (normal := normalise_ident(ident)):
        raise LogFormatError("An identifier needs at least one character.")
    _check_text(normal, place=("identifier",))
    message = b"\x00".join([b"audit/subject/v1", kind.encode(), normal.encode()])
    return "s1:" + _base64url(hmac.digest(salt, message, "sha256"))


def origin(*, host: str, log: str) -> str:
    """The log's name, which is also the name of its key: `host/audit/<log uuid>`."""
    return _key_name(f"{host}/audit/{log}")


def key_id(*, name: str, public_key: bytes) -> bytes:
    """The first four bytes of SHA-256(name LF 0x01 public key): C2SP signed-note."""
    if len(public_key) != 32:
        raise LogFormatError(f"An Ed25519 public key has 32 bytes, not {len(public_key)}.")
    return hashlib.sha256(_key_name(name).encode() + b"\n" + ED25519_SIGNATURE_TYPE + public_key).digest()[:4]


def vkey(*, name: str, public_key: bytes) -> str:
    """The verifier key as text, `name+hex(key id)+base64(0x01 || public key)`: C2SP signed-note."""
    identifier = key_id(name=name, public_key=public_key).hex()
    return f"{name}+{identifier}+{base64.b64encode(ED25519_SIGNATURE_TYPE + public_key).decode()}"


def _key_name(name: str) -> str:
    if not name or UNFIT_FOR_KEY_NAME.search(name):
        raise LogFormatError(f"The name of a key must have no white space and no plus sign; it is {name!r}.")
    return name


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
