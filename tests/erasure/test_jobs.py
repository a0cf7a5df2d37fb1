"""Several worker processes on one database: nothing is sent twice, what a killed one leaves is taken up."""

import signal
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from erasure import doorbell, jobs
from erasure.choices import TERMINAL_STATUSES
from erasure.cxone.sandbox import Sandbox
from erasure.models import Submission, Upstream
from tests.erasure.at_work import Work, cxone, fresh, posted, statuses, work
from tests.erasure.started_workers import Start, started_workers
from tests.program.processes import wait_until

__all__ = ["cxone", "work"]

MANY, FEWER = 50, 20


@pytest.fixture
def start(work: Work) -> Iterator[Start]:
    """Starts worker processes at the sandbox, which end with the test."""
    endpoint = work.sandbox.endpoint
    with started_workers(
        CXONE_BASE_URL=endpoint.base_url,
        CXONE_CLIENT_ID=endpoint.client_id,
        CXONE_CLIENT_SECRET=endpoint.client_secret,
        CXONE_POLL_SECONDS="1",
        CXONE_BATCH="10",
    ) as start:
        yield start


def still_open() -> int:
    return Submission.objects.exclude(status__in=TERMINAL_STATUSES).count()


def test_two_workers_carry_out_fifty_requests_once_each(work: Work, start: Start) -> None:
    rows = [work.file() for _ in range(MANY)]
    start(), start()
    wait_until(lambda: still_open() == 0, seconds=60, what="all are closed")
    assert statuses(rows) == {"completed"}
    assert posted(work.sandbox) == [1] * MANY
    assert {taken["idempotency_key"] for taken in work.sandbox.requests} == {str(r.public_id) for r in rows}
    assert work.sandbox.stats["tokens"] == 1, "they share one token"
    for act in ("request.sending", "request.submitted", "request.completed"):
        assert AuditEvent.objects.filter(act=act).count() == MANY


def test_what_a_killed_worker_leaves_is_taken_up_and_nothing_happens_twice(work: Work, start: Start) -> None:
    work.sandbox.faults = ["hang@submit:5"]
    rows = [work.file() for _ in range(FEWER)]
    process = start()
    wait_until(lambda: len(work.sandbox.requests) >= 8, seconds=30, what="requests are under way")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert still_open()
    left = Submission.objects.filter(lease_until__isnull=False)
    assert left.exists(), "it held some when it was killed"
    left.update(lease_until=timezone.now() - timedelta(seconds=1))
    start(), start()

    def all_closed() -> bool:
        Submission.objects.filter(status="submitting", lease_until=None).update(
            next_attempt_at=timezone.now()
        )
        return still_open() == 0

    wait_until(all_closed, seconds=60, what="all are closed")
    assert statuses(rows) == {"completed"}
    assert len(work.sandbox.requests) == FEWER, "repeated where it was unclear, and taken once"
    assert AuditEvent.objects.filter(act="request.completed").count() == FEWER


# The jobs themselves ----------------------------------------------------------------------------------------


@pytest.fixture
def here(work: Work, settings: object, monkeypatch: pytest.MonkeyPatch) -> Work:
    """The jobs of this process, with the worker's client and threads, and the bells that they ring."""
    monkeypatch.setattr(jobs, "_client", lambda: work.client)
    monkeypatch.setattr(jobs, "_pool", lambda: work.pool)
    return work


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The bells that are rung."""
    bells: list[str] = []
    monkeypatch.setattr(doorbell, "ring_now", lambda job: bool(bells.append(job)) or True)
    return bells


def test_a_job_works_until_nothing_is_due(here: Work, settings: object) -> None:
    settings.CXONE_BATCH = 2
    rows = [here.file() for _ in range(5)]
    jobs.submit_due()
    assert statuses(rows) == {"processing"}
    here.let_time_pass()
    jobs.poll_due()
    assert statuses(rows) == {"completed"}


def test_a_job_that_takes_long_rings_again_and_lets_others_have_the_worker(
    here: Work, rung: list[str], settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CXONE_BATCH = 1
    monkeypatch.setattr(jobs, "TURN_SECONDS", 0.0)
    for _ in range(3):
        here.file()
    rung.clear()
    jobs.submit_due()
    assert Submission.objects.filter(status="processing").count() == 1
    assert rung == [jobs.SUBMIT_JOB]


def test_a_paused_job_ends_at_once(here: Work) -> None:
    row = here.file()
    Upstream.objects.update(paused_until=timezone.now() + timedelta(minutes=1), pause_code="rate_limited")
    jobs.submit_due()
    assert fresh(row).status == "queued"


def test_the_tick_rings_for_what_is_due_and_only_for_that(here: Work, rung: list[str]) -> None:
    jobs.tick_round()
    assert rung == []
    here.file()
    rung.clear()
    jobs.tick_round()
    assert rung == [jobs.SUBMIT_JOB]
    jobs.submit_due()
    rung.clear()
    jobs.tick_round()
    assert rung == []
    here.let_time_pass()
    jobs.tick_round()
    assert rung == [jobs.POLL_JOB]


def test_a_doubled_tick_is_harmless(here: Work, rung: list[str]) -> None:
    here.file()
    before = list(Submission.objects.values()), AuditEvent.objects.count()
    jobs.tick_round()
    jobs.tick_round()
    assert (list(Submission.objects.values()), AuditEvent.objects.count()) == before


def test_the_client_of_a_process_is_made_once_from_the_settings(settings: object, cxone: Sandbox) -> None:
    settings.CXONE_BASE_URL = cxone.endpoint.base_url
    settings.CXONE_CLIENT_ID, settings.CXONE_CLIENT_SECRET = "demo", "demo-secret"
    assert jobs.configured_endpoint() == cxone.endpoint
    jobs._client.cache_clear()
    try:
        assert jobs._client() is jobs._client()
    finally:
        jobs._client().close()
        jobs._client.cache_clear()
