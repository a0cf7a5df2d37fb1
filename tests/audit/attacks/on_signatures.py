"""Attacks by somebody with a key, with another key, or with a key that is no longer the log's."""

from tests.audit.attacks.made import (
    NEXT_SIGNER,
    ORIGIN,
    OTHER_ORIGIN,
    SIGNER,
    SIZE,
    STRANGER,
    Arguments,
    Signer,
    Table,
    attack,
    lines,
    proof,
    rotation,
    signed,
)
from tests.audit.attacks.on_lines import edited

FIRST, SECOND, THIRD = SIGNER, NEXT_SIGNER, Signer.made(4)
ROTATED_AT = 5


def rewritten() -> tuple[list[bytes], list[bytes]]:
    """A log, and what somebody who holds database and key made of it afterwards."""
    events = lines()
    return events, edited(events)


def rotated(count: int = SIZE) -> list[bytes]:
    """A log whose key was replaced in the middle."""
    events = lines(count)
    events[ROTATED_AT] = rotation(ROTATED_AT)
    return events


# Whoever holds database and key.


@attack("OK all 12 events")
def rewritten_and_signed_again_with_nothing_kept(table: Table) -> Arguments:
    _events, rewrite = rewritten()
    return table.export(rewrite, signed(rewrite))


@attack("FORK at 8 events:")
def rewritten_and_signed_again_with_a_kept_checkpoint(table: Table) -> Arguments:
    events, rewrite = rewritten()
    return table.export(rewrite, signed(rewrite), known=[signed(events[:4]), signed(events[:8])])


@attack("FORK at 8 events:")
def rewritten_and_signed_again_with_a_kept_proof(table: Table) -> Arguments:
    events, rewrite = rewritten()
    return table.export(rewrite, signed(rewrite), known=[proof(events[:8], 2)])


@attack("FORK at 14 events:")
def rewritten_and_signed_again_with_a_kept_proof_of_a_larger_size(table: Table) -> Arguments:
    longer = lines(14)
    rewrite = edited(longer)[:SIZE]
    return table.export(rewrite, signed(rewrite), known=[proof(longer, 4)])


@attack("FORK at 12 events:")
def two_checkpoints_of_one_size(table: Table) -> Arguments:
    events, rewrite = rewritten()
    return table.export(rewrite, signed(rewrite), known=[signed(events)])


@attack("FORK at 8 events:")
def two_kept_checkpoints_of_one_size(table: Table) -> Arguments:
    events, rewrite = rewritten()
    return table.export(events, signed(events), known=[signed(events[:8]), signed(rewrite[:8])])


@attack("FORK at 8 events:")
def two_kept_checkpoints_of_one_size_beside_a_file_that_was_changed(table: Table) -> Arguments:
    events, rewrite = rewritten()
    kept = [signed(events[:8]), signed(rewrite[:8])]
    return table.export([b"x", *events[1:]], signed(events), known=kept)


@attack("OK all 9 events")
def older_export_with_nothing_kept(table: Table) -> Arguments:
    events = lines()
    return table.export(events[:9], signed(events[:9]))


@attack("TRUNCATED the export goes up to 9 events;")
def older_export_although_a_newer_checkpoint_was_kept(table: Table) -> Arguments:
    events = lines()
    return table.export(events[:9], signed(events[:9]), known=[signed(events)])


# Whoever does not hold the key.


@attack("BAD SIGNATURE")
def rewritten_and_signed_with_another_key(table: Table) -> Arguments:
    _events, rewrite = rewritten()
    return table.export(rewrite, signed(rewrite, STRANGER))


@attack("BAD SIGNATURE")
def signature_of_another_checkpoint(table: Table) -> Arguments:
    events, rewrite = rewritten()
    old, new = signed(events).text(), signed(rewrite).text()
    return table.export(rewrite, new.partition("\n\n")[0] + "\n\n" + old.partition("\n\n")[2])


@attack("BAD SIGNATURE")
def signature_of_the_key_under_another_name(table: Table) -> Arguments:
    events = lines()
    text, blank, signature = signed(events).text().partition("\n\n")
    return table.export(events, text + blank + signature.replace(ORIGIN, OTHER_ORIGIN))


@attack("BAD SIGNATURE")
def stranger_under_the_id_of_the_key(table: Table) -> Arguments:
    events = lines()
    note = signed(events, STRANGER).text().splitlines()
    claimed = signed(events).text().splitlines()
    return table.export(events, "\n".join([*note[:-1], claimed[-1][:-8] + "AAAAAAA="]) + "\n")


@attack("BAD SIGNATURE")
def size_changed_in_the_checkpoint(table: Table) -> Arguments:
    events = lines()
    return table.export(events[:11], signed(events).text().replace("\n12\n", "\n11\n"))


@attack("OK all 12 events")
def further_signature_of_an_unknown_key(table: Table) -> Arguments:
    events = lines()
    return table.export(events, signed(events, STRANGER, SIGNER))


@attack("BAD SIGNATURE")
def kept_checkpoint_that_nobody_known_signed(table: Table) -> Arguments:
    events = lines()
    return table.export(events, signed(events), known=[signed(events[:8], STRANGER)])


@attack("BAD SIGNATURE")
def kept_checkpoint_that_was_changed(table: Table) -> Arguments:
    events = lines()
    return table.export(events, signed(events), known=[signed(events[:8]).text().replace("\n8\n", "\n7\n")])


