"""Attacks on the proof of one event, and on the opening that links it to a person."""

import base64
from collections.abc import Callable
from dataclasses import replace

from audit.log_format import node_hash, subject_tag
from tests.audit.attacks.made import (
    NEXT_SIGNER,
    OTHER_ORIGIN,
    SALT,
    STRANGER,
    Arguments,
    Signer,
    Table,
    attack,
    leaf_hash_of,
    line,
    lines,
    opening,
    proof,
    signed,
)
from tests.audit.attacks.on_lines import edited


@attack("OK event 4 stands in the 12 events", quick=None)
def proof_as_it_was_handed_out(table: Table) -> Arguments:
    return table.proof(proof(lines(), 4), opened=opening())


@attack("OK event 0 stands in the 1 events", quick=None)
def proof_without_a_path(table: Table) -> Arguments:
    return table.proof(proof(lines(1), 0))


@attack("FAIL the proof does not hold:", quick=None)
def proof_with_an_edited_event(table: Table) -> Arguments:
    events = lines()
    return table.proof(replace(proof(events, 4), line=edited(events)[4].decode()))


@attack("FAIL the proof does not hold:", quick=None)
def proof_with_another_index(table: Table) -> Arguments:
    return table.proof(replace(proof(lines(), 4), index=5))


@attack("FAIL the proof does not hold:", quick=None)
def proof_with_an_index_outside_the_log(table: Table) -> Arguments:
    return table.proof(replace(proof(lines(), 4), index=12))


@attack("FAIL the event says that its number is 3, the proof that it is 4.", quick=None)
def proof_of_an_event_with_another_number(table: Table) -> Arguments:
    events = lines()
    events[4] = line(3)
    return table.proof(proof(events, 4))


@attack("FAIL the event is in the log, but is none of version 1:", quick=None)
def proof_of_a_line_that_is_no_event(table: Table) -> Arguments:
    events = [*lines(4), b'{"seq": 4}']
    return table.proof(proof(events, 4))


@attack("FAIL the proof does not hold:", quick=None)
def proof_with_a_hash_too_few(table: Table) -> Arguments:
    honest = proof(lines(), 4)
    return table.proof(replace(honest, path=honest.path[:-1]))


@attack("FAIL the proof does not hold:", quick=None)
def proof_with_a_hash_too_many(table: Table) -> Arguments:
    honest = proof(lines(), 4)
    return table.proof(replace(honest, path=(*honest.path, honest.path[-1])))


@attack("FAIL the proof does not hold:", quick=None)
def proof_with_its_path_reversed(table: Table) -> Arguments:
    honest = proof(lines(), 4)
    return table.proof(replace(honest, path=honest.path[::-1]))


@attack("FAIL", quick=None)
def interior_node_as_leaf(table: Table) -> Arguments:
    """The two children of a node, given out as an event that stands one level higher."""
    events = lines(4)
    leaves = [leaf_hash_of(event) for event in events]
    text = proof(events, 0).text().split("\n")
    text[1] = f"extra {base64.b64encode(leaves[0] + leaves[1]).decode()}"
    text[3:5] = [base64.b64encode(node_hash(leaves[2], leaves[3])).decode()]
    return table.proof("\n".join(text))


@attack("BAD SIGNATURE", quick=None)
def proof_with_the_size_of_another_checkpoint(table: Table) -> Arguments:
    """A path can fit two sizes, so the size counts only as it was signed."""
    return table.proof(proof(lines(), 4).text().replace("\n12\n", "\n11\n"))


@attack("FAIL the proof does not hold:", quick=None)
def proof_under_another_checkpoint_of_the_log(table: Table) -> Arguments:
    events = lines()
    return table.proof(replace(proof(events, 4), note=signed(events[:8])))


@attack("BAD SIGNATURE", quick=None)
def proof_signed_by_a_stranger(table: Table) -> Arguments:
    events = lines()
    return table.proof(proof(events, 4, signed(events, STRANGER)))


