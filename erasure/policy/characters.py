"""Characters that a text may not hold, named so that somebody can find them on the screen, seen or unseen."""

import unicodedata
from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

MOST_NAMED = 3
LONGEST_SHOWN = 40

NAMES = {
    " ": _lazy("a space"),
    "\n": _lazy("a line break"),
    "\r": _lazy("a carriage return"),
    "\t": _lazy("a tab"),
    "\0": _lazy("a NUL character"),
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
        phrases = [*phrases[:MOST_NAMED], _("%(count)s more") % {"count": len(phrases) - MOST_NAMED}]
    if len(phrases) == 1:
        return phrases[0]
    return _("%(first)s and %(last)s") % {"first": ", ".join(phrases[:-1]), "last": phrases[-1]}


def where(text: str, characters: Sequence[str]) -> str:
    """The verb that says where `characters` stand in `text`: only at its end or start, or within."""
    unwanted = "".join(characters)
    if not text.strip(unwanted):
        return _("contains")
    if not _any_in(text.rstrip(unwanted), characters):
        return _("ends with")
    return _("starts with") if not _any_in(text.lstrip(unwanted), characters) else _("contains")


def shown(text: str) -> str:
    """`text` short enough and plain enough to stand in a message."""
    plain = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text[:LONGEST_SHOWN])
    return f"{plain}…" if len(text) > LONGEST_SHOWN else plain


def _name(character: str) -> str:
    if character in NAMES:
        return str(NAMES[character])
    if character.isprintable() and not unicodedata.combining(character):
        named = _("an “%(character)s”") if character == "@" else _("a “%(character)s”")
        return named % {"character": character}
    code_point = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "")
    return _("an unseen character (%(code_point)s%(value)s)") % {
        "code_point": code_point,
        "value": f", {name}" if name else "",
    }


def _any_in(text: str, characters: Sequence[str]) -> bool:
    return any(character in text for character in characters)
