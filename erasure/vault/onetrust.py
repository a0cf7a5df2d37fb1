"""The `onetrust` kind: each request is a subtask of a privacy request there, completed once it is answered.

OneTrust knows no idempotency key, so that every attempt looks first where the subtask stands, and does not
repeat what it finds done. What the API documents, and what is assumed, stands in `docs/vaults.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from django.utils.translation import gettext as _

from erasure.choices import DeliveryTrouble, Occasion, Outcome
from erasure.outbound.addresses import AddressGuard
from erasure.vault.calls import not_delivered
from erasure.vault.message import Message, NotDelivered, Receipt
from erasure.vault.onetrust_subtasks import OneTrustSubtasks, Subtask
from erasure.vault.settings_given import is_uuid, require
from erasure.vault.told_in_words import comment
from erasure.vault.turns import Turns

#: What leaves nothing but a comment, by which it is known again.
_COMMENTED = frozenset({Occasion.COMPLETED, Occasion.REFUSED})


@dataclass(frozen=True, kw_only=True)
class Resolutions:
    """The ids of the resolutions with which a subtask is completed, by what the person was told."""

    done: str
    partly: str
    refused: str

    def of(self, outcome: str) -> str:
        """The resolution for an outcome. What the person has withdrawn was not carried out either."""
        by_outcome: Mapping[str, str] = {
            Outcome.DONE: self.done,
            Outcome.NOTHING_FOUND: self.done,
            Outcome.PARTLY_DONE: self.partly,
            Outcome.REFUSED: self.refused,
            Outcome.WITHDRAWN: self.refused,
        }
        return by_outcome[outcome]


class OneTrustVault:
    """One OneTrust and its resolutions. Raises NotDelivered when what operators entered cannot work."""

    def __init__(
        self,
        address: str,
        *,
        client_id: str,
        client_secret: str,
        resolutions: Resolutions,
        guard: AddressGuard,
    ) -> None:
        ids = (resolutions.done, resolutions.partly, resolutions.refused)
        require(ok=bool(address and client_id and client_secret) and all(map(is_uuid, ids)))
        self._subtasks = OneTrustSubtasks(
            address, client_id=client_id, client_secret=client_secret, guard=guard
        )
        self._resolutions = resolutions
        self._turns = Turns()

    def deliver(self, message: Message) -> Receipt:
        """Make the subtask say what the message tells. Raises NotDelivered."""
        if not is_uuid(message.task):
            raise NotDelivered(DeliveryTrouble.NO_TASK)
        subtask_id = message.task.lower()
        with self._turns.at(subtask_id):
            return self._already(message, subtask_id) or self._change(message, subtask_id)

    def test(self) -> Receipt:
        """Sign in, and ask for a subtask that does not exist; nothing is changed. Raises NotDelivered."""
        answer = self._subtasks.look(str(uuid4()))
        # Its page names no status for this but 400; 404 is what one would expect.
        if answer.status in (400, 404):
            return Receipt(
                said=_("Signed in; a subtask that does not exist was answered with %(status)s.")
                % {"status": answer.status}
            )
        expected = DeliveryTrouble.UNEXPECTED if answer.status // 100 == 2 else None
        raise not_delivered(answer, expected)

    def close(self) -> None:
        """Let go of the connections and of the token."""
        self._subtasks.close()

    def _already(self, message: Message, subtask_id: str) -> Receipt | None:
        # Others' comments are asked for only where ours may be among them.
        subtask = self._subtasks.read(subtask_id, with_comments=message.occasion in _COMMENTED)
        if not _shows(subtask, message):
            return None
        return Receipt(subtask.http_status, subtask.status, already=True)

    def _change(self, message: Message, subtask_id: str) -> Receipt:
        try:
            return self._changed(message, subtask_id)
        except NotDelivered as trouble:
            if trouble.trouble != DeliveryTrouble.REJECTED:
                raise
            refusal = trouble
        # Somebody may have completed it between our look and our call.
        if found := self._already(message, subtask_id):
            return found
        raise refusal

    def _changed(self, message: Message, subtask_id: str) -> Receipt:
        text = comment(message)
        if message.occasion == Occasion.ANSWERED:
            resolution = self._resolutions.of(message.outcome)
            return self._subtasks.complete(subtask_id, text, resolution=resolution)
        if message.occasion == Occasion.FAILED:
            return self._subtasks.fail(subtask_id, text)
        return self._subtasks.comment(subtask_id, text)


def _shows(subtask: Subtask, message: Message) -> bool:
    """Whether the subtask already says what the message tells, or is complete, so that it can say no more."""
    if subtask.is_complete:
        return True
    if message.occasion == Occasion.FAILED:
        return subtask.has_failed
    return message.occasion in _COMMENTED and subtask.says(message.id)
