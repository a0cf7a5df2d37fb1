"""Worker processes that tell a vault: killed in the middle, two at once, one that was stopped too long."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from socket import socket
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from audit.models import AuditEvent
from erasure.choices import DeliveryState
from erasure.models import Delivery
from tests.cxone.raw_server import answer, saying
from tests.erasure.http_desk import HttpDesk, ended, http_desk, receiver, vault_at
from tests.erasure.started_workers import Start, started_workers
from tests.program.processes import wait_until
from tests.vault.receiver import TAKING, Receiver

__all__ = ["http_desk", "receiver"]

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 200
PATIENCE_SECONDS = 60


@pytest.fixture
def start(transactional_db: None) -> Iterator[Start]:
    """Starts workers that may tell vaults on loopback."""
    with started_workers(VAULT_ALLOWED_HOSTS="127.0.0.1") as one:
        yield one


def waiting() -> int:
    return Delivery.objects.filter(state=DeliveryState.WAITING).count()


def until_all_are_told() -> None:
    wait_until(lambda: waiting() == 0, seconds=PATIENCE_SECONDS, what="everything was told")


def leases_run_out() -> None:
    """What a killed or stopped worker had is free after 150 s; nobody waits for that here."""
    Delivery.objects.filter(lease_until__isnull=False).update(
        lease_until=F("lease_until") - timedelta(hours=1)
    )


def delivered_events() -> int:
    """How many events say that something was delivered."""
    return AuditEvent.objects.filter(act="vault.delivered").count()


def test_kill_9_in_the_middle_of_200_loses_none(receiver: Receiver, officer: Any, start: Start) -> None:
    vault_at(receiver)
    ids = ended(officer, MANY)
    assert len(ids) == MANY
    worker = start()
    wait_until(lambda: len(receiver.taken) >= MANY // 4, seconds=PATIENCE_SECONDS, what="some were told")
    in_the_middle, killed = threading.Event(), threading.Event()

    def holding(_connection: socket, _request: bytes) -> None:
        in_the_middle.set()
        killed.wait(PATIENCE_SECONDS)

    receiver.mood = holding
    assert in_the_middle.wait(PATIENCE_SECONDS)
    worker.kill()
    worker.wait()
    receiver.mood = TAKING
    killed.set()
    held = Delivery.objects.filter(lease_until__isnull=False).count()
    assert 0 < waiting() < MANY, "killed too late"
    assert 0 < held <= 8

    leases_run_out()
    start()
    until_all_are_told()
    assert set(receiver.taken) == ids
    assert sum(receiver.times.values()) <= MANY + held
    assert delivered_events() == MANY
    bodies = {
        row.message_id: row.body for row in Delivery.objects.select_related("request", "submission", "vault")
    }
    assert {name: attempt.body.decode() for name, attempt in receiver.taken.items()} == bodies
    told = [json.loads(body)["subjectId"] for body in bodies.values()]
    assert sorted(told) == sorted(f"cust-{index}" for index in range(MANY))


def test_two_workers_never_have_the_same_one_at_once(receiver: Receiver, officer: Any, start: Start) -> None:
    vault_at(receiver)
    ids = ended(officer, 60)
    at_once: list[int] = []
    in_flight = 0
    counting = threading.Lock()

    def slowly(connection: socket, request: bytes) -> None:
        nonlocal in_flight
        with counting:
            in_flight += 1
            at_once.append(in_flight)
        time.sleep(0.05)
        with counting:
            in_flight -= 1
        TAKING(connection, request)

    receiver.mood = slowly
    start()
    start()
    until_all_are_told()
    assert set(receiver.times) == ids
    assert set(receiver.times.values()) == {1}
    assert max(at_once) > 8, "only one of them worked"
    assert delivered_events() == len(ids)


def test_a_worker_that_was_stopped_past_its_lease_writes_nothing_any_more(
    http_desk: HttpDesk, receiver: Receiver, officer: Any, start: Start
) -> None:
    vault_at(receiver)
    [first] = ended(officer)
    answered = threading.Event()

    def row() -> Delivery:
        return Delivery.objects.get()

    def late(connection: socket, _request: bytes) -> None:
        answered.wait(PATIENCE_SECONDS)
        connection.sendall(answer("500 Late"))

    receiver.mood = late
    stopped = start()
    wait_until(lambda: len(receiver.attempts) == 1, seconds=PATIENCE_SECONDS, what="the first attempt")
    os.kill(stopped.pid, signal.SIGSTOP)
    answered.set()
    receiver.mood = saying("503 Not Now")
    leases_run_out()
    assert http_desk.batch() == 1
    assert (row().last_status, row().attempts) == (503, 2)
    # So that nobody tries it again before the stopped one has had its say.
    Delivery.objects.update(next_attempt_at=timezone.now() + timedelta(hours=1))
    left = Delivery.objects.values().get()

    receiver.mood = TAKING
    os.kill(stopped.pid, signal.SIGCONT)
    [second] = ended(officer, first=1)
    wait_until(lambda: delivered_events() == 1, seconds=PATIENCE_SECONDS, what="it goes on with the next")
    assert Delivery.objects.values().get(pk=left["id"]) == left

    http_desk.until_nothing_waits()
    assert set(receiver.taken) == {first, second}
    assert delivered_events() == 2
