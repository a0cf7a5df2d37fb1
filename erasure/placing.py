"""Placing a legal hold: what may be placed, what it would stop, and what it comes too late for."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Length
from django.utils import timezone

from audit.events import Event
from audit.log_format import timestamp
from audit.trail import Trail, audited
from erasure import departures, holds, suspending
from erasure.asked import Identifier, controllers_today, people_of, without_white_space
from erasure.choices import (
    HOLD_CODE_PREFIXES,
    Category,
    HoldKind,
    IdentifierKind,
    RequestType,
    Scope,
    SubmissionStatus,
)
from erasure.deadlines import long_date
from erasure.models import LegalHold, Submission
from erasure.policy import Violation, build_payload, violations
from erasure.policy.shape import LIKE_A_PHONE_NUMBER, LIKE_AN_EMAIL
from erasure.subjects import lock_identities, subject_of

SAME = "hold.same"
NOT_SO_SHAPED = (
    (IdentifierKind.EMAIL, LIKE_AN_EMAIL, "an e-mail address"),
    (IdentifierKind.PHONE, LIKE_A_PHONE_NUMBER, "a phone number"),
)
LONGEST_GROUND = 200
LONGEST_MATTER = 200
#: Longer than any e-mail address (RFC 5321, 4.5.3.1: 64 octets, the @, 255 octets).
LONGEST_IDENTIFIER = 320
#: Days outside of these are slips of the keyboard, and beyond some the calendar itself ends.
EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, kw_only=True)
class HoldWish:
    """A hold as somebody asks for it. Days are the controller's, both of them included.

    Without identifiers it is on the category, for everybody; without a category on all of the person's.
    """

    kind: str
    matter: str = field(repr=False)
    ground: str
    identifiers: Sequence[Identifier] = ()
    category: str = ""
    from_day: date | None = None
    until_day: date | None = None
    #: Whether it is wanted although one for the same person or category, kind and matter is there already.
    again: bool = False
    #: One token per look ahead that was shown: the same one sent twice places once.
    form_token: UUID | None = None


class PlacedBefore(Exception):  # noqa: N818 - reads as what it is where it is caught.
    """Nothing was placed, since this was sent before; `hold` is what it has become then."""

    def __init__(self, hold: LegalHold) -> None:
        super().__init__(f"This was sent before: here is {hold}. It was placed once.")
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


def against_placing(wish: HoldWish, *, people: Collection[int] | None = None) -> list[Violation]:
    """All that keeps this hold from being placed, each with its field and the way out.

    `people` are those on record with its identifiers, where the caller has looked already.
    """
    given = without_white_space(wish.identifiers)
    against = [*_against_words(wish), *_against_days(wish)]
    if not given and not wish.category:
        against.append(
            _violation(
                "identifiers",
                "It reaches nothing yet.",
                "Name a person by an identifier, choose a category, or both.",
            )
        )
    for one in given:
        against += against_identifier(one)
    people = people_of(given) if people is None else people
    if len(people) > 1:
        against.append(
            _violation(
                "identifiers",
                "These identifiers are on record as those of different people.",
                "Look for a slip in one of them; place one hold for each person.",
            )
        )
    if not against and not wish.again and (same := same_as(wish, people=people, now=timezone.now())):
        against.append(
            Violation(
                code=SAME,
                field="matter",
                message=f"{same} is there already, of the same kind, for the same matter and reach.",
                way_out="Look at it first; if another one is meant, say so below.",
                kind="invalid",
            )
        )
    return against


def same_as(wish: HoldWish, *, people: Collection[int], now: datetime) -> LegalHold | None:
    """The hold of the same kind for the same matter on the same person and category; None without one.

    `people` are those on record with its identifiers. One that was released or has ended is not meant: then
    another one is wanted.
    """
    given = without_white_space(wish.identifiers)
    if given and not people:
        return None
    alike = LegalHold.objects.filter(holds.not_ended(now), kind=wish.kind, category=wish.category)
    alike = alike.filter(subject__in=people) if given else alike.filter(subject__isnull=True)
    wanted = matter_key(wish.matter)
    return next((hold for hold in alike.order_by("pk") if matter_key(hold.matter or "") == wanted), None)


def placed_with(form_token: UUID | None) -> LegalHold | None:
    """The hold that this look ahead has become already, if it was sent before; released or not."""
    return LegalHold.objects.filter(form_token=form_token).first() if form_token else None


def matter_key(matter: str) -> str:
    """The form in which two writings of one matter agree: blanks and capitals do not count."""
    return " ".join(matter.split()).casefold()


def against_identifier(given: Identifier) -> list[Violation]:
    """What is wrong with one identifier: a CXone id that CXone cannot have would never meet anything."""
    if given.kind not in IdentifierKind.values:
        return [_violation("identifiers", "That is no kind of identifier.", "Choose one of the kinds.")]
    if len(given.value) > LONGEST_IDENTIFIER:
        words = f"That is {len(given.value):,} characters."
        return [_violation("identifiers", words, f"At most {LONGEST_IDENTIFIER} fit.")]
    if not given.value.isprintable():
        words = "It has line breaks or characters that cannot be seen."
        return [_violation("identifiers", words, "Type it anew: it would never meet the person.")]
    for kind, shape, what in NOT_SO_SHAPED:
        if given.kind == kind and not shape.fullmatch(given.value.strip()):
            words = f"That does not look like {what}."
            return [_violation("identifiers", words, "Correct it: the hold would never meet anybody.")]
    if given.kind != IdentifierKind.CXONE_ID:
        return []
    payload = build_payload(
        subject_id=given.value,
        type=RequestType.ERASURE,
        categories=[Category.CONTACT],
        scope=Scope.CONTACT,
    )
    found = violations(payload, holds=())
    return [_violation("identifiers", one.message, one.way_out) for one in found if one.field == "subjectId"]


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


def _against_words(wish: HoldWish) -> list[Violation]:
    against = []
    if wish.kind not in HoldKind.values:
        against.append(
            _violation("kind", "It is not said why the data must be kept.", "Choose one of the three.")
        )
    if wish.category and wish.category not in Category.values:
        against.append(_violation("category", "That is no category.", "Choose one of the nine, or none."))
    for name, words, most in (
        ("matter", wish.matter, LONGEST_MATTER),
        ("ground", wish.ground, LONGEST_GROUND),
    ):
        against += _against_text(name, words.strip(), most)
    return against


def _against_text(name: str, words: str, most: int) -> list[Violation]:
    missing = {
        "matter": ("No matter is named.", "Give the file or case number by which colleagues find it."),
        "ground": (
            "No ground is given.",
            "Say in a few words why the data must be kept; officers and the person may read it.",
        ),
    }[name]
    if not words:
        return [_violation(name, *missing)]
    if len(words) > most:
        return [_violation(name, f"That is {len(words)} characters.", f"At most {most} fit.")]
    if not words.isprintable():
        return [_violation(name, "It has line breaks or control characters.", "Write it in one line.")]
    return []


def _against_days(wish: HoldWish) -> list[Violation]:
    today = controllers_today()
    first = wish.from_day or today
    beyond = [
        _violation(name, "That day is out of reach.", "Look at the year.")
        for name, day in (("from_day", wish.from_day), ("until_day", wish.until_day))
        if day is not None and not EARLIEST <= day <= LATEST
    ]
    if beyond or wish.until_day is None:
        return beyond
    if wish.until_day < first:
        words = f"It would end on {long_date(wish.until_day)}, before it begins."
        return [_violation("until_day", words, "Give a later day, or leave it open.")]
    if wish.until_day < today:
        words = f"It would have ended on {long_date(wish.until_day)} already."
        return [_violation("until_day", words, "Give today or a later day, or leave it open.")]
    return []


def _violation(field_name: str, message: str, way_out: str) -> Violation:
    return Violation(
        code=f"hold.{field_name}", field=field_name, message=message, way_out=way_out, kind="invalid"
    )
