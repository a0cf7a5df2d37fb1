"""The callback from CXone. It is recorded once and makes our own question due; its word alone never closes a submission.

The address is the proof (`callback_address`); an address that is not ours gets the same 404 whatever is wrong with it. Answers:
200 after the commit, 400 for a body we cannot use, 405, 413, 415, and 503 with Retry-After when the database is busy.
"""

import hashlib
import logging
import uuid
from datetime import datetime
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from jsonschema import Draft202012Validator

from audit.events import Event
from audit.trail import Trail, audited
from erasure import doorbell, lifecycle
from erasure.callback_address import is_ours
from erasure.choices import SubmissionStatus
from erasure.cxone.errors import UnreadableAnswer
from erasure.cxone.strict_json import read_object
from erasure.models import CallbackReceipt, Submission

logger = logging.getLogger(__name__)

LONGEST_BODY = 64 * 1024
MOST_KEPT = 20
RETRY_AFTER_SECONDS = 10

CALLBACK_SCHEMA = {
    "type": "object",
    "required": ["requestId", "status"],
    "properties": {
        "requestId": {"type": "string", "minLength": 1, "maxLength": 200},
        "subjectId": {"type": "string", "minLength": 1, "maxLength": 2000},
        "status": {"type": "string", "pattern": r"\A[A-Z][A-Z_]{0,39}\Z"},
        "categories": {"type": "array", "items": {"type": "string"}, "maxItems": 100},
        "scope": {"type": "string", "maxLength": 100},
        "durationMs": {"type": ["number", "null"]},
        "recordsAffected": {"type": ["number", "null"]},
    },
}
_VALIDATOR = Draft202012Validator(CALLBACK_SCHEMA)


class Refusal(Exception):  # noqa: N818 - it is an answer to CXone, not a fault of ours.
    """A callback that is not taken: the answer's status code, and why in a code."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason


@csrf_exempt
@require_POST
def cxone_callback(request: HttpRequest, public_id: uuid.UUID, key_id: str, mac: str) -> HttpResponse:
    """Take one callback."""
    if not is_ours(public_id, key_id, mac):
        return _answer(Refusal(404, "not_found"))
    try:
        text = _read(request)
        _record(public_id, text, now=timezone.now())
    except Refusal as refusal:
        return _answer(refusal)
    except DatabaseError as error:
        logger.warning("callback_not_recorded", extra={"error": type(error).__name__})
        busy = _answer(Refusal(503, "busy"))
        busy["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return busy
    return JsonResponse({"acknowledged": True})


def _answer(refusal: Refusal) -> JsonResponse:
    return JsonResponse({"acknowledged": False, "error": refusal.reason}, status=refusal.status)


def _read(request: HttpRequest) -> str:
    """The body as text, once it is known to be a callback."""
    if request.content_type != "application/json":
        raise Refusal(415, "not_json")
    try:
        announced = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        announced = 0
    if announced > LONGEST_BODY:
        raise Refusal(413, "too_long")
    body = request.read(LONGEST_BODY + 1)
    if len(body) > LONGEST_BODY:
        raise Refusal(413, "too_long")
    return body.decode("utf-8", "replace") if _fields(body) else ""


def _fields(body: bytes) -> dict[str, Any]:
    try:
        fields: dict[str, Any] = read_object(body).fields
    except UnreadableAnswer:
        raise Refusal(400, "not_a_json_object") from None
    if not _VALIDATOR.is_valid(fields):
        raise Refusal(400, "not_a_callback")
    return fields


def _record(public_id: uuid.UUID, text: str, *, now: datetime) -> None:
    """Store the callback and wake the question, in one transaction. Raises Refusal."""
    fields = _fields(text.encode())
    against = ""
    with audited() as log:
        row = (
            Submission.objects.select_for_update(of=("self",))
            .select_related("request", "identifier")
            .filter(public_id=public_id)
            .first()
        )
        if row is None:
            raise Refusal(404, "not_found")
        against = _disagreement(row, fields)
        if against:
            _note_disagreement(log, row, against)
        elif _keep(row, text, now=now):
            _wake(log, row, fields, now=now)
    if against:
        raise Refusal(400, against)


def _disagreement(row: Submission, fields: dict[str, Any]) -> str:
    """In which field the callback contradicts what we know; empty when it agrees. Before the id is known there is nothing to compare."""
    if row.cxone_id is not None and fields["requestId"] != row.cxone_id:
        return "request_id_differs"
    subject = fields.get("subjectId")
    if subject is not None and row.identifier.value is not None and subject != row.identifier.value:
        return "subject_id_differs"
    return ""


def _note_disagreement(log: Trail, row: Submission, against: str) -> None:
    log.record(
        Event.CALLBACK_REFUSED,
        actor="cxone",
        obj=row.request.obj,
        sub=row.sub,
        res="denied",
        data={"submission": row.number, "reason": against},
    )
    lifecycle.contradict(log, row)


def _keep(row: Submission, text: str, *, now: datetime) -> bool:
    """Store the body unless it is known or there are too many; whether it is new."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    if row.callbacks.filter(body_hash=digest).exists() or row.callbacks.count() >= MOST_KEPT:
        return False
    CallbackReceipt.objects.create(submission=row, body_hash=digest, body=text, received_at=now)
    return True


def _wake(log: Trail, row: Submission, fields: dict[str, Any], *, now: datetime) -> None:
    """Make our own question due at once. A callback after the end changes nothing, but one that tells another end is flagged."""
    if row.is_terminal:
        lifecycle.note_late_callback(log, row, status=fields["status"])
        return
    lifecycle.note_callback_time(row, at=now)
    if row.status == SubmissionStatus.PROCESSING:
        doorbell.ring(lifecycle.POLL_JOB)
