"""What a summary says to one person: what needs them in each of their roles, counted, with references and
dates. Nothing about the people whom requests are about.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from erasure import attention
from erasure.attention import IN_NO_HURRY, Need, Todo, TodoGroup
from erasure.models import HoldRelease, Override

#: So many of a group stand in the mail one by one.
NAMED = 10
REQUESTS = "erasure_privacyrequest_changelist"


@dataclass(frozen=True)
class Section:
    """One group: its name, how many there are, the first of them, and the list that shows all.

    `page` is the name of an address below the admin site, `terms` what narrows it.
    """

    label: str
    count: int
    lines: list[str]
    page: str
    terms: Mapping[str, str]


@dataclass(frozen=True)
class Digest:
    """All sections that are not empty; without any, there is nothing to tell."""

    sections: list[Section]
    overdue: int

    @property
    def items(self) -> int:
        """How much there is in all."""
        return sum(section.count for section in self.sections)


def digest_for(person: Any, now: datetime) -> Digest:
    """What needs this person now, by their roles, in the language that is spoken just now."""
    sections: list[Section] = []
    overdue = 0
    if person.has_perm("erasure.file_request"):
        groups = list(_groups_of(person, now))
        sections += [_of_group(group) for group in groups]
        overdue = sum(group.count for group in groups if group.need == Need.OVERDUE)
    if person.has_perm("erasure.decide_override"):
        sections += _overrides(person, now)
    if person.has_perm("erasure.place_hold"):
        sections += _releases(person, now)
    return Digest(sections, overdue)


def _groups_of(person: Any, now: datetime) -> Iterator[TodoGroup]:
    """An officer's own requests by group, and what nobody has; not what moves by itself."""
    today = timezone.localdate(now, timezone=timezone.get_default_timezone())
    groups = [
        attention.to_be_handed_over(today, shown=NAMED),
        *attention.needing_somebody(today, shown=NAMED, owner=person.pk),
        attention.to_be_looked_at(shown=NAMED, owner=person.pk),
        attention.to_be_certified(now, shown=NAMED, owner=person.pk),
    ]
    return (group for group in groups if group and group.need not in IN_NO_HURRY)


def _of_group(group: TodoGroup) -> Section:
    lines = [_line(group.need, todo) for todo in group.todos]
    return Section(group.label, group.count, lines, REQUESTS, group.terms(mine=True))


def _line(need: Need, todo: Todo) -> str:
    request = todo.request
    if need == Need.UNCERTIFIED and todo.shredded_on:
        words, day = _("%(reference)s, shredded from %(day)s"), todo.shredded_on
    elif need == Need.TO_BE_CONFIRMED and request.acknowledge_by:
        words, day = _("%(reference)s, to be confirmed by %(day)s"), request.acknowledge_by
    elif need == Need.REFUSAL_DUE:
        words, day = _("%(reference)s, refusal due on %(day)s"), request.first_due_on
    elif need == Need.MARKED and request.answered_on:
        words, day = _("%(reference)s, answered on %(day)s"), request.answered_on
    else:
        words, day = _("%(reference)s, due on %(day)s"), request.due_on
    return words % {"reference": request.reference, "day": date_format(day, "DATE_FORMAT")}


def _overrides(person: Any, now: datetime) -> list[Section]:
    waiting = attention.to_be_decided_by(person, now)
    if not (count := waiting.count()):
        return []
    lines = [_of_override(override) for override in waiting[:NAMED]]
    return [Section(_("Overrides to decide"), count, lines, "override_list", {})]


def _of_override(override: Override) -> str:
    about = override.submission
    return _("%(reference)s, due on %(day)s") % {
        "reference": str(about),
        "day": date_format(about.request.due_on, "DATE_FORMAT"),
    }


def _releases(person: Any, now: datetime) -> list[Section]:
    mine = [one.release for one in attention.waiting_releases(person, now=now) if one.can_decide]
    if not mine:
        return []
    lines = [_of_release(release) for release in mine[:NAMED]]
    return [Section(_("Releases of holds to decide"), len(mine), lines, "hold_list", {})]


def _of_release(release: HoldRelease) -> str:
    return _("%(hold)s, open until %(day)s") % {
        "hold": release.hold.code,
        "day": date_format(timezone.localtime(release.expires_at), "DATE_FORMAT"),
    }
