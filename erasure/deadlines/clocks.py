"""From the day a request came in to the days by which it must be acknowledged, refused and answered, and why.

A first period runs from the receipt, or from the day the requested information on identity came where the
law says so. An extension makes it one longer period from the same start. Pauses add the days that are not
counted. Only then is the end moved to a working day, where the law has it so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from erasure.deadlines.dates_in_words import DISCLAIMER
from erasure.deadlines.periods import (
    Paused,
    Stretch,
    counted,
    replayed,
    same_day_months_later,
    without_overlaps,
)
from erasure.deadlines.refusals import rule_in_force
from erasure.deadlines.steps import Step, Steps, step
from erasure.deadlines.working_days import DayOff, WorkingCalendar, configured_calendar
from erasure.regulations import ERASURE, PauseRule, RegulationRule

HOUSE_RULE = "House rule, not law"


@dataclass(frozen=True, kw_only=True)
class Extended:
    """One extension that was made: its ground, and the day the person was told."""

    ground: str
    told_on: date


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The dates of one request and how each came about.

    `first_due_on` ends the first period after its pauses: a refusal is due by it, and an extension must be
    told by it. `steps` are grouped by the date they lead to: due, first (where it is not the due date),
    target and acknowledge.
    """

    regulation: str
    received_on: date
    first_due_on: date
    due_on: date
    target_on: date
    acknowledge_by: date | None
    is_extended: bool
    rule_version: str
    steps: Steps

    @property
    def disclaimer(self) -> str:
        """What stands beside these dates."""
        return str(DISCLAIMER)


