"""The sandbox's callbacks, as they reach a receiver."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from erasure.cxone.sandbox import Sandbox
from tests.cxone.conftest import SUBJECT, MakeClient, payload
from tests.cxone.raw_server import RawServer, saying
from tests.cxone_sandbox import PROCESSING_SECONDS


@pytest.fixture
def receiver() -> Iterator[RawServer]:
    with RawServer(saying("200 OK", b'{"acknowledged": true}')) as server:
        yield server


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.01)


def _body(request: bytes) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(request.partition(b"\r\n\r\n")[2])
    return read


def test_it_comes_after_the_end_with_the_contracts_fields(
    sandbox: Sandbox, make_client: MakeClient, receiver: RawServer
) -> None:
    client = make_client(sandbox.endpoint)
    accepted = client.submit(payload(callbackUrl=f"{receiver.base_url}/hook/1"), idempotency_key="key-1")
    assert receiver.seen == []

    _wait_for(lambda: bool(receiver.seen))
    report = client.status(accepted.id)
    body = _body(receiver.seen[0])

    assert receiver.seen[0].startswith(b"POST /hook/1 HTTP/1.1")
    assert b"content-type: application/json" in receiver.seen[0].lower()
    assert PROCESSING_SECONDS * 1000 - 1 <= body.pop("durationMs") <= PROCESSING_SECONDS * 1000 + 1
    assert body == {
        "requestId": accepted.id,
        "subjectId": SUBJECT,
        "status": "COMPLETED",
        "categories": ["CONTACT", "SMS"],
        "scope": "CONTACT",
        "recordsAffected": report.records_affected,
    }
    assert sandbox.stats["callbacks"] == 1


def test_a_repeated_post_brings_no_second_callback(
    sandbox: Sandbox, make_client: MakeClient, receiver: RawServer
) -> None:
    client = make_client(sandbox.endpoint)
    for _ in range(3):
        client.submit(payload(callbackUrl=receiver.base_url), idempotency_key="key-1")

    _wait_for(lambda: bool(receiver.seen))
    time.sleep(0.1)
    assert len(receiver.seen) == 1


@pytest.mark.parametrize(("fault", "callbacks"), [("lost-callback", 0), ("double-callback", 2)])
def test_it_is_lost_or_doubled_when_told_to(
    sandbox: Sandbox, make_client: MakeClient, receiver: RawServer, fault: str, callbacks: int
) -> None:
    sandbox.faults = [f"{fault}:1"]
    client = make_client(sandbox.endpoint)
    client.submit(payload(callbackUrl=f"{receiver.base_url}/first"), idempotency_key="key-1")
    time.sleep(0.02)
    client.submit(payload(callbackUrl=f"{receiver.base_url}/second"), idempotency_key="key-2")

    _wait_for(lambda: len(receiver.seen) >= callbacks + 1)
    time.sleep(0.1)
    paths = sorted(request.split()[1] for request in receiver.seen)
    assert paths == [b"/first"] * callbacks + [b"/second"]


def test_an_early_callback_comes_before_the_answer(
    sandbox: Sandbox, make_client: MakeClient, receiver: RawServer
) -> None:
    sandbox.faults = ["early-callback"]

    accepted = make_client(sandbox.endpoint).submit(
        payload(callbackUrl=receiver.base_url), idempotency_key="key-1"
    )

    assert [_body(request)["requestId"] for request in receiver.seen] == [accepted.id]
    assert accepted.status == "COMPLETED"
    time.sleep(PROCESSING_SECONDS + 0.1)
    assert len(receiver.seen) == 1


def test_a_request_that_never_ends_has_no_callback(
    sandbox: Sandbox, make_client: MakeClient, receiver: RawServer
) -> None:
    body = payload(subjectId="U-STUCK", callbackUrl=receiver.base_url)
    make_client(sandbox.endpoint).submit(body, idempotency_key="key-1")

    time.sleep(PROCESSING_SECONDS + 0.1)
    assert receiver.seen == []


def test_a_receiver_that_is_not_there_stops_nobody(
    sandbox: Sandbox, make_client: MakeClient, receiver: RawServer
) -> None:
    client = make_client(sandbox.endpoint)
    for number, url in enumerate(["http://127.0.0.1:9/", "http://nowhere.invalid/", receiver.base_url]):
        client.submit(payload(callbackUrl=url), idempotency_key=f"key-{number}")

    _wait_for(lambda: len(receiver.seen) == 1)
    assert sandbox.stats["callbacks"] == 3


def test_a_receiver_that_refuses_is_not_asked_again(sandbox: Sandbox, make_client: MakeClient) -> None:
    with RawServer(saying("503 Service Unavailable")) as unwilling:
        make_client(sandbox.endpoint).submit(payload(callbackUrl=unwilling.base_url), idempotency_key="key-1")
        _wait_for(lambda: bool(unwilling.seen))
        time.sleep(0.2)

        assert len(unwilling.seen) == 1
