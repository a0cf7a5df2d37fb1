"""Writing a line in two steps: what an event says, checked and encoded at once, and later the number, time
and nonce that it is given under the lock of the head. Standard library only.

Bytes and refusals are those of `log_format.canonical_line`, which remains the rule; a test compares the two
over anything. What is plainly within the profile is encoded here without walking the whole object first,
since thousands of events may belong to one transaction. All else is put before the rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from json.encoder import encode_basestring as _quoted

from audit.log_format import (
    CANONICAL,
    JSON,
    KEY,
    LARGEST_INTEGER,
    NONCE,
    RESULTS,
    SUBJECT_TAG,
    TIMESTAMP,
    VERSION,
    canonical_line,
)

_SAYING_LITTLE: dict[str, JSON] = {"v": VERSION, "act": "x", "actor": "x", "obj": "x", "res": "ok"}
_CLOSING_SOMEHOW: dict[str, JSON] = {"seq": 0, "ts": "2026-01-01T00:00:00.000Z", "nonce": "A" * 22}


@dataclass(slots=True)
class OpenLine:
    """A line that lacks its nonce, its number and its time; the fields are the text before each."""

    before_nonce: str
    before_seq: str
    before_ts: str

    def close(self, *, seq: int, ts: str, nonce: str) -> str:
        """The whole line. Raises LogFormatError for a number, time or nonce that `canonical_line` refuses."""
        if not _closes_plainly(seq, ts, nonce):
            canonical_line({**_SAYING_LITTLE, "seq": seq, "ts": ts, "nonce": nonce})
        return (
            f"{self.before_nonce}{_quoted(nonce)}{self.before_seq}{seq}"
            f'{self.before_ts}{_quoted(ts)},"v":{VERSION}}}'
        )


def open_line(
    *,
    act: str,
    actor: str,
    obj: str,
    res: str,
    data: Mapping[str, JSON] | None = None,
    sub: str | None = None,
) -> OpenLine:
    """Check and encode what an event says. Without `data` or `sub` the line has no such key.

    A tuple that is a value of `data` is written as a list, as `json` would. Raises LogFormatError for
    everything else that `canonical_line` refuses.
    """
    members = "" if data is None else _plain_object(data)
    if members is None or not _is_plain_header(act, actor, obj, res, sub):
        members = _encoded_by_the_rule(data, sub, {"act": act, "actor": actor, "obj": obj, "res": res})
    facts = f',"data":{members}' if members else ""
    tag = f',"sub":{_quoted(sub)}' if sub is not None else ""
    return OpenLine(
        f'{{"act":{_quoted(act)},"actor":{_quoted(actor)}{facts},"nonce":',
        f',"obj":{_quoted(obj)},"res":{_quoted(res)},"seq":',
        f'{tag},"ts":',
    )


def _encoded_by_the_rule(
    data: Mapping[str, JSON] | None, sub: str | None, header: Mapping[str, object]
) -> str:
    """`data` encoded, or "" without it, once `canonical_line` has seen all that is known of the line."""
    entry: dict[str, object] = {"v": VERSION, **header, **_CLOSING_SOMEHOW}
    if sub is not None:
        entry["sub"] = sub
    if data is None:
        canonical_line(entry)
        return ""
    entry["data"] = _listed(data)
    canonical_line(entry)
    return CANONICAL.encode(entry["data"])


def _listed(data: Mapping[str, object]) -> dict[str, object]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in data.items()}


def _closes_plainly(seq: object, ts: object, nonce: object) -> bool:
    return (
        type(seq) is int
        and 0 <= seq <= LARGEST_INTEGER
        and type(ts) is str
        and TIMESTAMP.fullmatch(ts) is not None
        and type(nonce) is str
        and NONCE.fullmatch(nonce) is not None
    )


def _is_plain_header(act: object, actor: object, obj: object, res: object, sub: object) -> bool:
    return (
        _is_plain_name(act)
        and _is_plain_name(actor)
        and _is_plain_name(obj)
        and type(res) is str
        and res in RESULTS
        and (sub is None or (type(sub) is str and SUBJECT_TAG.fullmatch(sub) is not None))
    )


def _is_plain_name(value: object) -> bool:
    return type(value) is str and value != "" and value.isascii()


# Each of the following answers None for what it takes the rule to judge. They ask for the exact type, since a
# subclass may write itself in another way.


def _plain_object(data: Mapping[str, object]) -> str | None:
    if not all(map(_is_plain_key, data)):
        return None
    members = []
    for key in sorted(data):
        value = data[key]
        encoded = _plain_list(value) if type(value) is list or type(value) is tuple else _plain_scalar(value)
        if encoded is None:
            return None
        members.append(f'"{key}":{encoded}')
    return f"{{{','.join(members)}}}"


def _plain_list(values: Sequence[object]) -> str | None:
    items = [_plain_scalar(value) for value in values]
    return None if None in items else f"[{','.join(filter(None, items))}]"


def _plain_scalar(value: object) -> str | None:
    if type(value) is str:
        return _quoted(value) if value.isascii() else None
    if type(value) is int:
        return str(value) if -LARGEST_INTEGER <= value <= LARGEST_INTEGER else None
    if value is None:
        return "null"
    return ("true" if value else "false") if type(value) is bool else None


@lru_cache(maxsize=1024, typed=True)
def _is_plain_key(key: object) -> bool:
    return type(key) is str and KEY.fullmatch(key) is not None
