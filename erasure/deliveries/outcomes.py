"""What came of telling a vault: recorded, and what the vault's trouble means for all that it is to be told.

In one transaction: the vaults in key order, their deliveries after them, the log last. A row that is no
longer ours (its fence has moved) is dropped, and its event with it.
"""

import logging
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from audit.events import Event
from audit.log_format import JSON
from audit.trail import Result, Trail, audited
from erasure import lots
from erasure.choices import TROUBLE_OF_THE_VAULT, DeliveryState, DeliveryTrouble
from erasure.deliveries import vault_state
from erasure.deliveries.claims import still_ours
from erasure.deliveries.masking import without_identifiers
from erasure.deliveries.told import Told
from erasure.deliveries.vault_secrets import SECRETS
from erasure.models import Delivery, PrivacyRequest, Vault
from erasure.vault import NotDelivered, Receipt

logger = logging.getLogger(__name__)

#: Until the next attempt, in seconds; the last is repeated. All of them together are about five days.
WAITS: Sequence[int] = (10, 60, 300, 900, 3600, 2 * 3600, 4 * 3600, 8 * 3600)
#: After so many attempts a delivery is given up, until somebody has it sent again.
MOST_ATTEMPTS = 21
#: What the vault does not accept it will hardly accept later; somebody has to correct something.
MOST_REJECTIONS = 6

#: What is told and what was written of the request: of a row with a damaged value there can so still be noted
#: what came of it.
NOT_NEEDED = (
    *("body", "last_answer", "request__note", "request__answer_note", "submission__description"),
    *("submission__frozen_payload", "submission__upstream_body", "submission__error_message"),
)


def apply(told: Sequence[Told], *, now: datetime) -> None:
    """Record what came of some attempts; one that cannot be recorded keeps no other back."""

    def leave(one: Told, error: Exception) -> None:
        """Have it told once more, later and later: else it would for ever be the first that is due."""
        logger.error(
            "delivery_not_recorded",
            exc_info=error,
            extra={"error": type(error).__name__, "row": one.delivery.pk},
        )
        row = Delivery.objects.filter(
            pk=one.delivery.pk, fence=one.delivery.fence, state=DeliveryState.WAITING
        )
        attempts = row.values_list("attempts", flat=True).first() or 0
        row.update(
            next_attempt_at=now + timedelta(seconds=wait_seconds(attempts)),
            lease_until=None,
            last_trouble=DeliveryTrouble.INTERNAL,
        )

    lots.by_itself_if_need_be(told, lambda some: _apply_together(some, now=now), leave=leave)


def _apply_together(told: Sequence[Told], *, now: datetime) -> None:
    by_row = {one.delivery.pk: one for one in told}
    with audited() as log:
        vaults = {
            vault.pk: vault
            for vault in Vault.objects.select_for_update(no_key=True)
            .filter(pk__in={one.delivery.vault_id for one in told})
            .defer(*SECRETS)
            .order_by("pk")
        }
        ours = still_ours([one.delivery for one in told], without=NOT_NEEDED)
        for row in ours:
            if row.state == DeliveryState.WAITING:
                _apply(log, vaults[row.vault_id], row, by_row[row.pk], now=now)
        # What comes from a worker that was thought dead says nothing about the vault of today.
        for vault in vaults.values():
            of_it = [by_row[row.pk] for row in ours if row.vault_id == vault.pk]
            vault_state.note(log, vault, of_it, now=now)


def _apply(log: Trail, vault: Vault, row: Delivery, told: Told, *, now: datetime) -> None:
    result, before = told.result, row.last_trouble
    row.lease_until = None
    row.last_status = result.status
    row.last_answer = without_identifiers(result.said, _identifiers(row)) if result.said else None
    row.last_trouble = "" if isinstance(result, Receipt) else result.trouble
    if isinstance(result, Receipt):
        _settle(row, DeliveryState.DELIVERED, now=now)
        record(log, Event.VAULT_DELIVERED, vault, row)
    elif result.trouble == DeliveryTrouble.NO_TASK:
        _apply_no_task(row, sent_with=told.delivery.request.vault_task, now=now)
    else:
        _apply_trouble(log, vault, row, result, before=before, now=now)
    row.save(
        update_fields=[
            *("state", "settled_at", "next_attempt_at", "lease_until"),
            *("last_status", "last_answer", "last_trouble"),
        ]
    )


def _apply_no_task(row: Delivery, *, sent_with: str, now: datetime) -> None:
    """It is not for this vault, unless somebody has named the task meanwhile.

    That is looked up now that the row is locked: whoever names one locks the rows after it, and so finds
    either this outcome or none.
    """
    named = PrivacyRequest.objects.values_list("vault_task", flat=True).get(pk=row.request_id)
    if named == sent_with:
        _settle(row, DeliveryState.NOT_FOR_IT, now=now)
    else:
        row.next_attempt_at = now


def _apply_trouble(
    log: Trail, vault: Vault, row: Delivery, error: NotDelivered, *, before: str, now: datetime
) -> None:
    if error.trouble != DeliveryTrouble.GONE and row.attempts >= _most_attempts(error.trouble, before):
        _settle(row, DeliveryState.GIVEN_UP, now=now)
        record(log, Event.VAULT_FAILED, vault, row, res="failed", reason=str(error.trouble))
    else:
        row.next_attempt_at = now + timedelta(seconds=wait_seconds(row.attempts, error.retry_after))


def _settle(row: Delivery, state: DeliveryState, *, now: datetime) -> None:
    row.state, row.settled_at, row.next_attempt_at = state, now, None


def _most_attempts(trouble: DeliveryTrouble, before: str) -> int:
    """The first refusal after the vault's own trouble gives nothing up: it may just be coming up."""
    is_refused_again = trouble not in TROUBLE_OF_THE_VAULT and before not in TROUBLE_OF_THE_VAULT
    return MOST_REJECTIONS if is_refused_again else MOST_ATTEMPTS


def wait_seconds(attempts: int, retry_after: float | None = None) -> float:
    """Until the next attempt after so many: growing, with a little jitter, and never less than was asked for.

    What was asked for does not stand alone: a vault that says "one second" each time, and is down for a day,
    would have all attempts used up within hours.
    """
    grown = WAITS[min(max(attempts, 1), len(WAITS)) - 1] * random.uniform(1.0, 1.2)  # noqa: S311 - it spreads attempts.
    return max(grown, retry_after or 0.0)


def _identifiers(row: Delivery) -> list[str]:
    """By what the person is known whom the delivery is about."""
    known = list(row.request.subject.identifiers.all())
    if row.submission is not None:
        known.append(row.submission.identifier)
    return [identifier.value for identifier in known if identifier.value]


def record(
    log: Trail,
    event: Event,
    vault: Vault,
    row: Delivery,
    *,
    actor: str = "sys",
    res: Result = "ok",
    **more: JSON,
) -> None:
    """Put an event about a delivery into the log, under its request."""
    data: dict[str, JSON] = {
        "submission": row.submission.number if row.submission else 0,
        "vault": vault.code,
        "occasion": row.occasion,
        "attempt": row.attempts,
        "status": row.last_status,
        **more,
    }
    sub = row.submission.sub if row.submission else None
    log.record(event, actor=actor, obj=row.request.obj, sub=sub, res=res, data=data)
