"""A resolver that gives what a test says, and a server with a certificate of a CA of our own."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.cxone.raw_server import RawServer, saying

NAME = "vault.example"

Answers = list[str]


class Resolver:
    """Answers for the names it was told, in turn and the last for ever; literals it leaves to the system."""

    def __init__(self) -> None:
        self._real = socket.getaddrinfo
        self._answers: dict[str, list[Answers]] = {}
        self.asked: list[str] = []

    def tell(self, name: str, *answers: Answers) -> None:
        """Let `name` have these addresses, first those of the first list, then those of the next."""
        self._answers[name] = list(answers)

    def getaddrinfo(self, host: str, port: int, *args: Any, **options: Any) -> Any:
        """The system's function, but for the names told."""
        self.asked.append(host)
        turns = self._answers.get(host)
        if turns is None:
            return self._real(host, port, *args, **options)
        answer = turns.pop(0) if len(turns) > 1 else turns[0]
        if not answer:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [found for address in answer for found in self._real(address, port, type=socket.SOCK_STREAM)]


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    """Stands in the system's resolver's place: a real one can't be made to change its answer."""
    told = Resolver()
    monkeypatch.setattr(socket, "getaddrinfo", told.getaddrinfo)
    return told


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def _signed(
    subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, by: ec.EllipticCurvePrivateKey, *, ca: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if not ca:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False)
    return builder.sign(by, hashes.SHA256())


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a server needs to be `vault.example`; its CA is trusted through the environment."""
    authority, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    pem = serialization.Encoding.PEM
    bundle, chain = tmp_path / "ca.pem", tmp_path / "server.pem"
    bundle.write_bytes(_signed("Our CA", authority, "Our CA", authority, ca=True).public_bytes(pem))
    chain.write_bytes(
        _signed(NAME, own, "Our CA", authority, ca=False).public_bytes(pem)
        + own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context


@pytest.fixture
def server(tls: ssl.SSLContext) -> Iterator[RawServer]:
    """A server on loopback that is `vault.example` by its certificate."""
    with RawServer(saying("200 OK", b'{"got": true}'), tls=tls) as running:
        yield running
