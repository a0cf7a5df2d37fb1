"""Placing the rows of a list, some dozens in one transaction; a row that is refused keeps no other back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from audit.trail import Trail, audited
from erasure import holds, suspending
from erasure.asked import people_of
from erasure.models import LegalHold
from erasure.placing import HoldRefused, HoldWish, place_in, same_as
from erasure.subjects import lock_identities

#: So many are placed in one transaction, so that a long list does not hold the register's lock for long.
AT_ONCE = 40
VIA = "import"


@dataclass
class Placed:
    """What became of the rows: the holds placed, those that were there already, and the words of refusals."""

    holds: list[LegalHold] = field(default_factory=list)
    present: dict[int, LegalHold] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)

    def add(self, other: "Placed") -> None:
        """Add what became of further rows."""
        self.holds += other.holds
        self.present |= other.present
        self.refused |= other.refused


def place_list(wishes: Mapping[int, HoldWish], *, by: Any) -> Placed:
    """Place the holds, by the line that asked for each, and stop what they meet."""
    begun, rows, whole = timezone.now(), list(wishes.items()), Placed()
    for start in range(0, len(rows), AT_ONCE):
        whole.add(_place_lot(rows[start : start + AT_ONCE], by=by))
    if whole.holds:
        suspending.suspend_held(begun)
    return whole


def _place_lot(lot: Sequence[tuple[int, HoldWish]], *, by: Any) -> Placed:
    """All of the lot in one transaction; if a row is refused, each by itself."""
    try:
        return _place_together(lot, by=by)
    except HoldRefused as refused:
        if len(lot) == 1:
            return Placed(refused={lot[0][0]: str(refused)})
    each = Placed()
    for row in lot:
        each.add(_place_lot([row], by=by))
    return each


def _place_together(lot: Sequence[tuple[int, HoldWish]], *, by: Any) -> Placed:
    found, now = Placed(), timezone.now()
    with audited() as log:
        # Whoever else places the same list at the same time comes first, and is seen, or afterwards.
        holds.lock_register()
        lock_identities()
        for line, wish in lot:
            _place_one(log, found, line, wish, by=by, now=now)
    return found


def _place_one(log: Trail, found: Placed, line: int, wish: HoldWish, *, by: Any, now: datetime) -> None:
    people = people_of(wish.identifiers)
    if same := same_as(wish, people=people, now=now):
        found.present[line] = same
    else:
        found.holds.append(place_in(log, wish, by=by, via=VIA, now=now, people=people))
