"""The texts of letters, which operators may write anew: the list, an editor with preview, the way back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.trail import audited
from erasure.admin.access import page
from erasure.choices import LetterKind, Regulation
from erasure.deadlines import regulations_on
from erasure.forms.letter_text import LetterTextForm
from erasure.letters import (
    LANGUAGES,
    edited_text,
    filled_in,
    known_placeholders,
    made_up_facts,
    put_back,
    rights_words,
    text_in_force,
    write,
)
from erasure.models import LetterText

#: How an address names the text for every regulation that has none of its own.
ANY = "any"


@dataclass(frozen=True, kw_only=True)
class TextName:
    """Which text: of which kind, for which regulation (empty: for all), in which language."""

    kind: LetterKind
    regulation: str
    language: str

    @property
    def words(self) -> str:
        """As its page is headed."""
        whose = Regulation(self.regulation).label if self.regulation else _("all regulations")
        return f"{self.kind.label}, {whose}, {LANGUAGES[self.language]}"

    @property
    def address(self) -> tuple[str, str, str]:
        """Its place in addresses."""
        return self.kind.value, self.regulation or ANY, self.language

    @property
    def columns(self) -> dict[str, str]:
        """Its place in the table."""
        return {"kind": self.kind.value, "regulation": self.regulation, "language": self.language}


@page("erasure.edit_lettertext")
def show_list(request: HttpRequest) -> HttpResponse:
    """Each kind of letter with its texts by regulation and language, and which of them were written here."""
    edited = {
        (row.kind, row.regulation, row.language): row
        for row in LetterText.objects.select_related("edited_by").order_by("pk")
    }
    context = {
        "title": _("Letters"),
        "languages": LANGUAGES.items(),
        "kinds": [(kind.label, list(_rows(kind, edited))) for kind in LetterKind],
    }
    return render(request, "erasure/letter_texts.html", {**admin.site.each_context(request), **context})


def _rows(kind: LetterKind, edited: dict[Any, LetterText]) -> Iterator[dict[str, Any]]:
    written = {regulation for of, regulation, _language in edited if of == kind}
    offered = [rule.regulation for rule in regulations_on()]
    for regulation in ["", *dict.fromkeys([*offered, *sorted(written - {""})])]:
        yield {
            "words": Regulation(regulation).label if regulation else _("All regulations"),
            "texts": [
                {
                    "language": words,
                    "address": (kind.value, regulation or ANY, language),
                    "edited": edited.get((kind.value, regulation, language)),
                }
                for language, words in LANGUAGES.items()
            ],
        }


@page("erasure.edit_lettertext", methods=("GET", "HEAD", "POST"))
def edit(request: HttpRequest, kind: str, regulation: str, language: str) -> HttpResponse:
    """Edit one text; the preview fills it in with made-up values and keeps nothing."""
    name = _name_or_404(kind, regulation, language)
    in_force = text_in_force(name.kind, name.regulation, name.language)
    initial = {"subject": in_force.subject, "body": in_force.body}
    form = LetterTextForm(request.POST or None, initial=initial, kind=name.kind)
    text = in_force
    if request.method == "POST" and form.is_valid():
        text = form.text
        if request.POST.get("do") == "save":
            with audited() as log:
                write(log, text, by=request.user, now=timezone.now(), **name.columns)
            messages.success(request, _("Kept. Letters are written from this text from now on."))
            return redirect("admin:letter_text", *name.address)
    facts = made_up_facts(name.kind, name.regulation)
    context = {
        "title": name.words,
        "name": name,
        "form": form,
        "is_edited": edited_text(name.kind, name.regulation, name.language) is not None,
        "preview": filled_in(text, name.kind, facts, language=name.language),
        "placeholders": known_placeholders(name.kind),
        "rights": rights_words(name.kind, facts.regulation, name.language),
        "rights_of": Regulation(facts.regulation).label,
    }
    return render(request, "erasure/letter_text.html", {**admin.site.each_context(request), **context})


@page("erasure.edit_lettertext", methods=("POST",))
def take_back(request: HttpRequest, kind: str, regulation: str, language: str) -> HttpResponse:
    """Have the program's own text again."""
    name = _name_or_404(kind, regulation, language)
    with audited() as log:
        gone = put_back(log, by=request.user, **name.columns)
    if gone:
        messages.success(request, _("The program’s own text is back."))
    else:
        messages.info(request, _("It was the program’s own text already."))
    return redirect("admin:letter_text", *name.address)


def _name_or_404(kind: str, regulation: str, language: str) -> TextName:
    known = kind in LetterKind.values and language in LANGUAGES and regulation in {ANY, *Regulation.values}
    if not known:
        raise Http404
    return TextName(
        kind=LetterKind(kind), regulation="" if regulation == ANY else regulation, language=language
    )


urls: list[URLPattern] = [
    path("letters/", show_list, name="letter_texts"),
    path("letters/<slug:kind>/<slug:regulation>/<slug:language>/", edit, name="letter_text"),
    path("letters/<slug:kind>/<slug:regulation>/<slug:language>/back/", take_back, name="letter_text_back"),
]
