"""A vault's words without the person: others read them than those who may see an identifier."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from erasure.vault.message import LONGEST_SAID

MASK = "••••"
#: What was cut off may end amid an identifier; fewer characters of one tell nobody anything.
SHORTEST_BEGINNING = 3


def without_identifiers(said: str, identifiers: Iterable[str]) -> str:
    """The words with every identifier masked, in any case, and as JSON, addresses and HTML write it."""
    written = sorted(
        {form for identifier in identifiers for form in _forms(identifier)}, key=len, reverse=True
    )
    if not written:
        return said
    masked = re.sub("|".join(map(re.escape, written)), MASK, said, flags=re.IGNORECASE)
    return _without_beginning(masked, written) if len(said) >= LONGEST_SAID else masked


def _forms(identifier: str) -> Iterator[str]:
    yield identifier
    yield json.dumps(identifier)[1:-1]
    yield json.dumps(identifier, ensure_ascii=False)[1:-1]
    yield from (quote(identifier, safe=""), quote(identifier, safe="@"), quote_plus(identifier))
    # Of an apostrophe there are two usual references.
    yield html.escape(identifier)
    yield html.escape(identifier).replace("&#x27;", "&#39;")


def _without_beginning(said: str, written: Iterable[str]) -> str:
    """The same without the beginning of an identifier at the end, where the words were cut."""
    folded = said.casefold()
    for form in written:
        for length in range(len(form) - 1, SHORTEST_BEGINNING - 1, -1):
            if folded.endswith(form[:length].casefold()):
                return said[:-length] + MASK
    return said
