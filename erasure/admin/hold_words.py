"""What pages say of a legal hold: whom it reaches, from when until when, and where it stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.words import day_words
from erasure import holds
from erasure.choices import HOLD_STATE_LOOKS, HoldState, Look
from erasure.models import LegalHold
from erasure.models.subjects import in_order

EVERYBODY = _lazy("Everybody")


@dataclass(frozen=True)
class HoldLine:
    """A hold in words: the person masked, the period in the controller's days."""

    hold: LegalHold
    state: HoldState
    look: Look
    who: str
    what: str
    begins: str
    ends: str


def with_people(found: QuerySet[LegalHold]) -> QuerySet[LegalHold]:
    """The holds with what their lines say of people, and without their matters."""
    return found.select_related("placed_by").prefetch_related("subject__identifiers").defer("matter")


def line_of(hold: LegalHold, *, now: datetime) -> HoldLine:
    """The hold as lists and its own page name it."""
    state = holds.state(hold, now)
    return HoldLine(
        hold=hold,
        state=state,
        look=HOLD_STATE_LOOKS[state],
        who=_who(hold),
        what=hold.get_category_display() if hold.category else _("All categories"),
        begins=_day(hold.valid_from),
        ends=_end(hold, state),
    )


def _who(hold: LegalHold) -> str:
    """The person's first identifier as lists show it, and how many more there are."""
    if hold.subject is None:
        return str(EVERYBODY)
    identifiers = in_order(hold.subject.identifiers.all())
    if not identifiers:
        return _("A person")
    more = len(identifiers) - 1
    return (
        _("%(masked)s and %(more)s more") % {"masked": identifiers[0].masked, "more": more}
        if more
        else identifiers[0].masked
    )


def _end(hold: LegalHold, state: HoldState) -> str:
    if state is HoldState.RELEASED and hold.released_at is not None:
        return _("released on %(day)s") % {"day": _day(hold.released_at)}
    # It ends at midnight, so that its last day is the one before.
    return (
        _("until %(day)s") % {"day": _day(hold.valid_until - timedelta(seconds=1))}
        if hold.valid_until
        else _("until released")
    )


def _day(moment: datetime) -> str:
    return day_words(timezone.localtime(moment, timezone.get_default_timezone()).date())
