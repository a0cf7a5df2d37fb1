"""What the broker tells of those who work: whether it answers, how many calls wait, how many workers live.

For people to look at; nothing is decided by it, since the work itself is in the rows.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import redis
from django.conf import settings
from rq import Queue, Worker

BROKER_SECONDS = 1
#: Workers sign every 15 s; one in the middle of a long batch signs when it is done with it.
SIGN_OF_LIFE = timedelta(seconds=90)


@dataclass(frozen=True)
class Workforce:
    """Calls that wait in the queue, and workers that gave a sign of life of late."""

    waiting: int
    alive: int


def workforce() -> Workforce | None:
    """What the broker knows; None when it does not answer within a second."""
    broker = redis.Redis.from_url(
        str(settings.RQ_QUEUES["default"]["URL"]),
        socket_connect_timeout=BROKER_SECONDS,
        socket_timeout=BROKER_SECONDS,
    )
    try:
        return Workforce(waiting=Queue("default", connection=broker).count, alive=_alive(broker))
    except redis.RedisError:
        return None
    finally:
        broker.close()


def _alive(broker: redis.Redis) -> int:
    since = datetime.now(UTC) - SIGN_OF_LIFE
    signs = (worker.last_heartbeat for worker in Worker.all(connection=broker))
    return sum(1 for sign in signs if sign is not None and _aware(sign) > since)


def _aware(moment: datetime) -> datetime:
    """RQ's own times are in UTC and, in some versions, do not say so."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
