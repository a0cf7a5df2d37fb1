"""Notes, checkpoints and verifier keys: the test vector, one spelling of everything, and who signed."""

import base64
import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.verifier.signed_note import (
    BadSignatureError,
    Checkpoint,
    Note,
    NoteError,
    NoteSignature,
    TrustedKey,
    parse_note,
    parse_size,
    parse_vkey,
    signers,
    vkeys_of,
)
from tests.audit.attacks.made import (
    NEXT_SIGNER,
    ORIGIN,
    OTHER_ORIGIN,
    SIGNER,
    STRANGER,
    Signer,
    lines,
    signed,
)

VKEY = f"{ORIGIN}+af49f503+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
NOTE = (
    f"{ORIGIN}\n3\nTBlVz2wfNLyzy6gjzqrtX7RXDY1iqePE5i30TZJl+EY=\n\n\u2014 {ORIGIN} "
    "r0n1A6AlsD+10seHu0QL6MufNsnN4T5ddNkc6G6x9plbJ0qE8TidUCpVhCuaoV9pnp1YN52eeiLfig71syAqSgr+pAw=\n"
)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Z", "C")), min_size=1).filter(
    lambda name: "+" not in name
)
CHECKPOINTS = st.builds(Checkpoint, NAMES, st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
SIGNATURES = st.builds(
    NoteSignature, NAMES, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=100)
)


# The vector.


def test_it_reads_the_note_of_the_vectors_and_writes_it_again() -> None:
    note = parse_note(NOTE)
    assert note.text() == NOTE
    assert (note.checkpoint.origin, note.checkpoint.size) == (ORIGIN, 3)
    assert note.checkpoint.root.hex() == "4c1955cf6c1f34bcb3cba823ceaaed5fb4570d8d62a9e3c4e62df44d9265f846"


def test_the_key_of_the_vectors_signed_the_note_of_the_vectors() -> None:
    key = parse_vkey(VKEY)
    assert key.text() == VKEY
    assert signers(parse_note(NOTE), [key]) == [key]


# One spelling.


@given(CHECKPOINTS, st.lists(SIGNATURES, min_size=1, max_size=4))
def test_what_is_written_is_read_again(checkpoint: Checkpoint, lines: list[NoteSignature]) -> None:
    note = Note(checkpoint, tuple(lines))
    assert parse_note(note.text()) == note


@given(st.integers(0, len(NOTE) - 1), st.characters(codec="utf-8"))
def test_a_note_that_is_read_is_written_again_byte_for_byte(place: int, letter: str) -> None:
    changed = NOTE[:place] + letter + NOTE[place + 1 :]
    try:
        note = parse_note(changed)
    except NoteError:
        return
    assert note.text() == changed


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(NoteError):
        assert parse_note(text).text() == text


@pytest.mark.parametrize(
    "text", ["", "00", "012", "+1", "-1", " 1", "1 ", "1_0", "\u0661", "1e3", "9" * 19, "9" * 5000]
)
def test_a_size_has_one_spelling(text: str) -> None:
    with pytest.raises(NoteError, match="leading zeros"):
        parse_size(text)


def test_a_note_of_a_hundred_and_one_signatures_is_refused() -> None:
    line = NOTE.partition("\n\n")[2]
    assert len(parse_note(NOTE + line * 99).signatures) == 100
    with pytest.raises(NoteError, match="more than 100"):
        parse_note(NOTE + line * 100)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda note: note.replace("\n", "\r\n"), "Windows line ends"),
        (lambda note: note.replace("\n3\n", "\n03\n"), "leading zeros"),
        (lambda note: note.replace("\n\n", "\nmore\n\n"), "three lines"),
        (lambda note: note.replace("\u2014", "-"), "A signature line is"),
        (lambda note: note.rstrip("\n"), "each ended by LF"),
        (lambda note: note.replace("EY=", "EZ="), "The root is base64, but not written in the one way"),
        (lambda note: note.replace("EY=", "EY"), "The root is not base64"),
        (lambda note: note.replace("r0n1A6", "r0n1A6-"), "A signature is not base64"),
        (lambda note: note.partition("r0n1A6")[0] + "r0n1Aw==\n", "is empty"),
        (lambda note: note.replace(ORIGIN, "a+b"), "plus sign"),
    ],
)
def test_a_refusal_says_what_is_wrong(change: object, words: str) -> None:
    assert callable(change)
    with pytest.raises(NoteError, match=words):
        parse_note(change(NOTE))


