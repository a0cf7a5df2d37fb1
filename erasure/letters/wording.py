"""In what shape each language keeps its own words for letters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from erasure.choices import LetterKind, Outcome


@dataclass(frozen=True)
class Text:
    """Subject and body of a letter, with placeholders where a request fills something in."""

    subject: str
    body: str


@dataclass(frozen=True, kw_only=True)
class Rights:
    """A paragraph on the person's rights: under which regulations and in which kinds of letter it stands.

    No regulation at all means those that no other paragraph of the same `topic` names.
    """

    topic: str
    words: str
    kinds: Sequence[LetterKind]
    regulations: Sequence[str] = ()
    request_types: Sequence[str] = ("ERASURE", "ACCESS")


@dataclass(frozen=True, kw_only=True)
class Wording:
    """All words of one language. `asked` follows “your request to …”, by the type of the request."""

    greeting: str
    closing: str
    texts: Mapping[LetterKind, Text]
    rights: Sequence[Rights]
    asked: Mapping[str, str]
    whole: str
    parts: Mapping[tuple[str, Outcome], str]
    laws: Mapping[str, str]
    another_law: str

    def rights_of(self, kind: LetterKind, regulation: str, request_type: str) -> list[str]:
        """The paragraphs on the person's rights in one letter, in their order."""
        named = {
            (one.topic, kind) for one in self.rights if regulation in one.regulations and kind in one.kinds
        }
        return [
            one.words
            for one in self.rights
            if kind in one.kinds
            and request_type in one.request_types
            and (regulation in one.regulations or (not one.regulations and (one.topic, kind) not in named))
        ]


def by_type(erasure: Mapping[Outcome, str], access: Mapping[Outcome, str]) -> dict[tuple[str, Outcome], str]:
    """The lines about a part, by the type of the request; what an access differs in stands in `access`."""
    return {
        **{("ERASURE", outcome): words for outcome, words in erasure.items()},
        **{("ACCESS", outcome): words for outcome, words in {**erasure, **access}.items()},
    }
