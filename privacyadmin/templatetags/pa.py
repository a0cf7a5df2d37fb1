"""Badges, due dates, times and fields, drawn the same on every page.

A tone never stands alone: every badge has an icon and a word. Words, tones and icons of codes come from
`erasure/choices.py`; only what a date says about itself is put into words here.
"""

import datetime
from collections.abc import Iterable
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from audit.words import Words, numbered
from erasure.choices import (
    ATTENTION_LOOKS,
    OUTCOME_LOOKS,
    STAGE_LOOKS,
    SUBMISSION_LOOKS,
    Attention,
    Look,
    Outcome,
    RequestStage,
    SubmissionStatus,
)
from erasure.deadlines import days_left_words
from erasure.plain_words import count_words, uncapitalised
from privacyadmin.roles import role_names

register = template.Library()

Context = dict[str, Any]


@register.simple_tag
def icon(name: str) -> SafeString:
    """A Material Symbols icon, which screen readers pass over: the words beside it say the same."""
    return format_html('<span class="material-symbols-outlined" aria-hidden="true">{}</span>', name)


@register.inclusion_tag("pa/badge.html")
def badge(tone: str, icon: str, text: str) -> Context:
    """A badge of any tone: success, danger, warning, info or neutral."""
    return {"tone": tone, "icon": icon, "text": text}


@register.inclusion_tag("pa/badge.html")
def status_badge(status: str) -> Context:
    """Where a submission stands."""
    code = SubmissionStatus(status)
    return _badge_of(SUBMISSION_LOOKS[code], code.label)


@register.inclusion_tag("pa/badge.html")
def stage_badge(stage: str) -> Context:
    """Where a whole request stands."""
    code = RequestStage(stage)
    return _badge_of(STAGE_LOOKS[code], code.label)


@register.inclusion_tag("pa/badge.html")
def outcome_badge(outcome: str) -> Context:
    """How a request ended for the person."""
    code = Outcome(outcome)
    return _badge_of(OUTCOME_LOOKS[code], code.label)


@register.inclusion_tag("pa/badge.html")
def attention_badge(attention: str) -> Context:
    """What somebody has to look at."""
    code = Attention(attention)
    return _badge_of(ATTENTION_LOOKS[code], code.label)


@register.inclusion_tag("pa/due.html")
def due(due_on: datetime.date, answered_on: datetime.date | None = None) -> Context:
    """A due date with its words: how far off it is, or, once the person was answered, whether in time."""
    return {"due_on": due_on, **_words_of(due_on, answered_on)}


@register.inclusion_tag("pa/due_badge.html")
def due_badge(due_on: datetime.date, answered_on: datetime.date | None = None) -> Context:
    """The words of `due` alone, for where the date itself stands close by."""
    return {"due_on": due_on, **_words_of(due_on, answered_on)}


@register.filter
def local_time(moment: datetime.datetime | None) -> str:
    """A moment to the minute in the reader's zone, which is named: `20 Nov 2026, 14:05 (Europe/Berlin)`."""
    if moment is None:
        return ""
    words = date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
    return _time_element(moment, f"{words} ({zone()})")


@register.filter
def short_time(moment: datetime.datetime | None) -> str:
    """A moment to the second, `20 Nov 2026, 14:05:41`, for where `zone` stands once above."""
    if moment is None:
        return ""
    return _time_element(moment, short_moment(timezone.localtime(moment)))


@register.filter(expects_localtime=True)
def day(when: datetime.date | None) -> str:
    """A day in full: `20 December 2026`, `20. Dezember 2026`."""
    return date_format(when, "DATE_FORMAT") if when else ""


@register.filter(expects_localtime=True)
def short_day(when: datetime.date | None) -> str:
    """A day: `20 Dec 2026`, `20.12.2026`."""
    return date_format(when, "SHORT_DATE_FORMAT") if when else ""


@register.filter(expects_localtime=True)
def day_of_year(when: datetime.date | None) -> str:
    """A day close by, without its year: `20 Dec`, `20.12.`."""
    return date_format(when, "MONTH_DAY_FORMAT") if when else ""


