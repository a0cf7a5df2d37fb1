"""The same over TLS, as CXone is reached in earnest."""

import ssl
import time
from pathlib import Path

import pytest

from erasure.cxone.errors import TimedOut, Unreachable
from tests.cxone.conftest import MakeClient, payload
from tests.cxone.raw_server import RawServer, answer, saying
from tests.cxone.test_bounds import LIMIT, dripping, within
from tests.made_certificate import made_certificate


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Where the certificate for 127.0.0.1 lies, signed by itself, and its key."""
    return tmp_path / "certificate.pem"


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    return made_certificate(certificate)


@pytest.fixture
def trusted(tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))


def test_a_trusted_server_is_spoken_to_over_one_connection(
    make_client: MakeClient, tls: ssl.SSLContext, trusted: None
) -> None:
    with RawServer(saying("202 Accepted", b'{"id": "a"}'), tls=tls) as server:
        client = make_client(server.base_url)
        ids = [client.submit(payload(), idempotency_key=f"key-{n}").id for n in range(3)]

        assert (ids, len(server.seen), server.connections) == (["a"] * 3, 3, 2)


def test_a_server_that_is_not_trusted_gets_nothing(make_client: MakeClient, tls: ssl.SSLContext) -> None:
    with RawServer(saying("202 Accepted", b'{"id": "a"}'), tls=tls) as server:
        with pytest.raises(Unreachable, match="certificate was not accepted"):
            make_client(server.base_url).submit(payload(), idempotency_key="key-1")

        assert server.seen == []


def test_a_certificate_of_another_host_is_not_accepted(
    make_client: MakeClient, tls: ssl.SSLContext, trusted: None
) -> None:
    with RawServer(saying("202 Accepted", b'{"id": "a"}'), tls=tls) as server:
        with pytest.raises(Unreachable, match="certificate was not accepted"):
            make_client(server.base_url.replace("127.0.0.1", "localhost")).status("prv-1")

        assert server.seen == []


def test_a_dripped_answer_is_timed_out(make_client: MakeClient, tls: ssl.SSLContext, trusted: None) -> None:
    slow = dripping(answer("200 OK", b"{}", "X-Long: " + "x" * 300))
    with RawServer(slow, tls=tls) as server, within(LIMIT), pytest.raises(TimedOut):
        make_client(server.base_url, status_seconds=LIMIT).status("prv-1")


def test_a_handshake_that_never_ends_is_part_of_the_time(make_client: MakeClient) -> None:
    def mute(_connection: object, _request: bytes) -> None:
        time.sleep(LIMIT)

    with RawServer(mute) as server, within(LIMIT), pytest.raises(Unreachable):
        make_client(server.base_url.replace("http", "https"), status_seconds=LIMIT).status("prv-1")
