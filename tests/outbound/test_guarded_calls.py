"""The guard at the moment of connecting: what a name means then is what counts."""

import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from erasure.outbound.addresses import AddressGuard, AddressRefused
from erasure.outbound.errors import TimedOut, Unreachable
from erasure.outbound.transport import Answer, Transport
from tests.cxone.raw_server import RawServer, saying
from tests.outbound.conftest import NAME, Resolver

PUBLIC = "93.184.216.34"
Call = Callable[..., Answer]


@pytest.fixture
def call() -> Iterator[Call]:
    """Call an address through a guarded transport of its own, or through one that is given."""
    made: list[Transport] = []

    def act(url: str, *allowed: str, through: Transport | None = None, seconds: float = 5.0) -> Answer:
        transport = through or guarded(url, *allowed)
        made.append(transport)
        return transport.call(
            kind="deliver",
            method="POST",
            url=url,
            headers={},
            body=b"{}",
            deadline=time.monotonic() + seconds,
        )

    yield act
    for transport in made:
        transport.close()


def guarded(url: str, *allowed: str) -> Transport:
    guard = AddressGuard(frozenset(allowed))
    return Transport(url, peer="vault", connections=2, clock=time.monotonic, guard=guard)


def named(server: RawServer, name: str = NAME) -> str:
    """The server's address under a name."""
    return server.base_url.replace("127.0.0.1", name)


def test_a_name_that_changes_its_answer_gets_no_connection(
    server: RawServer, resolver: Resolver, call: Call
) -> None:
    resolver.tell(NAME, [PUBLIC], ["127.0.0.1"])
    AddressGuard().check(named(server))
    with pytest.raises(AddressRefused) as refused:
        call(named(server))

    assert (refused.value.code, server.connections) == ("private", 0)
    assert refused.value.__cause__ is refused.value.__context__ is None


@pytest.mark.parametrize("answer", [[PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC]])
def test_one_private_address_among_others_is_enough(
    server: RawServer, resolver: Resolver, call: Call, answer: list[str]
) -> None:
    resolver.tell(NAME, answer)
    with pytest.raises(AddressRefused):
        call(named(server))

    assert server.connections == 0


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "[::ffff:7f00:1]", "localhost", "x.localhost"]
)
def test_an_address_of_this_machine_is_refused_without_the_check(
    server: RawServer, call: Call, host: str
) -> None:
    with pytest.raises(AddressRefused) as refused:
        call(named(server, host))

    assert (refused.value.code, server.connections) == ("private", 0)


def test_plain_http_is_refused_without_the_check(resolver: Resolver, call: Call) -> None:
    resolver.tell(NAME, [PUBLIC])
    with pytest.raises(AddressRefused) as refused:
        call(f"http://{NAME}/hook")

    assert (refused.value.code, resolver.asked) == ("plain_http", [])


def test_an_allowed_host_is_reached_by_name_at_the_address_looked_at(
    server: RawServer, resolver: Resolver, call: Call
) -> None:
    # A second question would be answered with an address at which nobody listens.
    resolver.tell(NAME, ["127.0.0.1"], ["127.0.0.9"])
    answer = call(named(server) + "/hook", NAME)

    assert (answer.status, answer.body) == (200, b'{"got": true}')
    assert resolver.asked.count(NAME) == 1
    host = f"Host: {named(server).removeprefix('https://')}"
    assert host.encode() in server.seen[0]


def test_a_public_address_is_connected_to_as_it_was_looked_at(
    server: RawServer, resolver: Resolver, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No test may leave this machine: one address of it is taken for a public one here.
    monkeypatch.setattr("erasure.outbound.addresses.is_public", lambda address: str(address) == "127.0.0.1")
    resolver.tell(NAME, ["127.0.0.1"], ["127.0.0.9"])
    assert call(named(server)).status == 200

    with pytest.raises(AddressRefused):
        call(named(server))
    assert len(server.seen) == 1


def test_the_next_address_is_tried_when_the_first_does_not_answer(
    server: RawServer, resolver: Resolver, call: Call
) -> None:
    resolver.tell(NAME, ["127.0.0.9", "127.0.0.1"])

    assert call(named(server), NAME).status == 200


def test_the_certificate_must_be_for_the_name(server: RawServer, resolver: Resolver, call: Call) -> None:
    resolver.tell("other.example", ["127.0.0.1"])
    with pytest.raises(Unreachable, match="certificate was not accepted"):
        call(named(server, "other.example"), "other.example")

    assert server.seen == []


def test_a_kept_connection_was_looked_at_when_it_was_made(
    server: RawServer, resolver: Resolver, call: Call
) -> None:
    resolver.tell(NAME, ["127.0.0.1"], [PUBLIC])
    transport = guarded(named(server), NAME)
    for _ in range(3):
        call(named(server), through=transport)

    assert (len(server.seen), resolver.asked.count(NAME)) == (3, 1)


def test_an_allowed_host_may_be_spoken_to_in_plain_http(call: Call) -> None:
    with RawServer(saying("200 OK")) as plain:
        port = plain.base_url.rpartition(":")[2]
        assert call(plain.base_url, f"127.0.0.1:{port}").status == 200

        with pytest.raises(AddressRefused):
            call(plain.base_url, "127.0.0.1:1")


def test_a_name_that_is_lost_later_is_no_refusal(resolver: Resolver, call: Call) -> None:
    resolver.tell(NAME, [])
    with pytest.raises(Unreachable, match="host name was not found") as failed:
        call(f"https://{NAME}")

    assert failed.value.__context__ is None


def test_nobody_listening_is_told_as_such(server: RawServer, resolver: Resolver, call: Call) -> None:
    resolver.tell(NAME, ["127.0.0.9"])
    with pytest.raises(Unreachable, match="refused"):
        call(named(server), NAME)


def test_a_guarded_call_keeps_its_deadline(resolver: Resolver, call: Call) -> None:
    def silent(connection: Any, _request: bytes) -> None:
        connection.recv(1)

    begun = time.monotonic()
    with RawServer(silent) as server, pytest.raises(TimedOut):
        call(server.base_url, "127.0.0.1", seconds=0.5)

    assert time.monotonic() - begun < 2


def test_a_proxy_may_be_private_and_what_is_asked_of_it_may_not(
    resolver: Resolver, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver.tell(NAME, [PUBLIC])
    with RawServer(saying("502 Bad Gateway")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.base_url)
        with pytest.raises(Unreachable):
            call(f"https://{NAME}/hook")
        assert proxy.seen[0].startswith(f"CONNECT {NAME}:443".encode())

        resolver.tell(NAME, ["10.0.0.8"])
        for url in (f"https://{NAME}/hook", "https://169.254.169.254/", "https://localhost/"):
            with pytest.raises(AddressRefused):
                call(url)
        assert len(proxy.seen) == 1


def test_the_log_names_the_peer_and_no_address(
    server: RawServer, resolver: Resolver, call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    resolver.tell(NAME, ["127.0.0.1"])
    call(named(server) + "/secret-hook", NAME)
    with pytest.raises(AddressRefused):
        call(named(server) + "/secret-hook")

    assert "vault deliver POST: 200 in" in caplog.text
    assert "vault deliver POST: AddressRefused in" in caplog.text
    assert NAME not in caplog.text
    assert "secret-hook" not in caplog.text
