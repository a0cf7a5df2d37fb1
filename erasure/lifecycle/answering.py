"""The answer: what the person was told about each part, how, and on which day. It ends the legal clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from audit.events import Event
from audit.log_format import JSON
from audit.trail import Trail
from erasure.choices import TERMINAL_STATUSES, Channel, LateReason, Outcome
from erasure.deadlines import long_date
from erasure.lifecycle.clocks import clock_resumed_on, resume_clock
from erasure.lifecycle.moves import MoveRefused, S
from erasure.lifecycle.registering import controllers_day, locked
from erasure.lifecycle.reporting import report_answer
from erasure.models import AnswerPart, PrivacyRequest, Submission
from erasure.refusal_grounds import refusal_ground

#: What can be said of a part, by where its submission ended. Without a submission nothing was ever filed:
#: then nothing can have been done, and that nothing is there may have been found by looking it up at CXone.
_POSSIBLE: Mapping[str, frozenset[Outcome]] = {
    "": frozenset({Outcome.NOTHING_FOUND, Outcome.REFUSED, Outcome.WITHDRAWN}),
    S.COMPLETED: frozenset({Outcome.DONE, Outcome.PARTLY_DONE, Outcome.NOTHING_FOUND}),
    S.FAILED: frozenset({Outcome.PARTLY_DONE, Outcome.NOTHING_FOUND, Outcome.REFUSED, Outcome.WITHDRAWN}),
    S.REFUSED: frozenset({Outcome.REFUSED, Outcome.WITHDRAWN}),
    S.CANCELLED: frozenset({Outcome.NOTHING_FOUND, Outcome.REFUSED, Outcome.WITHDRAWN}),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the person was told about one part; `submission` is its number, None for an unsent request.

    `ground` is the code of a refusal ground of the regulation, and empty unless the part was refused.
    """

    submission: int | None
    outcome: Outcome
    ground: str = ""


def parts_to_answer(request: PrivacyRequest) -> list[Submission]:
    """The submissions that an answer speaks of: those that no later one replaces, in their order."""
    return list(request.submissions.filter(replaced_by__isnull=True).order_by("number"))


def possible_outcomes(part: Submission | None) -> list[Outcome]:
    """What a person can be told about this part, in the order of the list; None is an unsent request."""
    if part is None:
        return [outcome for outcome in Outcome if outcome in _POSSIBLE[""]]
    possible = _POSSIBLE.get(part.status, frozenset())
    if part.status == S.COMPLETED and part.records_affected == 0:
        possible = frozenset({Outcome.NOTHING_FOUND, Outcome.DONE})
    elif part.status == S.COMPLETED and part.records_affected:
        possible = possible - {Outcome.NOTHING_FOUND}
    elif part.status == S.FAILED and part.records_affected:
        # CXone failed after it had removed some: then something was there, and not all of it is still there.
        possible = frozenset({Outcome.PARTLY_DONE, Outcome.WITHDRAWN})
    return [outcome for outcome in Outcome if outcome in possible]


def outcome_of(told: Sequence[Told]) -> Outcome:
    """The outcome of the whole: that of its parts where they agree.

    Where some was carried out and some not, it is partly done; where nothing was and a part was refused, the
    request is refused.
    """
    outcomes = {part.outcome for part in told}
    if len(outcomes) == 1:
        return outcomes.pop()
    if outcomes == {Outcome.DONE, Outcome.NOTHING_FOUND}:
        return Outcome.DONE
    if outcomes & {Outcome.DONE, Outcome.PARTLY_DONE}:
        return Outcome.PARTLY_DONE
    return Outcome.REFUSED if Outcome.REFUSED in outcomes else Outcome.NOTHING_FOUND


def answer(
    log: Trail,
    request: PrivacyRequest,
    *,
    by: Any,
    told: Sequence[Told],
    channel: Channel,
    answered_on: date,
    note: str,
    now: datetime,
    late_reason: str = "",
) -> None:
    """Record that the person was answered, part by part. Raises MoveRefused.

    The day of the answer is one in the controller's zone, from the receipt to today. An answer after its date
    says why it is late.
    """
    current = locked(request)
    refusal = (
        why_not_answer(current)
        or why_not_told(current, told)
        or why_not_answered_on(current, answered_on, today=controllers_day(now))
        or why_not_late(current, told, answered_on, late_reason)
    )
    if refusal:
        raise MoveRefused(refusal)
    if clock_resumed_on(current, answered_on) is not None:
        # Judged with what was awaited at its end: so it has to be kept, and nothing moves after the answer.
        resume_clock(log, request, by=by, until_day=answered_on, now=now)
    numbered = {part.number: part for part in parts_to_answer(current)}
    AnswerPart.objects.bulk_create(
        AnswerPart(
            request=current,
            submission=None if part.submission is None else numbered[part.submission],
            outcome=part.outcome,
            ground=part.ground,
        )
        for part in told
    )
    given = {
        "outcome": outcome_of(told),
        "answer_channel": channel,
        "answered_on": answered_on,
        "answer_note": note,
        "answered_by": by,
        "answer_recorded_at": now,
        "late_reason": late_reason,
    }
    for name, value in given.items():
        setattr(request, name, value)
    request.save(update_fields=list(given))
    log.record(
        Event.REQUEST_ANSWERED, actor=by.actor, obj=request.obj, data=_evidence(request, told, late_reason)
    )
    report_answer(log, request, now=now)


