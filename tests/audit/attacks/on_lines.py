"""Attacks on the lines of an export, against a checkpoint that the log's key signed."""

import json
from collections.abc import Callable, Mapping

from audit.export_scan import STRETCH_BYTES
from tests.audit.attacks.made import (
    OTHER_ORIGIN,
    SIGNER,
    SIZE,
    Arguments,
    Signer,
    Table,
    attack,
    line,
    lines,
    proof,
    renumbered,
    signed,
)

ALL_LINES = f"FAIL lines 1 to {SIZE}:"


def edited(events: list[bytes], index: int = 4) -> list[bytes]:
    """One field of one event changed, in a form that the log could have written."""
    changed = events[index].replace(b'"records_deleted":17', b'"records_deleted":71')
    assert changed != events[index]
    return [*events[:index], changed, *events[index + 1 :]]


# Nothing is wrong.


@attack("OK all 12 events")
def nothing_changed(table: Table) -> Arguments:
    events = lines()
    return table.export(events, signed(events))


@attack("OK all 12 events")
def nothing_changed_since_what_was_kept(table: Table) -> Arguments:
    events = lines()
    kept = [signed(events[:4]), signed(events[:8]), proof(events[:7], 3), signed(events)]
    return table.export(events, signed(events), known=kept)


@attack("OK all 1 events")
def log_of_one_event(table: Table) -> Arguments:
    events = lines(1)
    return table.export(events, signed(events))


@attack("WARN all 12 events", quick="OK all 12 events")
def clock_put_back(table: Table) -> Arguments:
    events = lines()
    events[6] = line(6, ts="2025-12-31T23:59:59.000Z")
    return table.export(events, signed(events))


# Lines changed after they were signed.


@attack(ALL_LINES)
def edited_field(table: Table) -> Arguments:
    events = lines()
    return table.export(edited(events), signed(events))


@attack("FAIL lines 5 to 8:")
def edited_field_between_two_kept_checkpoints(table: Table) -> Arguments:
    events = lines()
    kept = [signed(events[:8]), signed(events[:4])]
    return table.export(edited(events), signed(events), known=kept)


@attack("FAIL line 5: it is not the event")
def edited_field_of_an_event_with_a_kept_proof(table: Table) -> Arguments:
    events = lines()
    return table.export(edited(events), signed(events), known=[proof(events, 4)])


@attack("FAIL line 5: its seq is 5, where 4 belongs.", quick=ALL_LINES)
def swapped_lines(table: Table) -> Arguments:
    events = lines()
    swapped = [*events[:4], events[5], events[4], *events[6:]]
    return table.export(swapped, signed(events))


@attack(ALL_LINES)
def swapped_lines_with_renumbering(table: Table) -> Arguments:
    events = lines()
    swapped = renumbered([*events[:4], events[5], events[4], *events[6:]])
    return table.export(swapped, signed(events))


@attack("FAIL line 5: its seq is 5, where 4 belongs.", quick="TRUNCATED the export goes up to 11 events;")
def deleted_line(table: Table) -> Arguments:
    events = lines()
    return table.export([*events[:4], *events[5:]], signed(events))


@attack("TRUNCATED the export goes up to 11 events; its checkpoint covers 12.")
def deleted_line_with_renumbering(table: Table) -> Arguments:
    events = lines()
    return table.export(renumbered([*events[:4], *events[5:]]), signed(events))


@attack("FAIL lines 1 to 8:")
def deleted_line_with_renumbering_against_a_kept_checkpoint(table: Table) -> Arguments:
    events = lines()
    return table.export(renumbered([*events[:4], *events[5:]]), signed(events), known=[signed(events[:8])])


@attack("FAIL line 6: its seq is 4, where 5 belongs.", quick="FAIL line 13: the checkpoint covers 12 events")
def repeated_line(table: Table) -> Arguments:
    events = lines()
    return table.export([*events[:5], *events[4:]], signed(events))


@attack("FAIL line 13: the checkpoint covers 12 events")
def added_line(table: Table) -> Arguments:
    events = lines(SIZE + 1)
    return table.export(events, signed(events[:SIZE]))


@attack(ALL_LINES)
def lines_of_the_same_log_as_it_was_begun_anew(table: Table) -> Arguments:
    return table.export(lines(), signed(lines()))


@attack("WRONG LOG", quick=ALL_LINES)
def lines_of_another_log(table: Table) -> Arguments:
    theirs = lines()
    stranger = Signer.made(1, OTHER_ORIGIN)
    theirs[0] = line(0, data={"vkey": stranger.vkey.text()})
    return table.export(theirs, signed(lines()))


# How the file ends.


@attack("TRUNCATED the export goes up to 9 events; its checkpoint covers 12.")
def truncated_file(table: Table) -> Arguments:
    events = lines()
    return table.export(events[:9], signed(events))


@attack("TRUNCATED the export goes up to 8 events, then stops in the middle of a line;")
def truncated_in_the_middle_of_a_line(table: Table) -> Arguments:
    events = lines()
    return table.export(b"\n".join(events[:9])[:-20], signed(events))


@attack("TRUNCATED the export goes up to 11 events, then stops in the middle of a line;")
def missing_last_line_feed(table: Table) -> Arguments:
    events = lines()
    return table.export(b"\n".join(events), signed(events))


