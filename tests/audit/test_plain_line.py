"""What is recognised at a glance is what the rule accepts, and says the same."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audit.log_format import LogFormatError, canonical_line, parse_line, timestamp
from audit.verifier.plain_line import number_and_time
from tests.audit.attacks.made import line, lines, rotation
from tests.audit.test_log_format import LINES

LINE = LINES[2].encode()
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8"))
)
VALUES = SCALARS | st.lists(SCALARS, max_size=4) | st.dictionaries(st.just("a"), SCALARS)
DATA = st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,63}", fullmatch=True), VALUES, max_size=5)
FRAGMENTS = [
    b'"',
    b"\\",
    b",",
    b":",
    b"{}",
    b"[]",
    b"0",
    b"-0",
    b".0",
    b"1e3",
    b" ",
    b"null",
    b'"a":1,',
    b"\n",
    b"\x7f",
    b"\xc3\xa4",
]


def agrees(octets: bytes) -> bool:
    """Whether a line that is recognised is accepted by the rule, with the same number and time."""
    plain = number_and_time(octets)
    if plain is None:
        return True
    try:
        entry = parse_line(octets.decode())
    except (LogFormatError, UnicodeDecodeError):
        return False
    return plain == (entry["seq"], entry["ts"])


@pytest.mark.parametrize(
    "octets", [*lines(), *map(str.encode, LINES), rotation(7), line(8, res="denied", data={})]
)
def test_the_lines_of_a_log_are_recognised(octets: bytes) -> None:
    entry = json.loads(octets)
    assert number_and_time(octets) == (entry["seq"], entry["ts"])


@given(DATA, st.integers(0, 2**53 - 1), st.datetimes(timezones=st.just(UTC)))
def test_what_the_writer_writes_is_never_taken_for_something_else(
    data: dict[str, object], seq: int, moment: datetime
) -> None:
    entry = {**json.loads(LINE), "seq": seq, "ts": timestamp(moment), "data": data}
    assert agrees(canonical_line(entry).encode())


@given(st.integers(0, len(LINE)), st.integers(0, 12), st.binary(max_size=3) | st.sampled_from(FRAGMENTS))
@example(0, 0, b"\xef\xbb\xbf")
@example(len(LINE), 0, b"\n")
@example(len(LINE), 0, b"\r")
def test_a_line_that_was_changed_anywhere_is_recognised_only_if_the_rule_accepts_it(
    place: int, removed: int, put: bytes
) -> None:
    assert agrees(LINE[:place] + put + LINE[place + removed :])


@given(st.data())
def test_pieces_put_together_in_another_way_are_recognised_only_if_the_rule_accepts_them(
    data: st.DataObject,
) -> None:
    pieces = data.draw(st.permutations(LINE.removeprefix(b"{").removesuffix(b"}").split(b',"')))
    assert agrees(b"{" + b',"'.join(pieces) + b"}")
