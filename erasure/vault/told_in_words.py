"""What happened, in a plain English sentence or two: the comment that a vault's people read at their task.

Nobody's identifier stands in it, nor any other word that somebody has typed.
"""

from erasure.choices import Occasion, Outcome
from erasure.vault.message import Message

_ANSWERS: dict[str, str] = {
    Outcome.DONE: "the person was told that the request was carried out",
    Outcome.PARTLY_DONE: "the person was told that the request was carried out in part",
    Outcome.NOTHING_FOUND: "the person was told that nothing was found",
    Outcome.REFUSED: "the person was told that the request is refused",
    Outcome.WITHDRAWN: "the person has withdrawn the request",
}

_ENDS: dict[str, str] = {
    Occasion.COMPLETED: (
        "CXone reported this part of the request done. "
        "The subtask stays open until the person has been answered."
    ),
    Occasion.FAILED: "CXone did not carry out this part of the request.",
    Occasion.REFUSED: "This part of the request was refused before it was sent to CXone.",
}


def comment(message: Message) -> str:
    """The comment for a message, with our reference, and the message's id, by which it is known again."""
    fields = message.fields
    sentences = [
        f"{fields['reference']}: {_what_happened(message)}",
        _erased(message),
        f"Audit log: entry {fields['auditSequence']}." if fields["auditSequence"] is not None else "",
        f"Message: {message.id}.",
    ]
    return " ".join(filter(None, sentences))


def _what_happened(message: Message) -> str:
    if message.occasion == Occasion.ANSWERED:
        return f"{_ANSWERS[message.outcome]}."
    return _ENDS[message.occasion]


def _erased(message: Message) -> str:
    """Which categories were erased, where that is what was asked for and what the message tells of."""
    categories = message.fields.get("categories_erased")
    if categories is None or message.occasion in (Occasion.FAILED, Occasion.REFUSED):
        return ""
    return f"Categories erased: {', '.join(categories) or 'none'}."
