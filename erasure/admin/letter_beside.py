"""The letter that stands beside a form: what it says as the form is filled in now, or why there is none."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from erasure.asked import controllers_today
from erasure.choices import LetterKind, Outcome
from erasure.forms.recorded_day import readers_language
from erasure.letters import LANGUAGES, LetterFacts, letter


def letter_beside(kind: str, facts: LetterFacts | None, *, language: str, hint: str = "") -> dict[str, Any]:
    """For the template `erasure/letter_beside.html`; without facts the hint says what to choose first."""
    return {
        "letter": letter(kind, facts, language=language) if facts else None,
        "letter_kind": LetterKind(kind).label if kind else "",
        "letter_hint": hint,
        "ground_is_missing": bool(
            facts and any(part.outcome == Outcome.REFUSED and not part.ground for part in facts.parts)
        ),
    }


def letter_language(values: Mapping[str, Any]) -> str:
    """The language that was chosen for the letter, else the one nearest to the reader's."""
    chosen = str(values.get("language") or "")
    return chosen if chosen in LANGUAGES else readers_language()


def day_of(form: forms.Form, name: str, values: Mapping[str, Any]) -> date:
    """The day that a form has in a field as it is filled in now; today where it has none yet."""
    try:
        day: date | None = form.fields[name].clean(values.get(name))
    except forms.ValidationError:
        day = None
    return day or controllers_today()