@register.filter(expects_localtime=True)
def moment(when: datetime.datetime | None) -> str:
    """A moment to the second, for where the zone stands close by: `20 December 2026, 14:05:41`."""
    return f"{date_format(when, 'DATE_FORMAT')}, {date_format(when, 'H:i:s')}" if when else ""


@register.filter(expects_localtime=True)
def short_moment(when: datetime.datetime | None) -> str:
    """The same with a short day: `20 Dec 2026, 14:05:41`, `20.12.2026, 14:05:41`."""
    return f"{date_format(when, 'SHORT_DATE_FORMAT')}, {date_format(when, 'H:i:s')}" if when else ""


@register.filter
def thousands(count: int) -> str:
    """A count as people read it: `4,812`, `4.812`."""
    return numbered(count)


@register.filter
def in_sentence(label: Words) -> str:
    """A label as it stands within a sentence."""
    return uncapitalised(label)


@register.filter(name="role_names")
def names_of_roles(roles: Iterable[object]) -> str:
    """The names of roles, or of the groups that stand for them, with commas."""
    return role_names(map(str, roles))


@register.simple_tag
def zone() -> str:
    """The name of the zone that times are shown in, such as Europe/Berlin."""
    return timezone.get_current_timezone_name()


@register.inclusion_tag("pa/languages.html", takes_context=True)
def language_switch(context: template.Context) -> Context:
    """A button for each language; the choice is kept in a cookie."""
    request: HttpRequest = context["request"]
    return {
        "csrf_token": context.get("csrf_token"),
        "languages": settings.LANGUAGES,
        "spoken": get_language(),
        "next": request.get_full_path() if request.method == "GET" else "",
    }


@register.inclusion_tag("pa/banner.html")
def banner(tone: str, icon: str, text: str, **more: str) -> Context:
    """What happened, why, and what comes next.

    More may be `heading`, `id`, `href` with `action` (one way out), and `role` (`alert` for a refusal).
    """
    return {"role": "status", **more, "tone": tone, "icon": icon, "text": text}


@register.inclusion_tag("pa/empty.html")
def empty_state(icon: str, heading: str, text: str, **more: str) -> Context:
    """Where nothing is yet: what would be; more may be `href`, `action` (how to make the first), `hint`."""
    return {**more, "icon": icon or "inbox", "heading": heading or _("Nothing here yet"), "text": text}


@register.inclusion_tag("pa/error.html")
def field_error(text: str, element_id: str = "") -> Context:
    """An error beside a control, whose aria-describedby names `element_id`; `field` draws its own."""
    return {"text": text, "element_id": element_id}


@register.inclusion_tag("pa/choice.html")
def choice(option: BoundWidget, line: str = "", held: str = "") -> Context:
    """One option of a bound check box or radio field as a card; `held` is its badge's word under a hold."""
    return {"option": option, "line": line, "held": held}


@register.inclusion_tag("pa/field.html")
def field(bound: BoundField, css_classes: str = "") -> Context:
    """A form's field with its label, errors and help; `css_classes` go on the whole, such as `pa-all`."""
    return {"field": bound, "css_classes": css_classes}


def _badge_of(look: Look, text: Words) -> Context:
    return {"tone": look.tone, "icon": look.icon, "text": text}


def _words_of(due_on: datetime.date, answered_on: datetime.date | None) -> Context:
    if answered_on is not None:
        return _words_of_answered((answered_on - due_on).days)
    # Due dates are dates in the controller's zone, wherever the reader sits.
    left = days_left_words(due_on, timezone.localdate(timezone=timezone.get_default_timezone()))
    if left.tone == "neutral":
        return {"tone": "", "icon": "", "text": left.brief, "whole": left.words}
    return {"tone": left.tone, "icon": left.icon, "text": left.words}


def _words_of_answered(days_late: int) -> Context:
    if days_late > 0:
        words = _("Answered %(days)s late") % {"days": count_words(days_late, "day")}
        return {"tone": "danger", "icon": "event_busy", "text": words}
    return {"tone": "success", "icon": "event_available", "text": _("Answered in time")}


def _time_element(moment: datetime.datetime, words: str) -> SafeString:
    return format_html('<time datetime="{}" class="pa-nowrap">{}</time>', moment.isoformat(), words)
