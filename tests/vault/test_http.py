"""The `http` kind against receivers on sockets: what is sent, and what each answer means."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from erasure.choices import DeliveryTrouble
from erasure.vault import Receipt
from erasure.vault.message import LONGEST_SAID
from tests.cxone.raw_server import saying
from tests.vault.conftest import MESSAGE, Make, trouble_at
from tests.vault.receiver import OLD_SECRET, SECRET, Receiver


def test_a_message_comes_signed_and_byte_by_byte(receiver: Receiver, make: Make) -> None:
    assert make(f"{receiver.base_url}/hook?key=1").deliver(MESSAGE) == Receipt(204)

    [attempt] = receiver.taken.values()
    assert (attempt.id, attempt.body) == (MESSAGE.id, MESSAGE.body)
    assert attempt.headers["content-type"] == "application/json"
    assert receiver.seen[0].startswith(b"POST /hook?key=1 HTTP/1.1\r\n")
    assert "," in attempt.headers["webhook-signature"]
    assert " " not in attempt.headers["webhook-signature"]


def test_a_test_is_a_message_of_its_own(receiver: Receiver, make: Make) -> None:
    vault = make(receiver.base_url)
    assert [vault.test(), vault.test()] == [Receipt(204)] * 2

    assert [attempt.fields["type"] for attempt in receiver.attempts] == ["privacy.test"] * 2
    assert len(receiver.taken) == 2
    sent = datetime.fromisoformat(receiver.attempts[0].fields["timestamp"])
    assert abs(datetime.now(UTC) - sent) < timedelta(minutes=1)


def test_either_secret_verifies_until_the_old_one_has_ended(receiver: Receiver, make: Make) -> None:
    now = datetime.now(UTC)
    both = make(receiver.base_url, previous_secret=OLD_SECRET, previous_until=now + timedelta(minutes=1))
    both.deliver(MESSAGE)
    new_alone = make(receiver.base_url, previous_secret=OLD_SECRET, previous_until=now)
    new_alone.deliver(MESSAGE)

    while_both, afterwards = receiver.attempts
    assert [receiver.verifies(while_both, secret) for secret in (SECRET, OLD_SECRET)] == [True, True]
    assert [receiver.verifies(afterwards, secret) for secret in (SECRET, OLD_SECRET)] == [True, False]


def test_the_old_secret_ends_in_a_worker_that_goes_on(receiver: Receiver, make: Make) -> None:
    moments = [datetime.now(UTC), datetime.now(UTC) + timedelta(seconds=2)]
    vault = make(
        receiver.base_url,
        previous_secret=OLD_SECRET,
        previous_until=moments[0] + timedelta(seconds=1),
        now=lambda: moments.pop(0),
    )
    vault.deliver(MESSAGE)
    vault.deliver(MESSAGE)
    assert [attempt.headers["webhook-signature"].count("v1,") for attempt in receiver.attempts] == [2, 1]


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted", "204 No Content", "299 Fine"])
@pytest.mark.parametrize("body", [b"", b'{"ok": false, "error": "no"}', b"<html>Sign in</html>", b"\xff\0"])
def test_any_success_is_a_delivery_whatever_its_body_says(
    receiver: Receiver, make: Make, status: str, body: bytes
) -> None:
    receiver.mood = saying(status, b"" if status.startswith("204") else body)
    assert make(receiver.base_url).deliver(MESSAGE).status == int(status[:3])


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        ("300 Multiple Choices", DeliveryTrouble.REDIRECTED),
        ("304 Not Modified", DeliveryTrouble.REDIRECTED),
        ("307 Temporary Redirect", DeliveryTrouble.REDIRECTED),
        ("400 Bad Request", DeliveryTrouble.REJECTED),
        ("401 Unauthorized", DeliveryTrouble.SIGN_IN),
        ("403 Forbidden", DeliveryTrouble.SIGN_IN),
        ("404 Not Found", DeliveryTrouble.REJECTED),
        ("408 Request Timeout", DeliveryTrouble.SERVER_ERROR),
        ("409 Conflict", DeliveryTrouble.REJECTED),
        ("410 Gone", DeliveryTrouble.GONE),
        ("425 Too Early", DeliveryTrouble.SERVER_ERROR),
        ("429 Too Many Requests", DeliveryTrouble.RATE_LIMITED),
        ("500 Internal Server Error", DeliveryTrouble.SERVER_ERROR),
        ("503 Service Unavailable", DeliveryTrouble.SERVER_ERROR),
        ("599 Whatever", DeliveryTrouble.SERVER_ERROR),
        ("600 Unheard Of", DeliveryTrouble.UNEXPECTED),
    ],
)
def test_what_each_status_means(
    receiver: Receiver, make: Make, status: str, trouble: DeliveryTrouble
) -> None:
    receiver.mood = saying(status, b"" if status.startswith("304") else b"sorry")
    met = trouble_at(make(receiver.base_url))
    assert (met.trouble, met.status) == (trouble, int(status[:3]))
    assert met.retry_after is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(receiver: Receiver, make: Make, status: int) -> None:
    with Receiver() as elsewhere:
        receiver.mood = saying(f"{status} Elsewhere", b"", f"Location: {elsewhere.base_url}/")
        assert trouble_at(make(receiver.base_url)).trouble == DeliveryTrouble.REDIRECTED
        assert (len(receiver.attempts), elsewhere.attempts) == (1, [])


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_vault_may_ask_for_time(receiver: Receiver, make: Make, status: str) -> None:
    vault = make(receiver.base_url)
    receiver.mood = saying(status, b"", "Retry-After: 120")
    assert trouble_at(vault).retry_after == 120
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    receiver.mood = saying(status, b"", f"Retry-After: {moment}")
    seconds = trouble_at(vault).retry_after
    assert seconds is not None
    assert 60 < seconds <= 90
    receiver.mood = saying(status, b"", "Retry-After: soon")
    assert trouble_at(vault).retry_after is None


def test_what_rejects_a_message_sets_no_time(receiver: Receiver, make: Make) -> None:
    receiver.mood = saying("400 Bad Request", b"", "Retry-After: 120")
    assert trouble_at(make(receiver.base_url)).retry_after is None


def test_so_much_of_the_answer_is_kept_for_people(receiver: Receiver, make: Make) -> None:
    receiver.mood = saying(
        "400 Bad Request", "Kein\x1b[31m solcher\nKunde: ü".encode() + b"\xff" + b"x" * 9000
    )
    said = trouble_at(make(receiver.base_url)).said
    assert said.startswith("Kein [31m solcher\nKunde: ü�xxx")
    assert len(said) == LONGEST_SAID


def test_no_vault_is_made_for_what_is_no_secret(make: Make) -> None:
    for facts in ({"secret": "s3cret"}, {"previous_secret": "s3cret"}):
        with pytest.raises(ValueError, match="whsec_") as caught:
            make("https://vault.example/", **facts)
        assert "s3cret" not in str(caught.value)
