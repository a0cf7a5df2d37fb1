"""May the time to answer be extended, and what would that bring: asked before anything is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from erasure.deadlines.clocks import Clock, clock
from erasure.deadlines.dates_in_words import long_date
from erasure.deadlines.period_of_request import Extended, why_void
from erasure.deadlines.periods import Paused
from erasure.deadlines.refusals import ClockError, rule_in_force
from erasure.deadlines.step_words import ground_words
from erasure.deadlines.working_days import WorkingCalendar
from erasure.regulations import ERASURE


@dataclass(frozen=True, kw_only=True)
class ExtensionOffer:
    """What an extension would bring: its dates, the grounds that the law accepts, the last day to tell it."""

    due_on: date
    target_on: date
    grounds: tuple[str, ...]
    closes_on: date


def extension_offer(
    regulation: str,
    received_on: date,
    *,
    request_type: str = ERASURE,
    extension: Extended | None = None,
    pauses: Sequence[Paused] = (),
    calendar: WorkingCalendar | None = None,
) -> ExtensionOffer | None:
    """What an extension would bring; None where the law knows none, or there is one already.

    Whether it is still open, `closes_on` says: the person must be told by that day. Raises ClockError.
    """
    rule = rule_in_force(regulation).extension
    if rule is None or extension is not None:
        return None
    extended = clock(
        regulation,
        received_on,
        request_type=request_type,
        extension=Extended(ground=rule.grounds[0], told_on=received_on),
        pauses=pauses,
        calendar=calendar,
    )
    return ExtensionOffer(
        due_on=extended.due_on,
        target_on=extended.target_on,
        grounds=rule.grounds,
        closes_on=extended.first_due_on,
    )


def why_not_extend(
    regulation: str,
    received_on: date,
    *,
    ground: str,
    told_on: date,
    today: date,
    request_type: str = ERASURE,
    extension: Extended | None = None,
    pauses: Sequence[Paused] = (),
    calendar: WorkingCalendar | None = None,
) -> str:
    """Why this extension cannot be recorded on `today`, with the way out; empty when it can.

    `extension` is the one that was made already, if any. A regulation without a clock is an answer, too.
    """
    try:
        rule = rule_in_force(regulation)
        now = clock(regulation, received_on, request_type=request_type, pauses=pauses, calendar=calendar)
    except ClockError as error:
        return str(error)
    if extension is not None:
        return _(
            "The time was extended already; the person was told on %(told)s. The law allows it once: answer "
            "in the time that is left."
        ) % {"told": long_date(extension.told_on)}
    wanted = Extended(ground=ground, told_on=told_on)
    void = why_void(rule, wanted, received_on=received_on, first_due_on=now.first_due_on)
    if void == "none":
        return _("This law knows no extension. Answer by %(due)s.") % {"due": long_date(now.due_on)}
    return _already_late(now, today) or _wrong_day(now, told_on, today) or _wrong_ground(void, ground, now)


def _already_late(now: Clock, today: date) -> str:
    if today <= now.first_due_on:
        return ""
    return _(
        "The first period ended on %(first)s, and after it nothing can be extended. Answer now, and record "
        "why."
    ) % {"first": long_date(now.first_due_on)}


def _wrong_day(now: Clock, told_on: date, today: date) -> str:
    if told_on < now.received_on:
        return _(
            "The request was received on %(received)s; the person cannot have been told before. Give the day "
            "on which the notice went out."
        ) % {"received": long_date(now.received_on)}
    if told_on > now.first_due_on:
        return _(
            "The person must be told by %(first)s, when the first period ends. Tell them by then, or answer "
            "by then."
        ) % {"first": long_date(now.first_due_on)}
    if told_on > today:
        return _("This day lies ahead. Tell the person first, then record it: %(today)s or earlier.") % {
            "today": long_date(today)
        }
    return ""


def _wrong_ground(void: str, ground: str, now: Clock) -> str:
    if void != "ground":
        return ""
    accepted = rule_in_force(now.regulation).extension
    grounds = [ground_words(one) for one in accepted.grounds] if accepted else []
    return _(
        "“%(ground)s” is no ground for an extension under this law. It accepts: %(grounds)s. For any other "
        "reason, answer by %(due)s."
    ) % {"ground": ground_words(ground)[:60], "grounds": ", ".join(grounds), "due": long_date(now.due_on)}
