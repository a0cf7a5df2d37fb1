"""Calls end in time and in size whatever the other side does, and a broken one is told for what it was."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from erasure.cxone.errors import (
    ConnectionBroken,
    CXoneError,
    NotTaken,
    TimedOut,
    Unclear,
    Unreachable,
    UnreadableAnswer,
)
from erasure.cxone.sandbox import Sandbox
from tests.cxone.conftest import MakeClient, StoreWithToken, payload
from tests.cxone.raw_server import Play, RawServer, answer, in_turn, reset, saying

LIMIT = 0.5


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fail if it takes longer, with room for a busy machine."""
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < seconds + 1.5


def dripping(whole: bytes) -> Play:
    """Send one byte every 50 ms, each well within any timeout for a single read."""

    def play(connection: socket.socket, _request: bytes) -> None:
        for byte in whole:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    return play


def silent(connection: socket.socket, _request: bytes) -> None:
    """Read on and never answer."""
    connection.recv(1)


def endless(head: bytes, part: bytes) -> Play:
    """Send `part` for ever."""

    def play(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(part)

    return play


BODY = b'{"id": "prv-1"}' + b" " * 200
TOO_SLOW = {
    "nothing at all": silent,
    "a dripped body": dripping(answer("202 Accepted", BODY)[-200:]),
    "dripped headers": dripping(answer("202 Accepted", BODY, "X-Long: " + "x" * 300)),
    "endless interim answers": dripping(b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "a dripped chunked body": dripping(
        b"HTTP/1.1 202 A\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 100
    ),
}


@pytest.mark.parametrize("play", TOO_SLOW.values(), ids=TOO_SLOW)
def test_the_whole_answer_has_one_deadline(make_client: MakeClient, play: Play) -> None:
    with RawServer(play) as server, within(LIMIT), pytest.raises(Unclear) as caught:
        make_client(server.base_url, submit_seconds=LIMIT).submit(payload(), idempotency_key="key-1")

    assert isinstance(caught.value, TimedOut | ConnectionBroken)


@pytest.mark.parametrize("name", ["nothing at all", "dripped headers", "a dripped chunked body"])
def test_a_deadline_that_passed_is_told_as_such(make_client: MakeClient, name: str) -> None:
    with RawServer(TOO_SLOW[name]) as server, within(LIMIT), pytest.raises(TimedOut):
        make_client(server.base_url, status_seconds=LIMIT).status("prv-1")


@pytest.mark.parametrize("fault", ["slow", "hang"])
def test_a_sandbox_that_dawdles_is_timed_out(sandbox: Sandbox, make_client: MakeClient, fault: str) -> None:
    client = make_client(sandbox.endpoint, submit_seconds=LIMIT)
    sandbox.faults = [f"{fault}:1"]

    with within(LIMIT), pytest.raises(TimedOut):
        client.submit(payload(), idempotency_key="key-1")
    client.submit(payload(), idempotency_key="key-1")

    assert [request["times_posted"] for request in sandbox.requests] == [2]


MEBIBYTES_200 = b"Content-Length: 209715200\r\n\r\n"
TOO_LARGE = {
    "announced": endless(b"HTTP/1.1 200 OK\r\n" + MEBIBYTES_200, b" " * 65536),
    "without a length": endless(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65536),
    "in chunks": endless(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65536 + b"\r\n"
    ),
    "a redirect": endless(b"HTTP/1.1 302 F\r\nLocation: /\r\n" + MEBIBYTES_200, b" " * 65536),
}


@pytest.mark.parametrize("play", TOO_LARGE.values(), ids=TOO_LARGE)
def test_a_huge_body_is_not_read(make_client: MakeClient, play: Play) -> None:
    with RawServer(play) as server, within(3), pytest.raises(UnreadableAnswer, match="larger than 1024 KiB"):
        make_client(server.base_url).status("prv-1")


def test_endless_headers_are_not_read(make_client: MakeClient) -> None:
    play = endless(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1000)
    with RawServer(play) as server, within(3), pytest.raises(ConnectionBroken):
        make_client(server.base_url).status("prv-1")


def test_a_mebibyte_is_still_read_whole(make_client: MakeClient) -> None:
    body = b'{"status": "COMPLETED"}'.ljust(1024 * 1024)
    with RawServer(saying("200 OK", body)) as server:
        report = make_client(server.base_url).status("prv-1")

    assert (report.status, len(report.body)) == ("COMPLETED", 1024 * 1024)


@pytest.mark.parametrize("code", ["301 M", "302 F", "303 S", "307 T", "308 P"])
def test_a_redirect_never_carries_the_token_away(make_client: MakeClient, code: str) -> None:
    with RawServer(saying("202 Accepted", b'{"id": "stolen"}')) as thief:
        redirect = saying(code, b"{}", f"Location: {thief.base_url}/api/v2/privacy/requests")
        with RawServer(redirect) as server, pytest.raises(UnreadableAnswer, match="redirect"):
            make_client(server.base_url).submit(payload(), idempotency_key="key-1")

        assert thief.connections == 0


def test_a_reset_after_the_request_was_read_is_unclear(sandbox: Sandbox, make_client: MakeClient) -> None:
    client = make_client(sandbox.endpoint)
    sandbox.faults = ["reset:1"]

    with pytest.raises(ConnectionBroken):
        client.submit(payload(), idempotency_key="key-1")

    # It was taken: only the same key makes the repeat harmless.
    assert client.submit(payload(), idempotency_key="key-1").id == sandbox.requests[0]["id"]
    assert sandbox.stats["requests"] == 1


def half_a_head(connection: socket.socket, _request: bytes) -> None:
    """Begin an answer and end the connection with a reset."""
    connection.sendall(b"HTTP/1.1 20")
    reset(connection)


BROKEN = {
    "closed without an answer": lambda connection, _request: connection.shutdown(socket.SHUT_RDWR),
    "half a head": half_a_head,
    "half a body": lambda connection, _request: (
        connection.sendall(b'HTTP/1.1 202 A\r\nContent-Length: 99\r\n\r\n{"id": "a"}'),
        connection.shutdown(socket.SHUT_RDWR),
    ),
    "no HTTP": lambda connection, _request: connection.sendall(b"220 mail.example ESMTP\r\n\r\n"),
    "a broken chunk": lambda connection, _request: connection.sendall(
        b"HTTP/1.1 202 A\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"
    ),
}


@pytest.mark.parametrize("play", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_unclear(make_client: MakeClient, play: Play) -> None:
    with RawServer(play) as server:
        with pytest.raises(ConnectionBroken):
            make_client(server.base_url).submit(payload(), idempotency_key="key-1")

        assert len(server.seen) == 1


def test_a_reset_on_a_reused_connection_is_not_silently_repeated(make_client: MakeClient) -> None:
    with RawServer(in_turn(saying("202 Accepted", b'{"id": "a"}'), reset)) as server:
        client = make_client(server.base_url)
        client.submit(payload(), idempotency_key="key-1")
        with pytest.raises(ConnectionBroken):
            client.submit(payload(), idempotency_key="key-2")

        assert (len(server.seen), server.connections) == (2, 1)


def test_a_kept_connection_that_the_server_closed_is_replaced(make_client: MakeClient) -> None:
    def answer_and_close(connection: socket.socket, request: bytes) -> None:
        saying("202 Accepted", b'{"id": "a"}')(connection, request)
        connection.shutdown(socket.SHUT_RDWR)

    with RawServer(answer_and_close) as server:
        client = make_client(server.base_url)
        for number in range(3):
            client.submit(payload(), idempotency_key=f"key-{number}")
            time.sleep(0.05)

        assert server.connections == 3


def test_an_answer_that_was_cut_short_leaves_nothing_for_the_next(make_client: MakeClient) -> None:
    with RawServer(
        in_turn(saying("200 OK", b" " * 2_000_000), saying("200 OK", b'{"status": "COMPLETED"}'))
    ) as server:
        client = make_client(server.base_url)
        with pytest.raises(UnreadableAnswer):
            client.status("prv-1")

        assert client.status("prv-2").status == "COMPLETED"


def _refused_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


UNREACHABLE = {
    "nobody listens": (_refused_port, "refused"),
    "no such host": (lambda: "http://cxone.invalid", "host name was not found"),
    "not a host name": (lambda: f"http://{'a' * 70}.example", "could not be reached"),
}


@pytest.mark.parametrize(("base_url", "reason"), UNREACHABLE.values(), ids=UNREACHABLE)
def test_no_connection_means_not_taken(make_client: MakeClient, base_url: object, reason: str) -> None:
    assert callable(base_url)
    with pytest.raises(Unreachable, match=reason) as caught:
        make_client(base_url()).submit(payload(), idempotency_key="key-1")

    assert isinstance(caught.value, NotTaken)


def test_a_failed_handshake_means_not_taken(make_client: MakeClient) -> None:
    def garble() -> None:
        with listener.accept()[0] as connection:
            connection.sendall(b"HTTP/1.1 400 Speak plainly\r\n\r\n")

    listener = socket.create_server(("127.0.0.1", 0))
    serve = threading.Thread(target=garble, daemon=True)
    serve.start()
    with pytest.raises(Unreachable, match="TLS"):
        make_client(f"https://127.0.0.1:{listener.getsockname()[1]}").submit(payload(), idempotency_key="k")
    serve.join(5)
    listener.close()


def test_waiting_for_a_free_connection_is_part_of_the_time(make_client: MakeClient) -> None:
    with RawServer(silent) as server:
        client = make_client(server.base_url, submit_seconds=LIMIT, connections=1)

        def outcome(number: int) -> type[CXoneError]:
            try:
                client.submit(payload(), idempotency_key=f"key-{number}")
            except CXoneError as error:
                return type(error)
            return CXoneError

        with within(LIMIT), ThreadPoolExecutor(4) as threads:
            outcomes = sorted(kind.__name__ for kind in threads.map(outcome, range(4)))

    # The first got the connection; of the others nothing was written, and that is said.
    assert outcomes.count("TimedOut") >= 1
    assert set(outcomes) <= {"TimedOut", "Unreachable"}
    assert outcomes.count("Unreachable") >= 2


def test_a_repeat_after_a_401_shares_the_time_of_the_first_try(make_client: MakeClient) -> None:
    with (
        RawServer(
            in_turn(saying("401 Unauthorized"), saying("200 OK", b'{"access_token": "second-token"}'), silent)
        ) as server,
        within(LIMIT),
    ):
        with pytest.raises(TimedOut):
            make_client(server.base_url, submit_seconds=LIMIT).submit(payload(), idempotency_key="key-1")

        assert b"Bearer second-token" in server.seen[2]


def test_a_client_can_be_closed_and_used_again(make_client: MakeClient) -> None:
    with RawServer(saying("202 Accepted", b'{"id": "a"}')) as server:
        client = make_client(server.base_url, store=StoreWithToken())
        client.submit(payload(), idempotency_key="key-1")
        client.close()

        assert client.submit(payload(), idempotency_key="key-2").id == "a"
