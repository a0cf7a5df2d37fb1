"""A log made by the real code, the files of an export of it, and the list of attacks."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.log_format import JSON, Frontier, canonical_line, key_id, leaf_hash, nonce, subject_tag
from audit.signing.signing_key import public_bytes
from audit.verifier.frontier_text import frontier_text
from audit.verifier.proof_text import Proof
from audit.verifier.signed_note import Checkpoint, Note, NoteSignature, Vkey
from audit.verifier.tree_proofs import inclusion_path

ORIGIN = "privacy.example.org/audit/6f1c2a"
OTHER_ORIGIN = "privacy.example.org/audit/another"
SALT = bytes(range(32))
SIZE = 12

Arguments = list[str]


@dataclass(frozen=True)
class Signer:
    """A key with the name it signs under."""

    origin: str
    key: Ed25519PrivateKey

    @classmethod
    def made(cls, number: int, origin: str = ORIGIN) -> "Signer":
        """The same number always gives the same key."""
        return cls(origin, Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))

    @property
    def vkey(self) -> Vkey:
        """What its signatures are checked with."""
        public_key = public_bytes(self.key)
        return Vkey(self.origin, key_id(name=self.origin, public_key=public_key), public_key)

    def signature(self, checkpoint: Checkpoint) -> NoteSignature:
        """The signature line under a checkpoint."""
        return NoteSignature(self.origin, self.vkey.key_id, self.key.sign(checkpoint.text().encode()))


SIGNER, NEXT_SIGNER, STRANGER = Signer.made(1), Signer.made(2), Signer.made(3)


def line(seq: int, **changed: JSON) -> bytes:
    """The event with this number, written by the real writer; `changed` replaces keys of it."""
    entry: dict[str, JSON] = {
        "v": 1,
        "seq": seq,
        "ts": f"2026-01-01T00:00:{seq:02}.000Z",
        "act": "request.completed" if seq else "log.created",
        "actor": "u:k3v9",
        "obj": f"request:PR-2026-{seq:06}",
        "res": "ok",
        "nonce": nonce(),
        "sub": subject_tag(salt=SALT, kind="email", ident="anna@example.org"),
        "data": {"records_deleted": 17} if seq else {"vkey": SIGNER.vkey.text()},
    }
    return canonical_line({**entry, **changed}).encode()


def lines(count: int = SIZE) -> list[bytes]:
    """A log from event 0 on."""
    return [line(seq) for seq in range(count)]


def rotation(seq: int, *, old: Signer = SIGNER, new: Signer = NEXT_SIGNER) -> bytes:
    """The event that one key is replaced by another."""
    keys: JSON = {"vkey": new.vkey.text(), "previous": old.vkey.text()}
    return line(seq, act="key.rotated", data=keys)


def renumbered(events: Sequence[bytes]) -> list[bytes]:
    """The same events with the numbers that their places ask for."""
    return [canonical_line({**json.loads(event), "seq": seq}).encode() for seq, event in enumerate(events)]


def frontier(events: Sequence[bytes]) -> Frontier:
    """The tree over these events."""
    tree = Frontier()
    for event in events:
        # Some of the attacks are not UTF-8; such bytes pass through and back.
        tree.append(leaf_hash_of(event))
    return tree


def leaf_hash_of(event: bytes) -> bytes:
    """The leaf hash of bytes, whatever they are."""
    try:
        return leaf_hash(event.decode())
    except UnicodeDecodeError:
        return sha256(b"\x00" + event).digest()


def signed(events: Sequence[bytes], *by: Signer, origin: str = ORIGIN) -> Note:
    """The checkpoint over these events."""
    checkpoint = Checkpoint(origin, len(events), frontier(events).root())
    return Note(checkpoint, tuple(signer.signature(checkpoint) for signer in by or (SIGNER,)))


def proof(events: Sequence[bytes], index: int, note: Note | None = None) -> Proof:
    """The proof of one event among these."""
    leaves = [leaf_hash_of(event) for event in events]

    def root_of(start: int, end: int) -> bytes:
        tree = Frontier()
        for leaf in leaves[start:end]:
            tree.append(leaf)
        return tree.root()

    path = tuple(inclusion_path(index, len(leaves), root_of))
    return Proof(events[index].decode(), index, path, note or signed(events))


def opening(ident: str = "Anna@example.org ", salt: bytes = SALT) -> str:
    """What a person is handed."""
    return json.dumps({"ident": ident, "kind": "email", "salt": base64.b64encode(salt).decode()})


@dataclass
class Table:
    """A folder in which an attack lays out its files."""

    folder: Path
    arguments: Arguments = field(default_factory=list)

    def file(self, name: str, content: str | bytes) -> Path:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def vkey(self, text: str = "") -> Arguments:
        """The keys that the auditor has from elsewhere."""
        return ["--vkey", str(self.file("log.vkey", text or SIGNER.vkey.text() + "\n"))]

    def known(self, *held: Note | Proof | str) -> Arguments:
        """What the auditor kept."""
        texts = [item if isinstance(item, str) else item.text() for item in held]
        paths = [self.file(f"known-{number}", text) for number, text in enumerate(texts)]
        return ["--known", *map(str, paths)] if paths else []

    def export(
        self,
        events: Sequence[bytes] | bytes,
        checkpoint: Note | str | bytes,
        *,
        known: Sequence[Note | Proof | str] = (),
        vkey: str = "",
        **more: str,
    ) -> Arguments:
        """The folder of an export; `more` are further files in it, with _ for - in their names."""
        content = events if isinstance(events, bytes) else b"".join(event + b"\n" for event in events)
        self.file("export/events.jsonl", content)
        text = checkpoint.text() if isinstance(checkpoint, Note) else checkpoint
        self.file("export/checkpoint", text)
        for name, other in more.items():
            self.file(f"export/{name.replace('_', '-')}", other)
        return ["--export", str(self.folder / "export"), *self.vkey(vkey), *self.known(*known)]

    def part(
        self, events: Sequence[bytes], base: int, *, before: Frontier | None = None, origin: str = ORIGIN
    ) -> dict[str, str]:
        """The frontier file of an export that begins at event `base`."""
        return {"frontier": frontier_text(origin=origin, frontier=before or frontier(events[:base]))}

    def proof(
        self, content: Proof | str, *, known: Sequence[Note | Proof] = (), opened: str = ""
    ) -> Arguments:
        """A proof, and an opening if there is one."""
        text = content if isinstance(content, str) else content.text()
        extra = ["--opening", str(self.file("opening.json", opened))] if opened else []
        return ["--proof", str(self.file("proof.txt", text)), *self.vkey(), *self.known(*known), *extra]


@dataclass(frozen=True)
class Attack:
    """What is laid out, and how the answer must begin; `quick` is None where that cannot be asked for."""

    name: str
    lay_out: Callable[[Table], Arguments]
    strict: str
    quick: str | None


ATTACKS: dict[str, Attack] = {}


def attack(
    strict: str, *, quick: str | None = ""
) -> Callable[[Callable[[Table], Arguments]], Callable[[Table], Arguments]]:
    """List a function as an attack under its name. Without `quick`, the quick answer begins the same way."""

    def listed(lay_out: Callable[[Table], Arguments]) -> Callable[[Table], Arguments]:
        name = lay_out.__name__
        ATTACKS[name] = Attack(name, lay_out, strict, strict if quick == "" else quick)
        return lay_out

    return listed
