"""The callback from CXone. It is recorded once and makes our own question due; its word alone closes nothing.

The address is the proof (`callback_address`); one that is not ours gets the same 404 whatever is wrong with
it. Answers: 200 after the commit, 400 for a body that we cannot use, 405, 413, 415, and 503 with Retry-After
when the database is busy.
"""

import hashlib
import hmac
import logging
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.log import log_response
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from jsonschema import Draft202012Validator

from audit.events import Event
from audit.trail import Trail, audited
from erasure import doorbell, lifecycle
from erasure.callback_address import is_ours
from erasure.choices import Attention, SubmissionStatus
from erasure.encryption import salt_bytes
from erasure.models import CallbackReceipt, PrivacyRequest, Submission
from erasure.outbound.errors import UnreadableAnswer
from erasure.outbound.strict_json import read_object

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


@dataclass(frozen=True)
class Callback:
    """A callback in the contract's shape, and the text it was read from."""

    request_id: str = field(repr=False)
    subject_id: str | None = field(repr=False)
    status: str
    text: str = field(repr=False)

    def digest(self, salt: bytes) -> str:
        """By which a repeat is known.

        Keyed, since whoever guesses the identifier could guess the whole body: without the salt of the
        request, which goes with its proof, the digest confirms no guess.
        """
        return hmac.new(salt, b"callback/v1\0" + self.text.encode(), hashlib.sha256).hexdigest()


@csrf_exempt
@require_POST
def cxone_callback(request: HttpRequest, public_id: uuid.UUID, key_id: str, mac: str) -> HttpResponse:
    """Take one callback."""
    if not is_ours(public_id, key_id, mac):
        return _answer(Refusal(404, "not_found"))
    try:
        _record(public_id, _read(request), now=timezone.now())
    except Refusal as refusal:
        return _answer(refusal)
    except Exception as error:
        # Nothing of it was stored, whatever went wrong; most likely the database is busy. Our own polls find
        # the end all the same, so that CXone need not be told more than to come back.
        return _busy(error)
    return JsonResponse({"acknowledged": True})


def _answer(refusal: Refusal) -> JsonResponse:
    return JsonResponse({"acknowledged": False, "error": refusal.reason}, status=refusal.status)


def _busy(error: Exception) -> JsonResponse:
    busy = _answer(Refusal(503, "busy"))
    busy["Retry-After"] = str(RETRY_AFTER_SECONDS)
    # Logged by ourselves, since Django would log the path, which is a secret.
    log_response(
        "callback_not_recorded %s", type(error).__name__, response=busy, logger=logger, level="warning"
    )
    return busy


def _read(request: HttpRequest) -> Callback:
    """The callback in the request. Raises Refusal."""
    if request.content_type != "application/json":
        raise Refusal(415, "not_json")
    body = _body(request)
    if len(body) > LONGEST_BODY:
        raise Refusal(413, "too_long")
    try:
        read = read_object(body, names_once=True)
    except UnreadableAnswer:
        raise Refusal(400, "not_a_json_object") from None
    if not _VALIDATOR.is_valid(read.fields):
        raise Refusal(400, "not_a_callback")
    fields: dict[str, Any] = read.fields
    return Callback(fields["requestId"], fields.get("subjectId"), fields["status"], read.text)


def _body(request: HttpRequest) -> bytes:
    """The body, never more than one byte over what is allowed."""
    stream: Any = request
    if not request.META.get("CONTENT_LENGTH") and request.META.get("wsgi.input_terminated"):
        # Sent in chunks: Django takes that for empty, but the server tells where it ends.
        stream = request.META["wsgi.input"]
    try:
        return bytes(stream.read(LONGEST_BODY + 1))
    except OSError:
        raise Refusal(400, "broken_off") from None


def _record(public_id: uuid.UUID, callback: Callback, *, now: datetime) -> None:
    """Store the callback and wake the question, in one transaction. Raises Refusal."""
    with audited() as log:
        row = (
            Submission.objects.select_for_update(no_key=True, of=("self",))
            .select_related("request", "identifier")
            .filter(public_id=public_id)
            .first()
        )
        if row is None:
            raise Refusal(404, "not_found")
        against = _disagreement(row, callback)
        if against:
            _note_disagreement(log, row, against)
        elif _keep(row, callback, now=now):
            _wake(log, row, callback, now=now)
    if against:
        # Only now, since a refusal inside would take its own record away.
        raise Refusal(400, against)


def _disagreement(row: Submission, callback: Callback) -> str:
    """In which field the callback contradicts what we know; empty when it agrees.

    Before the id is known there is none to compare; the pipeline does it once it is.
    """
    if row.cxone_id is not None and callback.request_id != row.cxone_id:
        return "request_id_differs"
    known = row.identifier.value
    if known is not None and callback.subject_id is not None and callback.subject_id != known:
        return "subject_id_differs"
    return ""


def _note_disagreement(log: Trail, row: Submission, against: str) -> None:
    """Put it on record; once is enough until somebody has looked, however often it is repeated."""
    if row.attention == Attention.CONTRADICTED:
        return
    lifecycle.record(log, row, Event.CALLBACK_REFUSED, actor="cxone", res="denied", reason=against)
    lifecycle.contradict(log, row)


def _keep(row: Submission, callback: Callback, *, now: datetime) -> bool:
    """Store the body unless it is known or there are too many; whether it is new.

    Once identifiers and text are shredded no body is kept, and once the proof is, nothing at all.
    """
    # Asked under the lock on the submission, which shredding takes too.
    request = PrivacyRequest.objects.only("salt", "shredded_at").get(pk=row.request_id)
    if request.salt is None:
        return False
    digest = callback.digest(salt_bytes(request.salt))
    digests = set(row.callbacks.values_list("body_hash", flat=True))
    if digest in digests or len(digests) >= MOST_KEPT:
        return False
    body = None if request.shredded_at else callback.text
    CallbackReceipt.objects.create(submission=row, body_hash=digest, body=body, received_at=now)
    return True


def _wake(log: Trail, row: Submission, callback: Callback, *, now: datetime) -> None:
    """Make our own question due at once.

    After the end a callback changes nothing, but another end is flagged.
    """
    if row.is_terminal:
        lifecycle.note_late_callback(log, row, status=callback.status)
        return
    lifecycle.note_callback_time(row, at=now)
    if row.status == SubmissionStatus.PROCESSING:
        doorbell.ring(lifecycle.POLL_JOB)
