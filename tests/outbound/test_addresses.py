"""Addresses that people type in, looked at before they are saved."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from requests import PreparedRequest
from urllib3.util import parse_url

from erasure.outbound.addresses import AddressGuard, AddressRefused
from erasure.outbound.destination import destination
from erasure.outbound.errors import CallFailed
from erasure.outbound.transport import _Adapter
from tests.outbound.conftest import NAME, Resolver

PUBLIC = "93.184.216.34"

REFUSED = {
    "scheme": [
        "",
        NAME,
        f"//{NAME}",
        f"ftp://{NAME}",
        f"gopher://{NAME}",
        f"ws://{NAME}",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/plain,x",
        f"unix://{NAME}",
    ],
    "malformed": [
        "https://",
        "https:",
        f"https:{NAME}",
        f"https:/{NAME}",
        "https:///path",
        "https://:443",
        f"https://{NAME}:",
        f"https://{NAME}:0",
        f"https://{NAME}:65536",
        f"https://{NAME}:-1",
        f"https://{NAME}:port",
        f"https://{NAME}:٤٤٣",
        f"https://{NAME}#part",
        f"https://{NAME}/#",
        f" https://{NAME}",
        f"https://{NAME} ",
        f"https://{NAME}/a b",
        f"https://{NAME}/\x00",
        f"ht\ttps://{NAME}",
        f"https://{NAME}\r\nX: y",
        f"https://{NAME}\u2028",
        f"https://{NAME}\\@localhost/",
        f"https:\\\\{NAME}",
        f"https://{NAME}/\\x",
        "https://%6cocalhost",
        "https://127.0.0.1%2f.example",
        "https://[fe80::1%25eth0]",
        "https://[::1",
        "https://::1",
        "https://[::1]x",
        "https://[vault.example]",
        "https://[v1.x]",
        "https://１２７.0.0.1",
        "https://ｌocalhost",
        "https://①27.0.0.1",
        "https://127。0。0。1",
        "https://vault..example",
        "https://.example",
        "https://.",
        "https://-vault.example",
        "https://vault*.example",
        f"https://{'a' * 64}.example",
        f"https://{'a.' * 127}example",
        f"https://{NAME}/ä",
        f"https://{NAME}/?ä",
        "https://va\u00adult.example",
        "https://\ud800.example",
    ],
    "credentials": [
        f"https://user@{NAME}",
        f"https://user:password@{NAME}",
        f"https://@{NAME}",
        f"https://{NAME}@localhost",
        f"https://{NAME}:443@127.0.0.1/",
    ],
    "private": [
        "https://127.0.0.1",
        "http://127.0.0.1",
        "https://127.0.0.1:8443/x",
        "https://127.1",
        "https://127.0.1",
        "https://0177.1",
        "https://0177.0.0.01",
        "https://0x7f.1",
        "https://0x7f000001",
        "https://0X7F000001",
        "http://2130706433",
        "https://017700000001",
        "https://127.0.0.1.",
        "https://0",
        "https://0.0.0.0",
        "http://[::1]",
        "https://[::]",
        "https://[0:0:0:0:0:0:0:1]",
        "https://[::ffff:7f00:1]",
        "https://[::FFFF:127.0.0.1]",
        "https://[64:ff9b::7f00:1]",
        "https://[2002:7f00:1::]",
        "https://[fe80::1]",
        "https://[fc00::1]",
        "https://[fd00:ec2::254]",
        "https://10.0.0.1",
        "https://192.168.0.1",
        "http://169.254.169.254/",
        "https://0251.0376.0251.0376",
        "https://2852039166",
        "https://100.64.0.1",
        "https://224.0.0.1",
        "https://203.0.113.1",
        "https://localhost",
        "https://LOCALHOST",
        "http://localhost.",
        "https://anything.localhost",
        "https://anything.localhost.",
    ],
    "plain_http": [f"http://{NAME}", "http://8.8.8.8", f"HTTP://{NAME}:443"],
}


@pytest.mark.parametrize(
    ("code", "url"), [(code, url) for code, urls in REFUSED.items() for url in urls], ids=ascii
)
def test_an_address_that_could_lead_inside_is_refused(code: str, url: str, resolver: Resolver) -> None:
    resolver.tell(NAME, [PUBLIC])
    with pytest.raises(AddressRefused) as refused:
        AddressGuard().check(url)

    assert refused.value.code == code
    assert isinstance(refused.value, CallFailed)
    assert refused.value.__cause__ is refused.value.__context__ is None
    assert NAME not in str(refused.value)
    # What can be seen from the address alone is never asked of a resolver.
    assert resolver.asked == []


@pytest.mark.parametrize(
    "url",
    [
        f"https://{NAME}",
        f"HTTPS://{NAME.upper()}./hook?x=1&y=%20",
        f"https://{NAME}:8443/hook",
        "https://8.8.8.8",
        "https://[2606:4700:4700::1111]:443/",
        "https://[::ffff:8.8.8.8]",
    ],
)
def test_a_public_address_passes(url: str, resolver: Resolver) -> None:
    for name in (NAME, f"{NAME}."):
        resolver.tell(name, [PUBLIC, "2606:4700:4700::1111"])

    AddressGuard().check(url)


def test_a_name_of_other_letters_is_looked_up_as_it_is_connected_to(resolver: Resolver) -> None:
    resolver.tell("xn--bcher-kva.example", [PUBLIC])
    AddressGuard().check("https://Bücher.example/x")

    assert resolver.asked == ["xn--bcher-kva.example"]


@pytest.mark.parametrize(
    "answer",
    [
        ["127.0.0.1"],
        ["10.0.0.8"],
        ["169.254.169.254"],
        ["::1"],
        ["64:ff9b::7f00:1"],
        [PUBLIC, "10.0.0.8"],
        ["10.0.0.8", PUBLIC],
        ["2606:4700:4700::1111", "fd00::1"],
    ],
)
def test_a_name_with_any_private_address_is_refused(answer: list[str], resolver: Resolver) -> None:
    resolver.tell(NAME, answer)
    with pytest.raises(AddressRefused) as refused:
        AddressGuard().check(f"https://{NAME}")

    assert refused.value.code == "private"


def test_a_name_that_nobody_knows_is_refused(resolver: Resolver) -> None:
    resolver.tell(NAME, [])
    with pytest.raises(AddressRefused) as refused:
        AddressGuard().check(f"https://{NAME}")

    assert refused.value.code == "unresolvable"
    assert refused.value.__context__ is None


def test_behind_a_proxy_a_name_need_not_be_known_here(
    resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://10.0.0.3:3128")
    resolver.tell(NAME, [])
    AddressGuard().check(f"https://{NAME}")

    resolver.tell(NAME, ["10.0.0.8"])
    with pytest.raises(AddressRefused):
        AddressGuard().check(f"https://{NAME}")


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080/x"),
        ("127.0.0.1", "http://2130706433"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080/x"),
        ("::1", "http://[::1]:9"),
        ("[::1]", "https://[0:0::1]"),
        ("[::1]:9", "http://[::1]:9"),
        ("localhost", "http://localhost.:8000"),
        ("Vault.Example.", f"http://{NAME}"),
        (f"{NAME}:80", f"http://{NAME}"),
        (f"{NAME}:443", f"https://{NAME}./x"),
        ("Bücher.example", "http://xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "http://BÜCHER.example"),
    ],
)
def test_an_allowed_host_may_be_private_and_plain(entry: str, url: str, resolver: Resolver) -> None:
    AddressGuard(frozenset({entry})).check(url)

    assert resolver.asked == []


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("127.0.0.1:8080", "http://127.0.0.1:8081"),
        ("127.0.0.1", "http://127.0.0.2"),
        ("localhost", "http://deeper.localhost"),
        ("localhost", "http://127.0.0.1"),
        ("::1", "http://127.0.0.1"),
        (NAME, f"http://deeper.{NAME}"),
        (NAME, f"http://not{NAME}"),
        (f"{NAME}:443", f"http://{NAME}"),
        (NAME, f"http://user@{NAME}"),
        (NAME, f"ftp://{NAME}"),
        (NAME, f"http://{NAME}@127.0.0.1"),
    ],
)
def test_an_allowed_host_stands_for_itself_alone(entry: str, url: str) -> None:
    with pytest.raises(AddressRefused):
        AddressGuard(frozenset({entry})).check(url)


@pytest.mark.parametrize(
    "entry",
    ["", " ", "https://vault.example", "vault.example/x", "*.example", "10.0.0.0/8", "a:b", "u@v", "*"],
)
def test_an_entry_that_is_no_host_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="is no host") as refused:
        AddressGuard(frozenset({entry}))

    assert refused.value.__context__ is None


PIECES = st.sampled_from(
    [
        *"@:/\\?#[]%.-_ \t0１。",
        "https://",
        "http://",
        "//",
        "vault",
        "example",
        "localhost",
        "127.0.0.1",
        "0x7f",
        "::1",
        "%6c",
        "ü",
        "ß",
        "xn--",
        "443",
        "\u200b",
    ]
)
URLS = st.lists(PIECES | st.text(max_size=3), max_size=8).map("".join)


@settings(max_examples=500)
@given(URLS | URLS.map("https://".__add__))
@example("https://faß.example")
@example("https://vault.example./x?y")
@example("https://[::FFFF:7f00:1]:8443")
def test_what_is_accepted_is_what_is_connected_to(url: str) -> None:
    try:
        there = destination(url)
    except AddressRefused:
        return
    by_requests = PreparedRequest()
    by_requests.url = url
    pool = _Adapter().get_connection_with_tls_context(by_requests, verify=True)
    read = parse_url(url)

    assert (pool.scheme, pool.host, pool.port or pool.ConnectionCls.default_port) == (
        there.scheme,
        there.host,
        there.port,
    )
    assert (read.host or "").strip("[]").lower() == there.host
    assert read.auth is None
    assert there.host.isascii()
