"""A hold as somebody asks for it, and all that can be said against placing it, each with the way out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.words import day_words, numbered
from erasure import holds
from erasure.asked import Identifier, controllers_today, people_of, without_white_space
from erasure.choices import Category, HoldKind, IdentifierKind, RequestType, Scope
from erasure.identifier_shapes import against_shape
from erasure.models import LegalHold
from erasure.policy import Violation, build_payload, violations

SAME = "hold.same"
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
                _("It reaches nothing yet."),
                _("Name a person by an identifier, choose a category, or both."),
            )
        )
    for one in given:
        against += against_identifier(one)
    people = people_of(given) if people is None else people
    if len(people) > 1:
        against.append(
            _violation(
                "identifiers",
                _("These identifiers are on record as those of different people."),
                _("Look for a slip in one of them; place one hold for each person."),
            )
        )
    if not against and not wish.again and (same := same_as(wish, people=people, now=timezone.now())):
        against.append(
            Violation(
                code=SAME,
                field="matter",
                message=_("%(same)s is there already, of the same kind, for the same matter and reach.")
                % {"same": same},
                way_out=_("Look at it first; if another one is meant, say so below."),
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


def matter_key(matter: str) -> str:
    """The form in which two writings of one matter agree: blanks and capitals do not count."""
    return " ".join(matter.split()).casefold()


def against_identifier(given: Identifier) -> list[Violation]:
    """What is wrong with one identifier: a CXone id that CXone cannot have would never meet anything."""
    if given.kind not in IdentifierKind.values:
        return [_violation("identifiers", _("That is no kind of identifier."), _("Choose one of the kinds."))]
    if len(given.value) > LONGEST_IDENTIFIER:
        words = _("That is %(value)s characters.") % {"value": numbered(len(given.value))}
        return [
            _violation(
                "identifiers",
                words,
                _("At most %(longest_identifier)s fit.") % {"longest_identifier": LONGEST_IDENTIFIER},
            )
        ]
    if not given.value.isprintable():
        words = _("It has line breaks or characters that cannot be seen.")
        return [_violation("identifiers", words, _("Type it anew: it would never meet the person."))]
    if words := against_shape(given.kind, given.value):
        return [_violation("identifiers", words, _("Correct it: the hold would never meet anybody."))]
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


def _against_words(wish: HoldWish) -> list[Violation]:
    against = []
    if wish.kind not in HoldKind.values:
        against.append(
            _violation("kind", _("It is not said why the data must be kept."), _("Choose one of the three."))
        )
    if wish.category and wish.category not in Category.values:
        against.append(
            _violation("category", _("That is no category."), _("Choose one of the nine, or none."))
        )
    for name, words, most in (
        ("matter", wish.matter, LONGEST_MATTER),
        ("ground", wish.ground, LONGEST_GROUND),
    ):
        against += _against_text(name, words.strip(), most)
    return against


def _against_text(name: str, words: str, most: int) -> list[Violation]:
    missing = {
        "matter": (_("No matter is named."), _("Give the file or case number by which colleagues find it.")),
        "ground": (
            _("No ground is given."),
            _("Say in a few words why the data must be kept; officers and the person may read it."),
        ),
    }[name]
    if not words:
        return [_violation(name, *missing)]
    if len(words) > most:
        return [
            _violation(
                name,
                _("That is %(words)s characters.") % {"words": len(words)},
                _("At most %(most)s fit.") % {"most": most},
            )
        ]
    if not words.isprintable():
        return [_violation(name, _("It has line breaks or control characters."), _("Write it in one line."))]
    return []


def _against_days(wish: HoldWish) -> list[Violation]:
    today = controllers_today()
    first = wish.from_day or today
    beyond = [
        _violation(name, _("That day is out of reach."), _("Look at the year."))
        for name, day in (("from_day", wish.from_day), ("until_day", wish.until_day))
        if day is not None and not EARLIEST <= day <= LATEST
    ]
    if beyond or wish.until_day is None:
        return beyond
    if wish.until_day < first:
        words = _("It would end on %(day)s, before it begins.") % {"day": day_words(wish.until_day)}
        return [_violation("until_day", words, _("Give a later day, or leave it open."))]
    if wish.until_day < today:
        words = _("It would have ended on %(day)s already.") % {"day": day_words(wish.until_day)}
        return [_violation("until_day", words, _("Give today or a later day, or leave it open."))]
    return []


def _violation(field_name: str, message: str, way_out: str) -> Violation:
    return Violation(
        code=f"hold.{field_name}", field=field_name, message=message, way_out=way_out, kind="invalid"
    )
