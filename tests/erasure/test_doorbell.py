"""The doorbell wakes workers through a real broker, and nobody waits for a broker that is down."""

import logging
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.db import transaction
from rq import Queue

from erasure import doorbell, jobs
from erasure.lifecycle import SUBMIT_JOB
from privacyadmin.embedded.broker import Broker, server_program
from tests.erasure.at_work import Work, cxone, work
from tests.program.processes import wait_until

__all__ = ["cxone", "work"]


@pytest.fixture(scope="module")
def broker_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running broker's address."""
    folder: Path = tmp_path_factory.mktemp("broker")
    broker = Broker(folder)
    part = broker.part(environment={}, inherits=())
    process = subprocess.Popen([server_program(), "-"], stdin=subprocess.PIPE)  # noqa: S603 - our own part.
    assert process.stdin is not None
    process.stdin.write(part.first_input or b"")
    process.stdin.close()
    wait_until(broker.answers, seconds=20, what="the broker answers")
    yield broker.url
    process.terminate()
    process.wait()


@pytest.fixture
def queue(broker_url: str, settings: object) -> Iterator[Queue]:
    """The queue that the doorbell rings in, empty."""
    settings.REDIS_URL = broker_url
    broker = redis.Redis.from_url(broker_url)
    broker.flushdb()
    yield Queue("default", connection=broker)
    broker.close()


@pytest.fixture
def nowhere(settings: object) -> None:
    """A broker that is not there."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    doorbell._outage.over()


def test_it_rings_after_the_commit_and_not_before(transactional_db: None, queue: Queue) -> None:
    with transaction.atomic():
        doorbell.ring(SUBMIT_JOB)
        assert queue.count == 0
    assert [job.func_name for job in queue.jobs] == [SUBMIT_JOB]


def test_it_does_not_ring_for_what_was_rolled_back(transactional_db: None, queue: Queue) -> None:
    with transaction.atomic():
        doorbell.ring(SUBMIT_JOB)
        transaction.set_rollback(True)
    assert queue.count == 0


def test_many_rings_are_one_until_the_bell_is_taken_down(queue: Queue) -> None:
    rings = [doorbell.ring_now(SUBMIT_JOB) for _ in range(5)]
    assert rings == [True] * 5
    doorbell.ring_now("erasure.jobs.poll_due")
    assert queue.count == 2
    doorbell.take_down(SUBMIT_JOB)
    doorbell.ring_now(SUBMIT_JOB)
    assert queue.count == 3


def test_a_bell_that_nobody_takes_down_falls_by_itself(queue: Queue) -> None:
    doorbell.ring_now(SUBMIT_JOB)
    assert 0 < queue.connection.ttl(doorbell._bell(SUBMIT_JOB)) <= doorbell.DEBOUNCE_SECONDS


def test_a_queue_without_workers_does_not_grow_without_end(queue: Queue) -> None:
    for _ in range(doorbell.MOST_WAITING + 10):
        doorbell.take_down(SUBMIT_JOB)
        doorbell.ring_now(SUBMIT_JOB)
    assert queue.count == doorbell.MOST_WAITING


def test_a_job_carries_nothing_and_its_id_tells_nothing(work: Work, queue: Queue) -> None:
    row = work.file("USR-4711")
    [job] = queue.jobs
    assert (job.args, job.kwargs, job.func_name) == ((), {}, SUBMIT_JOB)
    stored = b"".join(queue.connection.hgetall(job.key).values()) + job.id.encode()
    for personal in ("USR-4711", row.request.reference, str(row.public_id)):
        assert personal.encode() not in stored


def test_the_job_takes_its_bell_down_before_it_looks(
    work: Work, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_client", lambda: work.client)
    monkeypatch.setattr(jobs, "_pool", lambda: work.pool)
    work.file()
    assert queue.connection.exists(doorbell._bell(SUBMIT_JOB))
    jobs.submit_due()
    assert not queue.connection.exists(doorbell._bell(SUBMIT_JOB))
    work.file()
    assert queue.count == 2


def test_a_broker_that_is_down_keeps_nobody_from_filing(
    work: Work, nowhere: None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="erasure.doorbell"):
        work.file()
        work.file()
        assert doorbell.ring_now(SUBMIT_JOB) is False
        doorbell.take_down(SUBMIT_JOB)
    assert [record.getMessage() for record in caplog.records] == ["broker_unreachable"]


def test_a_broker_that_is_back_is_reported_once(
    queue: Queue, settings: object, caplog: pytest.LogCaptureFixture
) -> None:
    reachable = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    doorbell.ring_now(SUBMIT_JOB)
    settings.REDIS_URL = reachable
    caplog.clear()
    with caplog.at_level(logging.WARNING, logger="erasure.doorbell"):
        doorbell.ring_now(SUBMIT_JOB)
        doorbell.ring_now(SUBMIT_JOB)
    assert [record.getMessage() for record in caplog.records] == ["broker_reachable_again"]


def test_a_broker_that_does_not_answer_is_not_waited_for(settings: object) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        begun = time.monotonic()
        assert doorbell.ring_now(SUBMIT_JOB) is False
        assert time.monotonic() - begun < 4 * doorbell.BROKER_SECONDS
