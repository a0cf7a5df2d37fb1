"""What each step of a computation says. A step is stored by its code and facts; only here are its words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import dateformat
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from erasure.deadlines.dates_in_words import long_date, long_date_with_weekday, weekday_name

Facts = Mapping[str, Any]

#: Why an extension was made, within a sentence.
EXTENSION_GROUNDS = {
    "complexity": gettext_noop("the complexity of the request"),
    "number_of_requests": gettext_noop("the number of requests"),
    "volume": gettext_noop("the volume of the requests received"),
}
#: What a pause waits for, within a sentence.
PAUSE_GROUNDS = {
    "identity": gettext_noop("information on identity"),
    "clarification": gettext_noop("what the request is about"),
}


def words_of(code: str, facts: Facts) -> str:
    """The sentence of a step, in the reader's language. A step of a later version is named by its code."""
    said = SENTENCES.get(code)
    if said is None:
        return _("A step that this version of the program cannot put into words (%(code)s).") % {"code": code}
    return said(facts)


def ground_words(ground: str) -> str:
    """A ground of an extension or a pause as it stands within a sentence; an unknown one as its code."""
    words = EXTENSION_GROUNDS.get(ground) or PAUSE_GROUNDS.get(ground)
    return _(words) if words else ground


def _received(facts: Facts) -> str:
    said = _("Received on %(day)s.") % {"day": _long(facts["day"])}
    return f"{said} {_(facts['start'])}" if facts["start"] else said


def _identity_came(facts: Facts) -> str:
    return _(
        "Information on identity was asked for on %(asked)s and came on %(came)s; the period begins with the "
        "day it came."
    ) % {"asked": _long(facts["asked"]), "came": _long(facts["came"])}


def _months(facts: Facts) -> str:
    end, months = date.fromisoformat(facts["end"]), facts["months"]
    counted = {"months": months, "end": long_date(end)}
    if end.day == facts["day"]:
        return (
            ngettext(
                "One month ends on the same day of the next month: %(end)s.",
                "%(months)d months end on the same day of the month: %(end)s.",
                months,
            )
            % counted
        )
    counted |= {"month": dateformat.format(end, "F Y"), "day": facts["day"]}
    return (
        ngettext(
            "%(month)s has no day %(day)d, so the month ends on its last day: %(end)s.",
            "%(month)s has no day %(day)d, so the %(months)d months end on its last day: %(end)s.",
            months,
        )
        % counted
    )


def _days(facts: Facts) -> str:
    return ngettext(
        "%(days)d calendar day later, whether a working day or not: %(end)s.",
        "%(days)d calendar days later, whether a working day or not: %(end)s.",
        facts["days"],
    ) % {"days": facts["days"], "end": _with_weekday(facts["end"])}


def _extended(facts: Facts) -> str:
    return _(
        "Extended for %(ground)s; the person was told on %(told)s, within the first period, which ended on "
        "%(first)s. The whole time is counted from the start, not from the end of the first period."
    ) % {
        "ground": ground_words(facts["ground"]),
        "told": _long(facts["told"]),
        "first": _long(facts["first"]),
    }


def _extension_void(facts: Facts) -> str:
    return _("The extension of which the person was told on %(told)s does not count: %(why)s.") % {
        "told": _long(facts["told"]),
        "why": _(EXTENSION_VOID[facts["why"]]),
    }


#: Why an extension on record moves nothing, such as after a correction.
EXTENSION_VOID = {
    "none": gettext_noop("this law knows none"),
    "ground": gettext_noop("this law does not know its ground"),
    "before": gettext_noop("that is before the request was received"),
    "late": gettext_noop("that is after the end of the first period"),
}


def _paused(facts: Facts) -> str:
    return ngettext(
        "From %(first)s to %(last)s, both included, the clock stood still for %(ground)s: %(days)d day is "
        "not counted.",
        "From %(first)s to %(last)s, both included, the clock stood still for %(ground)s: %(days)d days are "
        "not counted.",
        facts["days"],
    ) % {
        "first": _long(facts["first"]),
        "last": _long(facts["last"]),
        "ground": ground_words(facts["ground"]),
        "days": facts["days"],
    }


