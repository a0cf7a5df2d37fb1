"""Reading one JSON object out of an answer: strict about its form, and never crashing on it.

NaN and Infinity are refused, since JSON has none. Of a name given twice the last counts, as RFC 8259 §4
describes: the connection is the peer's own, and nobody in between reads it differently.
"""

import json
from dataclasses import dataclass, field
from typing import NoReturn

from erasure.outbound.errors import UnreadableAnswer

LARGEST_COUNT = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly (RFC 8259 §6)."""


@dataclass(frozen=True)
class ReadObject:
    """One JSON object and the text it was read from."""

    fields: dict[str, object] = field(repr=False)
    text: str = field(repr=False)


def read_object(body: bytes, *, names_once: bool = False) -> ReadObject:
    """Read one JSON object in UTF-8. Raises UnreadableAnswer, with a reason of our own words.

    With `names_once` a name that is given twice is refused: for what did not come over our own connection.
    """
    text = _decoded(body)
    if not text.strip():
        raise UnreadableAnswer("it is empty")
    value = _parsed(text, _NAMES_ONCE if names_once else _DECODER)
    if not isinstance(value, dict):
        raise UnreadableAnswer("it is not a JSON object")
    return ReadObject(fields=value, text=text)


def storable(text: str, length: int) -> str:
    """`text` cut to `length`, without what no database takes: NUL and halves of a surrogate pair."""
    cut = text[:length].replace("\x00", "\ufffd")
    return cut.encode("utf-8", "replace").decode("utf-8")


def count_of(value: object) -> int | None:
    """`value` if it is a whole number of 0 or more that every JSON reader keeps exactly, else None."""
    # bool is an int to Python and no count to anybody else.
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= LARGEST_COUNT else None


def _decoded(body: bytes) -> str:
    try:
        # Some servers put a byte order mark first; RFC 8259 §8.1 lets a reader pass over it.
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        reason = "it is not UTF-8"
    # Raised out here, so that the decoder's error, which holds the whole body, does not travel along.
    raise UnreadableAnswer(reason)


def _parsed(text: str, decoder: json.JSONDecoder) -> object:
    try:
        return decoder.decode(text)
    except RecursionError:
        reason = "it is nested too deeply"
    except ValueError:
        reason = "it is not JSON"
    raise UnreadableAnswer(reason)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _names_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError
    return fields


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
_NAMES_ONCE = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_names_once)
