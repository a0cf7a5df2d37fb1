"""The bytes of the log: test vectors, a naive tree beside ours, and everything the profile refuses."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from audit import log_format
from audit.log_format import Frontier, LogFormatError, canonical_line, leaf_hash, node_hash, parse_line
from audit.signing.signing_key import public_bytes

COUNTING = bytes(range(32))
ORIGIN = "privacy.example.org/audit/6f1c2a"
VKEY = f"{ORIGIN}+af49f503+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
SUBJECT = "s1:yCAs4kRCL5NS41J3JHrHpJKtHD5fOXJYMwXWOFx3cKs"
LINES = [
    '{"act":"log.created","actor":"sys","data":{"vkey":"' + VKEY + '"},"nonce":"AAAAAAAAAAAAAAAAAAAAAA",'
    '"obj":"log:6f1c2a","res":"ok","seq":0,"ts":"2026-01-01T00:00:00.000Z","v":1}',
    '{"act":"dsr.created","actor":"u:k3v9","data":{"kind":"erasure"},"nonce":"AQEBAQEBAQEBAQEBAQEBAQ",'
    '"obj":"dsr:01","res":"ok","seq":1,"sub":"' + SUBJECT + '","ts":"2026-01-01T00:00:01.000Z","v":1}',
    '{"act":"erasure.completed","actor":"u:k3v9","data":{"rows":17,"systems":["crm","erp"]},'
    '"nonce":"AgICAgICAgICAgICAgICAg","obj":"dsr:01","res":"ok","seq":2,"sub":"' + SUBJECT + '",'
    '"ts":"2026-01-01T00:00:02.000Z","v":1}',
]
ENTRIES = [
    {
        "v": 1,
        "seq": 0,
        "ts": "2026-01-01T00:00:00.000Z",
        "act": "log.created",
        "actor": "sys",
        "obj": "log:6f1c2a",
        "res": "ok",
        "nonce": "AAAAAAAAAAAAAAAAAAAAAA",
        "data": {"vkey": VKEY},
    },
    {
        "v": 1,
        "seq": 1,
        "ts": "2026-01-01T00:00:01.000Z",
        "act": "dsr.created",
        "actor": "u:k3v9",
        "obj": "dsr:01",
        "res": "ok",
        "nonce": "AQEBAQEBAQEBAQEBAQEBAQ",
        "sub": SUBJECT,
        "data": {"kind": "erasure"},
    },
    {
        "v": 1,
        "seq": 2,
        "ts": "2026-01-01T00:00:02.000Z",
        "act": "erasure.completed",
        "actor": "u:k3v9",
        "obj": "dsr:01",
        "res": "ok",
        "nonce": "AgICAgICAgICAgICAgICAg",
        "sub": SUBJECT,
        "data": {"systems": ["crm", "erp"], "rows": 17},
    },
]
LEAVES = [
    "6138a6d2f9405d930c3fe305a23fe2939f6e93d78bd551779be134e151467c93",
    "cfb6772c9a01714251ef075e4c294c8d3ef03ee7578636e346655fcd4d248847",
    "ee0fe5fd5d61cdab2d37110cdeca6a97fe1fd254a398d020dfcae785a6d499b7",
]
ROOT = "4c1955cf6c1f34bcb3cba823ceaaed5fb4570d8d62a9e3c4e62df44d9265f846"
FRONTIER = (
    "edbac51247ba47714bf8c9f64e18471cebc2f25b7433f0f66777f418dc4a2f57"
    "ee0fe5fd5d61cdab2d37110cdeca6a97fe1fd254a398d020dfcae785a6d499b7"
)


# The vectors.


@pytest.mark.parametrize("number", range(3))
def test_it_writes_the_line_and_leaf_of_each_vector(number: int) -> None:
    line = canonical_line(ENTRIES[number])
    assert line == LINES[number]
    assert leaf_hash(line).hex() == LEAVES[number]
    assert parse_line(line) == ENTRIES[number]


def test_it_gives_the_root_and_frontier_of_the_vectors() -> None:
    frontier = Frontier()
    for line in LINES[:2]:
        frontier.append(leaf_hash(line))
    assert base64.b64encode(frontier.root()).decode() == "7brFEke6R3FL+Mn2ThhHHOvC8lt0M/D2Z3f0GNxKL1c="
    frontier.append(leaf_hash(LINES[2]))
    assert frontier.root().hex() == ROOT
    assert frontier.pack().hex() == FRONTIER
    assert base64.b64encode(frontier.root()).decode() == "TBlVz2wfNLyzy6gjzqrtX7RXDY1iqePE5i30TZJl+EY="


def test_it_gives_the_verifier_key_of_the_vectors() -> None:
    public_key = public_bytes(Ed25519PrivateKey.from_private_bytes(COUNTING))
    assert log_format.origin(host="privacy.example.org", log="6f1c2a") == ORIGIN
    assert log_format.key_id(name=ORIGIN, public_key=public_key).hex() == "af49f503"
    assert log_format.vkey(name=ORIGIN, public_key=public_key) == VKEY


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert Frontier().root() == log_format.EMPTY_ROOT == hashlib.sha256(b"").digest()


# The tree.


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it is written: split at the largest power of two below the size."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


def test_the_frontier_gives_the_root_of_the_naive_tree_for_every_size_to_300() -> None:
    leaves = [hashlib.sha256(b"%d" % number).digest() for number in range(300)]
    frontier = Frontier()
    for size in range(301):
        assert frontier.size == size
        assert len(frontier.hashes) == size.bit_count()
        assert frontier.root() == naive_root(leaves[:size])
        if size < 300:
            frontier.append(leaves[size])


@given(
    st.lists(st.binary(min_size=32, max_size=32), max_size=70),
    st.lists(st.binary(min_size=32, max_size=32), max_size=9),
)
def test_a_packed_frontier_goes_on_where_it_was_left(before: list[bytes], after: list[bytes]) -> None:
    whole, first = Frontier(), Frontier()
    for leaf in before:
        whole.append(leaf)
        first.append(leaf)
    second = Frontier.unpack(first.size, first.pack())
    assert second == first
    for leaf in after:
        whole.append(leaf)
        second.append(leaf)
    assert second == whole
    assert whole.root() == naive_root(before + after)


@pytest.mark.parametrize(
    ("size", "packed"), [(3, b"x" * 32), (1, b""), (0, b"x" * 32), (2, b"x" * 31), (-1, b"x" * 32)]
)
def test_a_frontier_that_does_not_fit_the_size_is_refused(size: int, packed: bytes) -> None:
    with pytest.raises(LogFormatError, match="cannot be the frontier"):
        Frontier.unpack(size, packed)


def test_a_leaf_of_another_length_is_refused() -> None:
    with pytest.raises(LogFormatError, match="32 bytes"):
        Frontier().append(b"short")


def test_leaf_and_node_can_not_be_taken_for_each_other() -> None:
    left, right = hashlib.sha256(b"l").digest(), hashlib.sha256(b"r").digest()
    assert node_hash(left, right) == hashlib.sha256(b"\x01" + left + right).digest()
    assert leaf_hash("x") == hashlib.sha256(b"\x00x").digest()


# The profile.

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53 - 1), 2**53 - 1) | TEXT
KEYS = st.from_regex(r"\A[a-z][a-z0-9_]{0,8}\Z")
VALUES = SCALARS
for _level in range(4):
    VALUES = SCALARS | st.lists(VALUES, max_size=3) | st.dictionaries(KEYS, VALUES, max_size=3)


def entry_with(facts: object) -> dict[str, object]:
    return {**ENTRIES[1], "data": facts}


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_a_line_reads_back_equal_and_is_written_the_same_again(facts: dict[str, object]) -> None:
    entry = entry_with(facts)
    line = canonical_line(entry)
    assert "\n" not in line
    assert "\r" not in line
    assert json.loads(line) == entry
    assert canonical_line(parse_line(line)) == line
    assert list(json.loads(line)) == sorted(entry)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"n": 1.0}, "float"),
        ({"n": float("nan")}, "float"),
        ({"n": 2**53}, "2\\^53-1"),
        ({"n": -(2**53)}, "2\\^53-1"),
        ({"s": "\ud800"}, "surrogate"),
        ({"s": ["ok", "x\udfff"]}, "surrogate"),
        ({"Key": 1}, "must match"),
        ({"1key": 1}, "must match"),
        ({"key\n": 1}, "must match"),
        ({"k" * 65: 1}, "must match"),
        ({"ключ": 1}, "must match"),
        ({1: 1}, "must match"),
        ({"b": b"bytes"}, "bytes cannot"),
        ({"t": (1, 2)}, "tuple cannot"),
        ({"d": datetime(2026, 1, 1, tzinfo=UTC)}, "datetime cannot"),
        ([], "must be an object"),
    ],
)
def test_a_value_outside_the_profile_is_refused(facts: object, why: str) -> None:
    with pytest.raises(LogFormatError, match=why):
        canonical_line(entry_with(facts))


@pytest.mark.parametrize("number", [2**53 - 1, -(2**53 - 1), 0, -1])
def test_the_largest_whole_numbers_are_written(number: int) -> None:
    assert f'"n":{number}' in canonical_line(entry_with({"n": number}))


def test_eight_levels_are_written_and_nine_refused() -> None:
    nested: object = 1
    for _level in range(6):
        nested = [nested]
    assert canonical_line(entry_with({"n": nested}))
    with pytest.raises(LogFormatError, match="deeper than 8"):
        canonical_line(entry_with({"n": [nested]}))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"v": 2}, "line.v"),
        ({"v": True}, "line.v"),
        ({"seq": -1}, "line.seq"),
        ({"seq": True}, "line.seq"),
        ({"seq": "1"}, "line.seq"),
        ({"ts": "2026-01-01T00:00:00Z"}, "line.ts"),
        ({"ts": "2026-01-01T00:00:00.000Z\n"}, "line.ts"),
        ({"res": "fine"}, "line.res"),
        ({"nonce": "AAAA"}, "line.nonce"),
        ({"nonce": None}, "line.nonce"),
        ({"sub": "anna@example.org"}, "line.sub"),
        ({"actor": ""}, "line.actor"),
        ({"obj": 7}, "line.obj"),
        ({"data": None}, "line.data"),
        ({"extra": 1}, "does not know 'extra'"),
    ],
)
def test_a_malformed_header_is_refused(change: dict[str, object], why: str) -> None:
    with pytest.raises(LogFormatError, match=why):
        canonical_line({**ENTRIES[1], **change})


@pytest.mark.parametrize("key", sorted(log_format.NEEDED_KEYS))
def test_a_line_without_a_needed_key_is_refused(key: str) -> None:
    with pytest.raises(LogFormatError, match=f"lacks {key}"):
        canonical_line({name: value for name, value in ENTRIES[0].items() if name != key})


def test_the_optional_keys_may_be_left_out() -> None:
    line = canonical_line({key: ENTRIES[0][key] for key in log_format.NEEDED_KEYS})
    assert parse_line(line).keys() == log_format.NEEDED_KEYS


@pytest.mark.parametrize(
    "line",
    [
        LINES[0] + "\n",
        " " + LINES[0],
        "\ufeff" + LINES[0],
        LINES[0].replace('"v":1', '"v": 1'),
        LINES[0].replace('"v":1', '"v":1.0'),
        LINES[0].replace('"v":1', '"v":1,"v":1'),
        LINES[0].replace('"sys"', '"s\\u0079s"'),
        LINES[0].replace('{"act":"log.created","actor":"sys"', '{"actor":"sys","act":"log.created"'),
        LINES[0].replace('"seq":0', '"seq":-0'),
        LINES[0].replace('"seq":0', '"seq":NaN'),
        LINES[0].replace('"seq":0', '"seq":' + "9" * 5000),
        "[" * 100_000,
        "[]",
        "",
        "null",
    ],
)
def test_a_line_that_says_the_same_in_other_bytes_is_refused(line: str) -> None:
    with pytest.raises(LogFormatError, match="line"):
        parse_line(line)


# Times, nonces, names.


def test_a_time_is_cut_to_the_millisecond_and_told_in_utc() -> None:
    berlin = timezone(timedelta(hours=2))
    assert log_format.timestamp(datetime(2026, 7, 1, 1, 2, 3, 999_999, berlin)) == "2026-06-30T23:02:03.999Z"
    assert log_format.timestamp(datetime(2026, 7, 1, tzinfo=UTC)) == "2026-07-01T00:00:00.000Z"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(LogFormatError, match="zone"):
        log_format.timestamp(datetime(2026, 7, 1))  # noqa: DTZ001 - that is what is refused.


@given(st.datetimes(timezones=st.timezones()))
def test_any_time_matches_the_format(moment: datetime) -> None:
    try:
        moment.astimezone(UTC)
    except OverflowError:
        return
    assert log_format.TIMESTAMP.fullmatch(log_format.timestamp(moment))


def test_nonces_are_16_bytes_and_differ() -> None:
    nonces = {log_format.nonce() for _ in range(1000)}
    assert len(nonces) == 1000
    assert all(len(base64.urlsafe_b64decode(nonce + "==")) == 16 for nonce in nonces)


def test_a_subject_tag_is_what_openssl_makes_of_the_same_bytes() -> None:
    # printf 'audit/subject/v1\0email\0anna@example.org' |
    # openssl dgst -sha256 -mac HMAC -macopt hexkey:000102…1f -binary | base64
    tag = log_format.subject_tag(salt=COUNTING, kind="email", ident="anna@example.org")
    assert tag == "s1:R4NAwcwJo8txhWVYL0rJnmjUKXMIHg0Qqg_UXdEE_KI"
    assert log_format.SUBJECT_TAG.fullmatch(tag)


@pytest.mark.parametrize("spelling", ["José@Example.ORG", "Jose\u0301@example.org", "  JOSÉ@EXAMPLE.ORG\n"])
def test_the_spellings_of_one_identifier_agree(spelling: str) -> None:
    tags = {
        log_format.subject_tag(salt=COUNTING, kind="email", ident=each)
        for each in (spelling, "josé@example.org")
    }
    assert len(tags) == 1


def test_nothing_links_two_requests_or_two_kinds() -> None:
    tags = {
        log_format.subject_tag(salt=salt, kind=kind, ident="12345")
        for salt in (COUNTING, bytes(32))
        for kind in ("cxone", "phone")
    }
    assert len(tags) == 4


@pytest.mark.parametrize(
    ("salt", "kind", "ident", "why"),
    [
        (b"short", "email", "x", "32 bytes"),
        (COUNTING, "e\x00mail", "x", "must match"),
        (COUNTING, "email", " ", "at least one"),
        (COUNTING, "email", "\ud800", "surrogate"),
    ],
)
def test_a_subject_tag_of_bad_input_is_refused(salt: bytes, kind: str, ident: str, why: str) -> None:
    with pytest.raises(LogFormatError, match=why):
        log_format.subject_tag(salt=salt, kind=kind, ident=ident)


@pytest.mark.parametrize("host", ["a+b", "a b", "a\nb", "a\u00a0b"])
def test_a_log_name_that_a_checkpoint_could_not_carry_is_refused(host: str) -> None:
    with pytest.raises(LogFormatError, match="white space"):
        log_format.origin(host=host, log="6f1c2a")


def test_a_public_key_of_another_length_is_refused() -> None:
    with pytest.raises(LogFormatError, match="32 bytes"):
        log_format.vkey(name=ORIGIN, public_key=b"short")
