"""Asking for a request's status."""

import time

import pytest

from erasure.cxone.errors import CXoneError, RateLimited, ServerTrouble, UnknownRequest, UnreadableAnswer
from erasure.cxone.sandbox import Sandbox
from tests.cxone.conftest import SUBJECT, MakeClient, payload
from tests.cxone.raw_server import RawServer, saying
from tests.cxone_sandbox import PROCESSING_SECONDS


def test_it_goes_from_processing_to_completed(sandbox: Sandbox, make_client: MakeClient) -> None:
    client = make_client(sandbox.endpoint)
    accepted = client.submit(payload(), idempotency_key="key-1")

    before = client.status(accepted.id)
    time.sleep(PROCESSING_SECONDS + 0.05)
    after = client.status(accepted.id)

    assert (before.status, before.records_affected) == ("PROCESSING", None)
    assert (after.id, after.subject_id, after.status) == (accepted.id, SUBJECT, "COMPLETED")
    assert after.records_affected


def test_an_unknown_id_is_said_so(sandbox: Sandbox, make_client: MakeClient) -> None:
    with pytest.raises(UnknownRequest):
        make_client(sandbox.endpoint).status("never-heard-of")


@pytest.mark.parametrize(
    ("cxone_id", "path"),
    [
        ("prv-1_a.b~c", b"prv-1_a.b~c"),
        ("a/b", b"a%2Fb"),
        ("..", b"%2E%2E"),
        (".", b"%2E"),
        ("a/../../oauth", b"a%2F%2E%2E%2F%2E%2E%2Foauth"),
        ("a?b#c", b"a%3Fb%23c"),
        ("a%2Fb", b"a%252Fb"),
        ("a b", b"a%20b"),
        ("ä\r\nX: y", b"%C3%A4%0D%0AX%3A%20y"),
    ],
)
def test_an_id_stays_one_segment_of_the_path(make_client: MakeClient, cxone_id: str, path: bytes) -> None:
    with RawServer(saying("200 OK")) as server:
        make_client(server.base_url).status(cxone_id)

    assert server.seen[0].split(b"\r\n")[0] == b"GET /api/v2/privacy/requests/" + path + b" HTTP/1.1"


def test_it_is_authorised_and_asks_for_json(make_client: MakeClient) -> None:
    with RawServer(saying("200 OK")) as server:
        make_client(server.base_url).status("prv-1")

    lines = set(server.seen[0].split(b"\r\n"))
    assert {b"Authorization: Bearer first-token", b"Accept: application/json"} <= lines
    assert not [line for line in lines if line.startswith((b"Idempotency-Key", b"Content-Type"))]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("404 Not Found", UnknownRequest),
        ("400 Bad Request", UnreadableAnswer),
        ("429 Too Many Requests", RateLimited),
        ("502 Bad Gateway", ServerTrouble),
        ("301 Moved Permanently", UnreadableAnswer),
    ],
)
def test_each_status_code_has_its_meaning(
    make_client: MakeClient, status: str, error: type[CXoneError]
) -> None:
    with RawServer(saying(status)) as server, pytest.raises(error):
        make_client(server.base_url).status("prv-1")


def test_an_unexpected_status_is_reported_and_not_taken_for_an_end(
    sandbox: Sandbox, make_client: MakeClient
) -> None:
    client = make_client(sandbox.endpoint)
    accepted = client.submit(payload(), idempotency_key="key-1")
    sandbox.faults = ["unknown-status:1"]

    assert (client.status(accepted.id).status, client.status(accepted.id).status) == (None, "PROCESSING")
