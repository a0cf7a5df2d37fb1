"""The law's clocks: from the day a request came in to the day by which the person must be answered.

Pure: plain dates in, plain dates out, and with every date the steps that led to it. What is counted stands in
`erasure/regulations.py`; a regulation that is off has no clock, and asking for it is an error, not a guess.
The date of receipt is a date in the controller's time zone: the caller turns moments into dates first.
"""

from erasure.deadlines.clocks import Clock, clock
from erasure.deadlines.dates_in_words import (
    DISCLAIMER,
    DUE_SOON_DAYS,
    DueWords,
    days_left_words,
    long_date,
    long_date_with_weekday,
    month_name,
)
from erasure.deadlines.extending import ExtensionOffer, extension_offer, why_not_extend
from erasure.deadlines.pausing import pause_grounds, why_not_end_pause, why_not_pause
from erasure.deadlines.period_of_request import Extended
from erasure.deadlines.periods import Paused, same_day_months_later
from erasure.deadlines.refusals import ClockError, DateOutOfReach, RegulationOff, UnknownRegulation
from erasure.deadlines.step_words import ground_words
from erasure.deadlines.steps import DATES, Step, Steps, as_stored, stored
from erasure.deadlines.working_days import (
    DayOff,
    UnknownPlace,
    WorkingCalendar,
    check_place,
    configured_calendar,
)
from erasure.regulations import RegulationRule, regulations_on

__all__ = [
    "DATES",
    "DISCLAIMER",
    "DUE_SOON_DAYS",
    "Clock",
    "ClockError",
    "DateOutOfReach",
    "DayOff",
    "DueWords",
    "Extended",
    "ExtensionOffer",
    "Paused",
    "RegulationOff",
    "RegulationRule",
    "Step",
    "Steps",
    "UnknownPlace",
    "UnknownRegulation",
    "WorkingCalendar",
    "as_stored",
    "check_place",
    "clock",
    "configured_calendar",
    "days_left_words",
    "extension_offer",
    "ground_words",
    "long_date",
    "long_date_with_weekday",
    "month_name",
    "pause_grounds",
    "regulations_on",
    "same_day_months_later",
    "stored",
    "why_not_end_pause",
    "why_not_extend",
    "why_not_pause",
]
