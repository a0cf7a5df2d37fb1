"""Submitting a payload: what is sent, and what each answer means for the request."""

import json

import pytest

from erasure.cxone.errors import (
    AuthenticationFailed,
    CXoneError,
    NotTaken,
    RateLimited,
    Refused,
    ScopeMissing,
    ServerTrouble,
    Unclear,
    UnreadableAnswer,
)
from erasure.cxone.sandbox import Sandbox
from tests.cxone.conftest import SUBJECT, MakeClient, payload
from tests.cxone.raw_server import RawServer, saying


def test_it_is_taken_and_given_an_id(sandbox: Sandbox, make_client: MakeClient) -> None:
    accepted = make_client(sandbox.endpoint).submit(payload(), idempotency_key="key-1")

    taken = sandbox.requests[0]
    assert (taken["id"], taken["subjectId"], taken["idempotency_key"]) == (accepted.id, SUBJECT, "key-1")
    assert accepted.status == "PROCESSING"


def test_it_sends_the_very_bytes_with_every_header_of_the_contract(make_client: MakeClient) -> None:
    body = b'{"subjectId":  "\xc3\xa4"}'
    with RawServer(saying("202 Accepted", b'{"id": "prv-1"}')) as server:
        make_client(server.base_url).submit(body, idempotency_key="key-1")

    head, _, sent = server.seen[0].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert sent == body
    assert lines[0] == b"POST /api/v2/privacy/requests HTTP/1.1"
    assert {
        b"Authorization: Bearer first-token",
        b"Accept: application/json",
        b"Content-Type: application/json",
        b"Idempotency-Key: key-1",
    } <= set(lines)


def test_a_repeat_with_the_same_key_gives_the_same_id(sandbox: Sandbox, make_client: MakeClient) -> None:
    client = make_client(sandbox.endpoint)

    ids = {client.submit(payload(), idempotency_key="key-1").id for _ in range(3)}

    assert len(ids) == 1
    assert sandbox.requests[0]["times_posted"] == 3


def test_many_submits_share_a_kept_alive_connection(make_client: MakeClient) -> None:
    with RawServer(saying("202 Accepted", b'{"id": "prv-1"}')) as server:
        client = make_client(server.base_url)
        for number in range(5):
            client.submit(payload(), idempotency_key=f"key-{number}")

        assert (len(server.seen), server.connections) == (5, 1)


def test_a_refusal_is_final_and_keeps_cxones_words(sandbox: Sandbox, make_client: MakeClient) -> None:
    six = ["CONTACT", "CONVERSATION", "SURVEY", "IVR", "CHAT", "SMS"]

    with pytest.raises(Refused) as refused:
        make_client(sandbox.endpoint).submit(payload(scope="ALL", categories=six), idempotency_key="key-1")

    assert "Reduce the category matrix" in refused.value.message
    assert sandbox.requests == []


@pytest.mark.parametrize(
    ("status", "headers", "error"),
    [
        ("400 Bad Request", (), Refused),
        ("422 Unprocessable Content", (), Refused),
        ("403 Forbidden", (), ScopeMissing),
        ("429 Too Many Requests", (), RateLimited),
        ("500 Internal Server Error", (), ServerTrouble),
        ("503 Service Unavailable", (), ServerTrouble),
        ("302 Found", ("Location: /elsewhere",), UnreadableAnswer),
        ("304 Not Modified", (), UnreadableAnswer),
        ("404 Not Found", (), UnreadableAnswer),
        ("409 Conflict", (), UnreadableAnswer),
        ("200 OK", (), UnreadableAnswer),
        ("202 Accepted", ("Content-Encoding: gzip",), UnreadableAnswer),
    ],
)
def test_each_status_code_has_its_meaning(
    make_client: MakeClient, status: str, headers: tuple[str, ...], error: type[CXoneError]
) -> None:
    with RawServer(saying(status, b"{}", *headers)) as server:
        with pytest.raises(error):
            make_client(server.base_url).submit(payload(), idempotency_key="key-1")

        assert len(server.seen) == 1


def test_what_may_have_been_taken_is_unclear_and_what_was_not_is_not() -> None:
    assert issubclass(ServerTrouble, Unclear)
    assert issubclass(UnreadableAnswer, Unclear)
    assert issubclass(RateLimited, NotTaken)
    assert issubclass(ScopeMissing, NotTaken)
    assert not issubclass(Refused, NotTaken | Unclear)


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize(("header", "seconds"), [("Retry-After: 17", 17.0), ("X-None: 1", None)])
def test_the_pause_that_cxone_asks_for_is_told(
    make_client: MakeClient, status: str, header: str, seconds: float | None
) -> None:
    with (
        RawServer(saying(status, b"{}", header)) as server,
        pytest.raises((RateLimited, ServerTrouble)) as caught,
    ):
        make_client(server.base_url).submit(payload(), idempotency_key="key-1")

    assert isinstance(caught.value, RateLimited | ServerTrouble)
    assert caught.value.retry_after == seconds


def test_a_revoked_token_is_renewed_once_and_the_call_repeated(
    sandbox: Sandbox, make_client: MakeClient
) -> None:
    client = make_client(sandbox.endpoint)
    client.ensure_token()
    sandbox.revoke_tokens()

    client.submit(payload(), idempotency_key="key-1")

    assert sandbox.stats["tokens"] == 2
    assert sandbox.requests[0]["times_posted"] == 1


def test_a_second_401_is_a_failure_and_not_a_loop(sandbox: Sandbox, make_client: MakeClient) -> None:
    sandbox.faults = ["401"]

    with pytest.raises(AuthenticationFailed):
        make_client(sandbox.endpoint).submit(payload(), idempotency_key="key-1")

    assert sandbox.stats["tokens"] == 2
    assert sandbox.requests == []


def test_a_missing_scope_is_named(sandbox: Sandbox, make_client: MakeClient) -> None:
    sandbox.faults = ["403"]

    with pytest.raises(ScopeMissing, match="privacy:read privacy:write"):
        make_client(sandbox.endpoint).submit(payload(), idempotency_key="key-1")


def test_an_acceptance_in_another_2xx_is_one_too(make_client: MakeClient) -> None:
    for status in ("200 OK", "201 Created", "299 Odd"):
        with RawServer(saying(status, json.dumps({"id": "prv-1"}).encode())) as server:
            assert make_client(server.base_url).submit(payload(), idempotency_key="k").id == "prv-1"
