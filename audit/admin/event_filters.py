"""What the explorer of the log can be narrowed by, read from its form or its address.

The form is posted, and what it finds valid becomes the address: a list that was narrowed can be cited, and
what somebody pastes that is no term of the log, such as a person's identifier, never stands in an address.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.admin.event_words import Choices, actors_in_the_log, event_choices, name_of
from audit.event_words import EVENT_WORDS
from audit.events import ACTOR, OBJECT
from audit.models import AuditEvent

_REFERENCE = re.compile(r"(?:request:)?(PR-[0-9]{4}-[0-9]{6,12})", re.IGNORECASE)
_NUMBER = re.compile(r"#?((?:[0-9]{1,18})|[0-9]{1,3}(?:,[0-9]{3}){1,5})")
_STAFF_ID = re.compile(r"[a-z0-9]{4,16}")

NO_TERM = _lazy(
    "Type a request’s reference such as PR-2026-000042, the number of an event, or a staff id in full."
)
NOT_IN_THE_LOG = _lazy(
    "The log has nothing by that number or staff id. To look for a person, search the requests."
)
RESULTS: Choices = [
    ("", _lazy("Any")),
    ("ok", _lazy("Done")),
    ("denied", _lazy("Refused")),
    ("failed", _lazy("Failed")),
]


def meant_by(term: str) -> Q | None:
    """The events that a term names, by one indexed column; None when it is no term of the log.

    Which column is decided by the term's form alone: asking several at once would read through the whole log.
    """
    if found := _REFERENCE.fullmatch(term):
        return Q(obj=f"request:{found[1].upper()}")
    if found := _NUMBER.fullmatch(term):
        return Q(seq=int(found[1].replace(",", "")))
    if term in EVENT_WORDS:
        return Q(act=term)
    if OBJECT.fullmatch(term):
        return Q(obj=term)
    if ACTOR.fullmatch(term):
        return Q(actor=term)
    return Q(actor=f"u:{term}") if _STAFF_ID.fullmatch(term) else None


class ExplorerForm(forms.Form):
    """The terms by which the log is narrowed; both days are included, and are days in the reader's zone."""

    q = forms.CharField(required=False, max_length=80, label=_lazy("Request, number or staff id"))
    act = forms.ChoiceField(required=False, label=_lazy("Event"))
    actor = forms.CharField(required=False, label=_lazy("Who"))
    first_day = forms.DateField(required=False, label=_lazy("From"))
    last_day = forms.DateField(required=False, label="To")
    res = forms.ChoiceField(required=False, label=_lazy("Result"), choices=RESULTS)

    def __init__(self, given: Mapping[str, Any]) -> None:
        super().__init__(given, auto_id="filter_%s")
        self.fields["act"].choices = [("", _("Any")), *event_choices()]  # type: ignore[attr-defined]
        self.fields["actor"].widget = forms.Select(choices=_actors_with(given.get("actor", "")))
        for day in ("first_day", "last_day"):
            self.fields[day].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        self.fields["q"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean_q(self) -> str:
        """The term, if the log knows it.

        Its form is not enough: a telephone number looks like the number of an event, and a name like a staff
        id. A reference, which is nobody's identifier, may also lead to nothing.
        """
        term: str = self.cleaned_data["q"]
        if not term:
            return term
        meant = meant_by(term)
        if meant is None:
            raise ValidationError(NO_TERM)
        if not _REFERENCE.fullmatch(term) and not AuditEvent.objects.filter(meant).exists():
            raise ValidationError(NOT_IN_THE_LOG)
        return term

    def clean_actor(self) -> str:
        """An actor as the log writes them."""
        actor: str = self.cleaned_data["actor"]
        if actor and not ACTOR.fullmatch(actor):
            raise ValidationError(_("Choose somebody from the list, or search for a staff id."))
        return actor

    def clean(self) -> dict[str, Any]:
        """Both days in their order."""
        first, last = self.cleaned_data.get("first_day"), self.cleaned_data.get("last_day")
        if first and last and first > last:
            self.add_error("last_day", _("This day is before the first one."))
        return self.cleaned_data

    @property
    def is_narrowing(self) -> bool:
        """Whether anything was asked for at all."""
        return any(self.data.get(name) for name in self.fields)

    @property
    def by_time(self) -> bool:
        """Whether days were asked for: then the index over the times gives the order."""
        return bool(self.cleaned_data.get("first_day") or self.cleaned_data.get("last_day"))

    @property
    def reads_lines(self) -> bool:
        """Whether the lines themselves must be read, since the result stands in no column."""
        return bool(self.cleaned_data.get("res"))

    def address_terms(self) -> dict[str, str]:
        """What was asked for, as it goes into the address."""
        return {name: str(value) for name in self.fields if (value := self.cleaned_data.get(name))}

    def narrowed(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """The events that fit all terms; none when one of the terms is wrong."""
        if not self.is_valid():
            return events.none()
        terms = self.cleaned_data
        wanted = (meant_by(terms["q"]) if terms["q"] else None) or Q()
        for column in ("act", "actor"):
            wanted &= Q(**{column: terms[column]}) if terms[column] else Q()
        if terms["first_day"]:
            wanted &= Q(occurred_at__gte=_begin_of(terms["first_day"]))
        if terms["last_day"]:
            wanted &= Q(occurred_at__lt=_begin_of(terms["last_day"] + timedelta(days=1)))
        if terms["res"]:
            # Sorted keys make these the only bytes in which a line can say so: quotes in values are escaped.
            wanted &= Q(body__contains=f'"res":"{terms["res"]}","seq":')
        return events.filter(wanted)


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _actors_with(chosen: str) -> Choices:
    """Everybody with a name, and whoever was asked for although no name is known any more."""
    known = actors_in_the_log()
    missing = [(chosen, name_of(chosen))] if chosen and chosen not in dict(known) else []
    return [("", _("Anybody")), *known, *missing]
