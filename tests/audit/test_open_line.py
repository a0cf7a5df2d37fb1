"""Lines written in two steps are those of `canonical_line`, byte for byte, and so is what is refused."""

from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audit.event_keys import EVENT_KEYS
from audit.events import Event
from audit.log_format import LARGEST_INTEGER, LogFormatError, canonical_line, nonce, parse_line
from audit.open_line import open_line

TS = "2026-11-20T13:58:12.345Z"
NONCE = "aQEBAQEBAQEBAQEBAQEBAQ"
SUBJECT = "s1:yCAs4kRCL5NS41J3JHrHpJKtHD5fOXJYMwXWOFx3cKs"
SAID: dict[str, Any] = {"act": "request.blocked", "actor": "sys", "obj": "hold:7", "res": "ok"}
CLOSING: dict[str, Any] = {"seq": 7, "ts": TS, "nonce": NONCE}


class Word(StrEnum):
    CONTACT = "CONTACT"


class Number(IntEnum):
    SEVEN = 7


class Shouted(str):
    """Text that shows itself in another way than it is stored."""

    __slots__ = ()

    def __format__(self, _how: str) -> str:
        return self.upper()


def by_the_rule(said: dict[str, Any], closing: dict[str, Any]) -> str | None:
    """What `canonical_line` writes, a tuple in `data` taken for a list; None when it refuses."""
    entry = {
        "v": 1,
        **{key: value for key, value in said.items() if value is not None or key not in OPTIONAL},
    }
    if isinstance(entry.get("data"), dict):
        facts = entry["data"].items()
        entry["data"] = {key: list(value) if isinstance(value, tuple) else value for key, value in facts}
    try:
        return canonical_line({**entry, **closing})
    except LogFormatError:
        return None


def in_two_steps(said: dict[str, Any], closing: dict[str, Any]) -> str | None:
    try:
        return open_line(**said).close(**closing)
    except LogFormatError:
        return None


OPTIONAL = {"data", "sub"}
# What fits and what does not, in equal parts: text with control characters, quotes, other scripts and lone
# surrogates; numbers at and beyond the limits; classes that look like text and number; nesting to any depth.
TEXT = st.text(st.characters(), max_size=8) | st.sampled_from(
    ["", '"', "\\", "\x00\n\x7f", "é\u2028", "\ud800"]
)
LIMITS = [LARGEST_INTEGER, LARGEST_INTEGER + 1, -LARGEST_INTEGER, -LARGEST_INTEGER - 1]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(LIMITS)
    | TEXT
    | st.floats()
    | st.binary(max_size=2)
    | st.sampled_from([Word.CONTACT, Number.SEVEN])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.sampled_from(["a", "b_2"]) | TEXT, inner, max_size=3)
    ),
    max_leaves=12,
)
KEYS = (
    st.from_regex(r"\A[a-z][a-z0-9_]{0,5}\Z")
    | TEXT
    | st.sampled_from([1, True, None, Word.CONTACT, "k" * 65])
)
NAMES = st.sampled_from(["sys", "u:k3v9q2ma", "request:PR-2026-000042", Word.CONTACT, "", None, 7]) | TEXT
OPENINGS = st.fixed_dictionaries(
    {
        "act": NAMES,
        "actor": NAMES,
        "obj": NAMES,
        "res": st.sampled_from(["ok", "denied", "failed", "fine", "", None, 1, Word.CONTACT]),
    },
    optional={
        "data": st.none() | st.dictionaries(KEYS, VALUES, max_size=4),
        "sub": st.sampled_from([None, SUBJECT, "USR-1", SUBJECT + "\n", 7, ""]),
    },
)
CLOSINGS = st.fixed_dictionaries(
    {
        "seq": st.integers() | st.sampled_from([0, True, 1.0, "1", None, Number.SEVEN, *LIMITS]),
        "ts": st.sampled_from([TS, TS + "\n", TS[:-1], "", None, 7]),
        "nonce": st.sampled_from([NONCE, NONCE + "\n", NONCE[:-1], "", None, 7]) | st.builds(nonce),
    }
)
FITTING = st.fixed_dictionaries(
    {key: st.just(value) for key, value in SAID.items()},
    optional={"data": st.dictionaries(st.from_regex(r"\A[a-z][a-z0-9_]{0,5}\Z"), VALUES, max_size=4)},
)
# Several faults at once would hide that one of them alone is overlooked.
ODD: dict[str, list[Any]] = {
    **{
        key: ["", None, 7, b"x", "\ud800", "é", Word.CONTACT, Shouted("x")] for key in ("act", "actor", "obj")
    },
    "res": ["fine", "", None, 1, "ok ", Shouted("ok")],
    "sub": ["USR-1", SUBJECT + "\n", SUBJECT[:-1], 7, "", Shouted(SUBJECT)],
    "seq": [-1, 2**53, True, 1.0, "1", None, Number.SEVEN],
    "ts": [TS + "\n", TS[:-1], "", None, 7, Shouted(TS)],
    "nonce": [NONCE + "\n", NONCE[:-1], "", None, 7, Shouted(NONCE)],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in ODD.items() for value in values])
