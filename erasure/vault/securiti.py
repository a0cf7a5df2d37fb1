"""The `securiti` kind, experimental: each request is a subtask of a request there, completed by a response.

Securiti publishes no reference of this API. What stands here was learned from public programs that use it,
and is marked as observed or assumed in `docs/vaults.md`.
"""

import json
import re

from erasure.choices import DeliveryTrouble, Occasion, Outcome
from erasure.outbound.addresses import AddressGuard
from erasure.outbound.errors import UnreadableAnswer
from erasure.outbound.strict_json import read_object
from erasure.outbound.transport import Answer
from erasure.vault.calls import VaultCalls, not_delivered, receipt
from erasure.vault.message import Message, NotDelivered, Receipt
from erasure.vault.settings_given import is_uuid, require, sendable

_SUBTASK = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?")

#: The status of a subtask that is done.
_DONE = 3

_CARRIED_OUT = frozenset({Outcome.DONE, Outcome.NOTHING_FOUND})


class SecuritiVault:
    """One tenant of Securiti. Raises NotDelivered when what operators entered cannot work."""

    def __init__(self, address: str, *, key: str, secret: str, tenant: str, guard: AddressGuard) -> None:
        require(ok=bool(address) and sendable(key, secret, tenant))
        self._base = f"{address.rstrip('/')}/privaci/v1/admin/dsr"
        self._calls = VaultCalls(address, peer="securiti", guard=guard)
        self._headers = {
            "Accept": "application/json",
            "X-API-Key": key,
            "X-API-Secret": secret,
            "X-TIDENT": tenant,
        }

    def deliver(self, message: Message) -> Receipt:
        """Respond to the subtask, which completes it; a repeat responds the same. Raises NotDelivered.

        A UUID names a subtask at OneTrust. And a subtask here knows no failure and no comment that we know
        of, so that what has no end yet is not for it.
        """
        told = message.occasion in (Occasion.COMPLETED, Occasion.ANSWERED)
        if not told or not _SUBTASK.fullmatch(message.task) or is_uuid(message.task):
            raise NotDelivered(DeliveryTrouble.NO_TASK)
        answer = self._calls.call(
            kind="respond",
            method="POST",
            url=f"{self._base}/subtasks/{message.task}/response/",
            headers={**self._headers, "Content-Type": "application/json"},
            body=json.dumps(_response(message)).encode(),
        )
        return _accepted(answer)

    def test(self) -> Receipt:
        """Read the languages of requests, which changes nothing. Raises NotDelivered."""
        url = f"{self._base}/languages"
        answer = self._calls.call(kind="read", method="GET", url=url, headers=self._headers)
        return _accepted(answer, unstated=0)

    def close(self) -> None:
        """Close the idle connections."""
        self._calls.close()


def _response(message: Message) -> dict[str, object]:
    """That the subtask is done, and whether its question of success is answered with yes."""
    carried_out = message.occasion == Occasion.COMPLETED or message.outcome in _CARRIED_OUT
    question = {
        "entry_id": 2,
        "entry_type": "question",
        "entry_title": "Success Confirmed",
        "entry_value": "true" if carried_out else "false",
    }
    return {"status": _DONE, "entries": [question]}


def _accepted(answer: Answer, *, unstated: int | None = None) -> Receipt:
    """A success is 200 with a JSON `status` of 0; any other number in it is a refusal."""
    found = receipt(answer)
    status = _status_in(answer, unstated)
    if answer.status != 200 or status is None:
        raise not_delivered(answer, DeliveryTrouble.UNEXPECTED)
    if status != 0:
        raise not_delivered(answer, DeliveryTrouble.REJECTED)
    return found


def _status_in(answer: Answer, unstated: int | None) -> int | None:
    """The number that says how it went; None when the answer is not JSON, or says no number."""
    try:
        status = read_object(answer.body).fields.get("status", unstated)
    except UnreadableAnswer:
        return None
    return status if isinstance(status, int) and not isinstance(status, bool) else None
