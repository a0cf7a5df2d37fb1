"""Verify now: asking, the page that follows the run, its verdict in words, and the last runs."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from audit.admin.verification_words import LOOKS, UNKNOWN, look_of
from audit.checking import verification_runs
from audit.checking.findings import Verdict
from audit.events import Event
from audit.models import AuditEvent, AuditVerification
from audit.verifier.verdicts import Verdict as VerifierVerdict
from erasure.verification import verify
from privacyadmin.models import User
from tests.audit import tampering
from tests.audit.exporting import grow
from tests.erasure.made_requests import SignIn

pytestmark = pytest.mark.django_db
RUNS = "/admin/audit/verification/"


@pytest.fixture
def reader(auditor: User, signed_in: SignIn) -> Client:
    """The auditor's browser."""
    return signed_in(auditor)


def asked(client: Client) -> AuditVerification:
    """Press "Verify now"; the run that came of it."""
    answer = client.post(RUNS)
    row = AuditVerification.objects.latest("asked_at")
    assert (answer.status_code, answer["Location"]) == (302, f"{RUNS}{row.pk}/")
    return row


def page_of(client: Client, row: AuditVerification) -> str:
    answer = client.get(f"{RUNS}{row.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def changed(row: AuditVerification, **facts: Any) -> None:
    AuditVerification.objects.filter(pk=row.pk).update(**facts)


def test_a_run_is_asked_for_in_the_readers_name(reader: Client, auditor: User) -> None:
    row = asked(reader)
    assert row.asked_by == auditor.actor
    page = page_of(reader, row)
    assert "Waiting for a worker" in page
    assert "Oskar Lind" in page
    assert 'data-moving="soon"' in page


def test_asking_again_while_one_is_under_way_leads_to_it(reader: Client) -> None:
    first = asked(reader)
    assert asked(reader) == first
    assert AuditVerification.objects.count() == 1
    assert "A verification is under way already" in page_of(reader, first)


def test_it_asks_without_a_worker_and_says_so_after_15_seconds(reader: Client) -> None:
    row = asked(reader)
    assert "No worker is at it" not in page_of(reader, row)
    changed(row, asked_at=timezone.now() - timedelta(seconds=16))
    page = page_of(reader, row)
    assert "No worker is at it" in page
    assert 'data-said="No worker is at it."' in page
    assert 'data-moving="soon"' in page


def test_a_worker_that_gives_no_sign_is_told(reader: Client) -> None:
    row, now = asked(reader), timezone.now()
    changed(row, started_at=now, beat_at=now - timedelta(seconds=61), size=100, done=40)
    assert "It has come to a stop" in page_of(reader, row)
    changed(row, beat_at=now)
    assert "It has come to a stop" not in page_of(reader, row)


def test_the_bar_shows_how_many_lines_are_done(reader: Client) -> None:
    row, now = asked(reader), timezone.now()
    changed(row, started_at=now, beat_at=now, size=18_423, done=6_000)
    page = page_of(reader, row)
    for words in (
        'max="18423" value="6000"',
        "32 %",
        "6,000 of 18,423 events",
        "The lines are being verified",
    ):
        assert words in page
    changed(row, done=18_423)
    assert "requests are being compared with their events" in page_of(reader, row)


def test_the_fragment_is_sent_only_when_something_changed(reader: Client) -> None:
    row, now = asked(reader), timezone.now()
    address = f"{RUNS}{row.pk}/live/"
    first = reader.get(address)
    assert first.status_code == 200
    assert "<html" not in first.content.decode()
    unchanged = reader.get(address, headers={"If-None-Match": first["ETag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    changed(row, started_at=now, beat_at=now, size=10, done=5)
    assert reader.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_run_carried_out_shows_its_verdict_what_it_means_and_what_it_cannot(reader: Client) -> None:
    grow(5)
    row = asked(reader)
    assert verification_runs.run_next(check=verify)
    page = page_of(reader, row)
    for words in (
        "OK: the log is consistent",
        "the lines lead to the head and to every checkpoint kept here",
        "a rewrite by somebody who holds both database and signing key cannot be excluded",
        "Entries show what was recorded, at this server’s time",
        'data-moving="never"',
        'data-said="OK: the log is consistent"',
    ):
        assert words in page
    told = AuditEvent.objects.get(act=Event.AUDIT_VERIFIED)
    assert (told.actor, told.facts["verdict"]) == (row.asked_by, "ok")
    listed = reader.get("/admin/audit/auditevent/").content.decode()
    assert "OK: the log is consistent" in listed
    assert "asked for by Oskar Lind" in listed


def test_a_changed_line_is_named(reader: Client) -> None:
    grow(5)
    tampering.change(3, body=tampering.edited(3, res="failed"))
    row = asked(reader)
    assert verification_runs.run_next(check=verify)
    page = page_of(reader, row)
    assert "FAIL: something is not as it was written" in page
    assert "FAIL line 4" in page
    assert "Keep a copy of the database as it is" in page


@pytest.mark.parametrize("verdict", sorted({*Verdict, *VerifierVerdict, "NOT VERIFIED"}))
def test_every_verdict_has_its_words(verdict: str) -> None:
    assert look_of(verdict) is LOOKS[verdict]
    assert look_of(f"{verdict} line 12") is LOOKS[verdict]


def test_a_verdict_of_another_version_claims_nothing() -> None:
    assert look_of("SPLENDID") is look_of("OKAY") is UNKNOWN
    assert UNKNOWN.tone == "warning"


def test_a_verification_that_failed_itself_is_no_verdict_on_the_log(reader: Client) -> None:
    row = asked(reader)

    def breaks(_progress: Any) -> Any:
        raise RuntimeError

    assert verification_runs.run_next(check=breaks)
    page = page_of(reader, row)
    assert "Not verified" in page
    assert "nothing is known either way" in page


def test_the_last_runs_are_listed_and_without_any_it_says_what_would_be_here(reader: Client) -> None:
    assert "Nothing was verified from here yet" in reader.get(RUNS).content.decode()
    done = asked(reader)
    assert verification_runs.run_next(check=verify)
    waiting = asked(reader)
    page = reader.get(RUNS).content.decode()
    assert page.index(f"{RUNS}{waiting.pk}/") < page.index(f"{RUNS}{done.pk}/")
    assert "Under way" in page
    assert "OK" in page


def test_a_run_that_does_not_exist_is_not_found(reader: Client) -> None:
    assert reader.get(f"{RUNS}4711/").status_code == 404
    assert reader.get(f"{RUNS}4711/live/").status_code == 404
