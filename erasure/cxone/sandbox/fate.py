"""What becomes of a request in the sandbox: decided when it is taken, and always the same for its id.

A demo can show every end in one sandbox: a subject id that ends in `-FAIL` fails, `-NONE` has nothing to
remove, `-SLOW` takes ten times as long, `-STUCK` never ends.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Each category tells of its cascade in its own shape, since CXone's vary and are not documented.
_SHAPES: dict[str, tuple[str, Callable[[str, int], dict[str, Any]]]] = {
    "CONTACT": ("ContactProfile", lambda entity, n: {"entity": entity, "recordsDeleted": n}),
    "CONVERSATION": (
        "ConversationThread",
        lambda entity, n: {"entityType": entity, "count": n, "deep": n > 9},
    ),
    "SURVEY": ("SurveyResponse", lambda entity, n: {"name": entity, "records": n}),
    "ANALYTICS": ("AnalyticsFact", lambda entity, n: {"entity": entity, "affected": n, "mode": "anonymised"}),
    "INTERACTION": ("InteractionSegment", lambda entity, n: {"entity": entity, "recordsAffected": n}),
    "IVR": ("IvrSession", lambda entity, n: {"table": entity, "removed": n}),
    "CHAT": ("ChatTranscript", lambda entity, n: {"entity": entity, "deleted": n, "attachments": n // 4}),
    "EMAIL": ("EmailMessage", lambda entity, n: {"entity": entity, "recordCount": n}),
    "SMS": ("SmsMessage", lambda entity, n: {"type": entity, "total": n}),
}

_FAILURES = (
    "Cascade stopped: lock contention on linked entities.",
    "Cascade stopped: a linked entity is under retention in another tenant unit.",
    "Cascade stopped: the archive store did not answer.",
)


@dataclass(frozen=True)
class Fate:
    """How a request will end, and after how many seconds of processing (None: never)."""

    status: str
    seconds: float | None
    cascade: list[dict[str, Any]]
    records: int
    error: str = ""


def decide(
    *,
    request_id: str,
    payload: dict[str, Any],
    seconds: float,
    fails: bool = False,
    finds_nothing: bool = False,
) -> Fate:
    """The fate of one request; `seconds` is the sandbox's usual processing time."""
    subject = payload["subjectId"]
    lasting = None if subject.endswith("-STUCK") else seconds * (10 if subject.endswith("-SLOW") else 1)
    if finds_nothing or subject.endswith("-NONE"):
        return Fate("COMPLETED", lasting, [], 0)
    dice = hashlib.sha256(request_id.encode()).digest()
    counts = {category: 1 + dice[i] % 40 for i, category in enumerate(payload["categories"])}
    if not (fails or subject.endswith("-FAIL")):
        return Fate("COMPLETED", lasting, _cascade(counts), sum(counts.values()))
    # Half of the failures come after the first category was already gone.
    reached = dict(list(counts.items())[: dice[30] % 2])
    return Fate("FAILED", lasting, _cascade(reached), sum(reached.values()), _FAILURES[dice[31] % 3])


def _cascade(counts: dict[str, int]) -> list[dict[str, Any]]:
    rows = []
    for category, count in counts.items():
        entity, shape = _SHAPES[category]
        rows.append(shape(entity, count))
    return rows
