"""What the events of the log tell, in the same marks."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from audit.events import Event
from erasure.stories.marks import CLOCK_ACTS, FACTS, RESULTS, Facts
from erasure.stories.told import Story, Told

#: The way of taking a certificate in which the report is only looked at, so that nobody has a proof in hand.
REPORT_ALONE = "report"


def tell_events(stories: Mapping[str, Story], lines: Iterable[tuple[str, str]]) -> None:
    """Add what the log tells: the name of the thing in the log, and the line."""
    for obj, body in lines:
        if (entry := _read(body)) is not None:
            _tell_event(stories[obj].by_log, entry)


def _read(body: str) -> dict[str, Any] | None:
    """The line; None for one that cannot be read, which verification reports by its number."""
    try:
        entry = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) and isinstance(entry.get("data", {}), dict) else None


def _tell_event(told: Told, entry: Mapping[str, Any]) -> None:
    act, facts = str(entry.get("act")), dict(entry.get("data", {}))
    if entry.get("res") != RESULTS.get(act, "ok"):
        return
    if act == Event.REQUEST_CERTIFIED and not _is_in_the_persons_hands(facts):
        return
    if act == Event.SUBJECT_SHREDDED:
        act = f"{act} {facts.get('step')}"
    if act in CLOCK_ACTS:
        told.tell_clock((str(entry.get("ts")), str(entry.get("seq")).zfill(20)), facts)
    if act == Event.REQUEST_CLOCK_CORRECTED:
        pauses = facts.get("pauses_fell", 0)
        told.fallen += (facts.get("extension") == "fell") + (pauses if isinstance(pauses, int) else 0)
    number = facts.pop("submission", None)
    told.tell(act, number, **{key: facts[key] for key in FACTS if key in facts})


def _is_in_the_persons_hands(facts: Facts) -> bool:
    """Whether it is of a certificate that the request's row remembers."""
    return facts.get("copy") == "person" and facts.get("via") != REPORT_ALONE
