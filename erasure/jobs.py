"""What django-rq runs.

Doorbells on the pipeline, and the round of the tick. Jobs take no arguments; the rows are the work.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.utils import timezone

from audit.checking import verification_runs
from erasure import doorbell, overrides, releasing, suspending
from erasure.cxone.client import CXoneClient
from erasure.cxone.endpoint import Endpoint
from erasure.deliveries import claims as delivery_claims
from erasure.deliveries import vault_rows
from erasure.deliveries.batches import THREADS, deliver_until
from erasure.deliveries.kinds import OPENERS
from erasure.deliveries.opened import OpenedVaults
from erasure.forgetting import Forgetting
from erasure.imports import runs as import_runs
from erasure.imports.uploads import IMPORT_JOB, discard_abandoned
from erasure.lifecycle import DELIVER_JOB, POLL_JOB, SUBMIT_JOB
from erasure.lots import DATABASE_TROUBLE
from erasure.pipeline import claims
from erasure.pipeline.batches import poll_batch, submit_batch
from erasure.resuming import Resuming
from erasure.upstream import DatabaseTokenStore
from erasure.verification import verify

logger = logging.getLogger(__name__)

VERIFY_JOB = "erasure.jobs.verify_log"

#: A job that still finds work after this long rings again and lets others have the worker.
TURN_SECONDS = 20.0
#: Lists take minutes, and what they file is to be sent meanwhile, too.
IMPORT_TURN_SECONDS = 5.0
#: Vaults may be slow, and none of them may keep a request waiting on its way to CXone.
DELIVER_TURN_SECONDS = 5.0


def configured_endpoint() -> Endpoint:
    """The tenant of the settings."""
    return Endpoint(
        base_url=settings.CXONE_BASE_URL,
        token_path=settings.CXONE_TOKEN_PATH,
        requests_path=settings.CXONE_REQUESTS_PATH,
        client_id=settings.CXONE_CLIENT_ID,
        client_secret=settings.CXONE_CLIENT_SECRET,
        scopes=settings.CXONE_SCOPES,
    )


@lru_cache(maxsize=1)
def _client() -> CXoneClient:
    """One client per worker process, so that connections are kept alive from job to job."""
    return CXoneClient(configured_endpoint(), DatabaseTokenStore(), connections=settings.CXONE_CONCURRENCY)


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=settings.CXONE_CONCURRENCY, thread_name_prefix="cxone")


@lru_cache(maxsize=1)
def _vaults() -> OpenedVaults:
    return OpenedVaults(OPENERS)


@lru_cache(maxsize=1)
def _vault_pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="vault")


def submit_due() -> None:
    """Send everything that is due."""
    _drain(SUBMIT_JOB, submit_batch)


def poll_due() -> None:
    """Ask for the status of everything that is due."""
    _drain(POLL_JOB, poll_batch)


def deliver_due() -> None:
    """Tell the vaults everything that is due."""
    doorbell.take_down(DELIVER_JOB)
    until = time.monotonic() + DELIVER_TURN_SECONDS
    deliver_until(_vaults(), _vault_pool(), until=until)
    if time.monotonic() >= until:
        doorbell.ring_now(DELIVER_JOB)


def verify_log() -> None:
    """Carry out the verifications that somebody asked for, one worker at a time each."""
    doorbell.take_down(VERIFY_JOB)
    while verification_runs.run_next(check=verify):
        pass


def import_due() -> None:
    """Look at lists that were given, file those that may be filed, take back what is to be taken back."""
    doorbell.take_down(IMPORT_JOB)
    until = time.monotonic() + IMPORT_TURN_SECONDS
    while import_runs.work_next(until=until):
        if time.monotonic() >= until:
            doorbell.ring_now(IMPORT_JOB)
            return


def _drain(job: str, batch: Callable[[CXoneClient, ThreadPoolExecutor], int]) -> None:
    doorbell.take_down(job)
    begun = time.monotonic()
    while batch(_client(), _pool()):
        if time.monotonic() - begun > TURN_SECONDS:
            doorbell.ring_now(job)
            return


#: When this process last looked for what is to be forgotten, and at everything that is held.
_forgetting = Forgetting()
_resuming = Resuming()


def tick_round() -> None:
    """One round of the tick.

    Find what no doorbell announced, close questions that nobody decided, put on hold what a hold meets that
    has begun, let go what none holds any more, forget what is over, and throw away lists that nobody files
    and secrets that sign no more. Harmless when doubled.
    """
    now = timezone.now()
    steps: tuple[Callable[[datetime], object], ...] = (
        _ring_for_what_is_due,
        overrides.expire_due,
        overrides.press_due,
        releasing.expire_due,
        suspending.suspend_held,
        _resuming.round,
        _forgetting.round,
        discard_abandoned,
        vault_rows.forget_ended_secrets,
        import_runs.stop_what_commands_left,
    )
    for step in steps:
        try:
            step(now)
        except DATABASE_TROUBLE:
            raise
        except Exception as error:
            # One damaged row must not keep everything that is due by the clock from being done.
            logger.exception("tick_step_failed", extra={"error": type(error).__name__})


def _ring_for_what_is_due(now: datetime) -> None:
    """Find what no doorbell announced."""
    if claims.due(claims.TO_SUBMIT, now).exists():
        doorbell.ring_now(SUBMIT_JOB)
    if claims.due(claims.TO_POLL, now).exists():
        doorbell.ring_now(POLL_JOB)
    if delivery_claims.callable_vaults(now).exists():
        doorbell.ring_now(DELIVER_JOB)
    if verification_runs.are_waiting(now):
        doorbell.ring_now(VERIFY_JOB)
    if import_runs.are_waiting(now):
        doorbell.ring_now(IMPORT_JOB)