@attack("FAIL line 13: the checkpoint covers 12 events")
def bytes_after_the_last_line(table: Table) -> Arguments:
    events = lines()
    return table.export(b"\n".join([*events, b"x"]), signed(events))


@attack("TRUNCATED the export goes up to 0 events; its checkpoint covers 12.")
def empty_file(table: Table) -> Arguments:
    return table.export(b"", signed(lines()))


@attack("FAIL line 1: it is missing")
def log_without_events(table: Table) -> Arguments:
    return table.export(b"", signed([]))


@attack("FAIL line 5: it is longer than any line of the log.")
def huge_line(table: Table) -> Arguments:
    events = lines()
    huge = events[4].replace(b'"res":"ok"', b'"res":"ok"' + b" " * STRETCH_BYTES)
    return table.export([*events[:4], huge, *events[5:]], signed(events))


@attack("FAIL line 5:", quick="FAIL line 13:")
def empty_line(table: Table) -> Arguments:
    events = lines()
    return table.export([*events[:4], b"", *events[4:]], signed(events))


# How the log begins.


@attack("FAIL line 1: event 0 must be log.created or log.continued", quick="OK")
def log_that_begins_with_another_event(table: Table) -> Arguments:
    events = [line(0, act="request.filed"), *lines()[1:]]
    return table.export(events, signed(events))


@attack("FAIL line 1: event 0 names a key that is not in your vkey file", quick="OK")
def log_that_begins_with_another_key(table: Table) -> Arguments:
    events = [line(0, data={"vkey": Signer.made(9).vkey.text()}), *lines()[1:]]
    return table.export(events, signed(events))


@attack("FAIL line 1: event 0 does not carry", quick="OK")
def log_that_begins_without_a_key(table: Table) -> Arguments:
    events = [line(0, data={}), *lines()[1:]]
    return table.export(events, signed(events))


CONTINUED = {"origin": OTHER_ORIGIN, "size": 7, "root": "", "reason": "restored_backup"}


@attack("OK all 12 events")
def log_that_declares_a_fork(table: Table) -> Arguments:
    events = [line(0, act="log.continued", data=CONTINUED), *lines()[1:]]
    return table.export(events, signed(events))


@attack("WARN all 12 events")
def log_that_declares_a_fork_from_one_of_which_more_was_kept(table: Table) -> Arguments:
    other = Signer.made(7, OTHER_ORIGIN)
    kept = signed(lines(9), other, origin=OTHER_ORIGIN)
    events = [line(0, act="log.continued", data=CONTINUED), *lines()[1:]]
    both = f"{SIGNER.vkey.text()}\n{other.vkey.text()}\n"
    return table.export(events, signed(events), known=[kept], vkey=both)


# Lines that the log never writes: changed in the file, and signed as they are by whoever holds the key.


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


@attack("FAIL line 5: its seq is 5, where 4 belongs.", quick="OK all 12 events")
def swapped_lines_signed_by_the_log(table: Table) -> Arguments:
    events = lines()
    swapped = [*events[:4], events[5], events[4], *events[6:]]
    return table.export(swapped, signed(swapped))


# A part of a log.


@attack("OK events 5 to 11 of")
def part_of_a_log(table: Table) -> Arguments:
    events = lines()
    more = table.part(events, 5)
    return table.export(events[5:], signed(events), known=[signed(events[:5]), signed(events[:9])], **more)


@attack("WARN events 5 to 11 of")
def part_that_begins_after_a_kept_checkpoint(table: Table) -> Arguments:
    events = lines()
    return table.export(events[5:], signed(events), known=[signed(events[:3])], **table.part(events, 5))


@attack("FORK at 5 events:")
def part_whose_beginning_is_not_the_kept_one(table: Table) -> Arguments:
    events = lines()
    kept = signed(edited(lines())[:5])
    return table.export(events[5:], signed(events), known=[kept], **table.part(events, 5))


@attack("FAIL lines 1 to 7:")
def tampered_frontier(table: Table) -> Arguments:
    events = lines()
    return table.export(events[5:], signed(events), **table.part(edited(events), 5))


@attack("FAIL lines 1 to 7:")
def edited_field_in_a_part(table: Table) -> Arguments:
    events = lines()
    return table.export(edited(events, 7)[5:], signed(events), **table.part(events, 5))


@attack("FAIL line 1: its seq is 5, where 4 belongs.", quick="TRUNCATED the export goes up to 11 events;")
def frontier_of_another_size(table: Table) -> Arguments:
    events = lines()
    return table.export(events[5:], signed(events), **table.part(events, 4))


@attack("FAIL line 1: its seq is 5, where 0 belongs.", quick="TRUNCATED the export goes up to 7 events;")
def part_without_its_frontier(table: Table) -> Arguments:
    events = lines()
    return table.export(events[5:], signed(events))


@attack("WRONG LOG")
def frontier_of_another_log(table: Table) -> Arguments:
    events = lines()
    return table.export(events[5:], signed(events), **table.part(events, 5, origin=OTHER_ORIGIN))


@attack("FAIL the export begins at event 5")
def part_that_begins_after_its_checkpoint(table: Table) -> Arguments:
    events = lines()
    return table.export(events[5:], signed(events[:3]), **table.part(events, 5))


@attack("TRUNCATED the export goes up to 9 events;")
def truncated_part(table: Table) -> Arguments:
    events = lines()
    return table.export(events[5:9], signed(events), **table.part(events, 5))