def _after_pauses(facts: Facts) -> str:
    return _("That moves the end to %(end)s.") % {"end": _with_weekday(facts["end"])}


def _pause_open(facts: Facts) -> str:
    return _(
        "Since %(day)s the answer on %(ground)s is awaited. Until it comes, the date is computed as if the "
        "clock ran on: that is the earlier, safe date."
    ) % {"day": _long(facts["day"]), "ground": ground_words(facts["ground"])}


def _pause_void(facts: Facts) -> str:
    return _("Asking for %(ground)s on %(day)s moves nothing: %(why)s.") % {
        "ground": ground_words(facts["ground"]),
        "day": _long(facts["day"]),
        "why": _(PAUSE_VOID[facts["why"]]),
    }


#: Why a pause on record moves nothing, such as after a correction.
PAUSE_VOID = {
    "ground": gettext_noop("this law knows no such pause for such a request"),
    "days": gettext_noop("it was over before any day was counted"),
    "late": gettext_noop("the period was over by then"),
}


def _working_day(facts: Facts) -> str:
    return _("That is a working day, so it stands: %(day)s.") % {"day": _with_weekday(facts["day"])}


def _rolled(facts: Facts) -> str:
    first, *further = facts["passed"]
    names = {"name": _off_name(first), "to": _with_weekday(facts["to"])}
    if first["names"]:
        said = _("That is a public holiday (%(name)s), so it moves to the next working day: %(to)s.") % names
    else:
        said = _("That is a %(name)s, so it moves to the next working day: %(to)s.") % names
    on_the_way = [one for one in further if one["names"]]
    if not on_the_way:
        return said
    return f"{said} {_('On the way: %(holidays)s.') % {'holidays': _holidays(on_the_way)}}"


def _target(facts: Facts) -> str:
    said = {"days": facts["days"], "day": _with_weekday(facts["day"])}
    if facts["earlier"]:
        return _(
            "Our own target, at least %(days)d days before %(earlier)s, on which the time would end if the "
            "extension were counted from the end of the first period: %(day)s."
        ) % {**said, "earlier": _long(facts["earlier"])}
    if facts["stricter"]:
        return (
            _(
                "Our own target, at least %(days)d days before the statutory date and ahead of the stricter "
                "reading, by which the period ends a day sooner: %(day)s."
            )
            % said
        )
    return _("Our own target, at least %(days)d days before the statutory date: %(day)s.") % said


def _acknowledge(facts: Facts) -> str:
    said = _("Confirm receipt within %(days)d business days, counted from the day after: by %(day)s.") % {
        "days": facts["days"],
        "day": _with_weekday(facts["day"]),
    }
    passed = [one for one in facts["passed"] if one["names"]]
    if not passed:
        return said
    return f"{said} {_('No business days: %(holidays)s.') % {'holidays': _holidays(passed)}}"


SENTENCES: dict[str, Callable[[Facts], str]] = {
    "received": _received,
    "identity_came": _identity_came,
    "months": _months,
    "days": _days,
    "extended": _extended,
    "extension_void": _extension_void,
    "paused": _paused,
    "after_pauses": _after_pauses,
    "pause_open": _pause_open,
    "pause_void": _pause_void,
    "working_day": _working_day,
    "rolled": _rolled,
    "target": _target,
    "acknowledge": _acknowledge,
}


def _holidays(days_off: Sequence[Facts]) -> str:
    return ", ".join(f"{_off_name(one)} ({_long(one['day'])})" for one in days_off)


def _off_name(off: Facts) -> str:
    """What a day off is called: the holiday in the reader's language, else in English; or the weekday."""
    names: Mapping[str, str] = off["names"]
    language = (get_language() or "en").partition("-")[0]
    return names.get(language) or names.get("en") or weekday_name(date.fromisoformat(off["day"]))


def _long(day: str) -> str:
    return long_date(date.fromisoformat(day))


def _with_weekday(day: str) -> str:
    return long_date_with_weekday(date.fromisoformat(day))
