"""The law's clocks: from the day a request came in to the day by which the person must be answered.

Pure: plain dates in, plain dates out, and with every date the steps that led to it. What is counted stands in
`erasure/regulations.py`; a regulation that is off has no clock, and asking for it is an error, not a guess.
The date of receipt is a date in the controller's time zone: the caller turns moments into dates first.

* ClockError
  + UnknownRegulation   no row has this token
  + RegulationOff       there is a row, not confirmed for use
  + DateOutOfReach      the calendar ends, or has no working day, before the answer is due
"""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from erasure.regulations import RULE_OF, RegulationRule, regulations_on

__all__ = [
    "DISCLAIMER",
    "Clock",
    "ClockError",
    "DateOutOfReach",
    "DueWords",
    "RegulationOff",
    "RegulationRule",
    "Step",
    "UnknownRegulation",
    "clock",
    "days_left_words",
    "long_date",
    "long_date_with_weekday",
    "regulations_on",
    "same_day_months_later",
    "weekdays_only",
]

# Stands beside every date that comes from here.
DISCLAIMER = "Computed, not legal advice."

LAST_YEAR = 9998
DUE_SOON_DAYS = 7
# No office closes for a month of public holidays: a calendar that says so is broken.
LONGEST_CLOSURE_DAYS = 31

# Not strftime, which speaks the language of the host.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

HOUSE_RULE = "House rule, not law"


class ClockError(ValueError):
    """A date cannot be computed; the message says what to do."""


class UnknownRegulation(ClockError):  # noqa: N818 - reads as what it is where it is caught.
    """No row of the policy has this token."""

    def __init__(self, regulation: str) -> None:
        super().__init__(f"There is no regulation “{regulation[:40]}”. {_in_force()}")
        self.regulation = regulation


class RegulationOff(ClockError):  # noqa: N818 - the same.
    """The regulation is known, and counsel has not confirmed its clock."""

    def __init__(self, regulation: str) -> None:
        super().__init__(f"The clock of “{regulation}” is off until counsel confirms it. {_in_force()}")
        self.regulation = regulation


class DateOutOfReach(ClockError):  # noqa: N818 - the same.
    """The calendar ends, or offers no working day, before the answer is due."""


@dataclass(frozen=True)
class Step:
    """One step of a computation in plain words, and the source of the rule it follows."""

    text: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The dates of one request and how each came about: every group of steps ends with its date."""

    regulation: str
    received_on: date
    due_on: date
    target_on: date
    acknowledge_by: date | None

    @property
    def first_due_on(self):
        return self.due_on

    steps: tuple[Step, ...]
    target_step: Step
    acknowledge_step: Step | None
    rule_version: str


@dataclass(frozen=True, kw_only=True)
class Extended:
    """x"""

    ground: str
    told_on: date


@dataclass(frozen=True, kw_only=True)
class Paused:
    """x"""

    ground: str
    from_day: date
    until_day: date | None


@dataclass(frozen=True, kw_only=True)
class DueWords:
    """How far off a due date is, in words, with the look of its badge. Negative days are overdue."""

    words: str
    tone: Literal["danger", "warning", "neutral"]
    icon: str
    days: int


def weekdays_only(day: date) -> bool:
    """Whether `day` is a working day where no public holidays are configured: Monday to Friday."""
    return day.weekday() < 5


def clock(
    regulation: str,
    received_on: date,
    *,
    is_working_day: Callable[[date], bool] = weekdays_only,
    request_type="ERASURE",
    extension=None,
    pauses=(),
    calendar=None,
) -> Clock:
    """When a request received on `received_on` must be answered under `regulation`, and why on that day.

    `is_working_day` knows the days on which the controller's establishment works.
    Raises UnknownRegulation, RegulationOff or DateOutOfReach.
    """
    rule = _rule_in_force(regulation)
    if received_on.year > LAST_YEAR:
        raise DateOutOfReach(
            f"No due date can be computed for the year {received_on.year}. Check the date of receipt."
        )
    nominal_end, steps = _period(rule, received_on)
    due_on = _next_working_day(nominal_end, is_working_day) if rule.rolls else nominal_end
    target_on = _target(
        rule, received_on=received_on, nominal_end=nominal_end, due_on=due_on, is_working_day=is_working_day
    )
    acknowledge_by = _acknowledge_by(rule, received_on=received_on, is_working_day=is_working_day)
    return Clock(
        regulation=rule.regulation,
        received_on=received_on,
        due_on=due_on,
        target_on=target_on,
        acknowledge_by=acknowledge_by,
        steps=(*steps, *_rolling_steps(rule, nominal_end=nominal_end, due_on=due_on)),
        target_step=_target_step(rule, target_on),
        acknowledge_step=_acknowledge_step(rule, acknowledge_by),
        rule_version=rule.version,
    )


def same_day_months_later(day: date, *, months: int) -> date:
    """The day of the same number `months` later, or that month's last day (Reg. 1182/71 Art. 3(2)(c))."""
    years, month_index = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month_index + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def days_left_words(due_on: date, today: date) -> DueWords:
    """How far off `due_on` is on `today`, both in the controller's time zone; "due today" is its own word."""
    days = (due_on - today).days
    if days < 0:
        late = "1 day overdue" if days == -1 else f"{-days} days overdue"
        return DueWords(words=late, tone="danger", icon="event_busy", days=days)
    if days == 0:
        return DueWords(words="Due today", tone="danger", icon="today", days=days)
    ahead = "Due tomorrow" if days == 1 else f"Due in {days} days"
    if days <= DUE_SOON_DAYS:
        return DueWords(words=ahead, tone="warning", icon="event_upcoming", days=days)
    return DueWords(words=ahead, tone="neutral", icon="event", days=days)


