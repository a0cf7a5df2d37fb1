"""When requests are forgotten: the tick's part, and what keeps a restored backup from remembering.

Once a minute the requests whose time has come go through their step, some hundred at a time and for some
seconds; what is left goes with the next rounds of the tick. One that cannot is told in the program's log, and
keeps none of the others waiting. At the start and once an hour the list of what was shredded
(`shredded_list`) and the database are compared: what a restored backup brought back is shredded again, and
what a crash kept out of the list is added to it. Harmless when doubled.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from django.conf import settings
from django.contrib.sessions.models import Session

from erasure import freed_pages, shredded_list, shredding
from erasure.asked import controllers_today
from erasure.lots import by_itself_if_need_be
from erasure.models import PrivacyRequest
from erasure.personal_data import IDENTIFIERS_AND_TEXT, PROOF
from erasure.shredded_list import Shredded

T = TypeVar("T")

logger = logging.getLogger(__name__)

AT_ONCE = 200
COMPARED_AT_ONCE = 500
LOOK_EVERY_SECONDS = 60.0
COMPARE_EVERY_SECONDS = 3600.0
#: So long a round may take until it leaves the rest to the next one: the tick has other work, too.
ROUND_SECONDS = 3.0
STEPS = (IDENTIFIERS_AND_TEXT, PROOF)


class Forgetting:
    """The tick's part, with its clock: what one process knows of when it looked last, and how far it came."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._look_at = self._compare_at = self._until = clock()
        # A process that was killed may have left old bytes behind.
        self._bytes_are_left = True
        self._stopped_at: dict[tuple[str, int], int] = {}

    def round(self, now: datetime) -> int:
        """What is to be forgotten now, at most once a minute; says how many steps were done.

        What is not done after some seconds is left to the next round, which then need not wait.
        """
        if self._clock() < self._look_at:
            return 0
        self._look_at = self._clock() + LOOK_EVERY_SECONDS
        self._until = self._clock() + ROUND_SECONDS
        is_to_compare, compare_at = self._clock() >= self._compare_at, self._compare_at
        bytes_were_left = self._bytes_are_left
        # Until all went well: what fails halfway leaves old bytes, and steps that the list does not have.
        self._compare_at, self._bytes_are_left = self._clock(), True
        restored, removed, is_compared = self._compare(now) if is_to_compare else ([], 0, True)
        shredded = self._shred_due(now)
        if note(shredded, at=now) and is_compared:
            self._compare_at = self._clock() + COMPARE_EVERY_SECONDS if is_to_compare else compare_at
        if self._stopped_at:
            self._look_at = self._clock()
        if restored or removed or shredded or bytes_were_left:
            self._bytes_are_left = not freed_pages.clear()
        else:
            self._bytes_are_left = False
        return len(restored) + len(shredded)

    def _compare(self, now: datetime) -> tuple[list[Shredded], int, bool]:
        """What was shredded again, how much else was removed, and whether the comparison came to its end."""
        restored, is_compared = self._shred_restored(now)
        # What a search found is remembered in the searcher's session, masked.
        removed, _by_model = Session.objects.filter(expire_date__lt=now).delete()
        removed += shredding.shred_matters(now=now)
        removed += sum(shredding.shred_unasked(step, today=controllers_today()) for step in STEPS)
        return restored, removed, is_compared

    def _shred_due(self, now: datetime) -> list[Shredded]:
        """Do each step for the requests whose time has come; says for which it was done."""
        today = controllers_today()
        found: list[Shredded] = []
        for step in STEPS:
            keys = shredding.due(step, today=today, now=now).values_list("pk", flat=True)
            found += self._in_batches(list(keys), step, because="retention", now=now)
        return found

    def _shred_restored(self, now: datetime) -> tuple[list[Shredded], bool]:
        """Shred again what the list has and the database does not; list what only the database has.

        Says what was shredded and whether nothing is left of the comparison. A request that the restored
        backup has as unanswered or held waits, like any other.
        """
        try:
            listed = shredded_list.read(settings.SHREDDED_LIST_FILE)
        except OSError:
            logger.exception("shredded_list_not_read")
            return [], False
        found: list[Shredded] = []
        for step in STEPS:
            keys = _restored((one for one in listed if one.step == step), step)
            found += self._in_batches(keys, step, because="restored_backup", now=now)
        is_listed = note(sorted(set(_shredded_in_database()) - listed), at=now)
        return found, is_listed and not self._stopped_at

    def _in_batches(self, keys: Sequence[int], step: int, *, because: str, now: datetime) -> list[Shredded]:
        """Batch after batch until the time is up, one at least; the next round goes on where this stopped.

        Keys are gone through in their order, so that those that cannot be shredded are passed, too.
        """
        stopped_at = self._stopped_at.pop((because, step), 0)
        left = sorted(key for key in keys if key > stopped_at)
        found: list[Shredded] = []
        for batch in _parts(left, AT_ONCE):
            found += _shred(batch, step, because=because, now=now)
            if self._clock() >= self._until and batch[-1] != left[-1]:
                self._stopped_at[because, step] = batch[-1]
                break
        return found


def note(shredded: Iterable[Shredded], *, at: datetime) -> bool:
    """Add to the list; whether that succeeded. What is missing on it is added by the next comparison."""
    try:
        shredded_list.append(settings.SHREDDED_LIST_FILE, shredded, at=at)
    except OSError:
        logger.exception("shredded_list_not_written")
        return False
    return True


def _restored(listed: Iterable[Shredded], step: int) -> list[int]:
    """The keys of the listed requests that wait for a step which they have been through."""
    filed_at = defaultdict(set)
    for one in listed:
        filed_at[one.reference].add(one.filed_at)
    waiting = PrivacyRequest.objects.filter(shredding.WAITING[step])
    return [
        key
        for references in _parts(sorted(filed_at), COMPARED_AT_ONCE)
        for key, reference, filed in waiting.filter(reference__in=references).values_list(
            "pk", "reference", "filed_at"
        )
        if filed in filed_at[reference]
    ]


def _shredded_in_database() -> Iterable[Shredded]:
    rows = PrivacyRequest.objects.filter(shredded_at__isnull=False)
    for reference, filed_at, unlinked_at in rows.values_list("reference", "filed_at", "unlinked_at"):
        yield Shredded(reference, filed_at, IDENTIFIERS_AND_TEXT)
        if unlinked_at:
            yield Shredded(reference, filed_at, PROOF)


def _parts(all_of_them: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    return (all_of_them[start : start + size] for start in range(0, len(all_of_them), size))


def _shred(keys: Sequence[int], step: int, *, because: str, now: datetime) -> list[Shredded]:
    """One step for these requests; those for which it cannot be done are told and left."""
    done = by_itself_if_need_be(
        keys, lambda some: shredding.shred(some, step, because=because, now=now), leave=_tell
    )
    return [one for found in done for one in found]


def _tell(key: int, error: Exception) -> None:
    logger.error("shredding_failed", exc_info=error, extra={"error": type(error).__name__, "row": key})
