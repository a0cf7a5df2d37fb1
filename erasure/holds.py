"""Which holds meet a payload. Holds forbid ERASURE only; ACCESS passes them all."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast

from erasure.choices import Category, HoldState, RequestType, SubmissionStatus
from erasure.models import HoldRegister, LegalHold, Submission

#: What the rules need of a row; nothing that is encrypted.
COLUMNS = ("type", "categories", "held_by", "identifier__subject", "request__subject")
#: What codes of rules begin with where they stand among those of holds.
RULE = "rule:"


def share_register() -> None:
    """Lock the register in share: no hold can be placed between the gate and its commit.

    SQLite needs no lock of its own, since a writing transaction there excludes every other from its
    beginning.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM erasure_holdregister WHERE id = 1 FOR SHARE")


def lock_register() -> HoldRegister:
    """Lock the register for a change of holds; whoever is at the gate finishes first."""
    return HoldRegister.objects.select_for_update().get(id=1)


def active(now: datetime, *, on: Collection[int] | None = None) -> Sequence[LegalHold]:
    """The holds in force, in the order of their codes; with `on`, those that concern these persons.

    One that was not placed ahead of its time counts from the moment it is there, whatever another host's
    clock says. Matters stay unread: no decision rests on them.
    """
    found = LegalHold.objects.filter(in_state(HoldState.IN_FORCE, now)).defer("matter").order_by("code")
    if on is not None:
        found = found.filter(Q(subject__isnull=True) | Q(subject__in=on))
    return list(found)


class ByPerson:
    """Holds found by the person they are on; those on nobody in particular concern everybody."""

    def __init__(self, holds: Iterable[LegalHold]) -> None:
        self._of: dict[int | None, list[LegalHold]] = defaultdict(list)
        for hold in holds:
            self._of[hold.subject_id].append(hold)

    def concerning(self, submission: Submission) -> list[LegalHold]:
        """Those on anybody whom the submission is about, in the order of their codes."""
        about = {None, *people_of(submission)}
        return sorted((hold for one in about for hold in self._of.get(one, ())), key=lambda hold: hold.code)


def not_ended(now: datetime) -> Q:
    """The condition that a hold has not ended; it may still lie ahead."""
    return Q(released_at__isnull=True) & (Q(valid_until__isnull=True) | Q(valid_until__gt=now))


def in_state(state: HoldState, now: datetime) -> Q:
    """The condition that a hold stands there; the same as `state` says of one."""
    begun = Q(valid_from__lte=now) | Q(valid_from__lte=F("placed_at"))
    return {
        HoldState.IN_FORCE: not_ended(now) & begun,
        HoldState.AHEAD: not_ended(now) & ~begun,
        HoldState.ENDED: Q(released_at__isnull=True, valid_until__lte=now),
        HoldState.RELEASED: Q(released_at__isnull=False),
    }[state]


def state(hold: LegalHold, now: datetime) -> HoldState:
    """Where a hold stands."""
    if hold.released_at is not None:
        return HoldState.RELEASED
    if hold.valid_until is not None and hold.valid_until <= now:
        return HoldState.ENDED
    has_begun = hold.valid_from <= max(now, hold.placed_at)
    return HoldState.IN_FORCE if has_begun else HoldState.AHEAD


def meeting(
    holds: Iterable[LegalHold],
    *,
    type: str,  # noqa: A002 - the contract's own name of the field.
    subjects: Collection[int],
    categories: Iterable[str],
) -> list[LegalHold]:
    """Those of the holds that forbid erasing these categories of any of these subjects."""
    if type != RequestType.ERASURE:
        return []
    asked = set(categories)
    return [
        hold
        for hold in holds
        if (hold.subject_id is None or hold.subject_id in subjects)
        and (not hold.category or hold.category in asked)
    ]


def stopping(holds: Iterable[LegalHold], submission: Submission) -> list[LegalHold]:
    """Those of the holds that forbid sending this submission."""
    return meeting(
        holds, type=submission.type, subjects=people_of(submission), categories=submission.categories
    )


def people_of(submission: Submission) -> set[int]:
    """The keys of the persons it is about.

    A corrected identifier may be on record as somebody else's: then the holds on either person count.
    """
    return {submission.identifier.subject_id, submission.request.subject_id}


def named(codes: Collection[str]) -> list[LegalHold]:
    """The holds with these codes, whether or not they are in force."""
    return list(LegalHold.objects.filter(code__in=codes).order_by("code"))


def in_the_way(submission: Submission, in_force: Iterable[LegalHold]) -> list[str]:
    """The codes of what keeps a blocked submission now: a rule that stopped it, and the holds in force.

    Of what nothing keeps any more, and which goes on by itself soon, the codes of what stopped it.
    """
    rules = filter(is_rule, submission.held_by)
    met = (hold.code for hold in stopping(in_force, submission))
    return [*rules, *met] or list(submission.held_by)


def held_part(submission: Submission, in_force: Iterable[LegalHold]) -> tuple[list[str], list[str]]:
    """Which categories of a blocked submission these holds forbid, and the codes of those that do.

    A rule that stopped it holds all of it.
    """
    if any(map(is_rule, submission.held_by)):
        return list(submission.categories), list(submission.held_by)
    met = stopping(in_force, submission)
    return held_categories(met, submission.categories), [hold.code for hold in met]


def stopped_by(code: str) -> QuerySet[Submission]:
    """The submissions that wait because of the hold with this code, perhaps among others."""
    blocked = Submission.objects.filter(status=SubmissionStatus.BLOCKED)
    # JSON cannot be searched for an item on SQLite; quoted, a code is no part of another one.
    return blocked.annotate(codes=Cast("held_by", TextField())).filter(codes__contains=f'"{code}"')


def stopped_counts() -> Counter[str]:
    """How many submissions wait because of each hold, by its code."""
    blocked = Submission.objects.filter(status=SubmissionStatus.BLOCKED)
    return Counter(code for codes in blocked.values_list("held_by", flat=True).iterator() for code in codes)


def is_rule(code: str) -> bool:
    """Whether a code of `held_by` names a rule that the payload broke at the gate, and no hold."""
    return code.startswith(RULE)


def held_categories(holds: Iterable[LegalHold], categories: Iterable[str]) -> list[str]:
    """Which of the categories the holds forbid, in the contract's order; one without a category: all."""
    asked = set(categories)
    reached: set[str] = set()
    for hold in holds:
        reached |= {hold.category} if hold.category else asked
    return [category for category in Category.values if category in reached & asked]
