"""Messages as the composing gives them, about a person whose identifier nobody may find anywhere."""

import json
from typing import Any

from erasure.vault import Message

IDENTIFIER = "cust-2026-4471"


def message(occasion: str = "answered", *, task: str, outcome: str = "", **fields: Any) -> Message:
    """A message to a task; an answer is that the request was done, unless said otherwise."""
    answered = occasion == "answered"
    told = {
        "type": f"privacy.request.{occasion}",
        "reference": "PR-2026-000042" if answered else "PR-2026-000042/1",
        "auditSequence": 4711,
        "requestType": "ERASURE",
        "subjectId": IDENTIFIER,
        "requestId": "7f1c-20e4",
        "status": "ANSWERED" if answered else occasion.upper(),
        "timestamp": "2026-11-28T01:30:00.000Z",
        "scope": "CONTACT",
        "categories_erased": ["CONTACT", "EMAIL"],
        **fields,
    }
    return Message(
        id=f"msg_{occasion}0123456789abcdef",
        body=json.dumps(told).encode(),
        occasion=occasion,
        outcome=outcome or ("done" if answered else ""),
        task=task,
    )
