"""May the clock stand still while the person is asked for something: only where the law knows it."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from erasure.deadlines.clocks import Clock, clock
from erasure.deadlines.dates_in_words import long_date
from erasure.deadlines.period_of_request import Extended, pause_rule
from erasure.deadlines.periods import Paused
from erasure.deadlines.refusals import ClockError
from erasure.deadlines.step_words import ground_words
from erasure.deadlines.working_days import WorkingCalendar
from erasure.regulations import RULE_OF


def pause_grounds(regulation: str, request_type: str) -> tuple[str, ...]:
    """The grounds on which the law lets the clock stand still for a type of request; mostly none."""
    rule = RULE_OF.get(regulation)
    return tuple(pause.ground for pause in rule.pauses_for(request_type)) if rule else ()


def why_not_pause(
    regulation: str,
    request_type: str,
    *,
    received_on: date,
    ground: str,
    from_day: date,
    until_day: date | None,
    pauses: Sequence[Paused],
    today: date,
    extension: Extended | None = None,
    calendar: WorkingCalendar | None = None,
) -> str:
    """Why this pause cannot be recorded on `today`, with the way out; empty when it can.

    `pauses` are the others on record: when one is being closed, all but that one.
    """

    def proposed(*more: Paused) -> Clock:
        return clock(
            regulation,
            received_on,
            request_type=request_type,
            extension=extension,
            pauses=(*pauses, *more),
            calendar=calendar,
        )

    try:
        now = proposed()
    except ClockError as error:
        return str(error)
    return (
        _wrong_ground(now, request_type, ground)
        or _wrong_question(now, from_day, today)
        or _wrong_answer(from_day, until_day, today)
        or _meets_another(ground, from_day, until_day, pauses)
        or _too_late(now, proposed(Paused(ground=ground, from_day=from_day, until_day=until_day)))
    )


def why_not_end_pause(pause: Paused, until_day: date, *, others: Sequence[Paused], today: date) -> str:
    """Why a pause that was begun cannot end on this day, with the way out; empty when it can.

    Its days alone are asked about: what the law says of it may have changed since it began, and the clock
    then leaves it out by itself.
    """
    return _wrong_answer(pause.from_day, until_day, today) or _meets_another(
        pause.ground, pause.from_day, until_day, others
    )


def _wrong_ground(now: Clock, request_type: str, ground: str) -> str:
    if pause_rule(RULE_OF[now.regulation], request_type, ground) is not None:
        return ""
    return _(
        "Under this law the clock does not stand still for %(ground)s in a request of this type. Ask the "
        "person all the same; the answer stays due on %(due)s."
    ) % {"ground": ground_words(ground)[:60], "due": long_date(now.due_on)}


def _wrong_question(now: Clock, from_day: date, today: date) -> str:
    if from_day < now.received_on:
        return _(
            "The request was received on %(received)s; nothing can have been asked before. Give the day on "
            "which the person was asked."
        ) % {"received": long_date(now.received_on)}
    if from_day > today:
        return _("This day lies ahead. Ask the person first, then record it: %(today)s or earlier.") % {
            "today": long_date(today)
        }
    return ""


def _too_late(now: Clock, with_pause: Clock) -> str:
    """A question that came when the period was over: the clock itself says that it moves nothing."""
    before, after = (
        [one for one in which.steps["due"] if one.facts.get("why") == "late"] for which in (now, with_pause)
    )
    if len(before) == len(after):
        return ""
    return _(
        "The period was over by then, so asking stops no clock. Answer by %(due)s; if that is past, answer "
        "now, and record why."
    ) % {"due": long_date(now.due_on)}


def _wrong_answer(from_day: date, until_day: date | None, today: date) -> str:
    if until_day is None:
        return ""
    if until_day < from_day:
        return _(
            "The person was asked on %(asked)s; the answer cannot have come before. Give the day on which it "
            "came."
        ) % {"asked": long_date(from_day)}
    if until_day > today:
        return _("This day lies ahead. Record the answer once it came: %(today)s or earlier.") % {
            "today": long_date(today)
        }
    return ""


def _meets_another(ground: str, from_day: date, until_day: date | None, pauses: Sequence[Paused]) -> str:
    for other in pauses:
        begins_within = other.until_day is None or from_day <= other.until_day
        if other.ground != ground or not begins_within or (until_day or date.max) < other.from_day:
            continue
        if other.until_day is None:
            return _(
                "The answer to the question of %(asked)s is still awaited. Record that it came, then ask "
                "again."
            ) % {"asked": long_date(other.from_day)}
        return _(
            "From %(asked)s to %(came)s the clock stood still for this already. Give days outside that time."
        ) % {"asked": long_date(other.from_day), "came": long_date(other.until_day)}
    return ""
