"""Placing a legal hold: what it would stop, what it comes too late for, and the hold itself."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.events import Event
from audit.log_format import timestamp
from audit.trail import Trail, audited
from erasure import departures, holds, suspending
from erasure.asked import controllers_today, people_of, without_white_space
from erasure.choices import HOLD_CODE_PREFIXES, HoldKind, RequestType, SubmissionStatus
from erasure.hold_wishes import HoldWish, against_placing
from erasure.models import LegalHold, Submission
from erasure.policy import Violation
from erasure.subjects import lock_identities, subject_of


class PlacedBefore(Exception):  # noqa: N818 - reads as what it is where it is caught.
    """Nothing was placed, since this was sent before; `hold` is what it has become then."""

    def __init__(self, hold: LegalHold) -> None:
        super().__init__(_("This was sent before: here is %(hold)s. It was placed once.") % {"hold": hold})
        self.hold = hold


class HoldRefused(Exception):  # noqa: N818 - reads as what it is where it is caught.
    """Nothing was placed. `violations` says all that is against it, each with the way out."""

    def __init__(self, against: Sequence[Violation]) -> None:
        super().__init__(" ".join(f"{one.message} {one.way_out}".strip() for one in against))
        self.violations = list(against)


@dataclass(frozen=True)
class Reach:
    """What a hold would do now: stop what is queued, hold once more what waits already; how much it comes too
    late for, with the latest of that, and how many people all that is about.
    """

    stops: int = 0
    waits: int = 0
    late: int = 0
    latest: Sequence[Submission] = ()
    people: int = 0


def placed_with(form_token: UUID | None) -> LegalHold | None:
    """The hold that this look ahead has become already, if it was sent before; released or not."""
    return LegalHold.objects.filter(form_token=form_token).first() if form_token else None


def reach(wish: HoldWish, *, most: int) -> Reach:
    """What this hold would do if it were placed now; for a wish that nothing is against.

    All is counted, by the few columns that tell; only of what it comes too late for `most` are read.
    """
    given = without_white_space(wish.identifiers)
    people = people_of(given) if given else None
    if people is not None and not people:
        return Reach()
    rows = Submission.objects.filter(type=RequestType.ERASURE, status__in=suspending.NOT_SENT)
    if people is not None:
        rows = rows.filter(Q(identifier__subject__in=people) | Q(request__subject__in=people))
    met = [
        (status, subject)
        for status, subject, categories in rows.values_list("status", "request__subject", "categories")
        if not wish.category or wish.category in categories
    ]
    counts = Counter(status for status, _subject in met)
    since = _beginning(wish.from_day, now=timezone.now())
    left = departures.departed(people=people, since=since).order_by("-first_sent_at", "-pk")
    late = [
        (pk, subject)
        for pk, subject, categories in left.values_list("pk", "request__subject", "categories")
        if not wish.category or wish.category in categories
    ]
    latest = Submission.objects.filter(pk__in=[pk for pk, _subject in late[:most]])
    return Reach(
        stops=counts[SubmissionStatus.QUEUED],
        waits=counts[SubmissionStatus.BLOCKED],
        late=len(late),
        latest=list(
            latest.select_related("request").only(*departures.SHOWN).order_by("-first_sent_at", "-pk")
        ),
        people=len({subject for _key, subject in (*met, *late)}),
    )


def place(wish: HoldWish, *, by: Any, via: str = "page") -> LegalHold:
    """Place a hold, and stop the first that it meets; the tick stops the others.

    Raises HoldRefused and PlacedBefore.
    The register is locked for a change, so that whatever is at the gate leaves before, and is told of, or
    after, and is stopped.
    """
    now = timezone.now()
    with audited() as log:
        hold = place_in(log, wish, by=by, via=via, now=now)
    suspending.suspend_held(now, most=suspending.AT_ONCE)
    return hold


def place_in(
    log: Trail,
    wish: HoldWish,
    *,
    by: Any,
    via: str,
    now: datetime,
    people: Collection[int] | None = None,
) -> LegalHold:
    """The same within a transaction of the caller's, who then has `suspending.suspend_held` look around.

    `people` are those on record with the identifiers, where the caller has locked these and looked already.
    """
    holds.lock_register()
    lock_identities()
    if earlier := placed_with(wish.form_token):
        raise PlacedBefore(earlier)
    given = without_white_space(wish.identifiers)
    people = people_of(given) if people is None else people
    if against := against_placing(wish, people=people):
        raise HoldRefused(against)
    is_on_nobody_known = bool(given) and not people
    hold = LegalHold.objects.create(
        code=_next_code(HoldKind(wish.kind), year=timezone.localdate(now).year),
        kind=wish.kind,
        ground=wish.ground.strip(),
        matter=wish.matter.strip(),
        subject=subject_of(given) if given else None,
        category=wish.category,
        placed_by=by,
        placed_at=now,
        valid_from=_beginning(wish.from_day, now=now),
        valid_until=None if wish.until_day is None else _midnight(wish.until_day + timedelta(days=1)),
        form_token=wish.form_token,
    )
    # Of a person of whom nothing is known yet, nothing can have left.
    looks_back = hold.valid_from <= now and not is_on_nobody_known
    late = suspending.note_on_its_way(log, hold) if looks_back else 0
    evidence: dict[str, Any] = {"matter": hold.code, "kind": hold.kind, "too_late": late, "via": via}
    if hold.category:
        evidence["categories"] = [hold.category]
    if hold.valid_until is not None:
        evidence["valid_until"] = timestamp(hold.valid_until)
    log.record(
        Event.HOLD_PLACED,
        actor=by.actor,
        obj=hold.obj,
        data={**evidence, "valid_from": timestamp(hold.valid_from)},
    )
    return hold


def _next_code(kind: HoldKind, *, year: int) -> str:
    """LIT-2026-1 and so on; whoever places a hold has locked the register, so that no number comes twice."""
    prefix = f"{HOLD_CODE_PREFIXES[kind]}-{year}-"
    taken = LegalHold.objects.filter(code__startswith=prefix).values_list("code", flat=True)
    highest_first = taken.order_by(Length("code").desc(), "-code").iterator()
    numbers = (code.removeprefix(prefix) for code in highest_first)
    return f"{prefix}{next((int(one) for one in numbers if one.isdecimal()), 0) + 1}"


def _beginning(day: date | None, *, now: datetime) -> datetime:
    """The moment a hold begins: now for today, else the day's first."""
    return now if day is None or day == controllers_today() else _midnight(day)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
