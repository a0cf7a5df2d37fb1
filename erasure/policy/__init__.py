"""What may be asked of CXone: the shape of a payload and the rules of retention. No database, no network.

The form, the command, the import and the gate before every call ask the same question here and get all the
answers at once, each with the field it concerns and the way out.
"""

from collections.abc import Mapping, Sequence

from erasure.policy.payload import PAYLOAD_SCHEMA, build_payload, encode_payload
from erasure.policy.retention import RETENTION_RULES, STANDING_HOLDS, ActiveHold, broken_rules
from erasure.policy.shape import misshapes, with_json_types
from erasure.policy.violation import Violation

__all__ = [
    "PAYLOAD_SCHEMA",
    "RETENTION_RULES",
    "STANDING_HOLDS",
    "ActiveHold",
    "Violation",
    "build_payload",
    "encode_payload",
    "violations",
]


def violations(
    payload: Mapping[str, object],
    *,
    holds: Sequence[ActiveHold] = STANDING_HOLDS,
    overridden: frozenset[str] = frozenset(),
) -> list[Violation]:
    """Everything that forbids sending `payload`, in a stable order: its shape, then the rules, then holds.

    `holds` are those in force that concern this subject. Left out, they are the standing ones of the
    contract, so that whoever does not ask the database errs on the side of keeping. `overridden` names the
    holds, by their `matter`, that an approved override covers: by hold and not by category, so that a hold
    placed later on the same category still stands. Never raises, whatever the payload contains.
    """
    shaped = with_json_types(payload)
    return [*misshapes(shaped), *broken_rules(shaped, holds=holds, overridden=overridden)]