def _evidence(request: PrivacyRequest, told: Sequence[Told], late_reason: str) -> dict[str, JSON]:
    facts: dict[str, JSON] = {
        "outcome": str(request.outcome),
        "channel": str(request.answer_channel),
        "answered_on": request.answered_on.isoformat() if request.answered_on else "",
        # A word for each part, in the order of their numbers, as “2.refused.legal_claims”.
        "parts": [
            ".".join(str(word) for word in (part.submission or 0, part.outcome, part.ground) if word != "")
            for part in told
        ],
    }
    return {**facts, "late": late_reason} if late_reason else facts


def why_not_answer(request: PrivacyRequest) -> str:
    """Why this request cannot be answered now; empty when it can.

    An answer is about what is done, so nothing may still be on its way.
    """
    if request.answered_on is not None:
        return _("%(reference)s was answered already, on %(day)s.") % {
            "reference": request.reference,
            "day": long_date(request.answered_on),
        }
    if request.submissions.exclude(status__in=TERMINAL_STATUSES).exists():
        return _("Something is still open at CXone or on hold. Wait for its end, or stop it, then answer.")
    if marked := part_to_look_at(request):
        return _("%(part)s is marked: “%(flag)s”. Look at it first, and say so there, then answer.") % {
            "part": marked,
            "flag": marked.get_attention_display(),
        }
    return ""


def part_to_look_at(request: PrivacyRequest) -> Submission | None:
    """The first part whose mark has to be looked at before an answer.

    None where there is none, where it was answered, and while something is still open.
    """
    if request.is_answered or request.submissions.exclude(status__in=TERMINAL_STATUSES).exists():
        return None
    return next((part for part in parts_to_answer(request) if part.attention), None)


def why_not_told(request: PrivacyRequest, told: Sequence[Told]) -> str:
    """Why this cannot be the answer: a part is missing, or the facts do not bear it; else empty."""
    parts: dict[int | None, Submission | None] = {part.number: part for part in parts_to_answer(request)}
    parts = parts or {None: None}
    if sorted(map(_place, parts)) != sorted(_place(part.submission) for part in told):
        return _("Say for each part what the person was told. Reload the page, since the parts have changed.")
    return next((why for part in told if (why := why_not_this(request, parts[part.submission], part))), "")


def why_not_this(request: PrivacyRequest, part: Submission | None, told: Told) -> str:
    """Why this cannot have been told about one part; empty when it can."""
    if told.outcome not in possible_outcomes(part):
        return why_impossible(part)
    if told.outcome != Outcome.REFUSED:
        return _("Only a refusal has a ground.") if told.ground else ""
    ground = refusal_ground(request.regulation, told.ground)
    if ground is None or request.type not in ground.types:
        return _("Choose the ground of the refusal from the list of the regulation.")
    return ""


def why_impossible(part: Submission | None) -> str:
    """Why the outcomes that are not among the possible ones cannot be told about this part."""
    if part is None:
        return _(
            "Nothing was sent for this request. Answer “nothing found”, “refused” or “withdrawn”, "
            "or send it first."
        )
    if part.status == S.FAILED and part.records_affected:
        return _(
            "%(part)s: CXone reported that it failed after some records were removed. "
            "Answer “partly done”, or “withdrawn”."
        ) % {"part": part}
    if part.status == S.COMPLETED:
        return _("%(part)s: CXone reported it done, so the person cannot be told otherwise.") % {"part": part}
    return _("%(part)s: CXone has reported nothing done, so the person cannot be told otherwise.") % {
        "part": part
    }


def why_not_answered_on(request: PrivacyRequest, day: date, *, today: date) -> str:
    """Why the person cannot have been answered on this day; empty when they can."""
    if day < request.received_on:
        return _("The request was received on %(day)s; it cannot have been answered before.") % {
            "day": long_date(request.received_on)
        }
    if day > today:
        return _("This day lies ahead. Record the answer once it has gone out: %(day)s or earlier.") % {
            "day": long_date(today)
        }
    return ""


def due_for(request: PrivacyRequest, told: Sequence[Told], day: date) -> date:
    """By when an answer of this day was due: a refusal, whole or part, within the first period.

    (GDPR Art. 12(4).) What the clock still waits for has ended with the answer.
    """
    refuses = any(part.outcome == Outcome.REFUSED for part in told)
    dates = clock_resumed_on(request, day) or request
    return dates.first_due_on if refuses else dates.due_on


def why_not_late(request: PrivacyRequest, told: Sequence[Told], day: date, late_reason: str) -> str:
    """Why the reason for a late answer is missing or out of place; empty when all is said."""
    due = due_for(request, told, day)
    if day <= due:
        return _("This answer is in time; it needs no reason for being late.") if late_reason else ""
    if late_reason in LateReason.values:
        return ""
    return _("This answer was due on %(day)s. Choose why it is late.") % {"day": long_date(due)}


def _place(number: int | None) -> int:
    return number or 0
