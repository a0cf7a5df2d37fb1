"""What the filing page shows beside the form: dates, exact payloads, open requests of the person, holds."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol

from django.contrib import admin
from django.forms.boundfield import BoundWidget
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from audit.words import Words
from erasure import holds
from erasure.admin.derivations import Derivation, derivations_of
from erasure.asked import (
    Filing,
    Identifier,
    against_receipt,
    controllers_today,
    holds_on,
    open_requests_of,
    parts_of,
    payload_of,
)
from erasure.choices import CATEGORY_LINES, SCOPE_LINES, Category, IdentifierKind, RequestType
from erasure.deadlines import (
    DISCLAIMER,
    ClockError,
    Steps,
    as_stored,
    clock,
    days_left_words,
    long_date_with_weekday,
)
from erasure.forms import SendingForm
from erasure.models import LegalHold, PrivacyRequest

TYPE_LINES = {
    RequestType.ERASURE: _lazy("CXone is asked to remove what it has of the person."),
    RequestType.ACCESS: _lazy("CXone is asked to collect what it has of the person. Holds do not stop this."),
}
WAITS = _lazy("Only once the hold is overridden or released")


@dataclass(frozen=True)
class Choice:
    """One card of a matrix: the real input, its line, and the word of its badge under a hold."""

    option: BoundWidget
    line: str
    held: str = ""


@dataclass(frozen=True)
class Preview:
    """A payload as CXone will receive it; `caption` says when, where there is more than one."""

    caption: str
    text: str


@dataclass(frozen=True)
class Known:
    """What is known here of a person: open requests, holds on this person alone, and all categories held."""

    duplicates: Sequence[PrivacyRequest] = ()
    person_holds: Sequence[LegalHold] = ()
    held: Sequence[str] = ()


class DatesOfARequest(Protocol):
    """What has the dates of a request: a clock, or a request on which they are kept."""

    @property
    def due_on(self) -> date: ...
    @property
    def target_on(self) -> date: ...
    @property
    def acknowledge_by(self) -> date | None: ...


@dataclass(frozen=True, kw_only=True)
class DatesShown:
    """The dates of a request in words, how each came about, and a warning where the due date presses."""

    due_on: date
    words: dict[str, str]
    derivations: Sequence[Derivation]
    disclaimer: str
    tone: str = ""
    pressing: str = ""


def on_the_site(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context of a page of the admin site."""
    return {**admin.site.each_context(request), **context}


def page_of(form: SendingForm, *, about: PrivacyRequest | None) -> dict[str, Any]:
    """Everything that the filing page shows, for a new request or for one that is registered."""
    now = timezone.now()
    asked = form.shown()
    standing = standing_holds(now)
    known = known_of(asked.identifiers, about=about, now=now)
    held_now = [c for c in asked.categories if c in known.held] if asked.type == RequestType.ERASURE else []
    return {
        "title": _("Send %(reference)s") % {"reference": about} if about else _("File a request"),
        "words": json.dumps(_words_of_the_script(), ensure_ascii=False),
        "about": about,
        "form": form,
        "problems": form.problems() if form.is_bound else [],
        "known": known,
        "standing_holds": standing,
        "held_now": held_now,
        "is_access": asked.type == RequestType.ACCESS,
        "types": _cards(form, "type", TYPE_LINES),
        "categories": _cards(form, "categories", CATEGORY_LINES, held={hold.category for hold in standing}),
        "scopes": _cards(form, "scope", SCOPE_LINES),
        "chosen": len(asked.categories),
        "all": len(Category),
        "previews": previews(asked, held=held_now),
        **(dates_kept(about) if about else dates_of(asked.regulation, asked.received_on)),
    }


def _words_of_the_script() -> dict[str, str]:
    """What the script of the page says."""
    return {
        "waits": str(WAITS),
        "now": _("Now"),
        "chosen": _("{chosen} of {all} chosen"),
        "file": _("File the request"),
        "file_and_ask": _("File and ask for the override"),
        "no_dates": _("The dates cannot be computed just now. They are when you file."),
        "not_looked_up": _(
            "Open requests of this person cannot be looked up just now. They are when you file."
        ),
    }


