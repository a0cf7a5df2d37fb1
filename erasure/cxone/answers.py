"""What CXone's answers say, as plain values: strict about what we act upon, patient about the rest.

Nothing is guessed at: an unexpected status stays unexpected, a count that is no count is None, and the
body of a status answer is kept whole.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from erasure.cxone.cascade import cascade_rows
from erasure.cxone.errors import UnreadableAnswer
from erasure.cxone.failures import in_cxone_terms
from erasure.outbound import errors as outbound
from erasure.outbound.strict_json import count_of, read_object, storable

__all__ = [
    "Accepted",
    "Status",
    "StatusReport",
    "cascade_rows",
    "read_accepted",
    "read_refusal",
    "read_status",
]

Status: TypeAlias = Literal["PROCESSING", "COMPLETED", "FAILED"]

LONGEST_ID = 200
LONGEST_STATUS = 100
LONGEST_MESSAGE = 2000

_STATUSES: dict[str, Status] = {"PROCESSING": "PROCESSING", "COMPLETED": "COMPLETED", "FAILED": "FAILED"}

_MESSAGE_NAMES = ("message", "errorMessage", "error_description", "detail", "description", "title", "error")
_NO_WORDS = "CXone gave no reason."


@dataclass(frozen=True)
class Accepted:
    """CXone took the request under this id."""

    id: str
    status: str | None


@dataclass(frozen=True)
class StatusReport:
    """What CXone says about one request.

    `status` is None for anything but the contract's three words, spelled exactly so; `raw_status` then
    tells what was there. `records_affected` is None unless it is a whole number of 0 or more. `body` is
    the JSON text as received, at most 1 MiB, for keeping.
    """

    id: str | None
    status: Status | None
    raw_status: str
    records_affected: int | None
    error_message: str = field(repr=False)
    body: str = field(repr=False)
    subject_id: str | None = field(repr=False)


def read_accepted(body: bytes) -> Accepted:
    """Read the answer to a submit. Raises UnreadableAnswer when it holds no usable id."""
    fields = in_cxone_terms(read_object, body).fields
    identifier = _identifier(fields.get("id"))
    if identifier is None:
        raise UnreadableAnswer("it names no usable id")
    return Accepted(id=identifier, status=_text(fields.get("status"), LONGEST_STATUS))


def read_status(body: bytes) -> StatusReport:
    """Read the answer to a status call. Raises UnreadableAnswer when it is no JSON object."""
    answer = in_cxone_terms(read_object, body)
    raw_status = answer.fields.get("status")
    return StatusReport(
        id=_identifier(answer.fields.get("id")),
        status=_STATUSES.get(raw_status) if isinstance(raw_status, str) else None,
        raw_status=_words(raw_status, LONGEST_STATUS),
        records_affected=count_of(answer.fields.get("recordsAffected")),
        error_message=_words(answer.fields.get("errorMessage"), LONGEST_MESSAGE),
        body=answer.text,
        subject_id=_text(answer.fields.get("subjectId"), LONGEST_MESSAGE),
    )


def read_refusal(body: bytes) -> str:
    """CXone's own words in the answer to a refused request, at most 2000 characters; never empty."""
    try:
        fields = read_object(body).fields
    except outbound.UnreadableAnswer:
        return _plain_words(body)
    inner = fields.get("error")
    found = [*_messages(fields), *_messages(inner), *_listed_messages(fields.get("errors"))]
    # The same sentence often stands in two places.
    return storable("\n".join(dict.fromkeys(found)), LONGEST_MESSAGE) or _NO_WORDS


def _identifier(value: object) -> str | None:
    """`value` as an id: 1 to 200 printable characters without blanks at its ends."""
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_ID:
        return None
    return value if value.isprintable() and value == value.strip() else None


def _text(value: object, length: int) -> str | None:
    return storable(value, length) if isinstance(value, str) else None


def _words(value: object, length: int) -> str:
    """A text as it is, nothing for nothing, and a word about any other value."""
    if isinstance(value, str):
        return storable(value, length)
    return "" if value is None else f"({type(value).__name__} instead of text)"


def _messages(value: object) -> list[str]:
    """The sentences of an error object, of which most services fill one of a few names."""
    if not isinstance(value, dict):
        return []
    words = (value.get(name) for name in _MESSAGE_NAMES)
    return [word.strip() for word in words if isinstance(word, str) and word.strip()]


def _listed_messages(errors: object) -> list[str]:
    found: list[str] = []
    for error in errors[:50] if isinstance(errors, list) else []:
        place = error.get("field") if isinstance(error, dict) else None
        sentences = [error] if isinstance(error, str) else _messages(error)
        found += [f"{place}: {sentence}" if isinstance(place, str) else sentence for sentence in sentences]
    return found


def _plain_words(body: bytes) -> str:
    """A body that is not JSON, if it is readable text; a page of HTML says nothing to an officer."""
    text = body.decode("utf-8", "replace").strip()
    return storable(text, LONGEST_MESSAGE) if text and not text.startswith("<") else _NO_WORDS
