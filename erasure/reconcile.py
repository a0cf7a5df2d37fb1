"""Whether state and events tell the same story, in both directions.

Every state that has to be on record is held against the events about it: each is there exactly once, and no
event tells of what no row shows. Events of ended logs count like those of the present one. Rows are taken
some hundred at a time, each lot with its events in one snapshot of the database: what moves meanwhile is seen
before or after its move, never in between, and so is no false alarm.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain
from typing import Any, TypeAlias

from django.db.models import QuerySet

from audit.checking.snapshot import snapshot
from audit.models import AuditEvent, AuditPastEvent
from erasure.models import LegalHold, PrivacyRequest
from erasure.stories import (
    HOLD_ACTS,
    HOLD_COLUMNS,
    REQUEST_ACTS,
    REQUEST_COLUMNS,
    Story,
    hold_stories,
    nothing_there,
    request_stories,
    tell_events,
)

#: So many rows, with their events, are held against one another in one snapshot.
AT_ONCE = 500

#: Called with how many things were compared, and how many there are.
Progress: TypeAlias = Callable[[int, int], None]
#: What was found in one lot, and how many things were in it.
Lot: TypeAlias = tuple[list[str], int]

#: How the log names what has a row of its own here.
OF_REQUEST, OF_HOLD = KINDS = ("request:", "hold:")
HOLD_NAME = re.compile(rf"{OF_HOLD}[1-9][0-9]{{0,17}}", re.ASCII)

LOGS: Sequence[QuerySet[Any]] = (AuditEvent.objects.all(), AuditPastEvent.objects.all())


def things_to_compare() -> int:
    """How many steps `differences` takes: each thing by itself, and each once more from the log's side."""
    return 2 * (PrivacyRequest.objects.count() + LegalHold.objects.count())


def untold(_done: int, _total: int) -> None:
    """The progress of who does not ask for it."""


def differences(*, progress: Progress = untold) -> Iterator[str]:
    """Each difference as a sentence that names the thing, and which side lacks what. No personal data.

    Raises DatabaseError where the log's columns cannot be read at all.
    """
    requests = PrivacyRequest.objects.only(*REQUEST_COLUMNS)
    holds = LegalHold.objects.only(*HOLD_COLUMNS)
    total, done = things_to_compare(), 0
    for found, count in chain(
        _from_rows(requests, request_stories, REQUEST_ACTS),
        _from_rows(holds, hold_stories, HOLD_ACTS),
        *map(_from_log, LOGS),
    ):
        yield from found
        done = min(done + count, total)
        progress(done, total)
    progress(total, total)


def _from_rows(
    rows: QuerySet[Any], stories_of: Callable[[Sequence[Any]], dict[str, Story]], acts: Collection[str]
) -> Iterator[Lot]:
    """Lot by lot, in the order of their keys: the rows with all that the log tells of them."""
    last = 0
    while True:
        with snapshot():
            lot = list(rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE])
            stories = stories_of(lot)
            for log in LOGS:
                # By name alone: SQLite would rather go by the events' kinds, and through the whole log.
                told = log.filter(obj__in=stories).order_by().values_list("obj", "act", "body").iterator()
                tell_events(stories, ((obj, body) for obj, act, body in told if act in acts))
        if not lot:
            return
        yield [sentence for story in stories.values() for sentence in story.differences()], len(lot)
        last = lot[-1].pk


def _from_log(log: QuerySet[Any]) -> Iterator[Lot]:
    """Lot by lot, in the order of their names: what the log tells of, and of which there is no row."""
    names = log.values_list("obj", flat=True).distinct().order_by("obj")
    last = ""
    while True:
        with snapshot():
            lot = list(names.filter(obj__gt=last)[:AT_ONCE])
            missing = [name for name in lot if name.startswith(KINDS)]
            missing = sorted(set(missing) - _requests_named(missing) - _holds_named(missing))
        if not lot:
            return
        yield [nothing_there(name) for name in missing], len(lot)
        last = lot[-1]


def _requests_named(names: Collection[str]) -> set[str]:
    references = [name.removeprefix(OF_REQUEST) for name in names]
    found = PrivacyRequest.objects.filter(reference__in=references)
    return {f"{OF_REQUEST}{reference}" for reference in found.values_list("reference", flat=True)}


def _holds_named(names: Collection[str]) -> set[str]:
    keys = [name.removeprefix(OF_HOLD) for name in names if HOLD_NAME.fullmatch(name)]
    return {f"{OF_HOLD}{key}" for key in LegalHold.objects.filter(pk__in=keys).values_list("pk", flat=True)}
