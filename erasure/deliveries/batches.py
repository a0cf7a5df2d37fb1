"""From claim to applied outcomes, for as long as something is due and there is time."""

import logging
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime

from django.db import connections, transaction
from django.db.models import F
from django.utils import timezone

from erasure import lots
from erasure.choices import DeliveryState, DeliveryTrouble
from erasure.deliveries import outcomes
from erasure.deliveries.claims import claim, still_ours
from erasure.deliveries.messages import compose, message_of
from erasure.deliveries.opened import OpenedVaults
from erasure.deliveries.told import Told
from erasure.models import Delivery
from erasure.vault import Message, NotDelivered, Vault

logger = logging.getLogger(__name__)

#: So many calls are under way in one worker at a time, to all vaults together.
THREADS = 32
#: So that one slow vault does not keep the outcomes of the others from being applied, they come in parts.
APPLY_EVERY_SECONDS = 1.0
#: So long it is waited for others after the first that is done.
GATHER_SECONDS = 0.02


@dataclass(frozen=True)
class Ready:
    """A delivery that is about to be sent, and what is sent."""

    delivery: Delivery
    message: Message


def deliver_until(vaults: OpenedVaults, pool: ThreadPoolExecutor, *, until: float) -> int:
    """Tell the vaults what is due, and go on claiming until `until` on the monotonic clock.

    The number of rows claimed; 0 when no vault could be told anything. What is under way by then is waited
    for. A vault that is slow has calls under way while the others are told one after another.
    """
    vaults.let_go()
    under_way: dict[Future[Told], int] = {}
    claimed = 0
    while True:
        room = THREADS - len(under_way)
        taken = claim(timezone.now(), under_way=Counter(under_way.values()), room=room)
        claimed += len(taken)
        opened = vaults.of({row.vault_id for row in taken})
        for ready in _begin(taken, now=timezone.now()):
            vault_key = ready.delivery.vault_id
            under_way[pool.submit(_tell, ready, opened[vault_key])] = vault_key
        if not under_way and not taken:
            return claimed
        _apply_what_is_done(under_way)
        if time.monotonic() >= until:
            while under_way:
                _apply_what_is_done(under_way)
            return claimed


def _apply_what_is_done(under_way: "dict[Future[Told], int]") -> None:
    """Wait for some outcomes, and apply them together: each transaction locks the log's head."""
    wait(under_way, timeout=APPLY_EVERY_SECONDS, return_when=FIRST_COMPLETED)
    done, _pending = wait(under_way, timeout=GATHER_SECONDS)
    for future in done:
        del under_way[future]
    outcomes.apply([future.result() for future in done], now=timezone.now())


def _begin(claimed: Sequence[Delivery], *, now: datetime) -> list[Ready]:
    """Count the attempt and compose what is sent; what cannot be composed is set aside, and says so."""

    def set_aside(row: Delivery, error: Exception) -> None:
        logger.error(
            "delivery_set_aside", exc_info=error, extra={"error": type(error).__name__, "row": row.pk}
        )
        trouble = NotDelivered(DeliveryTrouble.INTERNAL)
        # Counted here, since nothing of what was begun for it was kept: it is given up in its time, too.
        counted = {"attempts": F("attempts") + 1, "last_tried_at": now}
        Delivery.objects.filter(pk=row.pk, fence=row.fence).update(**counted)
        outcomes.apply([Told(row, trouble, begun=now)], now=now)

    done = lots.by_itself_if_need_be(claimed, lambda rows: _begin_together(rows, now=now), leave=set_aside)
    return [ready for found in done for ready in found]


def _begin_together(claimed: Sequence[Delivery], *, now: datetime) -> list[Ready]:
    with transaction.atomic():
        rows = [row for row in still_ours(claimed) if row.state == DeliveryState.WAITING]
        for row in rows:
            row.body = row.body or compose(row)
            row.attempts += 1
            row.last_tried_at = now
            row.save(update_fields=["body", "attempts", "last_tried_at"])
    return [Ready(row, message_of(row)) for row in rows]


def _tell(ready: Ready, vault: Vault | NotDelivered) -> Told:
    """Runs in a thread, and never raises."""
    begun = timezone.now()
    try:
        result = vault if isinstance(vault, NotDelivered) else vault.deliver(ready.message)
    except NotDelivered as error:
        result = error
    except Exception as error:
        # A fault of our own is, for the row, an unclear answer: it is repeated, and nothing of the batch is
        # lost.
        logger.exception("delivery_failed_unexpectedly", extra={"error": type(error).__name__})
        result = NotDelivered(DeliveryTrouble.INTERNAL)
    finally:
        # The thread would keep the connection that a vault in a database has brought it.
        connections.close_all()
    return Told(ready.delivery, result, begun=begun)
