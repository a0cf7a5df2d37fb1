"""Which text a letter has: the operators' own for the regulation, their own for all, or the program's."""

from collections.abc import Mapping

from erasure.choices import LetterKind, RequestType
from erasure.letters.english import ENGLISH
from erasure.letters.german import GERMAN
from erasure.letters.wording import Text, Wording
from erasure.models import LetterText

#: The languages of letters, each in its own name.
LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch"}
WORDINGS: Mapping[str, Wording] = {"en": ENGLISH, "de": GERMAN}


def own_text(kind: str, language: str) -> Text:
    """The program's own text. What the law has the person told stands in it as `{rights}`."""
    wording = WORDINGS[language]
    text = wording.texts[LetterKind(kind)]
    return Text(text.subject, f"{wording.greeting}\n\n{text.body}\n\n{wording.closing}")


def rights_words(kind: str, regulation: str, language: str, request_type: str = RequestType.ERASURE) -> str:
    """The paragraphs on the person's rights; empty where the law asks for none in this kind of letter."""
    found = WORDINGS[language].rights_of(LetterKind(kind), regulation, str(request_type))
    return "\n\n".join(found)


def edited_text(kind: str, regulation: str, language: str) -> LetterText | None:
    """What operators wrote for exactly this regulation, or for all where it is empty."""
    return LetterText.objects.filter(kind=kind, regulation=regulation, language=language).first()


def text_in_force(kind: str, regulation: str, language: str) -> Text:
    """The text that a letter is written from: the regulation's own before the one for all, then ours."""
    written = edited_text(kind, regulation, language) or edited_text(kind, "", language)
    return Text(written.subject, written.body) if written else own_text(kind, language)
