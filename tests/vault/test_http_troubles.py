"""The `http` kind where the other side is slow, broken, somebody else, or not to be called at all."""

import gzip
import time
from pathlib import Path
from typing import Any

import pytest

from erasure.choices import DeliveryTrouble
from erasure.outbound.transport import Answer
from erasure.vault import NotDelivered, Receipt, calls
from erasure.vault.calls import LARGEST_ANSWER
from erasure.vault.message import LONGEST_SAID
from tests.cxone.raw_server import Play, RawServer, answer, reset, saying
from tests.cxone.test_bounds import dripping, endless, silent, within
from tests.made_certificate import ELSEWHERE, made_certificate
from tests.vault.conftest import LIMIT, MESSAGE, Make, trouble_at
from tests.vault.receiver import Receiver

SLOW = {
    "hangs after accepting": silent,
    "drips its body": dripping(answer("200 OK", b"x" * 300)),
    "drips its headers": dripping(answer("200 OK", b"", "X-Long: " + "x" * 300)),
    "drips without an end": dripping(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 99
    ),
}


@pytest.mark.parametrize("mood", SLOW.values(), ids=SLOW)
def test_the_whole_answer_has_one_deadline(receiver: Receiver, make: Make, short: None, mood: Play) -> None:
    receiver.mood = mood
    with within(LIMIT):
        assert trouble_at(make(receiver.base_url)).trouble == DeliveryTrouble.TIMED_OUT


UNUSABLE = {
    "more than 64 KiB": saying("200 OK", b"x" * (LARGEST_ANSWER + 1)),
    "more than a mebibyte": saying("200 OK", b"x" * (1 << 20)),
    "without an end": endless(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65536),
    "compressed": saying("200 OK", gzip.compress(b"{}"), "Content-Encoding: gzip"),
    "a bomb": saying("200 OK", gzip.compress(b"\0" * (1 << 24)), "Content-Encoding: gzip"),
}


@pytest.mark.parametrize("mood", UNUSABLE.values(), ids=UNUSABLE)
def test_an_answer_that_no_vault_gives_is_unexpected(receiver: Receiver, make: Make, mood: Play) -> None:
    receiver.mood = mood
    with within(3):
        assert trouble_at(make(receiver.base_url)).trouble == DeliveryTrouble.UNEXPECTED


def test_as_much_as_may_be_is_read(receiver: Receiver, make: Make) -> None:
    receiver.mood = saying("200 OK", b"x" * LARGEST_ANSWER)
    assert make(receiver.base_url).deliver(MESSAGE).status == 200


BROKEN = {
    "resets": reset,
    "closes without an answer": lambda connection, _request: connection.shutdown(2),
    "ends in the middle": lambda connection, _request: (
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"),
        connection.shutdown(2),
    ),
    "speaks something else": lambda connection, _request: (
        connection.sendall(b"220 mail.example ESMTP\r\n"),
        connection.shutdown(2),
    ),
}


@pytest.mark.parametrize("mood", BROKEN.values(), ids=BROKEN)
def test_a_connection_that_breaks_may_have_brought_the_message(
    receiver: Receiver, make: Make, mood: Play
) -> None:
    receiver.mood = mood
    assert trouble_at(make(receiver.base_url)).trouble == DeliveryTrouble.BROKEN


def test_after_a_broken_answer_the_next_is_read_from_its_beginning(receiver: Receiver, make: Make) -> None:
    vault = make(receiver.base_url)
    receiver.mood = saying("200 OK", b"x" * (LARGEST_ANSWER + 1))
    trouble_at(vault)
    receiver.mood = saying("200 OK", b"taken")
    assert vault.deliver(MESSAGE) == Receipt(200, "taken")


def test_nobody_at_the_address(make: Make) -> None:
    with RawServer(silent) as gone:
        address = gone.base_url
    assert trouble_at(make(address)).trouble == DeliveryTrouble.UNREACHABLE


def test_a_trusted_certificate(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls = made_certificate(tmp_path / "trusted.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "trusted.pem"))
    with Receiver(tls=tls) as receiver:
        make(receiver.base_url).deliver(MESSAGE)
        assert list(receiver.taken) == [MESSAGE.id]


@pytest.mark.parametrize(
    ("facts", "trusted"),
    [({}, False), ({"names": ELSEWHERE}, True), ({"days_left": -1}, True)],
    ids=["signed by itself", "of another name", "expired"],
)
def test_a_bad_certificate_gets_no_message(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, facts: dict[str, Any], *, trusted: bool
) -> None:
    tls = made_certificate(tmp_path / "own.pem", **facts)
    if trusted:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "own.pem"))
    with Receiver(tls=tls) as receiver:
        assert trouble_at(make(receiver.base_url)).trouble == DeliveryTrouble.UNREACHABLE
        assert receiver.attempts == []


def test_a_handshake_that_never_ends(make: Make, short: None) -> None:
    def mute(_connection: object, _request: bytes) -> None:
        time.sleep(LIMIT)

    with RawServer(mute) as server, within(LIMIT):
        address = server.base_url.replace("http", "https")
        assert trouble_at(make(address)).trouble == DeliveryTrouble.UNREACHABLE


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "[::1]", "localhost.", "169.254.169.254"])
def test_an_address_that_is_not_allowed_is_not_called(receiver: Receiver, make: Make, host: str) -> None:
    port = receiver.base_url.rpartition(":")[2]
    for scheme in ("http", "https"):
        vault = make(f"{scheme}://{host}:{port}/", allowed="vault.example")
        assert trouble_at(vault).trouble == DeliveryTrouble.ADDRESS_REFUSED
    assert receiver.connections == 0


@pytest.mark.parametrize(
    "address", ["", "vault.example", "file:///etc/passwd", "https://me:pw@vault.example/"]
)
def test_no_vault_is_made_for_what_is_no_address(make: Make, address: str) -> None:
    with pytest.raises(NotDelivered) as caught:
        make(address)
    assert caught.value.trouble == DeliveryTrouble.ADDRESS_REFUSED


def test_why_a_call_failed_stands_in_the_log_without_the_address(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    with RawServer(silent) as gone:
        address = gone.base_url
    trouble_at(make(f"{address}/hook-of-ours"))
    [line] = [record for record in caplog.records if record.message == "vault_call_failed"]
    assert "the connection was refused" in line.reason  # type: ignore[attr-defined] # it comes with `extra`
    assert "hook-of-ours" not in caplog.text + str(vars(line))


def test_words_are_cut_last_so_that_whoever_masks_them_sees_it() -> None:
    words = f"\n\n{'x' * (LONGEST_SAID - 4)}jane.doe@example.org"
    assert calls.said(Answer(500, {}, words.encode())) == f"{'x' * (LONGEST_SAID - 4)}jane"