@dataclass(frozen=True)
class Start:
    """When the period begins, and the steps that led there."""

    day: date
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class Period:
    """A period from its start: its end as counted, after the pauses, and on a working day."""

    length: int
    unpaused: date
    nominal: date
    due_on: date
    applied: Sequence[Stretch]
    passed: Sequence[DayOff]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a clock is computed from, with the rule and the calendar looked up."""

    rule: RegulationRule
    received_on: date
    request_type: str
    extension: Extended | None
    pauses: Sequence[Paused]
    calendar: WorkingCalendar

    def pauses_by(self, how: str) -> list[Paused]:
        """The pauses on record that the law knows and counts in this way, in the order of their days."""
        grounds = {one.ground for one in self.rule.pauses_for(self.request_type) if one.how == how}
        return sorted((one for one in self.pauses if one.ground in grounds), key=_by_days)


def clock(
    regulation: str,
    received_on: date,
    *,
    request_type: str = ERASURE,
    extension: Extended | None = None,
    pauses: Sequence[Paused] = (),
    calendar: WorkingCalendar | None = None,
) -> Clock:
    """When a request received on `received_on` must be answered under `regulation`, and why on that day.

    An extension or a pause that the law does not carry, such as after a correction of the regulation or of
    the receipt, moves nothing, and a step says so. While a pause is open the date is the one without it.
    `calendar` is that of HOLIDAYS unless another is given.
    Raises UnknownRegulation, RegulationOff or DateOutOfReach.
    """
    asked = Asked(
        rule=rule_in_force(regulation),
        received_on=received_on,
        request_type=request_type,
        extension=extension,
        pauses=pauses,
        calendar=calendar or configured_calendar(),
    )
    start = _start_of(asked)
    first = _period(asked, start.day, length=asked.rule.length)
    void = why_void(asked.rule, extension, received_on=received_on, first_due_on=first.due_on)
    extended = extension is not None and not void
    whole = _period(asked, start.day, length=_whole_length(asked.rule)) if extended else first
    target_on, target_step = _target(asked, start.day, first=first, whole=whole)
    acknowledge_by, acknowledge_steps = _acknowledgement(asked)
    return Clock(
        regulation=asked.rule.regulation,
        received_on=received_on,
        first_due_on=first.due_on,
        due_on=whole.due_on,
        target_on=target_on,
        acknowledge_by=acknowledge_by,
        is_extended=extended,
        rule_version=asked.rule.version,
        steps={
            "due": (
                *start.steps,
                *_extension_steps(asked, void=void, first=first),
                *_period_steps(asked, start.day, whole),
            ),
            **({"first": (*start.steps, *_period_steps(asked, start.day, first))} if extended else {}),
            "target": (target_step,),
            **({"acknowledge": acknowledge_steps} if acknowledge_steps else {}),
        },
    )


def why_void(
    rule: RegulationRule, extension: Extended | None, *, received_on: date, first_due_on: date
) -> str:
    """Why the law does not carry this extension: none, ground, before or late; empty when it does."""
    if extension is None:
        return ""
    if rule.extension is None:
        return "none"
    if extension.ground not in rule.extension.grounds:
        return "ground"
    if extension.told_on < received_on:
        return "before"
    return "late" if extension.told_on > first_due_on else ""


def _whole_length(rule: RegulationRule) -> int:
    return rule.length + (rule.extension.length if rule.extension else 0)


def _start_of(asked: Asked) -> Start:
    """The receipt, or the day the information on identity came where the law lets the period begin then."""
    steps = [step("received", asked.rule.source, day=asked.received_on, start=asked.rule.start)]
    day = asked.received_on
    for pause in asked.pauses_by("starts when it came"):
        source, came = _source_of(asked, pause), pause.until_day
        if pause.from_day > counted(day, asked.rule.length, asked.rule.unit):
            steps.append(_void_step(pause, source, "late"))
        elif came is None:
            steps.append(_open_step(pause, source))
        elif came > day:
            day = came
            steps.append(step("identity_came", source, asked=pause.from_day, came=came))
    return Start(day, tuple(steps))


def _period(asked: Asked, start: date, *, length: int) -> Period:
    unpaused = counted(start, length, asked.rule.unit)
    stretches = without_overlaps(asked.pauses_by("days not counted"))
    nominal, applied = replayed(unpaused, start=start, stretches=stretches)
    due_on, passed = asked.calendar.next_working_day(nominal) if asked.rule.rolls else (nominal, [])
    return Period(
        length=length, unpaused=unpaused, nominal=nominal, due_on=due_on, applied=applied, passed=passed
    )


def _period_steps(asked: Asked, start: date, period: Period) -> tuple[Step, ...]:
    source = asked.rule.source
    if asked.rule.unit == "months":
        steps = [step("months", source, months=period.length, day=start.day, end=period.unpaused)]
    else:
        steps = [step("days", source, days=period.length, end=period.unpaused)]
    steps += _pause_steps(asked, start, period)
    if asked.rule.rolls and period.passed:
        steps.append(step("rolled", source, to=period.due_on, passed=_days_off(period.passed)))
    elif asked.rule.rolls:
        steps.append(step("working_day", source, day=period.due_on))
    return tuple(steps)


def _pause_steps(asked: Asked, start: date, period: Period) -> list[Step]:
    steps = []
    for stretch in period.applied:
        source = _source_of(asked, stretch)
        facts = {"first": stretch.first, "last": stretch.last, "days": stretch.days}
        steps.append(step("paused", source, ground=stretch.ground, **facts))
    if period.applied:
        steps.append(step("after_pauses", steps[-1].source, end=period.nominal))
    for pause in asked.pauses_by("days not counted"):
        why = _why_not_counted(pause, start=start, period=period)
        if why:
            steps.append(_void_step(pause, _source_of(asked, pause), why))
        elif pause.until_day is None:
            steps.append(_open_step(pause, _source_of(asked, pause)))
    known = {one.ground for one in asked.rule.pauses_for(asked.request_type)}
    unknown = [one for one in asked.pauses if one.ground not in known]
    return steps + [_void_step(one, asked.rule.source, "ground") for one in sorted(unknown, key=_by_days)]


def _why_not_counted(pause: Paused, *, start: date, period: Period) -> str:
    """Why a pause on record moves nothing: late or days; empty where it counts, or may yet."""
    if pause.from_day > period.nominal:
        return "late"
    return "days" if pause.until_day is not None and pause.until_day <= start else ""


def _void_step(pause: Paused, source: str, why: str) -> Step:
    return step("pause_void", source, ground=pause.ground, day=pause.from_day, why=why)


def _open_step(pause: Paused, source: str) -> Step:
    return step("pause_open", source, ground=pause.ground, day=pause.from_day)


def _by_days(pause: Paused) -> tuple[date, date]:
    return pause.from_day, pause.until_day or date.max


def pause_rule(rule: RegulationRule, request_type: str, ground: str) -> PauseRule | None:
    """The pause of this ground that the law knows for this type of request, if it knows one."""
    return next((one for one in rule.pauses_for(request_type) if one.ground == ground), None)


def _source_of(asked: Asked, pause: Paused | Stretch) -> str:
    rule = pause_rule(asked.rule, asked.request_type, pause.ground)
    return rule.source if rule else ""


def _extension_steps(asked: Asked, *, void: str, first: Period) -> tuple[Step, ...]:
    if asked.extension is None:
        return ()
    rule, told_on = asked.rule.extension, asked.extension.told_on
    source = rule.source if rule else asked.rule.source
    if void:
        return (step("extension_void", source, told=told_on, why=void),)
    return (step("extended", source, ground=asked.extension.ground, told=told_on, first=first.due_on),)


def _target(asked: Asked, start: date, *, first: Period, whole: Period) -> tuple[date, Step]:
    """Some days before the due date, moved back to a working day, and never before the receipt.

    An extension by months may also be read as counted from the end of the first period: where that ends
    earlier, the target keeps ahead of it.
    """
    rule, nominal, due_on = asked.rule, whole.nominal, whole.due_on
    if whole is not first and rule.unit == "months":
        further = whole.length - first.length
        stretches = without_overlaps(asked.pauses_by("days not counted"))
        counted_on = same_day_months_later(first.unpaused, months=further)
        nominal, _applied = replayed(counted_on, start=start, stretches=stretches)
        due_on, _passed = asked.calendar.next_working_day(nominal) if rule.rolls else (nominal, [])
    target_on = due_on - timedelta(days=rule.target_days_before)
    if rule.stricter_by_a_day:
        # The stricter reading ends a day before and moves for no weekend; keep a clear day ahead of it.
        target_on = min(target_on, nominal - timedelta(days=2))
    while target_on > asked.received_on and not asked.calendar.is_working_day(target_on):
        target_on -= timedelta(days=1)
    said = step(
        "target",
        HOUSE_RULE,
        day=target_on,
        days=rule.target_days_before,
        stricter=rule.stricter_by_a_day,
        earlier=due_on if due_on < whole.due_on else None,
    )
    return target_on, said


def _acknowledgement(asked: Asked) -> tuple[date | None, tuple[Step, ...]]:
    count = asked.rule.acknowledge_business_days
    if not count:
        return None, ()
    day, passed = asked.calendar.business_days_after(asked.received_on, count)
    return day, (step("acknowledge", asked.rule.source, days=count, day=day, passed=_days_off(passed)),)


def _days_off(passed: Sequence[DayOff]) -> list[dict[str, object]]:
    return [{"day": one.day.isoformat(), "names": dict(one.names)} for one in passed]
