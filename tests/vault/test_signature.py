"""Signatures and secrets, against an implementation that others wrote."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from erasure.vault.signature import FEWEST_BYTES, MOST_BYTES, new_secret, read_secret, signed_headers

KEYS = st.binary(min_size=FEWEST_BYTES, max_size=MOST_BYTES)
IDS = st.from_regex(r"msg_[0-9a-f]{32}", fullmatch=True)
BODIES = st.text(st.characters(codec="utf-8"), max_size=300).map(str.encode)
MOMENTS = st.floats(min_value=1.6e9, max_value=4e9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def as_text(key: bytes) -> str:
    return "whsec_" + base64.b64encode(key).decode()


@given(KEYS, IDS, BODIES, MOMENTS)
def test_signs_as_others_do(key: bytes, message_id: str, body: bytes, moment: datetime) -> None:
    headers = signed_headers(message_id, body, [key], now=moment)
    whole_second = moment.replace(microsecond=0)
    assert headers == {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(whole_second.timestamp())),
        "webhook-signature": Webhook(as_text(key)).sign(message_id, whole_second, body.decode()),
    }


@given(KEYS, KEYS, BODIES)
def test_with_two_secrets_either_verifies(new: bytes, old: bytes, body: bytes) -> None:
    headers = signed_headers("msg_1", body, [new, old], now=datetime.now(UTC))
    for key in (new, old):
        Webhook(as_text(key)).verify(body, headers, json_parse=False)


@given(KEYS, st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_what_was_changed_on_the_way_verifies_no_more(key: bytes, before: str, after: str) -> None:
    body = (before + after).encode()
    headers = signed_headers("msg_1", body, [key], now=datetime.now(UTC))
    changed = f"{before}x{after}".encode()
    for sent, told in ((changed, headers), (body, {**headers, "webhook-id": "msg_2"})):
        with pytest.raises(WebhookVerificationError, match="No matching signature"):
            Webhook(as_text(key)).verify(sent, told, json_parse=False)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_attempt_of_another_time_is_not_believed(minutes: int) -> None:
    secret = new_secret()
    moment = datetime.now(UTC) + timedelta(minutes=minutes)
    headers = signed_headers("msg_1", b"{}", [read_secret(secret)], now=moment)
    with pytest.raises(WebhookVerificationError, match="too"):
        Webhook(secret).verify(b"{}", headers)


def test_new_secrets_are_long_and_each_is_another() -> None:
    made = {new_secret() for _ in range(50)}
    assert len(made) == 50
    assert {len(read_secret(secret)) for secret in made} == {32}


@given(KEYS)
def test_reads_every_secret_of_the_length_that_the_rules_name(key: bytes) -> None:
    assert read_secret(as_text(key)) == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whsec_",
        as_text(b"k" * 23),
        as_text(b"k" * 65),
        base64.b64encode(b"k" * 32).decode(),
        as_text(b"k" * 32).replace("whsec_", "whsk_"),
        as_text(b"k" * 32) + "!",
        as_text(b"k" * 32)[:-1],
        "whsec_" + "ü" * 44,
        f" {as_text(b'k' * 32)}",
    ],
)
def test_refuses_what_is_no_secret_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"^A secret is whsec_ and 24 to 64 bytes as base64\.$"):
        read_secret(text)
