"""Attacks on the lines of an export, against a checkpoint that the log's key signed."""

from audit.log_format import JSON
from audit.verifier.export_scan import STRETCH_BYTES
from audit.verifier.signed_note import Note, to_base64
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


CONTINUED_SIGNER = Signer.made(7, OTHER_ORIGIN)
BOTH_KEYS = f"{SIGNER.vkey.text()}\n{CONTINUED_SIGNER.vkey.text()}\n"


def continuing(table: Table, declared: dict[str, JSON], kept: Note) -> Arguments:
    """A log that declares this of another one, and a checkpoint of that which was kept."""
    events = [line(0, act="log.continued", data={**CONTINUED, **declared}), *lines()[1:]]
    return table.export(events, signed(events), known=[kept], vkey=BOTH_KEYS)


@attack("OK all 12 events")
def log_that_declares_what_was_kept(table: Table) -> Arguments:
    kept = signed(lines(7), CONTINUED_SIGNER, origin=OTHER_ORIGIN)
    return continuing(table, {"root": to_base64(kept.checkpoint.root)}, kept)


@attack("FORK at 7 events of the log that this one continues:")
def log_that_declares_another_root_than_was_kept(table: Table) -> Arguments:
    events = lines(7)
    kept = signed(events, CONTINUED_SIGNER, origin=OTHER_ORIGIN)
    return continuing(table, {"root": to_base64(signed(edited(events)).checkpoint.root)}, kept)


@attack("FORK at 9 events of the log that this one continues:")
def log_that_declares_another_signed_root_than_was_kept(table: Table) -> Arguments:
    events = lines(9)
    kept = signed(events, CONTINUED_SIGNER, origin=OTHER_ORIGIN)
    root = to_base64(signed(edited(events)).checkpoint.root)
    declared = {"origin": "elsewhere", "signed_origin": OTHER_ORIGIN, "signed_size": 9, "signed_root": root}
    return continuing(table, declared, kept)


@attack("WARN all 12 events")
def log_that_declares_another_root_than_a_stranger_signed(table: Table) -> Arguments:
    kept = signed(lines(7), Signer.made(9, OTHER_ORIGIN), origin=OTHER_ORIGIN)
    return continuing(table, {"root": to_base64(signed(lines(7)).checkpoint.root)}, kept)


@attack("FAIL line 5: its seq is 5, where 4 belongs.", quick="OK all 12 events")
def swapped_lines_signed_by_the_log(table: Table) -> Arguments:
    events = lines()
    swapped = [*events[:4], events[5], events[4], *events[6:]]
    return table.export(swapped, signed(swapped))
