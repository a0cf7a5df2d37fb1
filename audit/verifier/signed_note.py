"""Signed notes, checkpoints and verifier keys as C2SP writes them. Standard library only.

Formats: c2sp.org/signed-note and c2sp.org/tlog-checkpoint, with what our logs leave open closed: the origin
is the name of the key, there are no extension lines, and every number and base64 text has one spelling. A
note that is read here is written again byte for byte.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass

from audit.log_format import ED25519_SIGNATURE_TYPE, HASH_BYTES, LogFormatError, key_id, vkey
from audit.verifier import ed25519

EM_DASH = "\u2014"
KEY_ID_BYTES = 4
LARGEST_SIZE = 2**63 - 1
# C2SP asks to accept 16 at least and to set some limit.
MOST_SIGNATURES = 100

SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
KEY_NAME = re.compile(r"[^\s+\x00-\x20\x7f-\x9f\ud800-\udfff]+")
CONTROL_CHARACTER = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NoteError(ValueError):
    """A note, proof or key that is not written as it must be; the message says what is wrong with it."""


class BadSignatureError(NoteError):
    """A signature that claims to be of a known key and is not."""


@dataclass(frozen=True)
class Checkpoint:
    """What is signed about a log: its name, how many events it has, and the root of its tree.

    Raises NoteError for a name, size or root that a checkpoint cannot carry.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not KEY_NAME.fullmatch(self.origin):
            raise NoteError(f"{self.origin!r} cannot be the name of a log: no white space and no plus sign.")
        if not 0 <= self.size <= LARGEST_SIZE:
            raise NoteError(f"{self.size} cannot be the size of a log.")
        if len(self.root) != HASH_BYTES:
            raise NoteError(f"A root has {HASH_BYTES} bytes, not {len(self.root)}.")

    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"


@dataclass(frozen=True)
class Vkey:
    """A verifier key: whose signature it is, its short id, and the 32 bytes of the Ed25519 key."""

    name: str
    key_id: bytes
    public_key: bytes

    def text(self) -> str:
        """`name+hex(key id)+base64(0x01 || public key)`."""
        return vkey(name=self.name, public_key=self.public_key)


@dataclass(frozen=True)
class TrustedKey:
    """A key that somebody chose to trust. Once rotated out it may sign no size above `until`."""

    vkey: Vkey
    until: int | None = None

    def covers(self, checkpoint: Checkpoint) -> bool:
        """Whether this key may speak for this log at this size."""
        return self.vkey.name == checkpoint.origin and (self.until is None or checkpoint.size <= self.until)


@dataclass(frozen=True)
class NoteSignature:
    """One signature line. Of an unknown kind of key the signature may have any length."""

    name: str
    key_id: bytes
    signature: bytes

    def text(self) -> str:
        """The line, with its LF."""
        return f"{EM_DASH} {self.name} {to_base64(self.key_id + self.signature)}\n"


@dataclass(frozen=True)
class Note:
    """A checkpoint and who signed it."""

    checkpoint: Checkpoint
    signatures: tuple[NoteSignature, ...]

    def text(self) -> str:
        """The note, byte for byte as it was read."""
        return f"{self.checkpoint.text()}\n{''.join(line.text() for line in self.signatures)}"


def parse_vkey(text: str) -> Vkey:
    """Read one verifier key. Raises NoteError unless it is written in the one way and its id fits."""
    name, _plus, rest = text.partition("+")
    identifier, _plus, encoded = rest.partition("+")
    if not KEY_NAME.fullmatch(name) or not re.fullmatch(r"[0-9a-f]{8}", identifier):
        raise NoteError(f"{text!r} is not a verifier key; it looks like name+1a2b3c4d+base64.")
    key = from_base64(encoded, what="the key in a verifier key")
    if key[:1] != ED25519_SIGNATURE_TYPE:
        raise NoteError(f"The verifier key of {name} is of another kind; only Ed25519 (0x01) is known here.")
    try:
        expected = key_id(name=name, public_key=key[1:])
    except LogFormatError as error:
        raise NoteError(str(error)) from None
    if expected.hex() != identifier:
        raise NoteError(
            f"The verifier key of {name} is damaged: its id is {identifier}, not {expected.hex()}."
        )
    if not ed25519.is_usable(key[1:]):
        raise NoteError(f"The verifier key of {name} is no key under which a signature means something.")
    return Vkey(name, expected, key[1:])


