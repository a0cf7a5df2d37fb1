"""Lines that the log never writes: changed in the file, or signed as they are by whoever holds the key."""

import json
from collections.abc import Callable, Mapping

from tests.audit.attacks.made import (
    Arguments,
    Table,
    attack,
    lines,
    signed,
)
from tests.audit.attacks.on_lines import ALL_LINES


def _in_object(event: bytes, member: bytes) -> bytes:
    return event.replace(b'"records_deleted":17', member)


MALFORMED: Mapping[str, Callable[[bytes], bytes]] = {
    "carriage_return": lambda event: event + b"\r",
    "byte_order_mark": lambda event: b"\xef\xbb\xbf" + event,
    "reserialised_with_spaces": lambda event: json.dumps(json.loads(event)).encode(),
    "reserialised_in_another_order": lambda event: json.dumps(
        dict(reversed(json.loads(event).items())), separators=(",", ":")
    ).encode(),
    "escape_instead_of_letter": lambda event: event.replace(b"request", b"\\u0072equest"),
    "duplicate_key": lambda event: event.replace(b'"res":"ok"', b'"res":"ok","res":"ok"'),
    "duplicate_key_inside": lambda event: _in_object(event, b'"records_deleted":1,"records_deleted":17'),
    "float": lambda event: _in_object(event, b'"records_deleted":17.0'),
    "exponent": lambda event: _in_object(event, b'"records_deleted":1e3'),
    "minus_zero": lambda event: _in_object(event, b'"records_deleted":-0'),
    "not_a_number": lambda event: _in_object(event, b'"records_deleted":NaN'),
    "integer_beyond_2_to_53": lambda event: _in_object(event, b'"records_deleted":9007199254740992'),
    "integer_of_5000_digits": lambda event: _in_object(event, b'"records_deleted":' + b"9" * 5000),
    "escaped_lone_surrogate": lambda event: _in_object(event, b'"code":"\\ud800"'),
    "raw_lone_surrogate": lambda event: _in_object(event, b'"code":"\xed\xa0\x80"'),
    "invalid_utf_8": lambda event: _in_object(event, b'"code":"\xff"'),
    "nul": lambda event: _in_object(event, b'"code":"\x00"'),
    "key_outside_the_profile": lambda event: _in_object(event, b'"Code":17'),
    "nesting_too_deep": lambda event: _in_object(event, b'"code":' + b"[" * 9 + b"]" * 9),
    "nesting_without_end": lambda event: _in_object(event, b'"code":' + b"[" * 50_000),
    "unknown_version": lambda event: event.replace(b'"v":1', b'"v":2'),
    "unknown_key": lambda event: event.replace(b'"v":1', b'"v":1,"w":1'),
    "missing_nonce": lambda event: b"{" + event[1:].replace(b'"nonce"', b'"once"'),
    "time_in_another_form": lambda event: event.replace(b".000Z", b"Z"),
    "seq_as_text": lambda event: event.replace(b'"seq":4', b'"seq":"4"'),
    "seq_as_true": lambda event: event.replace(b'"seq":4', b'"seq":true'),
    "not_json": lambda event: event[:-1],
    "not_an_object": lambda event: event[:0] + b"[]",
}


def _list_malformed(name: str, change: Callable[[bytes], bytes]) -> None:
    def changed(table: Table) -> Arguments:
        events, worse = _with_event_4(change)
        return table.export(worse, signed(events))

    def signed_as_it_is(table: Table) -> Arguments:
        _events, worse = _with_event_4(change)
        return table.export(worse, signed(worse))

    changed.__name__ = name
    signed_as_it_is.__name__ = f"{name}_signed_by_the_log"
    attack("FAIL line 5:", quick=ALL_LINES)(changed)
    attack("FAIL line 5:", quick="OK all 12 events")(signed_as_it_is)


def _with_event_4(change: Callable[[bytes], bytes]) -> tuple[list[bytes], list[bytes]]:
    events = lines()
    worse = [*events[:4], change(events[4]), *events[5:]]
    assert worse != events
    return events, worse


for _name, _change in MALFORMED.items():
    _list_malformed(_name, _change)


@attack("FAIL line 1:", quick=ALL_LINES)
def saved_with_windows_line_ends(table: Table) -> Arguments:
    events = lines()
    return table.export([event + b"\r" for event in events], signed(events))


@attack("FAIL line 1:", quick=ALL_LINES)
def saved_with_a_byte_order_mark(table: Table) -> Arguments:
    events = lines()
    return table.export([b"\xef\xbb\xbf" + events[0], *events[1:]], signed(events))