@attack("WRONG LOG")
def checkpoint_of_another_log(table: Table) -> Arguments:
    events = lines()
    other = Signer.made(1, OTHER_ORIGIN)
    return table.export(events, signed(events, other, origin=OTHER_ORIGIN))


@attack("WRONG LOG")
def kept_checkpoint_of_another_log(table: Table) -> Arguments:
    events = lines()
    other = Signer.made(1, OTHER_ORIGIN)
    kept = signed(events[:8], other, origin=OTHER_ORIGIN)
    return table.export(events, signed(events), known=[kept])


@attack("BAD SIGNATURE")
def checkpoint_of_this_log_signed_under_another_name(table: Table) -> Arguments:
    events = lines()
    other = Signer.made(1, OTHER_ORIGIN)
    return table.export(events, signed(events, other), vkey=f"{other.vkey.text()}\n{FIRST.vkey.text()}\n")


# A key that was replaced.


@attack("BAD SIGNATURE")
def replaced_key_without_the_checkpoint_of_both(table: Table) -> Arguments:
    events = rotated()
    return table.export(events, signed(events, SECOND))


@attack("OK all 12 events")
def replaced_key_with_a_kept_checkpoint_of_both(table: Table) -> Arguments:
    events = rotated()
    kept = signed(events[:7], FIRST, SECOND)
    return table.export(events, signed(events, SECOND), known=[kept])


@attack("OK all 12 events")
def replaced_key_with_the_checkpoint_of_both_in_the_folder(table: Table) -> Arguments:
    events = rotated()
    both = {"checkpoint_at_key_change_7": signed(events[:7], FIRST, SECOND).text()}
    return table.export(events, signed(events, SECOND), **both)


@attack("OK all 12 events")
def replaced_key_where_the_presented_checkpoint_is_of_both(table: Table) -> Arguments:
    events = rotated()
    return table.export(events, signed(events, FIRST, SECOND))


@attack("OK all 12 events")
def key_replaced_twice(table: Table) -> Arguments:
    events = rotated()
    events[8] = rotation(8, old=SECOND, new=THIRD)
    kept = [signed(events[:10], SECOND, THIRD), signed(events[:7], FIRST, SECOND)]
    return table.export(events, signed(events, THIRD), known=kept)


@attack("BAD SIGNATURE")
def checkpoint_of_both_that_does_not_reach_the_change(table: Table) -> Arguments:
    events = rotated()
    kept = signed(events[:ROTATED_AT], FIRST, SECOND)
    return table.export(events, signed(events, SECOND), known=[kept])


@attack("FAIL lines 1 to 7:")
def checkpoint_of_both_over_other_lines(table: Table) -> Arguments:
    events = rotated()
    kept = signed(edited(events)[:7], FIRST, SECOND)
    return table.export(events, signed(events, SECOND), known=[kept])


@attack("BAD SIGNATURE")
def change_of_key_that_only_the_new_key_signed(table: Table) -> Arguments:
    events = rotated()
    return table.export(events, signed(events, SECOND), known=[signed(events[:7], SECOND)])


@attack("BAD SIGNATURE")
def checkpoint_after_the_change_that_only_the_old_key_signed(table: Table) -> Arguments:
    events = rotated()
    return table.export(events, signed(events, FIRST))


@attack("BAD SIGNATURE")
def stolen_old_key_that_hands_over_again(table: Table) -> Arguments:
    events = rotated()
    events[8] = rotation(8, old=FIRST, new=STRANGER)
    kept = [signed(events[:7], FIRST, SECOND)]
    return table.export(events, signed(events, FIRST, STRANGER), known=kept)


@attack("BAD SIGNATURE")
def change_between_two_keys_that_are_both_unknown(table: Table) -> Arguments:
    events = rotated()
    events[8] = rotation(8, old=STRANGER, new=THIRD)
    return table.export(events, signed(events, STRANGER, THIRD))


@attack("BAD SIGNATURE")
def key_after_its_last_size(table: Table) -> Arguments:
    events = lines()
    return table.export(events, signed(events), vkey=f"{FIRST.vkey.text()} until=11\n")


@attack("OK all 12 events")
def key_at_its_last_size(table: Table) -> Arguments:
    events = lines()
    return table.export(events, signed(events), vkey=f"{FIRST.vkey.text()} until=12\n")


@attack("OK all 12 events")
def both_keys_in_the_vkey_file(table: Table) -> Arguments:
    events = rotated()
    keys = f"# The present key, and the one before.\n{SECOND.vkey.text()}\n{FIRST.vkey.text()} until=7\n"
    return table.export(events, signed(events, SECOND), known=[signed(events[:4])], vkey=keys)


@attack("OK all 12 events")
def only_the_new_key_in_the_vkey_file(table: Table) -> Arguments:
    events = rotated()
    return table.export(events, signed(events, SECOND), vkey=SECOND.vkey.text())


@attack("BAD SIGNATURE")
def kept_checkpoint_of_the_old_key_after_its_last_size(table: Table) -> Arguments:
    events = rotated()
    keys = f"{SECOND.vkey.text()}\n{FIRST.vkey.text()} until=7\n"
    return table.export(events, signed(events, SECOND), known=[signed(events[:9], FIRST)], vkey=keys)


@attack("FORK at 4 events:")
def rewritten_after_the_change_of_key(table: Table) -> Arguments:
    events = rotated()
    rewrite = edited(events, 2)
    kept = [signed(events[:4])]
    return table.export(rewrite, signed(rewrite, FIRST, SECOND), known=kept)
