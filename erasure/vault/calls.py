"""HTTP calls to a vault, and what an answer, or the lack of one, means for a delivery.

Shared by all kinds that speak HTTP. What a status code means is said here once; a kind that knows better says
so with `trouble`.
"""

import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from erasure.choices import DeliveryTrouble
from erasure.outbound import errors
from erasure.outbound.addresses import AddressGuard
from erasure.outbound.destination import destination
from erasure.outbound.retry_after import parse_retry_after
from erasure.outbound.transport import Answer, Transport
from erasure.vault.message import LONGEST_SAID, NotDelivered, Receipt

SECONDS = 15.0
"""For one call: connecting, sending, and the whole answer."""

LARGEST_ANSWER = 64 * 1024
"""Bytes of an answer’s body. A vault says whether it has taken something; more than this is another thing."""

CONNECTIONS = 8

logger = logging.getLogger(__name__)

_TROUBLE_ON_THE_WAY: Mapping[type[errors.CallFailed], DeliveryTrouble] = {
    errors.Unreachable: DeliveryTrouble.UNREACHABLE,
    errors.AddressRefused: DeliveryTrouble.ADDRESS_REFUSED,
    errors.TimedOut: DeliveryTrouble.TIMED_OUT,
    errors.ConnectionBroken: DeliveryTrouble.BROKEN,
    errors.UnreadableAnswer: DeliveryTrouble.UNEXPECTED,
}

_TROUBLE_OF_STATUS: Mapping[int, DeliveryTrouble] = {
    401: DeliveryTrouble.SIGN_IN,
    403: DeliveryTrouble.SIGN_IN,
    # Neither says anything about the message: the vault was too slow to read it, or wants it later.
    408: DeliveryTrouble.SERVER_ERROR,
    425: DeliveryTrouble.SERVER_ERROR,
    410: DeliveryTrouble.GONE,
    429: DeliveryTrouble.RATE_LIMITED,
}

_TROUBLE_OF_CLASS: Mapping[int, DeliveryTrouble] = {
    3: DeliveryTrouble.REDIRECTED,
    4: DeliveryTrouble.REJECTED,
    5: DeliveryTrouble.SERVER_ERROR,
}

#: With these the vault may say when to come back (RFC 9110 §10.2.3, RFC 6585 §4).
_MAY_ASK_FOR_TIME = frozenset({DeliveryTrouble.RATE_LIMITED, DeliveryTrouble.SERVER_ERROR})


class VaultCalls:
    """Bounded calls to the one host of `address`, for any number of threads.

    `peer` names the kind of vault in the program's log; `largest_answer` is the most that is read of a body,
    in bytes. Raises NotDelivered for an address that is none, and ValueError for an environment whose proxy
    or CA bundle cannot work.
    """

    def __init__(
        self, address: str, *, peer: str, guard: AddressGuard, largest_answer: int = LARGEST_ANSWER
    ) -> None:
        _look_at(address)
        self._transport = Transport(
            address,
            peer=peer,
            connections=CONNECTIONS,
            clock=time.monotonic,
            guard=guard,
            largest_answer=largest_answer,
        )

    def call(
        self, *, kind: str, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """Make one call of at most `SECONDS`; any complete answer is given back, whatever its status.

        `kind` is for the log. Raises NotDelivered when no such answer came.
        """
        try:
            return self._transport.call(
                kind=kind,
                method=method,
                url=url,
                headers={"User-Agent": "PrivacyAdmin", **headers},
                body=body,
                deadline=time.monotonic() + SECONDS,
            )
        except errors.CallFailed as failure:
            # None of its reasons holds an address, or anything that came back.
            logger.warning("vault_call_failed", extra={"call": kind, "reason": str(failure)})
            trouble = NotDelivered(_TROUBLE_ON_THE_WAY[type(failure)])
        # Raised out here, so that nothing of the original travels along.
        raise trouble

    def close(self) -> None:
        """Close the idle connections."""
        self._transport.close()


def receipt(answer: Answer) -> Receipt:
    """What a status of 2xx means, whatever the body says. Raises NotDelivered for every other status."""
    if answer.status // 100 != 2:
        raise not_delivered(answer)
    return Receipt(answer.status, said(answer))


def not_delivered(answer: Answer, trouble: DeliveryTrouble | None = None) -> NotDelivered:
    """What an answer other than success means; with `trouble`, what the kind of vault says that it means."""
    found = trouble or trouble_of(answer.status)
    return NotDelivered(
        found,
        status=answer.status,
        said=said(answer),
        retry_after=_retry_after(answer) if found in _MAY_ASK_FOR_TIME else None,
    )


def trouble_of(status: int) -> DeliveryTrouble:
    """What a status code other than 2xx means; one of no known class is unexpected."""
    return _TROUBLE_OF_STATUS.get(status) or _TROUBLE_OF_CLASS.get(status // 100, DeliveryTrouble.UNEXPECTED)


def said(answer: Answer) -> str:
    """The body as text for people: at most 2000 characters, on lines, and nothing that steers a terminal."""
    text = answer.body.decode("utf-8", errors="replace")
    # Cut last, so that whoever masks it can tell by its length that it was cut.
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text).strip()[:LONGEST_SAID]


def _look_at(address: str) -> None:
    """Raise NotDelivered for what leads nowhere; whether it may be called is asked when it is."""
    try:
        destination(address)
    except errors.AddressRefused:
        pass
    else:
        return
    raise NotDelivered(DeliveryTrouble.ADDRESS_REFUSED)


def _retry_after(answer: Answer) -> float | None:
    return parse_retry_after(answer.headers.get("Retry-After"), now=datetime.now(UTC))
