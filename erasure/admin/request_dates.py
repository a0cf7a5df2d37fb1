"""The dates of a request as its page shows them: statutory, first period, target, acknowledgement, pause."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from erasure import lifecycle
from erasure.choices import Look, Regulation
from erasure.deadlines import ground_words, long_date
from erasure.models import PrivacyRequest

DONE, OVERDUE = Look("success", "check"), Look("danger", "event_busy")


@dataclass(frozen=True, kw_only=True)
class DateShown:
    """One date with its words. `is_due` has the template add how far off it is; `look` makes a badge."""

    label: str
    day: date
    note: str = ""
    is_due: bool = False
    look: Look | None = None


@dataclass(frozen=True, kw_only=True)
class ClockMove:
    """Something that moved the clock, or did until a correction overtook it."""

    words: str
    who: str
    on: date
    text: str
    has_fallen: bool


def dates_of(request: PrivacyRequest, *, today: date) -> list[DateShown]:
    """The dates in the order in which they matter."""
    return list(_dates(request, today))


def _dates(request: PrivacyRequest, today: date) -> Iterator[DateShown]:
    extended = request.first_due_on != request.due_on
    yield DateShown(
        label=_("Statutory date"),
        day=request.due_on,
        is_due=True,
        note=_("extended") if extended else "",
    )
    if extended:
        yield DateShown(
            label=_("A refusal is due by"),
            day=request.first_due_on,
            note=_("the end of the first period"),
        )
    yield DateShown(label=_("Internal target"), day=request.target_on, note=_target_words(request, today))
    yield from _acknowledgement(request, today)
    if (pause := lifecycle.open_pause(request)) is not None:
        yield DateShown(
            label=_("Clock paused since"),
            day=pause.from_day,
            note=_("awaited: %(what)s") % {"what": ground_words(pause.ground)},
            look=Look("info", "pause_circle"),
        )


def _acknowledgement(request: PrivacyRequest, today: date) -> Iterator[DateShown]:
    by, on = request.acknowledge_by, request.acknowledged_on
    if on is not None:
        late = by is not None and on > by
        note = _("after %(day)s") % {"day": long_date(by)} if by is not None and late else _("done")
        yield DateShown(label=_("Receipt confirmed"), day=on, note=note, look=OVERDUE if late else DONE)
    elif by is not None:
        overdue = today > by and not request.is_answered
        note = _("overdue") if overdue else _("at the latest")
        yield DateShown(label=_("Confirm receipt"), day=by, note=note, look=OVERDUE if overdue else None)


def _target_words(request: PrivacyRequest, today: date) -> str:
    """How the internal target stands: against the answer, or against today."""
    days = ((request.answered_on or today) - request.target_on).days
    if days > 0:
        return ngettext("missed by %(days)d day", "missed by %(days)d days", days) % {"days": days}
    if request.answered_on:
        return _("met")
    return ngettext("in %(days)d day", "in %(days)d days", -days) % {"days": -days} if days else _("today")


def clock_moves_of(request: PrivacyRequest) -> list[ClockMove]:
    """Extensions, pauses and corrections, the latest first: the old values are read here."""
    moves = [*_extensions(request), *_pauses(request), *_corrections(request)]
    return [move for _at, move in sorted(moves, key=lambda pair: pair[0], reverse=True)]


def _extensions(request: PrivacyRequest) -> Iterator[tuple[Any, ClockMove]]:
    for row in request.extensions.select_related("extended_by"):
        words = _("Extended from %(old)s to %(new)s: %(ground)s. The person was told on %(told)s.") % {
            "old": long_date(row.previous_due_on),
            "new": long_date(row.due_on),
            "ground": ground_words(row.ground),
            "told": long_date(row.told_on),
        }
        move = ClockMove(
            words=words,
            who=row.extended_by.shown_name,
            on=_day_of(row.extended_at),
            text=row.explanation or "",
            has_fallen=row.fell_at is not None,
        )
        yield row.extended_at, move


def _pauses(request: PrivacyRequest) -> Iterator[tuple[Any, ClockMove]]:
    for row in request.pauses.select_related("begun_by"):
        facts = {"what": ground_words(row.ground), "first": long_date(row.from_day)}
        if row.until_day is None:
            words = _("Paused since %(first)s for %(what)s.") % facts
        else:
            facts["last"] = long_date(row.until_day)
            words = _("Paused from %(first)s to %(last)s for %(what)s.") % facts
        move = ClockMove(
            words=words,
            who=row.begun_by.shown_name,
            on=_day_of(row.begun_at),
            text="",
            has_fallen=row.fell_at is not None,
        )
        yield row.begun_at, move


def _corrections(request: PrivacyRequest) -> Iterator[tuple[Any, ClockMove]]:
    for row in request.clock_corrections.select_related("corrected_by"):
        changes = []
        if row.previous_received_on != row.received_on:
            changes.append(
                _("received on %(new)s, not on %(old)s")
                % {"old": long_date(row.previous_received_on), "new": long_date(row.received_on)}
            )
        if row.previous_regulation != row.regulation:
            changes.append(
                _("under %(new)s, not %(old)s")
                % {
                    "old": Regulation(row.previous_regulation).label,
                    "new": Regulation(row.regulation).label,
                }
            )
        words = _("Corrected: %(changes)s. It was due on %(old)s, and then on %(new)s.") % {
            "changes": ", ".join(changes),
            "old": long_date(row.previous_due_on),
            "new": long_date(row.due_on),
        }
        move = ClockMove(
            words=words,
            who=row.corrected_by.shown_name,
            on=_day_of(row.corrected_at),
            text=row.reason or "",
            has_fallen=False,
        )
        yield row.corrected_at, move


def _day_of(moment: datetime) -> date:
    """The day in the controller's zone, as all days here are."""
    return timezone.localdate(moment, timezone.get_default_timezone())