def long_date(day: date) -> str:
    """`day` as people write it, "20 December 2026", whatever the host's locale."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def long_date_with_weekday(day: date) -> str:
    """`day` with its weekday: "Monday 21 December 2026"."""
    return f"{WEEKDAYS[day.weekday()]} {long_date(day)}"


def _in_force() -> str:
    return f"In force here: {', '.join(rule.regulation for rule in regulations_on())}."


def _rule_in_force(regulation: str) -> RegulationRule:
    rule = RULE_OF.get(regulation)
    if rule is None:
        raise UnknownRegulation(regulation)
    if not rule.on:
        raise RegulationOff(regulation)
    return rule


def _period(rule: RegulationRule, received_on: date) -> tuple[date, tuple[Step, ...]]:
    """Where the period ends before any working day is looked at, and the steps that lead there."""
    start = Step(f"Received on {long_date(received_on)}. {rule.start}", rule.source)
    if rule.unit == "months":
        end = same_day_months_later(received_on, months=rule.length)
        return end, (start, Step(_month_words(received_on, end), rule.source))
    end = received_on + timedelta(days=rule.length)
    words = f"{rule.length} calendar days later, whether a working day or not: {long_date_with_weekday(end)}."
    return end, (start, Step(words, rule.source))


def _month_words(received_on: date, end: date) -> str:
    if end.day == received_on.day:
        return f"One month ends on the same day of the next month: {long_date(end)}."
    month = f"{MONTHS[end.month - 1]} {end.year}"
    return f"{month} has no day {received_on.day}, so the month ends on its last day: {long_date(end)}."


def _rolling_steps(rule: RegulationRule, *, nominal_end: date, due_on: date) -> tuple[Step, ...]:
    if not rule.rolls:
        return ()
    if due_on == nominal_end:
        words = f"That is a working day, so it stands: {long_date_with_weekday(due_on)}."
    else:
        day_off = "public holiday" if weekdays_only(nominal_end) else WEEKDAYS[nominal_end.weekday()]
        words = f"That is a {day_off}, so it moves to the next working day: {long_date_with_weekday(due_on)}."
    return (Step(words, rule.source),)


def _target(
    rule: RegulationRule,
    *,
    received_on: date,
    nominal_end: date,
    due_on: date,
    is_working_day: Callable[[date], bool],
) -> date:
    """Some days before the due date, moved back to a working day, and never before the receipt."""
    target_on = due_on - timedelta(days=rule.target_days_before)
    if rule.stricter_by_a_day:
        # The stricter reading ends a day before and moves for no weekend; keep a clear day ahead of it.
        target_on = min(target_on, nominal_end - timedelta(days=2))
    while target_on > received_on and not is_working_day(target_on):
        target_on -= timedelta(days=1)
    return target_on


def _target_step(rule: RegulationRule, target_on: date) -> Step:
    words = f"Our own target, at least {rule.target_days_before} days before the statutory date"
    if rule.stricter_by_a_day:
        words += " and ahead of the stricter reading, by which the period ends a day sooner"
    return Step(f"{words}: {long_date_with_weekday(target_on)}.", HOUSE_RULE)


def _acknowledge_by(
    rule: RegulationRule, *, received_on: date, is_working_day: Callable[[date], bool]
) -> date | None:
    if not rule.acknowledge_business_days:
        return None
    day = received_on
    for _ in range(rule.acknowledge_business_days):
        day = _next_working_day(day + timedelta(days=1), is_working_day)
    return day


def _acknowledge_step(rule: RegulationRule, acknowledge_by: date | None) -> Step | None:
    if acknowledge_by is None:
        return None
    words = (
        f"Confirm receipt within {rule.acknowledge_business_days} business days, counted from the day after"
    )
    return Step(f"{words}: by {long_date_with_weekday(acknowledge_by)}.", rule.source)


def _next_working_day(day: date, is_working_day: Callable[[date], bool]) -> date:
    """`day` itself, or the first working day after it."""
    for distance in range(LONGEST_CLOSURE_DAYS + 1):
        candidate = day + timedelta(days=distance)
        if is_working_day(candidate):
            return candidate
    raise DateOutOfReach(
        f"No working day within {LONGEST_CLOSURE_DAYS} days of {long_date(day)}. "
        "Check the public holidays that are configured (HOLIDAYS)."
    )
