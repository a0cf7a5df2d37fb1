"""Deliveries over HTTP from the row to a receiver and back: each trouble, and what is left of it later."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from audit.trail import audited, events_of
from erasure.choices import DeliveryState, DeliveryTrouble, OffBecause
from erasure.deliveries import vault_rows
from erasure.models import Delivery
from tests.cxone.raw_server import Play, RawServer, answer, reset, saying
from tests.cxone.test_bounds import dripping, silent
from tests.erasure.http_desk import HttpDesk, ended, http_desk, receiver, vault_at
from tests.made_certificate import ELSEWHERE, made_certificate
from tests.vault.receiver import TAKING, Receiver

__all__ = ["http_desk", "receiver"]

pytestmark = pytest.mark.django_db(transaction=True)

REQUESTS = 5


@dataclass(frozen=True)
class Mood:
    """How a vault is; `takes` says whether it has taken what it answers so."""

    play: Play
    trouble: DeliveryTrouble
    status: int | None = None
    takes: bool = False


MOODS = {
    "500": Mood(saying("500 Oops"), DeliveryTrouble.SERVER_ERROR, 500),
    "500 after taking it": Mood(saying("500 Oops"), DeliveryTrouble.SERVER_ERROR, 500, takes=True),
    "hangs after taking it": Mood(silent, DeliveryTrouble.TIMED_OUT, takes=True),
    "drips after taking it": Mood(
        dripping(answer("200 OK", b"x" * 300)), DeliveryTrouble.TIMED_OUT, takes=True
    ),
    "302": Mood(saying("302 F", b"", "Location: http://127.0.0.1/"), DeliveryTrouble.REDIRECTED, 302),
    "a mebibyte": Mood(saying("200 OK", b"x" * (1 << 20)), DeliveryTrouble.UNEXPECTED, takes=True),
    "gzip": Mood(
        saying("200 OK", gzip.compress(b"{}"), "Content-Encoding: gzip"),
        DeliveryTrouble.UNEXPECTED,
        takes=True,
    ),
    "closes after taking it": Mood(
        lambda connection, _request: connection.shutdown(2), DeliveryTrouble.BROKEN, takes=True
    ),
    "resets": Mood(reset, DeliveryTrouble.BROKEN),
    "429": Mood(saying("429 Slow", b"", "Retry-After: 600"), DeliveryTrouble.RATE_LIMITED, 429),
    "400": Mood(saying("400 Bad", b"no such subject"), DeliveryTrouble.REJECTED, 400),
}


@pytest.mark.parametrize("mood", MOODS.values(), ids=MOODS)
def test_after_recovery_each_message_is_there_once(
    http_desk: HttpDesk, receiver: Receiver, officer: Any, mood: Mood
) -> None:
    vault_at(receiver)
    ids = ended(officer, REQUESTS)
    receiver.mood, receiver.takes = mood.play, mood.takes
    assert http_desk.batch() == REQUESTS

    rows = list(Delivery.objects.all())
    assert {(row.state, row.last_trouble, row.last_status) for row in rows} == {
        ("waiting", mood.trouble, mood.status)
    }
    assert set(receiver.taken) == (ids if mood.takes else set())

    receiver.mood, receiver.takes = TAKING, True
    http_desk.until_nothing_waits()
    assert set(receiver.taken) == ids
    assert set(receiver.times.values()) == {2}
    for row in Delivery.objects.all():
        assert (row.state, row.attempts, row.last_status) == (DeliveryState.DELIVERED, 2, 204)
        assert len(events_of(row.request.obj).filter(act="vault.delivered")) == 1


def test_a_success_with_a_wrong_body_is_a_delivery(
    http_desk: HttpDesk, receiver: Receiver, officer: Any
) -> None:
    vault_at(receiver)
    ids = ended(officer)
    receiver.mood = saying("200 OK", b'<h1>Please sign in</h1>{"error": "cust-0"}')
    http_desk.batch()

    row = Delivery.objects.get()
    assert (row.state, row.last_status) == (DeliveryState.DELIVERED, 200)
    assert row.last_answer == '<h1>Please sign in</h1>{"error": "••••"}'
    assert set(receiver.taken) == ids


def test_410_switches_the_vault_off_until_somebody_switches_it_on(
    http_desk: HttpDesk, receiver: Receiver, officer: Any, operator: Any
) -> None:
    vault = vault_at(receiver)
    ids = ended(officer, 2)
    receiver.mood, receiver.takes = saying("410 Gone"), False
    http_desk.batch()

    vault.refresh_from_db()
    assert (vault.is_on, vault.off_because) == (False, OffBecause.GONE)
    assert {row.last_trouble for row in Delivery.objects.all()} == {DeliveryTrouble.GONE}
    ids |= ended(officer, 1, first=2)
    assert http_desk.later() == 0

    receiver.mood, receiver.takes = TAKING, True
    with audited() as log:
        vault_rows.switch_on(log, vault_rows.locked(vault.pk), by=operator, now=timezone.now())
    http_desk.until_nothing_waits()
    assert set(receiver.taken) == ids


BAD_TLS: dict[str, tuple[dict[str, Any], bool]] = {
    "signed by itself": ({}, False),
    "of another name": ({"names": ELSEWHERE}, True),
    "expired": ({"days_left": -1}, True),
}


@pytest.mark.parametrize("name", BAD_TLS)
def test_a_bad_certificate_gets_nothing_and_a_good_one_all(
    http_desk: HttpDesk, officer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    facts, trusted = BAD_TLS[name]
    bad = made_certificate(tmp_path / "bad.pem", **facts)
    good = made_certificate(tmp_path / "good.pem")
    bundle = tmp_path / "bundle.pem"
    files = ["good.pem", "bad.pem"] if trusted else ["good.pem"]
    bundle.write_bytes(b"".join((tmp_path / file).read_bytes() for file in files))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    with Receiver(tls=bad) as badly, Receiver(tls=good) as well:
        vault = vault_at(badly)
        ids = ended(officer)
        http_desk.batch()
        assert Delivery.objects.get().last_trouble == DeliveryTrouble.UNREACHABLE
        assert badly.attempts == []

        vault.address, vault.revision = f"{well.base_url}/hook", 2
        vault.save(update_fields=["address", "revision"])
        http_desk.until_nothing_waits()
        assert (set(well.taken), badly.attempts) == (ids, [])


def test_nobody_there_and_somebody_later(http_desk: HttpDesk, officer: Any) -> None:
    with RawServer(silent) as gone:
        address = gone.base_url
    with Receiver() as receiver:
        vault = vault_at(receiver, address=address)
        ids = ended(officer)
        http_desk.batch()
        assert Delivery.objects.get().last_trouble == DeliveryTrouble.UNREACHABLE

        vault.address, vault.revision = receiver.base_url, 2
        vault.save(update_fields=["address", "revision"])
        http_desk.until_nothing_waits()
        assert set(receiver.taken) == ids


def test_an_address_that_is_not_allowed_any_more(
    http_desk: HttpDesk, receiver: Receiver, officer: Any, settings: Any
) -> None:
    settings.VAULT_ALLOWED_HOSTS = []
    vault_at(receiver)
    ended(officer)
    http_desk.batch()
    assert Delivery.objects.get().last_trouble == DeliveryTrouble.ADDRESS_REFUSED
    assert receiver.connections == 0


SECONDS_ASKED: dict[str, Callable[[], str]] = {
    "seconds": lambda: "1200",
    "a date": lambda: format_datetime(timezone.now() + timedelta(seconds=1200), usegmt=True),
}


@pytest.mark.parametrize("form", SECONDS_ASKED)
@pytest.mark.parametrize("status", ["429 Slow Down", "503 Back Soon"])
def test_all_wait_as_long_as_the_vault_asked_for(
    http_desk: HttpDesk, receiver: Receiver, officer: Any, status: str, form: str
) -> None:
    vault = vault_at(receiver)
    ended(officer, 2)
    receiver.mood = saying(status, b"", f"Retry-After: {SECONDS_ASKED[form]()}")
    begun = timezone.now()
    http_desk.batch()

    vault.refresh_from_db()
    moments = [vault.paused_until, *Delivery.objects.values_list("next_attempt_at", flat=True)]
    assert all(1190 < (moment - begun).total_seconds() < 1230 for moment in moments)
    assert http_desk.batch() == 0


def test_a_vault_that_asks_for_a_second_each_time_is_still_tried_for_days(
    http_desk: HttpDesk, receiver: Receiver, officer: Any
) -> None:
    vault_at(receiver)
    ended(officer)
    receiver.mood = saying("503 Back Soon", b"", "Retry-After: 1")
    for _ in range(8):
        http_desk.later()
    wait = Delivery.objects.get().next_attempt_at - timezone.now()
    assert wait > timedelta(hours=7)
