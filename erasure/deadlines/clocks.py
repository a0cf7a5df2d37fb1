"""From the day a request came in to the days by which it must be acknowledged, refused and answered, and why.

A first period runs from the receipt, or from the day the requested information on identity came where the
law says so. An extension makes it one longer period from the same start. Pauses add the days that are not
counted. Only then is the end moved to a working day, where the law has it so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_noop

from erasure.deadlines.dates_in_words import DISCLAIMER
from erasure.deadlines.period_of_request import (
    Asked,
    Extended,
    Period,
    days_off_facts,
    period_of,
    period_steps,
    start_of,
    whole_length,
    why_void,
)
from erasure.deadlines.periods import Paused, replayed, same_day_months_later, without_overlaps
from erasure.deadlines.refusals import rule_in_force
from erasure.deadlines.steps import Step, Steps, step
from erasure.deadlines.working_days import WorkingCalendar, configured_calendar
from erasure.regulations import ERASURE

HOUSE_RULE = gettext_noop("House rule, not law")


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
    start = start_of(asked)
    first = period_of(asked, start.day, length=asked.rule.length)
    void = why_void(asked.rule, extension, received_on=received_on, first_due_on=first.due_on)
    extended = extension is not None and not void
    whole = period_of(asked, start.day, length=whole_length(asked.rule)) if extended else first
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
                *period_steps(asked, start.day, whole),
            ),
            **({"first": (*start.steps, *period_steps(asked, start.day, first))} if extended else {}),
            "target": (target_step,),
            **({"acknowledge": acknowledge_steps} if acknowledge_steps else {}),
        },
    )


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
    return day, (step("acknowledge", asked.rule.source, days=count, day=day, passed=days_off_facts(passed)),)
