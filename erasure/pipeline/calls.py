"""Calling CXone for many rows at once, from threads that hold no database connection and never raise."""

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeVar

from django.db import connections

from erasure.cxone.answers import Accepted, StatusReport
from erasure.cxone.client import CXoneClient
from erasure.cxone.errors import CXoneError, UnreadableAnswer
from erasure.models import Submission
from erasure.pipeline.gate import Ready

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")
Work = TypeVar("Work")
Outcome = TypeVar("Outcome")

APPLY_EVERY_SECONDS = 1.0


@dataclass(frozen=True)
class Submitted:
    """What came of one POST."""

    ready: Ready
    result: Accepted | CXoneError

    @property
    def submission(self) -> Submission:
        """The row it was for."""
        return self.ready.submission


@dataclass(frozen=True)
class Polled:
    """What came of one GET."""

    submission: Submission
    result: StatusReport | CXoneError


def submit_all(
    client: CXoneClient, pool: ThreadPoolExecutor, readies: Sequence[Ready]
) -> Iterator[list[Submitted]]:
    """POST each, in parallel; gives what has been answered, about once a second."""

    def call(ready: Ready) -> Submitted:
        return Submitted(
            ready, _caught(lambda: client.submit(ready.body, idempotency_key=ready.idempotency_key))
        )

    return _in_parallel(pool, call, readies)


def ask_all(
    client: CXoneClient, pool: ThreadPoolExecutor, rows: Sequence[Submission]
) -> Iterator[list[Polled]]:
    """GET the status of each, in the same way."""

    def call(row: Submission) -> Polled:
        return Polled(row, _caught(lambda: client.status(row.cxone_id or "")))

    return _in_parallel(pool, call, rows)


def _in_parallel(
    pool: ThreadPoolExecutor, call: Callable[[Work], Outcome], work: Sequence[Work]
) -> Iterator[list[Outcome]]:
    """So that one slow answer does not keep the others from being applied, they come in parts."""
    pending = {pool.submit(call, piece) for piece in work}
    while pending:
        done, pending = wait(pending, timeout=APPLY_EVERY_SECONDS)
        if done:
            yield [future.result() for future in done]


def _caught(call: Callable[[], Answer]) -> Answer | CXoneError:
    try:
        return call()
    except CXoneError as error:
        return error
    except Exception as error:
        # A fault of our own is, for the row, an unclear answer: it is repeated, and nothing of the batch is
        # lost.
        logger.exception("call_failed_unexpectedly", extra={"error": type(error).__name__})
        return UnreadableAnswer("it could not be handled")
    finally:
        # Only renewing a token turned down in the middle of a wave brings a thread to the database; it would
        # keep its connection.
        connections.close_all()
