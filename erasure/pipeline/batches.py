"""One batch from claim to applied outcomes: what a job repeats until nothing is due."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from audit.trail import audited
from erasure import upstream
from erasure.cxone.client import CXoneClient
from erasure.cxone.errors import CXoneError
from erasure.models import Submission
from erasure.pipeline import calls, claims, gate, outcomes
from erasure.pipeline.submitted import retry_seconds
from erasure.pipeline.tally import tally

#: No row is begun later than this after its claim; what is left is given back.
BEGIN_WITHIN_SECONDS = 10.0


def submit_batch(client: CXoneClient, pool: ThreadPoolExecutor) -> int:
    """Send what is due. The number of rows claimed; 0 when nothing is due or CXone is paused."""
    claimed = _claim(client, claims.TO_SUBMIT)
    for wave in _waves(claimed):
        readies = gate.pass_gate(wave, now=timezone.now())
        done = calls.submit_all(client, pool, readies)
        outcomes.apply_submits(done, now=timezone.now())
    return len(claimed)


def poll_batch(client: CXoneClient, pool: ThreadPoolExecutor) -> int:
    """Ask for the status of what is due. The number of rows claimed."""
    claimed = _claim(client, claims.TO_POLL)
    for wave in _waves(claimed):
        done = calls.ask_all(client, pool, wave)
        outcomes.apply_polls(done, now=timezone.now())
    return len(claimed)


def _claim(client: CXoneClient, statuses: Sequence[str]) -> list[Submission]:
    """Claim as many rows as CXone may be asked for now, with a token in hand before anything passes the gate."""
    now = timezone.now()
    if not claims.due(statuses, now).exists():
        return []
    permit = upstream.ask_permit(now)
    if permit is upstream.Permit.CLOSED:
        return []
    limit = 1 if permit is upstream.Permit.PROBE else settings.CXONE_BATCH
    claimed = claims.claim(statuses, limit=upstream.allowance(limit, now), now=now)
    if not claimed and permit is upstream.Permit.PROBE:
        upstream.return_probe()
    return claimed if not claimed or _has_token(client, claimed) else []


def _has_token(client: CXoneClient, claimed: Sequence[Submission]) -> bool:
    try:
        client.ensure_token()
    except CXoneError as error:
        now = timezone.now()
        claims.give_back(claimed, at=now + timedelta(seconds=retry_seconds(error, attempts=1)))
        with audited() as log:
            upstream.note(log, tally([error]), now=now)
        return False
    return True


def _waves(claimed: Sequence[Submission]) -> Iterator[Sequence[Submission]]:
    """The claimed rows in waves as wide as there are threads, until they are old; the rest goes back."""
    begun = time.monotonic()
    width = settings.CXONE_CONCURRENCY
    for start in range(0, len(claimed), width):
        if time.monotonic() - begun > BEGIN_WITHIN_SECONDS or _is_paused():
            claims.give_back(claimed[start:], at=timezone.now())
            return
        yield claimed[start : start + width]


def _is_paused() -> bool:
    return upstream.is_paused(timezone.now())