def standing_holds(now: datetime) -> list[LegalHold]:
    """The holds that forbid erasing a category of everybody."""
    return holds.meeting(
        holds.active(now, on=()), type=RequestType.ERASURE, subjects=(), categories=Category.values
    )


def known_of(identifiers: Sequence[Identifier], *, about: PrivacyRequest | None, now: datetime) -> Known:
    """What is known of whoever has these identifiers, and of the person of the request that is to be sent."""
    everything: dict[str, Any] = {"type": RequestType.ERASURE, "categories": Category.values}
    met = holds_on(identifiers, now=now, **everything)
    if about is not None:
        people = {about.subject_id}
        of_person = holds.meeting(holds.active(now, on=people), subjects=people, **everything)
        met += [hold for hold in of_person if hold not in met]
    return Known(
        duplicates=open_requests_of(identifiers, beside=about),
        person_holds=[hold for hold in met if hold.subject_id is not None],
        held=holds.held_categories(met, Category.values),
    )


def previews(asked: Filing, *, held: Sequence[str]) -> list[Preview]:
    """The payloads in the order in which they are filed; an id that is still missing stands empty."""
    shown: list[Preview] = []
    for given in asked.cxone_ids or [Identifier(IdentifierKind.CXONE_ID, "")]:
        free, waiting = parts_of(asked, held=held)
        if free or not waiting:
            shown.append(_preview(_("Now") if waiting else "", replace(asked, categories=free), given))
        if waiting:
            shown.append(_preview(str(WAITS), replace(asked, categories=waiting), given))
    return shown


def dates_of(regulation: str, received_on: date) -> dict[str, Any]:
    """The dates of a request and how they came about, or in words why there are none."""
    problem = " ".join(
        f"{violation.message} {violation.way_out}" for violation in against_receipt(received_on)
    )
    if problem:
        return {"problem": problem}
    try:
        computed = clock(regulation, received_on)
    except ClockError as error:
        return {"problem": str(error)}
    return {"dates": dates_shown(computed, computed.steps)}


def dates_kept(about: PrivacyRequest) -> dict[str, Any]:
    """The dates of a registered request as they were computed then; a rule changed since moves none."""
    return {"dates": dates_shown(about, as_stored(about.derivation))}


def dates_shown(dates: DatesOfARequest, steps: Steps) -> DatesShown:
    """The dates in words, how they came about, and what is to be said when the due date presses."""
    words = {"due": dates.due_on, "target": dates.target_on, "acknowledge": dates.acknowledge_by}
    return DatesShown(
        due_on=dates.due_on,
        words={name: long_date_with_weekday(day) for name, day in words.items() if day is not None},
        derivations=derivations_of(steps),
        disclaimer=str(DISCLAIMER),
        **_pressing(dates.due_on),
    )


def _pressing(due_on: date) -> dict[str, str]:
    """What is said of a date that is past or near, with its tone; nothing of one that is far off."""
    left = days_left_words(due_on, controllers_today())
    if left.days < 0:
        overdue = ngettext(
            "Already overdue by %(count)d day: no extension is possible. Answer now, and record why.",
            "Already overdue by %(count)d days: no extension is possible. Answer now, and record why.",
            -left.days,
        )
        return {"tone": "danger", "pressing": overdue % {"count": -left.days}}
    if left.tone == "neutral":
        return {}
    return {"tone": "warning", "pressing": _("%(due)s: see to it first.") % {"due": left.words}}


def _preview(caption: str, asked: Filing, given: Identifier) -> Preview:
    return Preview(caption, json.dumps(payload_of(asked, given), indent=2, ensure_ascii=False))


def _cards(
    form: SendingForm, name: str, lines: Mapping[Any, Words], *, held: set[str] | None = None
) -> list[Choice]:
    """The options of a field as cards; none when this form does not ask for it."""
    if name not in form.fields:
        return []
    return [
        Choice(
            option,
            str(lines[option.data["value"]]),
            _("On hold") if option.data["value"] in (held or ()) else "",
        )
        for option in form[name]
    ]
