"""One batch from claim to applied outcomes: what a job repeats until nothing is due."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.utils import timezone

from audit.trail import audited
from erasure import upstream
from erasure.cxone.client import CXoneClient
from erasure.cxone.errors import CXoneError
from erasure.models import Submission
from erasure.pipeline import calls, claims, gate, outcomes
from erasure.pipeline.tally import tally

#: No row is begun later than this after its claim; what is left is given back.
BEGIN_WITHIN_SECONDS = 10.0


def submit_batch(client: CXoneClient, pool: ThreadPoolExecutor) -> int:
    """Send what is due. The number of rows claimed; 0 when nothing is due or CXone may not be called now."""

    def send(wave: Sequence[Submission]) -> None:
        readies = gate.pass_gate(wave, now=timezone.now())
        for done in calls.submit_all(client, pool, readies):
            outcomes.apply_submits(done, now=timezone.now())

    return _batch(client, claims.TO_SUBMIT, send)


def poll_batch(client: CXoneClient, pool: ThreadPoolExecutor) -> int:
    """Ask for the status of what is due. The number of rows claimed; 0 as above."""

    def ask(wave: Sequence[Submission]) -> None:
        for done in calls.ask_all(client, pool, wave):
            outcomes.apply_polls(done, now=timezone.now())

    return _batch(client, claims.TO_POLL, ask)


def _batch(
    client: CXoneClient, statuses: Sequence[str], carry_out: Callable[[Sequence[Submission]], None]
) -> int:
    now = timezone.now()
    wanted = claims.how_many_due(statuses, at_most=settings.CXONE_BATCH, now=now)
    permit = upstream.ask_permit(now) if wanted else upstream.Permit.CLOSED
    if permit is upstream.Permit.CLOSED:
        return 0
    try:
        claimed = _claim(client, statuses, limit=1 if permit is upstream.Permit.PROBE else wanted)
        for wave in _waves(claimed):
            carry_out(wave)
    finally:
        if permit is upstream.Permit.PROBE:
            # Nothing may have been tried with it: nothing left to claim, held at the gate, no token just now.
            upstream.return_probe()
    return len(claimed)


def _claim(client: CXoneClient, statuses: Sequence[str], *, limit: int) -> list[Submission]:
    """Claim rows with a token in hand: fetching one may take a while, and a lease counts from the claim."""
    if not _has_token(client):
        return []
    now = timezone.now()
    return claims.claim(statuses, limit=upstream.allowance(limit, now), now=now)


def _has_token(client: CXoneClient) -> bool:
    """Whether there is a token to call with; if not, why not is noted for all workers."""
    try:
        client.ensure_token()
    except CXoneError as error:
        with audited() as log:
            upstream.note(log, tally([error]), now=timezone.now())
        return False
    return True


def _waves(claimed: Sequence[Submission]) -> Iterator[Sequence[Submission]]:
    """The claimed rows in waves as wide as there are threads, until they are old or CXone is paused.

    The rest goes back.
    """
    begun = time.monotonic()
    width = settings.CXONE_CONCURRENCY
    for start in range(0, len(claimed), width):
        if time.monotonic() - begun > BEGIN_WITHIN_SECONDS or upstream.is_paused(timezone.now()):
            claims.give_back(claimed[start:])
            return
        yield claimed[start : start + width]
