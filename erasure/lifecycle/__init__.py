"""The table of moves, and the only writer of a status.

Every function here takes the open `Trail` of the caller's transaction (`audit.trail.audited`): the move and
its event are saved together or not at all. A move is a compare-and-swap on status and fence, so that of two
movers one wins and the other is told.
"""

from erasure.lifecycle.answering import (
    OUTCOMES_OF_WORK,
    answer,
    assign,
    next_reference,
    register,
    set_payload_wish,
    why_not_answer,
    why_not_answered_on,
)
from erasure.lifecycle.flags import (
    clear_attention,
    contradict,
    note_callback,
    note_callback_time,
    note_late_callback,
    raise_attention,
)
from erasure.lifecycle.holding import cancel, file, note_stop_refused, refuse, resume, suspend
from erasure.lifecycle.moves import (
    ATTENTION_BY_GRAVITY,
    MOVES,
    PASSING_FLAGS,
    POLL_JOB,
    SUBMIT_JOB,
    SYSTEM,
    MoveRefused,
    S,
    Stale,
    record,
)
from erasure.lifecycle.sending import (
    accept,
    begin_sending,
    complete,
    fail,
    keep_answer,
    keep_other_id,
    note_unclear,
    repeat_sending,
    requeue,
    reschedule,
)

__all__ = [
    "ATTENTION_BY_GRAVITY",
    "MOVES",
    "OUTCOMES_OF_WORK",
    "PASSING_FLAGS",
    "POLL_JOB",
    "SUBMIT_JOB",
    "SYSTEM",
    "MoveRefused",
    "S",
    "Stale",
    "accept",
    "answer",
    "assign",
    "begin_sending",
    "cancel",
    "clear_attention",
    "complete",
    "contradict",
    "fail",
    "file",
    "keep_answer",
    "keep_other_id",
    "next_reference",
    "note_callback",
    "note_callback_time",
    "note_late_callback",
    "note_stop_refused",
    "note_unclear",
    "raise_attention",
    "record",
    "refuse",
    "register",
    "repeat_sending",
    "requeue",
    "reschedule",
    "resume",
    "set_payload_wish",
    "suspend",
    "why_not_answer",
    "why_not_answered_on",
]