def test_a_single_odd_value_is_written_or_refused_as_by_the_rule(key: str, value: object) -> None:
    said, closing = ({**SAID, key: value}, CLOSING) if key not in CLOSING else (SAID, {**CLOSING, key: value})
    assert in_two_steps(said, closing) == by_the_rule(said, closing)


def test_text_that_shows_itself_differently_is_written_as_it_is_stored() -> None:
    plain = open_line(**SAID, data={"a": "x", "b": ["y"]}).close(**CLOSING)
    odd: dict[Any, Any] = {Shouted("a"): Shouted("x"), Shouted("b"): [Shouted("y")]}
    assert open_line(**SAID, data=odd).close(**CLOSING) == plain


@given(OPENINGS | FITTING, CLOSINGS | st.just(CLOSING))
@example({**SAID, "data": {"a": ["x", ["y"]]}}, CLOSING)
@example({**SAID, "data": {"a": {"b": "c"}}, "sub": SUBJECT}, CLOSING)
@example({**SAID, "data": {"a": (1, None, True)}}, CLOSING)
@example({**SAID, "data": {}}, CLOSING)
def test_it_writes_what_the_rule_writes_and_refuses_what_the_rule_refuses(
    said: dict[str, Any], closing: dict[str, Any]
) -> None:
    assert in_two_steps(said, closing) == by_the_rule(said, closing)


@given(FITTING)
def test_what_fits_is_read_back_as_it_was(said: dict[str, Any]) -> None:
    line = in_two_steps(said, CLOSING)
    if line is not None:
        read = parse_line(line)
        assert (read["act"], read["seq"], read["ts"], read["nonce"]) == (said["act"], 7, TS, NONCE)


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        2**53,
        -(2**53),
        "\ud800",
        ["ok", "x\udfff"],
        [2**53],
        [1.0],
        b"bytes",
        {"Key": 1},
        ((1,),),
    ],
)
def test_a_value_outside_the_profile_is_refused_when_the_line_is_opened(value: object) -> None:
    with pytest.raises(LogFormatError, match="line"):
        open_line(**SAID, data={"n": value})  # type: ignore[dict-item]


@pytest.mark.parametrize("key", ["Key", "1key", "key\n", "", "k" * 65, "ключ"])
def test_a_key_outside_the_profile_is_refused_when_the_line_is_opened(key: str) -> None:
    with pytest.raises(LogFormatError, match="must match"):
        open_line(**SAID, data={key: 1})


def test_nesting_is_written_to_the_eighth_level_and_no_further() -> None:
    nested: Any = 1
    for _level in range(6):
        nested = [nested]
    assert open_line(**SAID, data={"n": nested}).close(**CLOSING)
    with pytest.raises(LogFormatError, match="deeper than 8"):
        open_line(**SAID, data={"n": [nested]})


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"seq": -1}, r"line\.seq"),
        ({"seq": True}, r"line\.seq"),
        ({"seq": 2**53}, r"2\^53-1"),
        ({"ts": "2026-11-20T13:58:12Z"}, r"line\.ts"),
        ({"nonce": "AAAA"}, r"line\.nonce"),
    ],
)
def test_a_malformed_closing_is_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(LogFormatError, match=why):
        open_line(**SAID).close(**{**CLOSING, **change})


def test_any_mapping_of_facts_is_written_as_an_object() -> None:
    line = open_line(**SAID, data=MappingProxyType({"b": Number.SEVEN, "a": Word.CONTACT})).close(**CLOSING)
    assert '"data":{"a":"CONTACT","b":7}' in line
    assert parse_line(line)["seq"] == 7


def test_later_changes_do_not_reach_an_open_line() -> None:
    holds: list[Any] = ["RET-1"]
    line = open_line(**SAID, data={"holds": holds})
    holds.append("LATER")
    assert parse_line(line.close(**CLOSING))["data"] == {"holds": ["RET-1"]}


@pytest.mark.parametrize("event", Event)
def test_the_keys_of_every_event_are_written_without_asking_the_rule(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(_entry: object) -> str:
        raise AssertionError("what the schemas name is plain")

    monkeypatch.setattr("audit.open_line.canonical_line", asked)
    facts: dict[str, Any] = dict.fromkeys(EVENT_KEYS[event], "CODE")
    assert open_line(**{**SAID, "act": event.value}, data=facts).close(**CLOSING)
