"""Addresses and surroundings that could not work are refused at the start, saying what to correct."""

from pathlib import Path

import pytest

from erasure.cxone.endpoint import Endpoint
from erasure.outbound.surroundings import look_around
from tests.cxone.conftest import MakeClient, payload
from tests.cxone.raw_server import RawServer, saying

PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXY_VARIABLES, *map(str.upper, PROXY_VARIABLES), *CA_VARIABLES):
        monkeypatch.delenv(name, raising=False)


def test_the_addresses_are_those_of_the_contract() -> None:
    endpoint = Endpoint("https://api.mynicecx.com/", "demo", "secret")

    assert endpoint.token_url == "https://api.mynicecx.com/oauth/token"
    assert endpoint.requests_url == "https://api.mynicecx.com/api/v2/privacy/requests"
    assert endpoint.status_url("a") == "https://api.mynicecx.com/api/v2/privacy/requests/a"


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "api.mynicecx.com",
        "ftp://api.mynicecx.com",
        "https://",
        "https://user:password@api.mynicecx.com",
        "https://api.mynicecx.com?x=1",
        "https://api.mynicecx.com#x",
        "https://api.mynicecx.com:port",
        "https://[::1",
        "https://api.mynicecx.com /x",
    ],
)
def test_an_address_that_could_not_work_is_refused(base_url: str) -> None:
    with pytest.raises(ValueError, match="Give it as https://host"):
        Endpoint(base_url, "demo", "secret")


@pytest.mark.parametrize("path", ["", "oauth/token", "/oauth token", "/x?y", "/x#y", "/x\r\ny"])
def test_a_path_that_could_not_work_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="must begin with /"):
        Endpoint("https://cxone.example", "demo", "secret", token_path=path)


def test_a_proxy_from_the_environment_is_used(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RawServer(saying("202 Accepted", b'{"id": "by-proxy"}')) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url.replace("http://", "http://user:pass@"))
        accepted = make_client("http://cxone.invalid").submit(payload(), idempotency_key="key-1")

    assert accepted.id == "by-proxy"
    assert proxy.seen[0].startswith(b"POST http://cxone.invalid/api/v2/privacy/requests HTTP/1.1")
    assert b"Proxy-Authorization: Basic dXNlcjpwYXNz" in proxy.seen[0]


def test_no_proxy_is_heeded(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with RawServer(saying("202 Accepted", b'{"id": "direct"}')) as server:
        assert make_client(server.base_url).submit(payload(), idempotency_key="key-1").id == "direct"


def test_the_environment_is_read_once(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(saying("202 Accepted", b'{"id": "direct"}')) as server:
        client = make_client(server.base_url)
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

        assert client.submit(payload(), idempotency_key="key-1").id == "direct"


def test_a_netrc_file_does_not_replace_the_token(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else")
    monkeypatch.setenv("NETRC", str(netrc))
    with RawServer(saying("202 Accepted", b'{"id": "a"}')) as server:
        make_client(server.base_url).submit(payload(), idempotency_key="key-1")

    assert b"Authorization: Bearer first-token" in server.seen[0]


def test_a_kind_of_proxy_that_is_not_served_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")

    with pytest.raises(ValueError, match="HTTPS_PROXY and ALL_PROXY"):
        look_around("https://cxone.example")


def test_a_ca_bundle_is_taken_from_the_environment(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.touch()

    assert look_around("https://cxone.example", {"SSL_CERT_FILE": str(bundle)}).verify == str(bundle)
    assert look_around("https://cxone.example", {}).verify is True


def test_a_ca_bundle_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="REQUESTS_CA_BUNDLE"):
        look_around("https://cxone.example", {"REQUESTS_CA_BUNDLE": "/nowhere/ca.pem"})
