"""What stands beside a status: flags for people to look at, and the callbacks that were only recorded."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from audit.events import Event
from audit.trail import Trail
from erasure.choices import Attention
from erasure.lifecycle.moves import ATTENTION_BY_GRAVITY, MoveRefused, S, record, set_unless_changed
from erasure.models import Submission


def raise_attention(log: Trail, submission: Submission, flag: Attention) -> None:
    """Mark a submission for a person to look at. A graver flag that is there already stays."""
    shown = ATTENTION_BY_GRAVITY.index(submission.attention)
    if ATTENTION_BY_GRAVITY.index(flag) > shown:
        set_unless_changed(submission, attention=str(flag))
    elif flag != Attention.SECOND_ID:
        # What is noticed anew with every answer is not written down anew; a second id comes but once.
        return
    record(log, submission, Event.ATTENTION_RAISED, flag=str(flag))


def contradict(log: Trail, submission: Submission) -> None:
    """A callback said one thing and CXone's own status another: a person has to look."""
    if submission.attention != Attention.CONTRADICTED:
        record(log, submission, Event.CALLBACK_CONTRADICTED, res="denied")
        raise_attention(log, submission, Attention.CONTRADICTED)


def note_callback(log: Trail, submission: Submission, *, status: str) -> None:
    """Put a recorded callback into the log. It moves nothing: only an answer to our own question does."""
    record(log, submission, Event.CALLBACK_RECEIVED, actor="cxone", status=status)


def note_callback_time(submission: Submission, *, at: datetime) -> None:
    """Remember that a callback came, and make the question due.

    The lease is left alone: a poll that is running must not be doubled.
    """
    due: dict[str, Any] = {"next_attempt_at": at} if submission.status == S.PROCESSING else {}
    set_unless_changed(submission, callback_at=at, **due)


def note_late_callback(log: Trail, submission: Submission, *, status: str) -> None:
    """A callback after the end goes into the log; another end than CXone's status told is for a person.

    One that still tells of the way there is merely late. To what never went out any callback is a
    contradiction.
    """
    note_callback(log, submission, status=status)
    submission.callbacks.update(audited=True)
    told = {S.COMPLETED: "COMPLETED", S.FAILED: "FAILED"}.get(S(submission.status))
    if told is None or {told, status} == {"COMPLETED", "FAILED"}:
        contradict(log, submission)


def clear_attention(log: Trail, submission: Submission, *, by: Any) -> None:
    """A person has looked at it. Raises MoveRefused when nothing is flagged: somebody else was first."""
    flag = submission.attention
    if not flag:
        raise MoveRefused(
            _("Nothing about %(submission)s waits for a look any more.") % {"submission": submission}
        )
    # A graver flag that came since this one was shown is not cleared unseen.
    set_unless_changed(submission, while_flagged=flag, attention="")
    record(log, submission, Event.ATTENTION_CLEARED, actor=by.actor, flag=flag)
