"""When requests are forgotten: the tick's part, and what keeps a restored backup from remembering.

Once a minute the requests whose time has come go through their step, some hundred at a time; one that cannot
is told in the program's log, and keeps none of the others waiting. At the start and once an hour the list of
what was shredded (`shredded_list`) and the database are compared: what a restored backup brought back is
shredded again, and what a crash kept out of the list is added to it. Harmless when doubled.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError

from erasure import freed_pages, shredded_list, shredding
from erasure.asked import controllers_today
from erasure.models import PrivacyRequest
from erasure.personal_data import IDENTIFIERS_AND_TEXT, PROOF
from erasure.shredded_list import Shredded

T = TypeVar("T")

logger = logging.getLogger(__name__)

AT_ONCE = 200
COMPARED_AT_ONCE = 500
LOOK_EVERY_SECONDS = 60.0
COMPARE_EVERY_SECONDS = 3600.0
STEPS = (IDENTIFIERS_AND_TEXT, PROOF)
#: The database is busy or away: nothing was stored, and the next round tries again.
DATABASE_TROUBLE = (OperationalError, InterfaceError)


class Forgetting:
    """The tick's part, with its clock: what one process knows of when it looked last."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._look_at = self._compare_at = clock()
        # A process that was killed may have left old bytes behind.
        self._bytes_are_left = True

    def round(self, now: datetime) -> int:
        """What is to be forgotten now, at most once a minute; says how many steps were done."""
        if self._clock() < self._look_at:
            return 0
        self._look_at = self._clock() + LOOK_EVERY_SECONDS
        restored, due = self._compare(now), shred_due(now)
        if not note(due, at=now):
            self._compare_at = self._clock()
        if restored or due or self._bytes_are_left:
            self._bytes_are_left = not freed_pages.clear()
        return len(restored) + len(due)

    def _compare(self, now: datetime) -> list[Shredded]:
        if self._clock() < self._compare_at:
            return []
        self._compare_at = self._clock() + COMPARE_EVERY_SECONDS
        # What a search found is remembered in the searcher's session, masked.
        Session.objects.filter(expire_date__lt=now).delete()
        shredding.shred_matters(now=now)
        return shred_restored(now)


def shred_due(now: datetime) -> list[Shredded]:
    """Do each step for all requests whose time has come; says for which it was done."""
    today = controllers_today()
    found: list[Shredded] = []
    for step in STEPS:
        keys = shredding.due(step, today=today, now=now).values_list("pk", flat=True)
        found += _in_batches(list(keys), step, because="retention", now=now)
    return found


def shred_restored(now: datetime) -> list[Shredded]:
    """Shred again what the list has and the database does not; add to the list what only the database has.

    A request that the restored backup has as unanswered or held waits, like any other.
    """
    try:
        listed = shredded_list.read(settings.SHREDDED_LIST_FILE)
    except OSError:
        logger.exception("shredded_list_not_read")
        return []
    found: list[Shredded] = []
    for step in STEPS:
        keys = _restored((one for one in listed if one.step == step), step)
        found += _in_batches(keys, step, because="restored_backup", now=now)
    note(sorted(set(_shredded_in_database()) - listed), at=now)
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


def _in_batches(keys: Sequence[int], step: int, *, because: str, now: datetime) -> list[Shredded]:
    found: list[Shredded] = []
    for batch in _parts(keys, AT_ONCE):
        found += _by_itself_if_need_be(batch, step, because=because, now=now)
    return found


def _by_itself_if_need_be(keys: Sequence[int], step: int, *, because: str, now: datetime) -> list[Shredded]:
    """Do it for all together; if that fails, for each alone, and leave those for which it fails again."""
    try:
        return shredding.shred(keys, step, because=because, now=now)
    except DATABASE_TROUBLE:
        raise
    except Exception as error:
        logger.exception("shredding_failed", extra={"error": type(error).__name__, "row": list(keys)})
    if len(keys) == 1:
        return []
    return [one for key in keys for one in _by_itself_if_need_be([key], step, because=because, now=now)]
