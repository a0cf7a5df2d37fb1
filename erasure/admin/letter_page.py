"""The letters of a request, each to copy or print, in the language that the person reads."""

from collections.abc import Sequence
from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from erasure.admin import references  # noqa: F401 - registers the converter named in the addresses below.
from erasure.admin.about_request import shown
from erasure.admin.access import page, request_or_404
from erasure.admin.letter_beside import letter_language
from erasure.asked import controllers_today
from erasure.choices import LetterKind
from erasure.letters import LANGUAGES, LetterFacts, facts_of, letter, parts_on_record
from erasure.models import PrivacyRequest

K = LetterKind


@page("erasure.answer_request")
def show(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """One letter; where the request has nothing yet to write it from, what has to come first."""
    found = request_or_404(reference)
    if kind not in K.values:
        raise Http404
    facts, why_not = _facts(found, kind)
    language = letter_language(request.GET)
    return shown(
        request,
        "letter_page",
        found,
        title=str(K(kind).label),
        kind=kind,
        letter=letter(kind, facts, language=language) if facts else None,
        why_not=why_not,
        language=language,
        languages=LANGUAGES.items(),
        kinds=[(K(one), one == kind) for one in letters_of(found)],
    )


def letters_of(found: PrivacyRequest) -> Sequence[str]:
    """The kinds of letter that this request has something to say for."""
    kinds = [K.ACKNOWLEDGEMENT.value]
    if found.extensions.filter(fell_at__isnull=True).exists():
        kinds.append(K.EXTENSION.value)
    if found.is_answered:
        kinds.append(found.outcome)
    return [] if found.shredded_at else kinds


def _facts(found: PrivacyRequest, kind: str) -> tuple[LetterFacts | None, str]:
    if found.shredded_at:
        return None, _("What the letters of this request said has been shredded.")
    if kind not in letters_of(found):
        return None, _why_none(found, kind)
    if kind == K.ACKNOWLEDGEMENT:
        return facts_of(found, day=found.acknowledged_on or controllers_today()), ""
    if kind == K.EXTENSION:
        extension = found.extensions.get(fell_at__isnull=True)
        # As the person was told: a later correction may have moved the date since.
        return replace(facts_of(found, day=extension.told_on), due_on=extension.due_on), ""
    day = found.answered_on or controllers_today()
    return facts_of(found, day=day, parts=parts_on_record(found)), ""


def _why_none(found: PrivacyRequest, kind: str) -> str:
    if kind == K.EXTENSION:
        return _(
            "The time was not extended. The page on which you extend it shows the letter beside the form."
        )
    if found.is_answered:
        return _("The request was answered otherwise: “%(outcome)s”.") % {
            "outcome": found.get_outcome_display()
        }
    return _(
        "The request is not answered yet. The page on which you answer shows the letter beside the form."
    )


urls: list[URLPattern] = [
    path("requests/<reference:reference>/letter/<slug:kind>/", show, name="request_letter")
]
