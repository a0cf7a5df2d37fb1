"""A letter to one person: a text, filled in."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import translation

from erasure.choices import Outcome
from erasure.deadlines import ground_words, long_date
from erasure.letters.facts import LetterFacts, PartTold
from erasure.letters.placeholders import as_list, fill
from erasure.letters.texts import WORDINGS, rights_words, text_in_force
from erasure.letters.wording import Text, Wording
from erasure.plain_words import categories_words
from erasure.refusal_grounds import refusal_ground


@dataclass(frozen=True)
class Letter:
    """What is sent to the person, and in which language."""

    subject: str
    body: str
    language: str


def letter(kind: str, facts: LetterFacts, *, language: str) -> Letter:
    """The letter of this kind from the text that is in force."""
    return filled_in(text_in_force(kind, facts.regulation, language), kind, facts, language=language)


def filled_in(text: Text, kind: str, facts: LetterFacts, *, language: str) -> Letter:
    """This text, filled in; its placeholders are known ones (`why_not_placeholders`)."""
    with translation.override(language):
        values = _values(facts, WORDINGS[language])
        rights = rights_words(kind, facts.regulation, language, facts.request_type)
    values["rights"] = fill(rights, values)
    subject = " ".join(fill(text.subject, values).split())
    return Letter(subject, fill(text.body, values), language)


def _values(facts: LetterFacts, wording: Wording) -> dict[str, str]:
    """What stands for each placeholder, in the language that is spoken now."""
    day = long_date(facts.day)
    return {
        "reference": facts.reference,
        "organisation": facts.organisation,
        "asked": wording.asked[str(facts.request_type)],
        "law": wording.laws.get(facts.regulation, wording.another_law),
        "received_on": long_date(facts.received_on),
        "due_on": long_date(facts.due_on),
        "told_on": day,
        "answered_on": day,
        "previous_due_on": long_date(facts.previous_due_on) if facts.previous_due_on else "",
        "categories": categories_words(facts.categories) or wording.whole,
        "reason": facts.reason.strip(),
        "grounds": _grounds(facts),
        # Under two ids the same may have been done: the person reads it once.
        "parts": as_list(dict.fromkeys(_line(part, facts, wording) for part in facts.parts)),
    }


def _grounds(facts: LetterFacts) -> str:
    codes: Sequence[str] = list(dict.fromkeys(part.ground for part in facts.parts if part.ground))
    if codes:
        return " ".join(_ground_sentence(facts.regulation, code) for code in codes)
    return ground_words(facts.extension_ground) if facts.extension_ground else ""


def _line(part: PartTold, facts: LetterFacts, wording: Wording) -> str:
    data = categories_words(part.categories) or wording.whole
    ground = _ground_sentence(facts.regulation, part.ground) if part.outcome == Outcome.REFUSED else ""
    return fill(wording.parts[str(facts.request_type), part.outcome], {"data": data, "ground": ground})


def _ground_sentence(regulation: str, code: str) -> str:
    """What the person reads of a ground, with the law it stands on where that is confirmed."""
    ground = refusal_ground(regulation, code)
    if ground is None:
        return ""
    return f"{ground.letter} ({ground.source})" if ground.is_confirmed else str(ground.letter)
