"""What stands in braces in a letter's text and is filled in from a request: `{reference}`, `{due_on}`, …"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.words import Words
from erasure.choices import LetterKind

K = LetterKind
EVERY = tuple(LetterKind)
ANSWERS = (K.DONE, K.PARTLY_DONE, K.NOTHING_FOUND, K.REFUSED, K.WITHDRAWN)
_NAMED = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Placeholder:
    """One name in braces: what it is filled in with, and in which kinds of letter it is known."""

    name: str
    meaning: Words
    kinds: tuple[LetterKind, ...] = EVERY


PLACEHOLDERS = (
    Placeholder("reference", gettext_lazy("the reference of the request")),
    Placeholder("organisation", gettext_lazy("the name of your organisation")),
    Placeholder("asked", gettext_lazy("what the person asked for, as it follows “your request to”")),
    Placeholder("law", gettext_lazy("the name of the law")),
    Placeholder("received_on", gettext_lazy("the day on which the request arrived")),
    Placeholder("due_on", gettext_lazy("the day by which the answer is due")),
    Placeholder("categories", gettext_lazy("the categories of data that it is about")),
    Placeholder("rights", gettext_lazy("what the law has the person told about their rights")),
    Placeholder("told_on", gettext_lazy("the day of this letter"), (K.ACKNOWLEDGEMENT, K.EXTENSION)),
    Placeholder("previous_due_on", gettext_lazy("the day by which it was due before"), (K.EXTENSION,)),
    Placeholder("reason", gettext_lazy("the explanation that the officer wrote for them"), (K.EXTENSION,)),
    Placeholder(
        "grounds",
        gettext_lazy("the ground of the extension or of the refusal, as the law has it"),
        (K.EXTENSION, K.REFUSED, K.PARTLY_DONE),
    ),
    Placeholder("answered_on", gettext_lazy("the day of the answer"), ANSWERS),
    Placeholder("parts", gettext_lazy("a line for each part: what was done, or why not"), ANSWERS),
)


def known_placeholders(kind: str) -> list[Placeholder]:
    """What can be filled in in this kind of letter."""
    return [one for one in PLACEHOLDERS if kind in one.kinds]


def why_not_placeholders(text: str, kind: str) -> str:
    """Why this text cannot be filled in, with the list of what can be; empty when it can."""
    known = [one.name for one in known_placeholders(kind)]
    wrong = list(dict.fromkeys(name for name in _NAMED.findall(text) if name not in known))
    listed = ", ".join(f"{{{name}}}" for name in known)
    if wrong:
        named = ", ".join(f"{{{name[:40]}}}" for name in wrong[:5])
        return _("Not known in this kind of letter: %(wrong)s. It can be filled in with: %(known)s.") % {
            "wrong": named,
            "known": listed,
        }
    if re.search(r"[{}]", _NAMED.sub("", text)):
        return _("A brace stands alone. Braces are for what is filled in: %(known)s.") % {"known": listed}
    return ""


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled in, each once: what a value holds is never read as a placeholder.

    A line that nothing but an empty value stood on goes, with the blank line before it.
    """
    filled = _NAMED.sub(lambda found: values[found[1]], text)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in filled.split("\n"))).strip()


def as_list(lines: Iterable[str]) -> str:
    """Lines of a list in plain text."""
    return "\n".join(f"– {line}" for line in lines)
