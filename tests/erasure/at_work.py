"""The pipeline at work against a sandbox over HTTP, with time moved in the database instead of waited for."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as configured
from django.db.models import F
from django.utils import timezone

from audit.trail import events_of
from erasure import filing
from erasure.choices import TERMINAL_STATUSES
from erasure.cxone.client import CXoneClient
from erasure.cxone.sandbox import Sandbox
from erasure.models import PrivacyRequest, Submission, Upstream
from erasure.pipeline.batches import poll_batch, submit_batch
from erasure.resuming import resume_released
from erasure.upstream import DatabaseTokenStore

LONG_AGO = timedelta(hours=2)
#: Long enough for any answer that comes at all on a busy machine, short enough to wait for those that do not.
CALL_SECONDS = 0.6


class Worker:
    """What one worker process has of its own: a client and threads. Two of them stand for two processes."""

    def __init__(self, sandbox: Sandbox, *, call_seconds: float = 20.0) -> None:
        self.client = CXoneClient(
            sandbox.endpoint,
            DatabaseTokenStore(),
            connections=configured.CXONE_CONCURRENCY,
            submit_seconds=call_seconds,
            status_seconds=call_seconds,
        )
        self.pool = ThreadPoolExecutor(configured.CXONE_CONCURRENCY)

    def send(self) -> int:
        """One batch of submits; the number of rows claimed."""
        return submit_batch(self.client, self.pool)

    def ask(self) -> int:
        """One batch of polls."""
        return poll_batch(self.client, self.pool)

    def close(self) -> None:
        """End threads and connections."""
        self.pool.shutdown()
        self.client.close()


class Work(Worker):
    """A worker, a sandbox, and somebody who files."""

    def __init__(self, sandbox: Sandbox, officer: Any) -> None:
        super().__init__(sandbox)
        self.sandbox = sandbox
        self.officer = officer
        self.others: list[Worker] = [self]

    def another(self, **options: Any) -> Worker:
        """A second worker, closed with this one."""
        worker = Worker(self.sandbox, **options)
        self.others.append(worker)
        return worker

    def file(self, subject: str | None = None, **asked: Any) -> Submission:
        """File one submission; give it fresh from the database."""
        return self.file_request(subject, **asked).submissions.get()

    def file_request(self, subject: str | None = None, **asked: Any) -> PrivacyRequest:
        """File a request, by default for the erasure of a contact."""
        facts = {"type": "ERASURE", "categories": ["CONTACT"], "scope": "CONTACT", **asked}
        return filing.register_and_send(
            filing.Filing(
                identifiers=[filing.Identifier("cxone_id", subject or f"USR-{uuid4().hex}")],
                regulation="gdpr",
                received_on=date.today(),  # noqa: DTZ011 - the tests' zone is UTC.
                channel="email",
                identity_check="signed_in",
                **facts,
            ),
            by=self.officer,
            send_delay=timedelta(0),
        )

    def resume(self) -> int:
        """Let go what no hold holds any more, as the tick does."""
        return resume_released(timezone.now())

    def let_time_pass(self) -> None:
        """Make everything due that waits, let pauses run out, and leases with them."""
        now = timezone.now()
        waiting = Submission.objects.exclude(status__in=TERMINAL_STATUSES)
        waiting.filter(next_attempt_at__gt=now).update(next_attempt_at=now)
        waiting.filter(lease_until__isnull=False).update(lease_until=F("lease_until") - LONG_AGO)
        Upstream.objects.filter(paused_until__gt=now).update(paused_until=now)
        Upstream.objects.update(probe_until=None, token_fetch_until=None)

    def carry_on(self, rounds: int = 12) -> None:
        """Work until everything is closed, however often that takes time."""
        for _ in range(rounds):
            if not Submission.objects.exclude(status__in=TERMINAL_STATUSES).exists():
                return
            self.let_time_pass()
            self.send()
            self.let_time_pass()
            self.ask()


def fresh(row: Submission) -> Submission:
    """The row as the database has it now."""
    return Submission.objects.select_related("request", "identifier").get(pk=row.pk)


def events(row: Submission) -> list[str]:
    """The acts in the log about its request, from the filing on, oldest first."""
    return list(events_of(row.request.obj).values_list("act", flat=True))


def event_data(obj: str, act: str) -> list[dict[str, Any]]:
    """The `data` of the events of one kind about one thing."""
    bodies = events_of(obj).filter(act=act).values_list("body", flat=True)
    return [json.loads(body).get("data", {}) for body in bodies]


def upstream_events() -> list[str]:
    """What the log says of the connection: the acts, and the reason of each pause."""
    lines = events_of("upstream:cxone").values_list("act", "body")
    return [f"{act} {json.loads(body)['data'].get('reason', '')}".strip() for act, body in lines]


def posted(sandbox: Sandbox) -> list[int]:
    """How often each distinct request was posted."""
    return [taken["times_posted"] for taken in sandbox.requests]


def statuses(rows: Sequence[Submission]) -> set[str]:
    """The statuses that these rows have now."""
    return {fresh(row).status for row in rows}


@pytest.fixture
def cxone() -> Iterator[Sandbox]:
    """A sandbox whose requests are done at once; `-STUCK` at the end of a subject makes one that never is."""
    running = Sandbox(processing_seconds=0.0, retry_after=7)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def work(transactional_db: None, officer: Any, cxone: Sandbox) -> Iterator[Work]:
    """A worker at the sandbox."""
    at_work = Work(cxone, officer)
    yield at_work
    for worker in at_work.others:
        worker.close()
