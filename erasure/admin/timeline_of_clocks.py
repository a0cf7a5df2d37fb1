"""What a request's timeline says of its clock: acknowledged, extended, paused, corrected."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from audit.events import Event
from erasure.choices import Channel, Regulation
from erasure.deadlines import ground_words, long_date
from erasure.plain_words import uncapitalised


def _acknowledged(facts: Mapping[str, Any]) -> str:
    said = {"day": _day(facts["acknowledged_on"])}
    if facts["channel"] not in Channel.values:
        return _("Receipt confirmed to the person on %(day)s") % said
    said["channel"] = uncapitalised(Channel(facts["channel"]).label)
    return _("Receipt confirmed to the person on %(day)s (%(channel)s)") % said


def _extended(facts: Mapping[str, Any]) -> str:
    said = {"new": _day(facts["due_on"])}
    if not {"previous_due_on", "reason", "told_on"} <= facts.keys():
        return _("Due date extended to %(new)s") % said
    said |= {
        "old": _day(facts["previous_due_on"]),
        "ground": ground_words(facts["reason"]),
        "told": _day(facts["told_on"]),
    }
    return (
        _("Due date extended from %(old)s to %(new)s for %(ground)s; the person was told on %(told)s") % said
    )


def _paused(facts: Mapping[str, Any]) -> str:
    return _("Clock paused from %(day)s for %(what)s") % {
        "day": _day(facts["from"]),
        "what": ground_words(facts["reason"]),
    }


def _unpaused(facts: Mapping[str, Any]) -> str:
    return _("The clock goes on: the answer came on %(day)s. Due on %(new)s, before on %(old)s") % {
        "day": _day(facts["until"]),
        "new": _day(facts["due_on"]),
        "old": _day(facts["previous_due_on"]),
    }


def _corrected(facts: Mapping[str, Any]) -> str:
    said = {"old": _day(facts["previous_due_on"]), "new": _day(facts["due_on"])}
    words = []
    if facts["previous_received_on"] != facts["received_on"]:
        words.append(
            _("Date of receipt corrected from %(was)s to %(is)s")
            % {"was": _day(facts["previous_received_on"]), "is": _day(facts["received_on"])}
        )
    if facts["previous_regulation"] != facts["regulation"]:
        words.append(
            _("Regulation corrected from %(was)s to %(is)s")
            % {"was": _law(facts["previous_regulation"]), "is": _law(facts["regulation"])}
        )
    words.append(_("due on %(new)s, before on %(old)s") % said)
    if facts["extension"] == "fell":
        words.append(_("the extension fell"))
    return "; ".join(words)


def _law(token: str) -> str:
    return str(Regulation(token).label) if token in Regulation.values else token


def _day(written: object) -> str:
    return long_date(date.fromisoformat(str(written)))


CLOCK_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    Event.REQUEST_ACKNOWLEDGED: _acknowledged,
    Event.REQUEST_EXTENDED: _extended,
    Event.REQUEST_PAUSED: _paused,
    Event.REQUEST_UNPAUSED: _unpaused,
    Event.REQUEST_CLOCK_CORRECTED: _corrected,
}
