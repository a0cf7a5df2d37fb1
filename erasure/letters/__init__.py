"""Letters to the person: what they say by kind, regulation and language, and how a request fills them in.

The program's own texts are data; an operator may write others in their place (`LetterText`). A letter holds
no word that is meant for colleagues alone, and claims no more than is known.
"""

from erasure.letters.editing import put_back, write
from erasure.letters.facts import (
    LetterFacts,
    PartTold,
    facts_of,
    made_up_facts,
    parts_on_record,
    parts_told,
)
from erasure.letters.placeholders import (
    Placeholder,
    known_placeholders,
    why_not_placeholders,
)
from erasure.letters.texts import LANGUAGES, edited_text, own_text, rights_words, text_in_force
from erasure.letters.wording import Text
from erasure.letters.writing import Letter, filled_in, letter

__all__ = [
    "LANGUAGES",
    "Letter",
    "LetterFacts",
    "PartTold",
    "Placeholder",
    "Text",
    "edited_text",
    "facts_of",
    "filled_in",
    "known_placeholders",
    "letter",
    "made_up_facts",
    "own_text",
    "parts_on_record",
    "parts_told",
    "put_back",
    "rights_words",
    "text_in_force",
    "why_not_placeholders",
    "write",
]
