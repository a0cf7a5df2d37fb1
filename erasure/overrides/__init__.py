"""Overrides: the decision of a second person that one held submission may go."""

from erasure.overrides.asking import (
    NOT_SUBSTANTIAL,
    ask,
    expire_due,
    is_substantial,
    lifetime,
    press_due,
    withdraw,
)
from erasure.overrides.binding import covers, digest, mark_used, uncovered, uncovered_rows
from erasure.overrides.deciding import (
    DecisionBarred,
    bar,
    decide,
    holding,
    note_barred,
    questioned_part,
    why_not,
)
from erasure.overrides.taking_back import TooLateToRevoke, note_too_late, revoke, why_not_revoke
from erasure.overrides.telling import MAY_DECIDE, who_can_decide

__all__ = [
    "MAY_DECIDE",
    "NOT_SUBSTANTIAL",
    "DecisionBarred",
    "TooLateToRevoke",
    "ask",
    "bar",
    "covers",
    "decide",
    "digest",
    "expire_due",
    "holding",
    "is_substantial",
    "lifetime",
    "mark_used",
    "note_barred",
    "note_too_late",
    "press_due",
    "questioned_part",
    "revoke",
    "uncovered",
    "uncovered_rows",
    "who_can_decide",
    "why_not",
    "why_not_revoke",
    "withdraw",
]
