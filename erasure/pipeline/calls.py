"""Calling CXone for many rows at once, from threads that touch no database and never raise."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from erasure.cxone.answers import Accepted, StatusReport
from erasure.cxone.client import CXoneClient
from erasure.cxone.errors import CXoneError, UnreadableAnswer
from erasure.models import Submission
from erasure.pipeline.gate import Ready

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")


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


def submit_all(client: CXoneClient, pool: ThreadPoolExecutor, readies: Sequence[Ready]) -> list[Submitted]:
    """POST each; in parallel, in no particular order of completion."""

    def call(ready: Ready) -> Submitted:
        return Submitted(
            ready,
            _caught(lambda: client.submit(ready.body, idempotency_key=ready.idempotency_key)),
        )

    return list(pool.map(call, readies))


def ask_all(client: CXoneClient, pool: ThreadPoolExecutor, rows: Sequence[Submission]) -> list[Polled]:
    """GET the status of each."""

    def call(row: Submission) -> Polled:
        return Polled(row, _caught(lambda: client.status(row.cxone_id or "")))

    return list(pool.map(call, rows))


def _caught(call: Callable[[], Answer]) -> Answer | CXoneError:
    try:
        return call()
    except CXoneError as error:
        return error
    except Exception as error:
        # A fault of our own is, for the row, an unclear answer: it is repeated, and nothing of the batch is lost.
        logger.exception("call_failed_unexpectedly", extra={"error": type(error).__name__})
        return UnreadableAnswer("it could not be handled")