@attack("BAD SIGNATURE", quick=None)
def proof_signed_by_the_next_key(table: Table) -> Arguments:
    events = lines()
    return table.proof(proof(events, 4, signed(events, NEXT_SIGNER)))


@attack("WRONG LOG", quick=None)
def proof_of_another_log(table: Table) -> Arguments:
    events = lines()
    other = Signer.made(1, OTHER_ORIGIN)
    return table.proof(proof(events, 4, signed(events, other, origin=OTHER_ORIGIN)))


@attack("FORK at 12 events:", quick=None)
def proof_against_a_kept_checkpoint_of_the_same_size(table: Table) -> Arguments:
    events = lines()
    return table.proof(proof(edited(events), 4), known=[signed(events)])


@attack("FORK at event 4:", quick=None)
def proof_against_a_kept_proof_of_the_same_event(table: Table) -> Arguments:
    events = lines()
    return table.proof(proof(edited(events), 4), known=[proof(events[:9], 4)])


@attack("WARN event 4 stands in the 12 events", quick=None)
def proof_with_a_kept_checkpoint_of_another_size(table: Table) -> Arguments:
    events = lines()
    return table.proof(proof(events, 4), known=[signed(events[:8])])


@attack("BAD SIGNATURE", quick=None)
def proof_against_a_kept_checkpoint_of_a_stranger(table: Table) -> Arguments:
    events = lines()
    return table.proof(proof(events, 4), known=[signed(events, STRANGER)])


@attack("WRONG LOG", quick=None)
def proof_against_a_kept_checkpoint_of_another_log(table: Table) -> Arguments:
    events = lines()
    kept = signed(events, Signer.made(1, OTHER_ORIGIN), origin=OTHER_ORIGIN)
    return table.proof(proof(events, 4), known=[kept])


# The opening.


@attack("FAIL the opening does not fit:", quick=None)
def opening_with_another_identifier(table: Table) -> Arguments:
    return table.proof(proof(lines(), 4), opened=opening("berta@example.org"))


@attack("FAIL the opening does not fit:", quick=None)
def opening_with_another_salt(table: Table) -> Arguments:
    return table.proof(proof(lines(), 4), opened=opening(salt=bytes(32)))


@attack("FAIL the opening does not fit:", quick=None)
def opening_with_another_kind(table: Table) -> Arguments:
    return table.proof(proof(lines(), 4), opened=opening().replace("email", "phone"))


@attack("FAIL the opening does not fit:", quick=None)
def opening_of_another_request(table: Table) -> Arguments:
    events = lines()
    events[4] = line(4, sub=subject_tag(salt=SALT[::-1], kind="email", ident="anna@example.org"))
    return table.proof(proof(events, 4), opened=opening())


# The form of the file.


def _list_malformed(name: str, change: Callable[[str], str]) -> None:
    def changed(table: Table) -> Arguments:
        text = proof(lines(), 4).text()
        assert change(text) != text
        return table.proof(change(text))

    changed.__name__ = name
    attack("FAIL", quick=None)(changed)


for _name, _change in {
    "proof_with_windows_line_ends": lambda text: text.replace("\n", "\r\n"),
    "proof_of_another_version": lambda text: text.replace("proof@v1", "proof@v2"),
    "proof_without_its_event": lambda text: "\n".join(text.split("\n")[:1] + text.split("\n")[2:]),
    "proof_with_a_leading_zero": lambda text: text.replace("index 4", "index 04"),
    "proof_with_a_negative_index": lambda text: text.replace("index 4", "index -4"),
    "proof_with_a_short_hash": lambda text: text.replace(text.split("\n")[3], "AAAA"),
    "proof_without_its_checkpoint": lambda text: text.partition("\n\n")[0],
    "proof_with_70_hashes": lambda text: text.replace("\n\n", "\n" + f"{text.split()[6]}\n" * 70 + "\n", 1),
}.items():
    _list_malformed(_name, _change)
