"""The same over TLS, as CXone is reached in earnest."""

import ssl
import time
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from erasure.cxone.errors import TimedOut, Unreachable
from tests.cxone.conftest import MakeClient, payload
from tests.cxone.raw_server import RawServer, answer, saying
from tests.cxone.test_bounds import LIMIT, dripping, within


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A file with a certificate for 127.0.0.1, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cxone.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
