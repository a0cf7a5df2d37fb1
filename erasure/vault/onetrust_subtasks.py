"""The subtasks of OneTrust's privacy requests, as its developer portal documents them.

Source: developer.onetrust.com/onetrust/reference, pages getsubtaskbyidusingget, completesubtaskusingput,
updatesubtaskstatususingput and getoauthtoken-1; what they leave open is listed in `docs/vaults.md`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from erasure.choices import DeliveryTrouble
from erasure.outbound.addresses import AddressGuard
from erasure.outbound.errors import UnreadableAnswer
from erasure.outbound.strict_json import read_object
from erasure.outbound.transport import LARGEST_ANSWER, Answer
from erasure.vault.calls import VaultCalls, not_delivered, receipt
from erasure.vault.client_credentials import SignedInCalls
from erasure.vault.message import LONGEST_SAID, NotDelivered, Receipt


@dataclass(frozen=True)
class Subtask:
    """Where a subtask stands: `status` in the spelling of the API, such as ASSIGNED, and its comments."""

    status: str
    http_status: int
    comments: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_complete(self) -> bool:
        """Whether nothing more can be made of it."""
        return self.status == "COMPLETED"

    @property
    def has_failed(self) -> bool:
        """Whether it is marked as failed, and may still be completed."""
        return self.status == "FAILED"

    def says(self, mark: str) -> bool:
        """Whether a comment holds this text. Comments come back as HTML, which leaves letters and digits."""
        return any(mark in comment for comment in self.comments)


class OneTrustSubtasks:
    """Reading and changing single subtasks at one OneTrust. Safe for several threads."""

    def __init__(self, address: str, *, client_id: str, client_secret: str, guard: AddressGuard) -> None:
        self._base = address.rstrip("/")
        # The comments of a subtask come with it, and there may be many.
        self._calls = VaultCalls(address, peer="onetrust", guard=guard, largest_answer=LARGEST_ANSWER)
        self._signed_in = SignedInCalls(
            self._calls,
            token_url=f"{self._base}/api/access/v1/oauth/token",
            client_id=client_id,
            client_secret=client_secret,
        )

    def close(self) -> None:
        """Close the idle connections."""
        self._calls.close()

    def look(self, subtask_id: str, *, with_comments: bool = False) -> Answer:
        """The answer to a question for a subtask, whatever it is. Raises NotDelivered when none came."""
        return self._call("read", "GET", subtask_id + ("?includeComments=true" if with_comments else ""))

    def read(self, subtask_id: str, *, with_comments: bool) -> Subtask:
        """Where a subtask stands. Raises NotDelivered, also for an answer that is no subtask."""
        answer = self.look(subtask_id, with_comments=with_comments)
        receipt(answer)
        try:
            fields = read_object(answer.body).fields
        except UnreadableAnswer:
            fields = {}
        status = fields.get("status")
        if not isinstance(status, str) or not status or not _is_about(fields, subtask_id):
            raise not_delivered(answer, DeliveryTrouble.UNEXPECTED)
        return Subtask(_spelled(status), answer.status, _comments(fields))

    def comment(self, subtask_id: str, text: str) -> Receipt:
        """Leave a comment, and the subtask open. Raises NotDelivered."""
        answer = self._put("comment", f"{subtask_id}/complete", {"comment": text, "markAsComplete": False})
        return _taken(answer)

    def complete(self, subtask_id: str, text: str, *, resolution: str) -> Receipt:
        """Mark it as complete with a comment and the id of a resolution. Raises NotDelivered."""
        fields = {"comment": text, "markAsComplete": True, "resolutionId": resolution}
        return _taken(self._put("complete", f"{subtask_id}/complete", fields))

    def fail(self, subtask_id: str, text: str) -> Receipt:
        """Mark it as failed, with the reason as its comment. Raises NotDelivered."""
        answer = self._put("fail", f"{subtask_id}/status", {"status": "FAILED", "comment": text})
        found = receipt(answer)
        # The page of this call says that the answer is a boolean; false means that nothing was changed.
        if answer.body.strip() == b"true":
            return found
        refused = answer.body.strip() == b"false"
        raise not_delivered(answer, DeliveryTrouble.REJECTED if refused else DeliveryTrouble.UNEXPECTED)

    def _put(self, kind: str, path: str, fields: Mapping[str, Any]) -> Answer:
        return self._call(kind, "PUT", path, json.dumps(fields, ensure_ascii=False).encode())

    def _call(self, kind: str, method: str, path: str, body: bytes | None = None) -> Answer:
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        url = f"{self._base}/api/datasubject/v2/subtasks/{path}"
        return self._signed_in.call(kind=kind, method=method, url=url, headers=headers, body=body)


def _taken(answer: Answer) -> Receipt:
    """The receipt for an answer of 2xx, which by its page has no body; JSON is harmless, a page is not it."""
    found = receipt(answer)
    if not answer.body.strip():
        return found
    try:
        json.loads(answer.body)
    except (ValueError, RecursionError):
        trouble: NotDelivered = not_delivered(answer, DeliveryTrouble.UNEXPECTED)
    else:
        return found
    raise trouble


def _is_about(fields: Mapping[str, object], subtask_id: str) -> bool:
    return str(fields.get("subTaskId") or subtask_id).lower() == subtask_id.lower()


def _spelled(status: str) -> str:
    """The status as the API's enumerations spell it; its pages also show “Completed” and “In Progress”."""
    spelled = status.strip().upper().replace(" ", "_")[:LONGEST_SAID]
    return "COMPLETED" if spelled == "COMPLETE" else spelled


def _comments(fields: Mapping[str, object]) -> tuple[str, ...]:
    found = fields.get("subTaskV2CommentsDtoList")
    comments = (
        [one.get("comment") for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    )
    return tuple(comment for comment in comments if isinstance(comment, str))
