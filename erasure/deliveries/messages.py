"""What a vault is told, composed once: the fields of the contract ("Callback", first step after a completion)
with our reference and the number of the event in the audit log.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from audit.events import Event
from audit.log_format import timestamp
from audit.models import AuditEvent
from erasure.choices import Occasion, RequestType, SubmissionStatus
from erasure.models import Delivery, PrivacyRequest, Submission
from erasure.models.subjects import in_order
from erasure.vault import Message

EVENT_OF: Mapping[str, Event] = {
    Occasion.COMPLETED: Event.REQUEST_COMPLETED,
    Occasion.FAILED: Event.REQUEST_FAILED,
    Occasion.REFUSED: Event.REQUEST_REFUSED,
    Occasion.ANSWERED: Event.REQUEST_ANSWERED,
}


def compose(delivery: Delivery) -> str:
    """The body of a delivery, as JSON: the same for every kind of vault and for every attempt."""
    facts = _of_submission(delivery.submission) if delivery.submission else _of_answer(delivery.request)
    told = {
        "type": f"privacy.request.{delivery.occasion}",
        "reference": delivery.about,
        "auditSequence": _sequence(delivery),
        "requestType": delivery.request.type,
        **facts,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def message_of(delivery: Delivery) -> Message:
    """A delivery whose body was composed, as its vault is told it."""
    return Message(
        id=delivery.message_id,
        body=(delivery.body or "").encode(),
        occasion=delivery.occasion,
        outcome=delivery.request.outcome if delivery.occasion == Occasion.ANSWERED else "",
        task=delivery.request.vault_task,
    )


def _of_submission(submission: Submission) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "subjectId": submission.identifier.value,
        "requestId": submission.cxone_id,
        "status": submission.status.upper(),
        "timestamp": _instant(submission.closed_at),
        "scope": submission.scope,
    }
    if submission.type == RequestType.ERASURE:
        facts["categories_erased"] = (
            submission.categories if submission.status == SubmissionStatus.COMPLETED else []
        )
    return facts


def _of_answer(request: PrivacyRequest) -> dict[str, Any]:
    """The answer stands for the whole request: what any of its submissions erased was erased."""
    parts = list(request.submissions.select_related("identifier").order_by("number"))
    sent = [part for part in parts if part.cxone_id]
    first = in_order(request.subject.identifiers.all())
    identifier = parts[0].identifier if parts else (first[0] if first else None)
    facts: dict[str, Any] = {
        "subjectId": identifier.value if identifier else None,
        "requestId": sent[-1].cxone_id if sent else None,
        "status": "ANSWERED",
        "outcome": request.outcome.upper(),
        "timestamp": _instant(request.answer_recorded_at),
        "scope": request.scope or None,
    }
    if request.type == RequestType.ERASURE:
        erased = [part for part in parts if part.status == SubmissionStatus.COMPLETED]
        facts["categories_erased"] = sorted({name for part in erased for name in part.categories})
    return facts


def _instant(moment: datetime | None) -> str | None:
    return timestamp(moment) if moment else None


def _sequence(delivery: Delivery) -> int | None:
    """The number of the event that the delivery tells of; None once it lies in a log that has ended."""
    events = AuditEvent.objects.filter(obj=delivery.request.obj, act=EVENT_OF[delivery.occasion])
    number = delivery.submission.number if delivery.submission else None
    for event in events.order_by("-seq"):
        if event.result != "denied" and event.facts.get("submission") == number:
            return event.seq
    return None
