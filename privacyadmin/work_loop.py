"""A worker's loop: takes jobs from the broker one after the other, and outlives the broker's troubles.

RQ's own loop cannot tell a wish to end from an error, talks to the broker inside its signal handler, and
reports a broker that is down at every try. Its worker executes the jobs here all the same, so its keys say
who works and on what.
"""

import logging
import time
from contextlib import suppress

from django.db import close_old_connections
from django_rq import get_worker
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.exceptions import DequeueTimeout
from rq.job import Job

from privacyadmin.end_request import EndRequest

logger = logging.getLogger(__name__)
# RQ sets its own logger to INFO, whatever LOGGING says, and would report every cleaning.
logging.getLogger("rq.worker").setLevel(logging.WARNING)

QUEUE = "default"
#: How long one look into the queue may take, and so how long an idle worker takes to end, in seconds.
LOOK_SECONDS = 1
HEARTBEAT_SECONDS = 15.0
#: A worker that gave no sign of life for this long (and a minute) is taken for dead by RQ, in seconds.
WORKER_TTL_SECONDS = 60
FIRST_WAIT = 0.5
LONGEST_WAIT = 5.0


class Patience:
    """Waits for a broker that is away, longer from try to try, and reports its going and coming once each."""

    def __init__(self) -> None:
        self._waiting = False
        self._seconds = FIRST_WAIT

    def broker_is_there(self) -> None:
        """The broker took a command."""
        if self._waiting:
            logger.warning("broker_back")
        self._waiting, self._seconds = False, FIRST_WAIT

    def broker_is_away(self, error: RedisError) -> float:
        """The broker took none; answers how long to wait, in seconds."""
        if not self._waiting:
            logger.warning("waiting_for_broker", extra={"error": type(error).__name__})
        seconds, self._seconds = self._seconds, min(self._seconds * 2, LONGEST_WAIT)
        self._waiting = True
        return seconds


def work(end: EndRequest) -> None:
    """Work until the end is asked for. A broker that is down is waited for, and reported once."""
    patience = Patience()
    while not end.made:
        try:
            _serve(end, patience)
        except RedisError as error:
            end.wait(patience.broker_is_away(error))


def _serve(end: EndRequest, patience: Patience) -> None:
    """Register, work until the end is asked for, sign off. Raises RedisError when the broker goes away."""
    worker = get_worker(QUEUE, worker_class="rq.SimpleWorker", worker_ttl=WORKER_TTL_SECONDS)
    # What is committed in the database is the worker's report; a line for each job says nothing more.
    worker.log_job_description = False
    worker.register_birth()  # type: ignore[no-untyped-call]  # RQ types some methods only.
    patience.broker_is_there()
    try:
        _take_jobs(worker, end)
    finally:
        with suppress(RedisError):
            worker.register_death()  # type: ignore[no-untyped-call]  # The same.


def _take_jobs(worker: Worker, end: EndRequest) -> None:
    heartbeat_due = 0.0
    while not end.made:
        if time.monotonic() >= heartbeat_due:
            worker.heartbeat()
            heartbeat_due = time.monotonic() + HEARTBEAT_SECONDS
            if worker.should_run_maintenance_tasks:
                worker.run_maintenance_tasks()  # type: ignore[no-untyped-call]  # The same.
        try:
            found = worker.queue_class.dequeue_any(
                worker.queues,
                LOOK_SECONDS,
                connection=worker.connection,
                job_class=worker.job_class,
                serializer=worker.queues[0].serializer,
                death_penalty_class=worker.death_penalty_class,
            )
        except DequeueTimeout:
            continue
        if found is not None:
            _execute(worker, *found)


def _execute(worker: Worker, job: Job, queue: Queue) -> None:
    # A connection that the database closed in the meantime must not fail the job.
    close_old_connections()
    try:
        worker.execute_job(job, queue)
    finally:
        close_old_connections()
