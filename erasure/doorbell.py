"""Wakes a worker, by the dotted name of a job, after the commit.

The database holds the work; a bell that is not heard loses nothing.

At most one bell per job hangs at a time (`SET NX EX`), and the job takes it down before it looks for work, so
that whatever is committed after the look rings again. A broker that is down is logged once and never reaches
the caller: the tick finds the work. Without a `REDIS_URL`, as for a command beside a running program, no bell
is rung at all: whatever listens on the usual port might be somebody else's broker.
"""

import logging
from functools import lru_cache

import redis
from django.conf import settings
from django.db import transaction
from django_rq import get_queue
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

DEBOUNCE_SECONDS = 2
FAILURES_ARE_KEPT_SECONDS = 3600
BROKER_SECONDS = 1.0
#: With so many jobs waiting for a worker another one adds nothing, and a day without workers fills no memory.
MOST_WAITING = 20


class _Outage:
    """Says once that the broker is away and once that it is back, however many bells are not heard."""

    def __init__(self) -> None:
        self._away = False

    def met(self, error: RedisError) -> None:
        if not self._away:
            logger.warning("broker_unreachable", extra={"error": type(error).__name__})
        self._away = True

    def over(self) -> None:
        if self._away:
            logger.warning("broker_reachable_again")
        self._away = False


_outage = _Outage()


def _bell(job: str) -> str:
    return f"privacyadmin:doorbell:{job}"


def ring(job: str) -> None:
    """Wake a worker for `job` once the transaction at hand has committed; at once when there is none."""
    transaction.on_commit(lambda: ring_now(job), robust=True)


def ring_now(job: str) -> bool:
    """Wake a worker for `job`.

    False when there is no broker or it cannot be reached. Never raises for a broker's trouble.
    """
    if not settings.REDIS_URL:
        return False
    try:
        queue = get_queue("default", connection=_broker(settings.REDIS_URL))
        if queue.connection.set(_bell(job), "1", nx=True, ex=DEBOUNCE_SECONDS) and queue.count < MOST_WAITING:
            # No result is kept, since a job's outcome is in the rows. Bounded work needs no alarm that cuts
            # it in the middle.
            queue.enqueue(job, result_ttl=0, failure_ttl=FAILURES_ARE_KEPT_SECONDS, job_timeout=-1)
    except RedisError as error:
        _outage.met(error)
        return False
    _outage.over()
    return True


def take_down(job: str) -> None:
    """Let the bell be rung again; called by the job before it looks for work."""
    if not settings.REDIS_URL:
        return
    try:
        _broker(settings.REDIS_URL).delete(_bell(job))
    except RedisError as error:
        _outage.met(error)


@lru_cache(maxsize=1)
def _broker(url: str) -> redis.Redis:
    """A connection of our own: nobody who files a request waits long for a broker that does not answer."""
    return redis.Redis.from_url(url, socket_connect_timeout=BROKER_SECONDS, socket_timeout=BROKER_SECONDS)