def vkeys_of(text: str) -> list[TrustedKey]:
    """Read a vkey file: one key a line, then `until=<size>` for one that was rotated out; `#` comments.

    It is passed on by mail and by hand, so white space, a BOM and CRLF are allowed here, unlike in the
    evidence. Raises NoteError for a line that is no key, a key named twice, or a file without keys.
    """
    lines = [line.partition("#")[0].split() for line in text.removeprefix("\ufeff").splitlines()]
    keys = [_trusted_key(words, number) for number, words in enumerate(lines, start=1) if words]
    if not keys:
        raise NoteError("The vkey file names no key.")
    if len({key.vkey for key in keys}) != len(keys):
        raise NoteError("The vkey file names one key twice; leave one of the two lines.")
    return keys


def _trusted_key(words: list[str], number: int) -> TrustedKey:
    try:
        return TrustedKey(parse_vkey(words[0]), until=_until(words[1:]))
    except NoteError as error:
        raise NoteError(f"Line {number} of the vkey file: {error}") from None


def _until(words: list[str]) -> int | None:
    if not words:
        return None
    if len(words) > 1 or not words[0].startswith("until="):
        raise NoteError("After a key only until=<size> may follow.")
    return parse_size(words[0].removeprefix("until="))


def parse_note(text: str) -> Note:
    """Read a checkpoint with its signatures.

    Raises NoteError for whatever the format does not allow. Nothing is checked yet: see `signers`.
    """
    if CONTROL_CHARACTER.search(text):
        raise NoteError(
            "The checkpoint holds a control character, such as the CR of a file that was saved with Windows "
            "line ends; take the file as it was handed out."
        )
    signed, blank, signatures = text.partition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise NoteError("A checkpoint is three lines, an empty line, and signatures, each ended by LF.")
    lines = signatures.removesuffix("\n").split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteError(f"The checkpoint has more than {MOST_SIGNATURES} signatures.")
    return Note(_checkpoint(signed.split("\n")), tuple(map(_signature, lines)))


def _checkpoint(lines: list[str]) -> Checkpoint:
    if len(lines) != 3:
        raise NoteError(f"What is signed must be three lines: origin, size and root; it has {len(lines)}.")
    root = from_base64(lines[2], what="the root")
    return Checkpoint(lines[0], parse_size(lines[1]), root)


def _signature(line: str) -> NoteSignature:
    words = line.split(" ")
    if len(words) != 3 or words[0] != EM_DASH or not KEY_NAME.fullmatch(words[1]):
        raise NoteError(f"A signature line is `{EM_DASH} name base64`; this is not: {line[:80]!r}.")
    octets = from_base64(words[2], what="a signature")
    if len(octets) <= KEY_ID_BYTES:
        raise NoteError(f"The signature of {words[1]} is empty.")
    return NoteSignature(words[1], octets[:KEY_ID_BYTES], octets[KEY_ID_BYTES:])


def signers(note: Note, keys: Iterable[TrustedKey | Vkey]) -> list[Vkey]:
    """The known keys that really signed this note, in the order of `keys`.

    Signatures of unknown keys are ignored, and so are keys of another name and keys that were rotated out
    before this size. Raises BadSignatureError when a signature names a known key and does not fit it: C2SP
    has the whole note rejected then.
    """
    trusted = [key if isinstance(key, TrustedKey) else TrustedKey(key) for key in keys]
    counting = dict.fromkeys(key.vkey for key in trusted if key.covers(note.checkpoint))
    return [key for key in counting if _signed(note, key)]


def _signed(note: Note, key: Vkey) -> bool:
    message = note.checkpoint.text().encode()
    claimed = [line for line in note.signatures if (line.name, line.key_id) == (key.name, key.key_id)]
    for line in claimed:
        if not ed25519.verifies(public_key=key.public_key, signature=line.signature, message=message):
            raise BadSignatureError(
                f"The signature of {key.name} ({key.key_id.hex()}) under the checkpoint at "
                f"{note.checkpoint.size} events does not fit it."
            )
    return bool(claimed)


def parse_size(text: str) -> int:
    """A number of events without sign or leading zeros. Raises NoteError for any other spelling."""
    if not SIZE.fullmatch(text) or int(text) > LARGEST_SIZE:
        raise NoteError(
            f"{text[:40]!r} is not a number as it is written here: digits, without leading zeros."
        )
    return int(text)


def to_base64(octets: bytes) -> str:
    """Base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(octets).decode()


def from_base64(text: str, *, what: str) -> bytes:
    """The bytes. Raises NoteError, naming what was read, unless the text is their one spelling."""
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteError(f"{what[0].upper()}{what[1:]} is not base64.") from None
    if to_base64(octets) != text:
        raise NoteError(f"{what[0].upper()}{what[1:]} is base64, but not written in the one way.")
    return octets