@pytest.mark.parametrize(
    "broken",
    [
        {"origin": "two words"},
        {"origin": ""},
        {"origin": "a\ud800"},
        {"origin": "a\x85b"},
        {"size": -1},
        {"size": 2**63},
        {"root": b"short"},
    ],
)
def test_a_checkpoint_that_cannot_be_written_cannot_be_made(broken: dict[str, object]) -> None:
    with pytest.raises(NoteError):
        replace(parse_note(NOTE).checkpoint, **broken)


# Verifier keys.


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a verifier key"),
        (VKEY.replace("af49f503", "AF49F503"), "not a verifier key"),
        (VKEY.replace("af49f503", "af49f504"), "damaged"),
        (VKEY.replace("privacy", "Privacy"), "damaged"),
        (VKEY[:-4], "32 bytes"),
        (VKEY.replace("+AQOh", "+BAOh"), "only Ed25519"),
        (VKEY.replace("TG4", "TG5"), "damaged"),
        (VKEY + " ", "base64"),
    ],
)
def test_a_damaged_verifier_key_is_refused(text: str, words: str) -> None:
    with pytest.raises(NoteError, match=words):
        parse_vkey(text)


def test_a_verifier_key_for_which_anybody_could_sign_is_refused() -> None:
    from_log = parse_vkey(VKEY)
    neutral = (1).to_bytes(32, "little")
    with pytest.raises(NoteError, match="no key under which a signature means something"):
        parse_vkey(replace(from_log, public_key=neutral).text())


def test_a_vkey_file_may_have_comments_blank_lines_and_windows_line_ends() -> None:
    text = f"\ufeff# Handed over.\r\n\r\n{VKEY} # the present one\r\n{SIGNER.vkey.text()}  until=7\r\n"
    assert vkeys_of(text) == [TrustedKey(parse_vkey(VKEY)), TrustedKey(SIGNER.vkey, until=7)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# nothing\n", "names no key"),
        (f"{VKEY}\n{VKEY} until=3\n", "one key twice"),
        (f"{VKEY} until=03\n", "Line 1 of the vkey file: '03'"),
        (f"# old\n{VKEY} since=3\n", "Line 2 of the vkey file: After a key only until"),
        (f"{VKEY} until=3 4\n", "After a key only until"),
        ("nonsense\n", "Line 1 of the vkey file: 'nonsense'"),
    ],
)
def test_a_vkey_file_that_cannot_be_understood_is_refused(text: str, words: str) -> None:
    with pytest.raises(NoteError, match=words):
        vkeys_of(text)


# Who signed.


def test_signatures_of_unknown_keys_are_ignored() -> None:
    note = signed(lines(), STRANGER, SIGNER, NEXT_SIGNER)
    assert signers(note, [NEXT_SIGNER.vkey, SIGNER.vkey]) == [NEXT_SIGNER.vkey, SIGNER.vkey]
    assert signers(note, [Signer.made(9).vkey]) == []


def test_one_false_signature_of_a_known_key_spoils_the_note() -> None:
    note = signed(lines(), SIGNER, NEXT_SIGNER)
    false = replace(note.signatures[1], signature=bytes(64))
    for spoilt in (
        replace(note, signatures=(note.signatures[0], false)),
        replace(note, signatures=(note.signatures[1], note.signatures[1], false)),
    ):
        with pytest.raises(BadSignatureError, match="at 12 events does not fit"):
            signers(spoilt, [SIGNER.vkey, NEXT_SIGNER.vkey])


def test_the_same_key_twice_signed_once() -> None:
    note = signed(lines(), SIGNER, SIGNER)
    assert signers(note, [SIGNER.vkey, TrustedKey(SIGNER.vkey)]) == [SIGNER.vkey]


def test_a_key_does_not_count_beyond_its_last_size_or_for_another_log() -> None:
    note = signed(lines())
    assert signers(note, [TrustedKey(SIGNER.vkey, until=12)]) == [SIGNER.vkey]
    assert signers(note, [TrustedKey(SIGNER.vkey, until=11)]) == []
    other = Signer.made(1, OTHER_ORIGIN)
    assert signers(signed(lines(), other), [other.vkey]) == []


def test_a_signature_of_an_unknown_kind_may_have_any_length() -> None:
    note = parse_note(NOTE + f"\u2014 witness.example {base64.b64encode(bytes(76)).decode()}\n")
    assert len(note.signatures[1].signature) == 72
    assert signers(note, [parse_vkey(VKEY)]) == [parse_vkey(VKEY)]
