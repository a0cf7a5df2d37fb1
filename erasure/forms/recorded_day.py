"""Fields for what was told to the person: on which day, by which way, in which language."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from audit.words import Words
from erasure.choices import Channel
from erasure.letters import LANGUAGES

LONGEST_TEXT = 4000


def day_field(
    label: Words, *, earliest: date | None = None, latest: date | None = None, **options: Any
) -> Any:
    """A day; the browser offers those from `earliest` to `latest`, and the rules decide."""
    limits = {name: day.isoformat() for name, day in (("min", earliest), ("max", latest)) if day is not None}
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date", **limits}, format="%Y-%m-%d"),
        error_messages={"required": _("Give the day."), "invalid": _("Give a day, such as 2026-11-20.")},
        **options,
    )


def channel_field(label: Words) -> forms.ChoiceField:
    """By which way something went out."""
    return forms.ChoiceField(
        label=label,
        choices=[("", _("Choose one")), *Channel.choices],
        error_messages={
            "required": _("Choose the way."),
            "invalid_choice": _("Choose one of the ways in the list."),
        },
    )


def text_field(label: Words, *, rows: int = 4, **options: Any) -> forms.CharField:
    """Some lines of text."""
    return forms.CharField(
        label=label, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": rows}), **options
    )


def letter_language_field() -> forms.ChoiceField:
    """In which language the letter beside the form is shown; it is not recorded."""
    return forms.ChoiceField(
        label=_("Language of the letter"), choices=list(LANGUAGES.items()), required=False
    )


def readers_language() -> str:
    """The letter language that is nearest to the reader's."""
    language = (get_language() or "").partition("-")[0]
    return language if language in LANGUAGES else next(iter(LANGUAGES))
