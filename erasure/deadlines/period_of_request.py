"""The period of one request: when it begins, which pauses count, where it ends, and the steps that say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from erasure.deadlines.periods import Paused, Stretch, counted, replayed, without_overlaps
from erasure.deadlines.steps import Step, step
from erasure.deadlines.working_days import DayOff, WorkingCalendar
from erasure.regulations import PauseRule, RegulationRule


@dataclass(frozen=True, kw_only=True)
class Extended:
    """One extension that was made: its ground, and the day the person was told."""

    ground: str
    told_on: date


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


def whole_length(rule: RegulationRule) -> int:
    """The first period and its extension together."""
    return rule.length + (rule.extension.length if rule.extension else 0)


def start_of(asked: Asked) -> Start:
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


def period_of(asked: Asked, start: date, *, length: int) -> Period:
    """The period of this length from its start, with its pauses. Raises DateOutOfReach."""
    unpaused = counted(start, length, asked.rule.unit)
    stretches = without_overlaps(asked.pauses_by("days not counted"))
    nominal, applied = replayed(unpaused, start=start, stretches=stretches)
    due_on, passed = asked.calendar.next_working_day(nominal) if asked.rule.rolls else (nominal, [])
    return Period(
        length=length, unpaused=unpaused, nominal=nominal, due_on=due_on, applied=applied, passed=passed
    )


def period_steps(asked: Asked, start: date, period: Period) -> tuple[Step, ...]:
    """How the end of a period came about."""
    source = asked.rule.source
    if asked.rule.unit == "months":
        steps = [step("months", source, months=period.length, day=start.day, end=period.unpaused)]
    else:
        steps = [step("days", source, days=period.length, end=period.unpaused)]
    steps += _pause_steps(asked, start, period)
    if asked.rule.rolls and period.passed:
        steps.append(step("rolled", source, to=period.due_on, passed=days_off_facts(period.passed)))
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


def days_off_facts(passed: Sequence[DayOff]) -> list[dict[str, object]]:
    """Days off as facts of a step."""
    return [{"day": one.day.isoformat(), "names": dict(one.names)} for one in passed]
