"""`worker` and `tick` as processes of their own: they end when asked, and outlive a broker that is away."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from rq import Queue
from rq.worker import BaseWorker

from privacyadmin.embedded.broker import Broker
from privacyadmin.embedded.parts import RunningPart
from privacyadmin.embedded.parts import start as start_part
from tests.program.processes import Program, wait_until

pytestmark = pytest.mark.program
Start = Callable[..., Program]


class Bell:
    """A broker that a test starts and stops."""

    def __init__(self, folder: Path) -> None:
        self.broker = Broker(folder)
        self.running: RunningPart | None = None

    def up(self) -> None:
        """Start it and wait until it answers."""
        self.running = start_part(self.broker.part(environment=dict(os.environ), inherits=()))
        wait_until(self.broker.answers, seconds=10, what="the broker answers")

    def down(self) -> None:
        """Kill it."""
        if self.running is not None:
            self.running.kill_all()
            os.close(self.running.output)
            self.running = None

    def client(self) -> redis.Redis:
        """A connection to it."""
        return redis.Redis.from_url(self.broker.url)

    def workers(self) -> int:
        """How many workers are known to it."""
        client = self.client()
        try:
            return BaseWorker.count(connection=client)
        finally:
            client.close()

    def do(self, job: str, *arguments: object) -> None:
        """Put a job into the queue of the workers."""
        client = self.client()
        Queue("default", connection=client).enqueue(job, *arguments, result_ttl=0)
        client.close()


@pytest.fixture
def bell(tmp_path: Path) -> Iterator[Bell]:
    """A broker, down at first."""
    bell = Bell(tmp_path / "broker")
    yield bell
    bell.down()


@pytest.fixture
def migrated(start: Start) -> None:
    """A database with its tables."""
    assert start("manage.py", "migrate", "-v0").code() == 0


@pytest.mark.usefixtures("migrated")
def test_a_worker_finishes_the_job_in_hand_before_it_ends(start: Start, bell: Bell, tmp_path: Path) -> None:
    bell.up()
    worker = start("manage.py", "worker", REDIS_URL=bell.broker.url)
    wait_until(lambda: bell.workers() == 1, seconds=20, what="the worker is there")
    begun, done = tmp_path / "begun", tmp_path / "done"
    bell.do("tests.program.jobs.slow", str(begun), str(done))
    wait_until(begun.exists, seconds=10, what="the job began")
    worker.signal(signal.SIGTERM)
    assert worker.code(seconds=10) == 0
    assert done.exists()
    assert bell.workers() == 0
    assert worker.said() == ""


@pytest.mark.usefixtures("migrated")
def test_an_idle_worker_ends_soon(start: Start, bell: Bell) -> None:
    bell.up()
    worker = start("manage.py", "worker", REDIS_URL=bell.broker.url)
    wait_until(lambda: bell.workers() == 1, seconds=20, what="the worker is there")
    worker.signal(signal.SIGINT)
    assert worker.code(seconds=4) == 0


@pytest.mark.usefixtures("migrated")
def test_a_worker_waits_for_its_broker_says_so_once_and_works_when_it_is_there(
    start: Start, bell: Bell, tmp_path: Path
) -> None:
    worker = start("manage.py", "worker", REDIS_URL=bell.broker.url)
    worker.wait_for("waiting_for_broker", seconds=20)
    time.sleep(4)
    bell.up()
    worker.wait_for("broker_back", seconds=20)
    bell.down()
    wait_until(lambda: worker.said().count("waiting_for_broker") == 2, seconds=20, what="it noticed")
    bell.up()
    wait_until(lambda: worker.said().count("broker_back") == 2, seconds=20, what="it came back")
    bell.do("tests.program.jobs.note", str(tmp_path / "done"))
    wait_until((tmp_path / "done").exists, seconds=10, what="the job was done")
    assert len(worker.said().splitlines()) == 4


@pytest.mark.usefixtures("migrated")
def test_a_worker_ends_while_it_waits_for_its_broker(start: Start, bell: Bell) -> None:
    worker = start("manage.py", "worker", REDIS_URL=bell.broker.url)
    worker.wait_for("waiting_for_broker", seconds=20)
    worker.signal(signal.SIGTERM)
    assert worker.code(seconds=5) == 0


@pytest.mark.usefixtures("migrated")
def test_a_job_that_fails_does_not_end_the_worker(start: Start, bell: Bell, tmp_path: Path) -> None:
    bell.up()
    start("manage.py", "worker", REDIS_URL=bell.broker.url)
    wait_until(lambda: bell.workers() == 1, seconds=20, what="the worker is there")
    bell.do("tests.program.jobs.fail")
    bell.do("tests.program.jobs.note", str(tmp_path / "done"))
    wait_until((tmp_path / "done").exists, seconds=10, what="the next job was done")


@pytest.mark.usefixtures("migrated")
def test_two_ticks_run_beside_each_other_and_end_when_asked(start: Start, bell: Bell) -> None:
    bell.up()
    ticks = [start("manage.py", "tick", REDIS_URL=bell.broker.url) for _ in range(2)]
    time.sleep(4)
    for tick in ticks:
        assert tick.process is not None
        assert tick.process.poll() is None
        tick.signal(signal.SIGTERM)
    for tick in ticks:
        assert tick.code(seconds=5) == 0
        assert tick.said() == ""


def test_without_tables_it_says_what_to_run(start: Start) -> None:
    worker = start("manage.py", "worker")
    assert worker.code() == 1
    assert "Run `manage.py migrate`" in worker.said() or "run `manage.py migrate`" in worker.said()
