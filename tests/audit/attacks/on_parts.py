"""Attacks on an export that begins in the middle of a log, with the frontier of what came before."""

from audit.verifier.signed_note import Checkpoint, Note
from tests.audit.attacks.made import (
    ORIGIN,
    OTHER_ORIGIN,
    SIGNER,
    Arguments,
    Table,
    attack,
    lines,
    signed,
)
from tests.audit.attacks.on_lines import edited


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


@attack("FAIL the frontier file is not that of the log:")
def tampered_frontier_beside_a_kept_checkpoint_of_its_size(table: Table) -> Arguments:
    events = lines()
    return table.export(
        events[5:], signed(events), known=[signed(events[:5])], **table.part(edited(events), 5)
    )


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


@attack("FAIL a log of 0 events has one root only")
def checkpoint_over_nothing_with_a_root(table: Table) -> Arguments:
    events = lines()
    nothing = Checkpoint(ORIGIN, 0, signed(events).checkpoint.root)
    kept = Note(nothing, (SIGNER.signature(nothing),))
    return table.export(edited(events), signed(events), known=[kept])
