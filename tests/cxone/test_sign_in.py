"""The token: cached, renewed early, fetched once, and every way in which fetching it fails."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from erasure.cxone.endpoint import Endpoint
from erasure.cxone.errors import AuthenticationFailed, CXoneError, ScopeMissing, TokenBusy, TokenUnavailable
from erasure.cxone.sandbox import Sandbox
from erasure.cxone.token import MemoryTokenStore, Token
from tests.cxone.conftest import SECRET, MakeClient, StoreWithToken, payload
from tests.cxone.raw_server import RawServer, saying


def test_one_token_serves_many_calls(sandbox: Sandbox, make_client: MakeClient) -> None:
    client = make_client(sandbox.endpoint)

    for number in range(10):
        client.submit(payload(), idempotency_key=f"key-{number}")

    assert sandbox.stats["tokens"] == 1


def test_clients_with_one_store_share_one_token(sandbox: Sandbox, make_client: MakeClient) -> None:
    store = MemoryTokenStore()

    for _ in range(3):
        make_client(sandbox.endpoint, store=store).ensure_token()

    assert sandbox.stats["tokens"] == 1


def test_twenty_threads_that_start_at_once_fetch_one_token(sandbox: Sandbox, make_client: MakeClient) -> None:
    client = make_client(sandbox.endpoint)

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(lambda n: client.submit(payload(), idempotency_key=f"key-{n}"), range(20)))

    assert sandbox.stats["tokens"] == 1
    assert sandbox.stats["requests"] == 20


def test_twenty_threads_whose_token_was_revoked_fetch_one_more(
    sandbox: Sandbox, make_client: MakeClient
) -> None:
    client = make_client(sandbox.endpoint)
    client.ensure_token()
    sandbox.revoke_tokens()

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(lambda n: client.submit(payload(), idempotency_key=f"key-{n}"), range(20)))

    assert sandbox.stats["tokens"] == 2


def test_the_form_is_that_of_client_credentials(make_client: MakeClient) -> None:
    with RawServer(saying("200 OK", b'{"access_token": "t"}')) as server:
        make_client(Endpoint(server.base_url, "me&you", SECRET)).ensure_token()

    head, _, form = server.seen[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /oauth/token HTTP/1.1")
    assert b"Content-Type: application/x-www-form-urlencoded" in head
    assert parse_qs(form.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["me&you"],
        "client_secret": [SECRET],
        "scope": ["privacy:read privacy:write"],
    }


@pytest.mark.parametrize(("seconds_left", "tokens"), [(61, 0), (59, 1), (-5, 1)])
def test_a_token_is_renewed_a_minute_before_its_end(
    sandbox: Sandbox, make_client: MakeClient, seconds_left: int, tokens: int
) -> None:
    make_client(sandbox.endpoint, store=StoreWithToken(seconds_left)).ensure_token()

    assert sandbox.stats["tokens"] == tokens


class BusyStore(StoreWithToken):
    """A store whose fetch lease another worker holds."""

    def renew(self, **_asked: Any) -> Token:
        raise TokenBusy


def test_the_old_token_serves_its_last_minute_while_another_worker_renews(make_client: MakeClient) -> None:
    with RawServer(saying("202 Accepted", b'{"id": "a"}')) as server:
        make_client(server.base_url, store=BusyStore(30)).submit(payload(), idempotency_key="key-1")

    assert b"Bearer first-token" in server.seen[0]


def test_an_ended_token_is_not_sent_while_another_worker_renews(make_client: MakeClient) -> None:
    with RawServer(saying("202 Accepted", b'{"id": "a"}')) as server:
        with pytest.raises(TokenBusy):
            make_client(server.base_url, store=BusyStore(-1)).submit(payload(), idempotency_key="key-1")

        assert server.seen == []


def test_threads_that_wait_for_a_failing_fetch_do_not_each_repeat_it(make_client: MakeClient) -> None:
    begun = threading.Event()

    def fail_slowly(connection: Any, _request: bytes) -> None:
        begun.set()
        threading.Event().wait(0.3)
        saying("503 Service Unavailable")(connection, b"")

    with RawServer(fail_slowly) as server, ThreadPoolExecutor(8) as threads:
        client = make_client(Endpoint(server.base_url, "demo", SECRET))
        outcomes = [threads.submit(client.ensure_token) for _ in range(8)]
        errors = [type(outcome.exception()) for outcome in outcomes]

        assert begun.is_set()
        assert len(server.seen) == 1
    assert sorted(error.__name__ for error in errors) == ["TokenBusy"] * 7 + ["TokenUnavailable"]


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        ("400 Bad Request", b"{}", AuthenticationFailed),
        ("401 Unauthorized", b'{"error": "invalid_client"}', AuthenticationFailed),
        ("401 Unauthorized", b"<html>", AuthenticationFailed),
        ("403 Forbidden", b"{}", AuthenticationFailed),
        ("400 Bad Request", b'{"error": "invalid_scope"}', ScopeMissing),
        ("404 Not Found", b"{}", TokenUnavailable),
        ("429 Too Many Requests", b"{}", TokenUnavailable),
        ("500 Internal Server Error", b"{}", TokenUnavailable),
        ("302 Found", b"{}", TokenUnavailable),
        ("200 OK", b"<html>", TokenUnavailable),
        ("200 OK", b"[]", TokenUnavailable),
        ("200 OK", b"{}", TokenUnavailable),
        ("200 OK", b'{"access_token": ""}', TokenUnavailable),
        ("200 OK", b'{"access_token": 7}', TokenUnavailable),
        ("200 OK", b'{"access_token": "a\\r\\nX-Injected: 1"}', TokenUnavailable),
        ("200 OK", '{"access_token": "schlüssel"}'.encode(), TokenUnavailable),
        ("200 OK", b'{"access_token": "a", "token_type": "mac"}', TokenUnavailable),
    ],
)
def test_each_answer_of_the_token_endpoint_has_its_meaning(
    make_client: MakeClient, status: str, body: bytes, error: type[CXoneError]
) -> None:
    with RawServer(saying(status, body)) as server:
        with pytest.raises(CXoneError) as caught:
            make_client(Endpoint(server.base_url, "demo", SECRET)).submit(payload(), idempotency_key="key-1")

        assert type(caught.value) is error
        assert len(server.seen) == 1


def test_a_pause_that_the_token_endpoint_asks_for_is_told(sandbox: Sandbox, make_client: MakeClient) -> None:
    sandbox.faults = ["429@token"]

    with pytest.raises(TokenUnavailable) as caught:
        make_client(sandbox.endpoint).ensure_token()

    assert caught.value.retry_after == 7.0


@pytest.mark.parametrize("fault", ["hang@token", "reset@token", "slow@token"])
def test_a_token_endpoint_that_does_not_answer_is_unavailable(
    sandbox: Sandbox, make_client: MakeClient, fault: str
) -> None:
    sandbox.faults = [fault]

    with pytest.raises(TokenUnavailable) as caught:
        make_client(sandbox.endpoint, token_seconds=0.3).ensure_token()

    assert caught.value.retry_after is None


def test_a_token_endpoint_that_is_not_there_is_unavailable(make_client: MakeClient) -> None:
    with pytest.raises(TokenUnavailable, match="could not be reached"):
        make_client(Endpoint("http://127.0.0.1:9", "demo", SECRET)).ensure_token()


def test_a_wrong_secret_is_an_authentication_failure(sandbox: Sandbox, make_client: MakeClient) -> None:
    endpoint = Endpoint(sandbox.endpoint.base_url, "demo", "not-it")

    with pytest.raises(AuthenticationFailed, match="Check the client id and secret"):
        make_client(endpoint).ensure_token()


@pytest.mark.parametrize(
    ("expires_in", "lifetime"),
    [
        ('"expires_in": 3600', 3600),
        ('"expires_in": "1800"', 1800),
        ('"expires_in": 1800.7', 1800),
        ('"other": 1', 300),
        ('"expires_in": null', 300),
        ('"expires_in": "an hour"', 300),
        ('"expires_in": true', 300),
        ('"expires_in": [60]', 300),
        ('"expires_in": 0', 0),
        ('"expires_in": -30', 0),
        ('"expires_in": 1e300', 86400),
        ('"expires_in": ' + "9" * 4000, 86400),
    ],
)
def test_a_lifetime_is_read_safely(make_client: MakeClient, expires_in: str, lifetime: int) -> None:
    store = MemoryTokenStore()
    body = ('{"access_token": "t", ' + expires_in + "}").encode()
    with RawServer(saying("200 OK", body)) as server:
        make_client(Endpoint(server.base_url, "demo", SECRET), store=store).ensure_token()

    token = store.current()
    assert token is not None
    assert abs(token.expires_at - datetime.now(UTC) - timedelta(seconds=lifetime)) < timedelta(seconds=5)


@pytest.mark.parametrize("seconds", [0, 30, 60])
def test_a_token_too_short_to_keep_serves_the_call_it_was_fetched_for(
    make_client: MakeClient, seconds: int
) -> None:
    short = Sandbox(token_seconds=seconds or 0.4)
    short.start()
    client = make_client(short.endpoint)
    client.submit(payload(), idempotency_key="key-1")
    client.submit(payload(), idempotency_key="key-2")
    stats = short.stats
    short.stop()

    assert (stats["requests"], stats["tokens"]) == (2, 2)


def test_a_store_gives_the_newer_token_instead_of_fetching_again() -> None:
    store = StoreWithToken()
    old = Token("older", datetime.now(UTC) + timedelta(hours=1))

    assert store.renew(rejected=old, fetch=lambda: pytest.fail("fetched again")) == store.current()


def test_a_store_in_memory_is_asked_by_many_threads_and_fetches_once() -> None:
    store = MemoryTokenStore()
    fetched: list[int] = []

    def fetch() -> Token:
        fetched.append(1)
        return Token(f"token-{len(fetched)}", datetime.now(UTC) + timedelta(hours=1))

    with ThreadPoolExecutor(16) as threads:
        tokens = set(threads.map(lambda _: store.renew(rejected=None, fetch=fetch).access_token, range(64)))

    assert (tokens, len(fetched)) == ({"token-1"}, 1)


def test_a_token_does_not_show_itself() -> None:
    assert "t0ken" not in json.dumps(repr(Token("t0ken", datetime.now(UTC))))
