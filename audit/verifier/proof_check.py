"""The verdict on the proof of one event, and on the opening that links the event to a person.

Standard library only.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from audit.log_format import JSON, LogFormatError, subject_tag
from audit.verifier.evidence import HeldNote, check_inclusion
from audit.verifier.line_check import LineError, read_line
from audit.verifier.proof_text import Proof
from audit.verifier.signed_note import (
    BadSignatureError,
    NoteError,
    TrustedKey,
    from_base64,
    signers,
    to_base64,
)
from audit.verifier.tree_proofs import TreeProofError
from audit.verifier.verdicts import Report, UnusableError, Verdict

OPENING_KEYS = {"ident", "kind", "salt"}

WHAT_A_PROOF_SHOWS = (
    "This means: whoever holds the log's key signed a log in which this event stands, as printed here. It "
    "shows what was recorded, at the time of that server's clock; not what another system did."
)
WITHOUT_KNOWN = (
    "Nothing but the checkpoint in the proof was presented. Whether the log still says the same, a later "
    "export must show: hold this proof against it with --known."
)


@dataclass(frozen=True)
class Opening:
    """What the person was handed: the identifier, its kind, and the salt of the request."""

    ident: str
    kind: str
    salt: bytes


def parse_opening(text: str) -> Opening:
    """Read an opening. Raises UnusableError when it is not one."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        raise UnusableError("The opening is not JSON.") from None
    if not isinstance(fields, dict) or fields.keys() != OPENING_KEYS:
        raise UnusableError(f"An opening has the keys {', '.join(sorted(OPENING_KEYS))} and no others.")
    if not all(isinstance(value, str) for value in fields.values()):
        raise UnusableError("In an opening every value is a string.")
    try:
        return Opening(fields["ident"], fields["kind"], from_base64(fields["salt"], what="the salt"))
    except NoteError as error:
        raise UnusableError(f"The opening cannot be used: {error}") from None


def check_proof(
    proof: Proof,
    *,
    keys: Sequence[TrustedKey],
    known: Sequence[HeldNote] = (),
    opening: Opening | None = None,
) -> Report:
    """Say what the proof shows. Raises UnusableError for an opening that cannot be one."""
    checkpoint = proof.note.checkpoint
    report = (
        _signature_report(proof, keys)
        or _inclusion_report(proof)
        or _known_report(proof, keys, known)
        or (_opening_report(proof, opening) if opening else None)
        or _holds(proof, known, opening)
    )
    return replace(report, origin=checkpoint.origin, size=checkpoint.size, root=to_base64(checkpoint.root))


def _signature_report(proof: Proof, keys: Sequence[TrustedKey]) -> Report | None:
    checkpoint = proof.note.checkpoint
    names = sorted({key.vkey.name for key in keys})
    if checkpoint.origin not in names:
        about = f"The proof is of {checkpoint.origin}; the vkey file has keys of {', '.join(names)}."
        return Report(Verdict.WRONG_LOG, about)
    try:
        if signers(proof.note, keys):
            return None
    except BadSignatureError as error:
        return Report(Verdict.BAD_SIGNATURE, str(error))
    about = f"no key of your vkey file that counts at {checkpoint.size} events signed the checkpoint."
    return Report(
        Verdict.BAD_SIGNATURE,
        about,
        ("If the log's key was changed since, ask for the present vkey file by another way than the proof.",),
    )


def _inclusion_report(proof: Proof) -> Report | None:
    try:
        check_inclusion(proof)
        entry = read_line(proof.line)
    except TreeProofError as error:
        return Report(Verdict.FAIL, f"the proof does not hold: {error}")
    except LineError as error:
        return Report(Verdict.FAIL, f"the event is in the log, but is none of version 1: {error}")
    if entry["seq"] != proof.index:
        about = f"the event says that its number is {entry['seq']}, the proof that it is {proof.index}."
        return Report(Verdict.FAIL, about)
    return None


def _known_report(proof: Proof, keys: Sequence[TrustedKey], known: Sequence[HeldNote]) -> Report | None:
    ours = proof.note.checkpoint
    for held in known:
        theirs = held.note.checkpoint
        if theirs.origin != ours.origin:
            return Report(
                Verdict.WRONG_LOG, f"The proof is of {ours.origin}; {held.file} is of {theirs.origin}."
            )
        try:
            signed = signers(held.note, keys)
        except BadSignatureError as error:
            return Report(Verdict.BAD_SIGNATURE, f"{held.file}: {error}")
        if not signed:
            return Report(Verdict.BAD_SIGNATURE, f"{held.file}: no key of your vkey file signed it.")
        if theirs.size == ours.size and theirs.root != ours.root:
            about = f"at {ours.size} events: the proof and {held.file} are signed, and exclude each other."
            return Report(Verdict.FORK, about, notes=(held.note.text(), proof.note.text()))
        if held.proof and held.proof.index == proof.index and held.proof.line != proof.line:
            about = f"at event {proof.index}: the proof and {held.file} show two different events there."
            return Report(Verdict.FORK, about, notes=(held.proof.text(), proof.text()))
    return None


def _opening_report(proof: Proof, opening: Opening) -> Report | None:
    subject = read_line(proof.line).get("sub")
    if subject is None:
        return Report(Verdict.FAIL, "the opening links to nothing: the event is about no person.")
    try:
        tag = subject_tag(salt=opening.salt, kind=opening.kind, ident=opening.ident)
    except LogFormatError as error:
        raise UnusableError(f"The opening cannot be used: {error}") from None
    if tag != subject:
        return Report(
            Verdict.FAIL,
            "the opening does not fit: identifier, kind and salt do not lead to the subject of the event.",
        )
    return None


def _holds(proof: Proof, known: Sequence[HeldNote], opening: Opening | None) -> Report:
    checkpoint = proof.note.checkpoint
    others = [held for held in known if held.note.checkpoint.size != checkpoint.size]
    sentences = [
        *(_not_compared(held) for held in others),
        *_event_in_words(read_line(proof.line)),
        *_opening_in_words(opening),
        WHAT_A_PROOF_SHOWS,
        *([] if known else [WITHOUT_KNOWN]),
    ]
    about = (
        f"event {proof.index} stands in the {checkpoint.size} events of {checkpoint.origin} that were signed."
    )
    return Report(Verdict.WARN if others else Verdict.OK, about, tuple(sentences))


def _not_compared(held: HeldNote) -> str:
    return (
        f"{held.file}, over {held.note.checkpoint.size} events, was not compared: a proof says nothing about "
        "other sizes. A whole export can be held against both."
    )


def _event_in_words(entry: dict[str, JSON]) -> Iterator[str]:
    """The event, a key a line. Written as JSON again, so that nothing in it can steer a terminal."""
    for key in ("ts", "act", "obj", "res", "actor"):
        yield (
            f"  {key}: {entry[key]}"
            if str(entry[key]).isprintable()
            else f"  {key}: {json.dumps(entry[key])}"
        )
    if data := entry.get("data"):
        yield f"  data: {json.dumps(data)}"


def _opening_in_words(opening: Opening | None) -> list[str]:
    if opening is None:
        return []
    fits = f"The opening fits: the event is about the identifier in it, which is of the kind {opening.kind}."
    return [f"{fits} Without the salt in the opening nobody can tell that from the log."]
