"""A list looked at row by row: what would be placed, what is there already, what is wrong with the rest."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from erasure.asked import people_of
from erasure.encryption import fingerprint
from erasure.hold_lists.rows import Fault, faults_of, wish_of
from erasure.hold_lists.table import Line
from erasure.models import LegalHold
from erasure.placing import HoldWish, matter_key, same_as


class Verdict(StrEnum):
    """What would happen with a row."""

    PLACE = "place"
    SAME = "same"
    WRONG = "wrong"


@dataclass(frozen=True)
class Checked:
    """A row with its verdict; `same` is the hold that is there already, `same_line` the row that says it."""

    line: int
    wish: HoldWish
    verdict: Verdict
    faults: Sequence[Fault] = ()
    same: LegalHold | None = None
    same_line: int = 0


def checked_list(lines: Iterable[Line], *, now: datetime) -> list[Checked]:
    """Every row with what would happen to it now. Nothing is stored."""
    first: dict[object, int] = {}
    found: list[Checked] = []
    for line in lines:
        wish, unread = wish_of(line)
        people = people_of(wish.identifiers)
        if faults := [*unread, *faults_of(wish, unread, people=people)]:
            found.append(Checked(line.number, wish, Verdict.WRONG, faults=faults))
            continue
        earlier = first.setdefault(_key(wish, people), line.number)
        same = same_as(wish, people=people, now=now)
        is_new = same is None and earlier == line.number
        found.append(
            Checked(
                line.number,
                wish,
                Verdict.PLACE if is_new else Verdict.SAME,
                same=same,
                same_line=0 if same or is_new else earlier,
            )
        )
    return found


def _key(wish: HoldWish, people: Collection[int]) -> object:
    """What makes two rows ask for the same hold, as `same_as` has it for those that are placed."""
    unknown = [] if people else [fingerprint(one.kind, one.value) for one in wish.identifiers]
    return (frozenset(people), frozenset(unknown), wish.category, wish.kind, matter_key(wish.matter))
