"""The kinds of value that an event's `data` may hold: counts, ids, codes, dates, yes or no. Never free text.

A pattern cannot know whether a code is somebody's name, but it keeps out sentences, e-mail addresses and
white space, and what has no key in the schema of its event cannot be written at all.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from audit.log_format import LARGEST_INTEGER, TIMESTAMP


@dataclass(frozen=True)
class ValueKind:
    """A named kind of value. A `needed` one must be there whenever its event is written."""

    name: str
    accepts: Callable[[object], bool]
    needed: bool = False


def needed(kind: ValueKind) -> ValueKind:
    """The same kind for a key that its event may not leave out."""
    return replace(kind, needed=True)


def nullable(kind: ValueKind) -> ValueKind:
    """The same kind, or null for "not known"."""
    return ValueKind(f"{kind.name}, or null", lambda value: value is None or kind.accepts(value))


def list_of(kind: ValueKind) -> ValueKind:
    """A list, possibly empty, whose items are all of this kind."""
    return ValueKind(
        f"a list, each item {kind.name}",
        lambda value: isinstance(value, list | tuple) and all(kind.accepts(item) for item in value),
    )


def one_of(*words: str) -> ValueKind:
    """One of these words and no other."""
    return ValueKind(f"one of {', '.join(words)}", lambda value: isinstance(value, str) and value in words)


def matching(name: str, pattern: str) -> ValueKind:
    """A string that the whole pattern matches."""
    compiled = re.compile(pattern)
    return ValueKind(name, lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_INTEGER


def _is_date(value: object) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


COUNT = ValueKind("a whole number from 0", _is_count)
FLAG = ValueKind("true or false", lambda value: isinstance(value, bool))
DATE = ValueKind("a date such as 2026-01-31", _is_date)
INSTANT = matching("a time such as 2026-01-31T08:15:00.000Z", TIMESTAMP.pattern)
CODE = matching("a code of letters, digits and . _ : - (at most 64)", r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
SYSTEM_ID = matching(
    "an id of another system without white space or @ (at most 200)", r"[A-Za-z0-9._:/+=~-]{1,200}"
)
STAFF = matching("an opaque staff id such as u:k3v9q2ma", r"u:[a-z0-9]{4,16}")
VKEY = matching("a verifier key", r"[^\s+]{1,255}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}")
KEY_NAME = matching("the name of a log", r"[^\s+]{1,255}")
ROOT = matching("a root in base64", r"[A-Za-z0-9+/]{43}=")


def objections(values: Mapping[str, object], *, kinds: Mapping[str, ValueKind]) -> list[str]:
    """What speaks against writing these values, one sentence each. The values themselves are not repeated."""
    if _all_fit(values, kinds):
        return []
    unknown = [
        f"{key} is not among its keys ({', '.join(kinds) or 'none'})" for key in values if key not in kinds
    ]
    missing = [f"{key} is missing" for key, kind in kinds.items() if kind.needed and key not in values]
    unfit = [
        f"{key} must be {kinds[key].name}"
        for key in values
        if key in kinds and not kinds[key].accepts(values[key])
    ]
    return unknown + missing + unfit


def _all_fit(values: Mapping[str, object], kinds: Mapping[str, ValueKind]) -> bool:
    known = 0
    for key, kind in kinds.items():
        if key not in values:
            if kind.needed:
                return False
        elif kind.accepts(values[key]):
            known += 1
        else:
            return False
    return known == len(values)
