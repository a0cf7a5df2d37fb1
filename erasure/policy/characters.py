"""Characters that a text may not hold, named so that somebody can find them on the screen, seen or unseen."""

import unicodedata
from collections.abc import Callable, Sequence

MOST_NAMED = 3
LONGEST_SHOWN = 40

NAMES = {
    " ": "a space",
    "\n": "a line break",
    "\r": "a carriage return",
    "\t": "a tab",
    "\0": "a NUL character",
}


def offending(text: str, *, allowed: Callable[[str], bool]) -> list[str]:
    """The characters of `text` that are not allowed, each once, in their order."""
    return [character for character in dict.fromkeys(text) if not allowed(character)]


def in_words(characters: Sequence[str]) -> str:
    """`characters` as a phrase: "a space and an “@”"; of many, the first few and how many more."""
    return listed([_name(character) for character in characters])


def listed(phrases: Sequence[str]) -> str:
    """The phrases with commas and "and"; past the first few only their number."""
    if len(phrases) > MOST_NAMED:
        phrases = [*phrases[:MOST_NAMED], f"{len(phrases) - MOST_NAMED} more"]
    if len(phrases) == 1:
        return phrases[0]
    return f"{', '.join(phrases[:-1])} and {phrases[-1]}"


def where(text: str, characters: Sequence[str]) -> str:
    """The verb that says where `characters` stand in `text`: only at its end or start, or within."""
    unwanted = "".join(characters)
    if not text.strip(unwanted):
        return "contains"
    if not _any_in(text.rstrip(unwanted), characters):
        return "ends with"
    return "starts with" if not _any_in(text.lstrip(unwanted), characters) else "contains"


def shown(text: str) -> str:
    """`text` short enough and plain enough to stand in a message."""
    plain = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text[:LONGEST_SHOWN])
    return f"{plain}…" if len(text) > LONGEST_SHOWN else plain


def _name(character: str) -> str:
    if character in NAMES:
        return NAMES[character]
    if character.isprintable() and not unicodedata.combining(character):
        article = "an" if character == "@" else "a"
        return f"{article} “{character}”"
    code_point = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "")
    return f"an unseen character ({code_point}{f', {name}' if name else ''})"


def _any_in(text: str, characters: Sequence[str]) -> bool:
    return any(character in text for character in characters)
