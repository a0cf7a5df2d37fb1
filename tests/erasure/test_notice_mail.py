"""Sending notices over a real mail server: one mail for much, again when it failed, given up in the end."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.conf import settings as configured
from django.db import connection
from django.utils import timezone

from erasure import notices
from erasure.choices import NoticeKind
from erasure.models import Notice
from erasure.notice_mail import MailRound, claims, mail_round, readiness, send_due, standing
from privacyadmin.models import User
from tests.audit.mail_server import MailServer, listening
from tests.erasure.mail_desk import FROM, delivered, mails
from tests.erasure.test_shred_after_restore import database_url

pytestmark = pytest.mark.django_db

CHECKOUT = Path(__file__).resolve().parents[2]
NOW = datetime(2099, 11, 21, 10, 0, tzinfo=timezone.get_fixed_timezone(0))


def suspend(*people: User, first: int = 1, count: int = 1, at: datetime | None = None) -> None:
    """Note that so many submissions of these people were put on hold."""
    for number in range(first, first + count):
        reference = f"PR-2099-{number:06d}"
        notices.tell(
            [one.pk for one in people],
            NoticeKind.SUSPENDED,
            about=f"{reference}/1",
            target=reference,
            now=at or timezone.now(),
        )


def gone() -> int:
    """A port at which nobody listens."""
    with listening() as server:
        return server.port


# One mail for much ------------------------------------------------------------------------------------------


def test_one_mail_says_what_when_and_where(mail_server: MailServer, officer: User) -> None:
    suspend(officer, first=42, at=NOW)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert send_due() == 1
        assert send_due() == 0
    (mail,) = mails(mail_server)
    assert mail.subject == "Put on hold before it was sent: PR-2099-000042/1"
    lines = mail.text.split("\n\n")
    assert lines[1] == (
        "PR-2099-000042/1, 21 Nov 2099, 10:00 (UTC)\nhttp://127.0.0.1:8000/admin/requests/PR-2099-000042/"
    )
    (_to, message) = mail_server.came[0]
    assert (message["To"], message["From"]) == ("lena@example.org", FROM)
    assert message["Auto-Submitted"] == "auto-generated"


def test_many_make_one_mail_that_names_ten_and_leads_to_the_rest(
    mail_server: MailServer, officer: User, other_officer: User
) -> None:
    suspend(officer, count=1700)
    suspend(other_officer, first=7)
    mail, other = sorted(delivered(mail_server), key=lambda one: one.to, reverse=True)
    assert mail.subject == "Put on hold before it was sent: PR-2099-000001/1 and 1,699 more"
    named = [line.partition(",")[0] for line in mail.text.splitlines() if line.startswith("PR-")]
    assert named == [f"PR-2099-{number:06d}/1" for number in range(1, 11)]
    assert "And 1,690 more:\nhttp://127.0.0.1:8000/admin/erasure/privacyrequest/?stage=blocked\n" in mail.text
    assert other.subject.endswith(": PR-2099-000007/1")
    assert not Notice.objects.filter(sent_at=None).exists()


def test_references_are_in_their_order_and_each_is_said_once(mail_server: MailServer, officer: User) -> None:
    for number in (10, 2, 2):
        notices.tell(
            [officer.pk],
            NoticeKind.SUSPENDED,
            about=f"PR-2099-000001/{number}",
            target="PR-2099-000001",
            now=timezone.now(),
        )
    (mail,) = delivered(mail_server)
    assert mail.subject.endswith(": PR-2099-000001/2 and 1 more")
    named = [line.partition(",")[0] for line in mail.text.splitlines() if line.startswith("PR-")]
    assert named == ["PR-2099-000001/2", "PR-2099-000001/10"]


def test_each_kind_has_a_mail_of_its_own(mail_server: MailServer, reviewer: User) -> None:
    for kind in (NoticeKind.OVERRIDE_EXPIRED, NoticeKind.HOLD_QUESTIONED):
        notices.tell([reviewer.pk], kind, about="PR-2099-000001/1", target="7", now=timezone.now())
    assert len({mail.subject for mail in delivered(mail_server)}) == 2


def test_it_waits_until_no_more_comes_but_not_for_ever(mail_server: MailServer, officer: User) -> None:
    sent_after = []
    for seconds in range(0, 90, 5):
        moment = NOW + timedelta(seconds=seconds)
        suspend(officer, first=seconds, at=moment)
        with time_machine.travel(moment, tick=False):
            sent_after += [seconds] if send_due() else []
    assert sent_after == [60], "what keeps coming is told after a minute"
    with time_machine.travel(NOW + timedelta(seconds=94), tick=False):
        assert send_due() == 0
    with time_machine.travel(NOW + timedelta(seconds=95), tick=False):
        assert send_due() == 1


# What does not go -------------------------------------------------------------------------------------------


def test_a_server_that_was_away_gets_everything_when_it_is_back(
    mail_server: MailServer, settings: LazySettings, officer: User, reviewer: User
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, gone()
    suspend(officer, reviewer, at=NOW)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False) as clock:
        assert send_due() == 0
        state = standing()
        assert (state.waiting, state.given_up, state.since) == (2, 0, NOW)
        assert state.trouble == "2 notices could not be mailed, the first made at 10:00"
        assert "could not be reached: check EMAIL_HOST" in state.words
        assert readiness() == "failing since 2099-11-21T10:00:00Z"
        settings.EMAIL_PORT = port
        assert send_due() == 0, "not before its time"
        clock.shift(timedelta(minutes=1))
        assert send_due() == 2
    assert {mail.to for mail in mails(mail_server)} == {"lena@example.org", "marek@example.org"}
    assert (standing().trouble, readiness()) == ("", "ok")


def test_it_is_tried_less_and_less_often_for_three_days_and_then_given_up(
    mail_server: MailServer, settings: LazySettings, officer: User
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, gone()
    suspend(officer, at=NOW)
    tries = []
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False) as clock:
        while Notice.objects.filter(next_attempt_at__isnull=False).exists():
            before = Notice.objects.get().attempts
            send_due()
            if Notice.objects.get().attempts > before:
                tries.append(timezone.now())
            clock.shift(timedelta(minutes=1))
        waits = [(later - sooner) / timedelta(minutes=1) for sooner, later in pairwise(tries)]
        assert waits[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
        assert set(waits[6:]) == {60}
        assert timedelta(days=3) <= tries[-1] - NOW < timedelta(days=3, hours=1)
        settings.EMAIL_PORT = port
        clock.shift(timedelta(hours=2))
        assert send_due() == 0
        assert (standing().waiting, standing().given_up) == (0, 1)
        assert "1 given up after three days" in standing().words
        assert readiness().startswith("failing")
        suspend(officer, first=2)
        clock.shift(timedelta(minutes=1))
        assert send_due() == 1
        assert readiness() == "ok"
    assert mails(mail_server)[0].subject.endswith("PR-2099-000002/1")


def test_when_mail_goes_again_what_waited_long_goes_at_once(
    mail_server: MailServer, settings: LazySettings, officer: User, reviewer: User
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, gone()
    suspend(officer, at=NOW)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False) as clock:
        for _minute in range(90):
            send_due()
            clock.shift(timedelta(minutes=1))
        settings.EMAIL_PORT = port
        suspend(reviewer, at=timezone.now() - timedelta(minutes=1))
        assert [send_due(), send_due()] == [1, 1]


@pytest.mark.parametrize(
    ("command", "answer", "code"),
    [
        ("connect", "554 not today", "broken"),
        ("MAIL", "550 who are you", "sender_refused"),
        ("RCPT", "550 no such address", "refused"),
        ("RCPT", "hang up", "broken"),
        ("DATA", "554 no", "broken"),
        ("EHLO", "hang up", "broken"),
    ],
)
def test_every_trouble_is_noted_and_got_over(
    mail_server: MailServer, officer: User, reviewer: User, command: str, answer: str, code: str
) -> None:
    mail_server.answers[command] = answer
    suspend(officer, reviewer)
    assert delivered(mail_server) == []
    assert set(Notice.objects.values_list("error_code", "attempts")) == {(code, 1)}
    mail_server.answers.clear()
    assert len(delivered(mail_server, after=timedelta(minutes=2))) == 2


def test_a_refused_address_holds_up_nobody_and_is_shown_to_operators(
    mail_server: MailServer, officer: User, other_officer: User, reviewer: User
) -> None:
    mail_server.answers["RCPT TO:<anna@example.org>"] = "550 no such address"
    suspend(officer, other_officer, reviewer)
    assert {mail.to for mail in delivered(mail_server)} == {"lena@example.org", "marek@example.org"}
    assert standing().refused == {other_officer.pk}
    assert readiness() == "ok", "one address is no failure of the mail"


def test_a_mail_that_breaks_the_connection_holds_up_nobody(
    mail_server: MailServer, officer: User, other_officer: User, reviewer: User
) -> None:
    mail_server.answers["RCPT TO:<lena@example.org>"] = "hang up"
    suspend(officer, other_officer, reviewer)
    assert {mail.to for mail in delivered(mail_server)} == {"anna@example.org", "marek@example.org"}


def test_a_server_that_says_nothing_is_waited_for_no_longer_than_the_timeout(
    mail_server: MailServer, settings: LazySettings, officer: User, reviewer: User
) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    mail_server.answers["MAIL"] = "silence"
    suspend(officer, reviewer)
    began = time.monotonic()
    assert delivered(mail_server) == []
    assert time.monotonic() - began < 5
    assert set(Notice.objects.values_list("error_code", flat=True)) <= {"broken", "unreachable"}


@pytest.mark.parametrize(
    ("facts", "code"), [({"email": ""}, "no_address"), ({"is_active": False}, "deactivated")]
)
def test_who_cannot_be_told_is_not_tried_again(
    mail_server: MailServer, officer: User, reviewer: User, facts: dict[str, object], code: str
) -> None:
    suspend(officer, reviewer)
    User.objects.filter(pk=officer.pk).update(**facts)
    assert [mail.to for mail in delivered(mail_server)] == ["marek@example.org"]
    row = officer.notices.get()
    assert (row.error_code, row.next_attempt_at, row.sent_at) == (code, None, None)
    assert standing().trouble == "", "nothing that an operator could put right at the mail server"


def test_another_address_gets_what_was_refused_for_the_old_one(
    mail_server: MailServer, officer: User
) -> None:
    mail_server.answers["RCPT TO:<lena@example.org>"] = "550 no such address"
    suspend(officer)
    delivered(mail_server)
    User.objects.filter(pk=officer.pk).update(email="hofmann@example.org")
    notices.address_changed(officer.pk, timezone.now())
    assert [mail.to for mail in delivered(mail_server)] == ["hofmann@example.org"]


# Beside one another, and ended in the middle ----------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_each_mail_once(mail_server: MailServer, reviewer: User) -> None:
    people = [User.objects.create_user(f"p{number}", f"p{number}@example.org") for number in range(12)]
    suspend(*people, at=timezone.now() - timedelta(minutes=1))
    start = threading.Barrier(4)

    def send() -> None:
        start.wait(timeout=10)
        try:
            patiently(send_due)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(mail.to for mail in mails(mail_server)) == sorted(one.email for one in people)
    assert not Notice.objects.filter(sent_at=None).exists()


def patiently(act: Callable[[], int]) -> None:
    """Try until nothing is left to be claimed: SQLite in memory does not wait for a lock by itself."""
    until = time.monotonic() + 30
    while Notice.objects.filter(sent_at=None).exists() and time.monotonic() < until:
        act()


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_mail_server_is_talked_to(
    mail_server: MailServer, officer: User
) -> None:
    suspend(officer, at=timezone.now() - timedelta(minutes=1))
    claimed = []

    def look() -> None:
        # From another connection, that of the mail server's thread: it sees what is committed, and writes.
        claimed.append(Notice.objects.get().attempts)
        Notice.objects.update(about="PR-2099-000009/1")
        connection.close()

    mail_server.meanwhile = look
    assert send_due() == 1
    assert claimed == [1]
    assert Notice.objects.get().sent_at is not None


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_tick_had_claimed_goes_when_its_lease_is_over(
    mail_server: MailServer, officer: User
) -> None:
    mail_server.answers["DATA"] = "silence"
    suspend(officer, at=timezone.now() - timedelta(minutes=1))
    process = start_tick(mail_server)
    try:
        until = time.monotonic() + 60
        while not Notice.objects.filter(attempts=1).exists():
            assert process.poll() is None
            assert time.monotonic() < until, "the tick claimed nothing"
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    mail_server.answers.clear()
    assert delivered(mail_server, after=timedelta(minutes=1)) == []
    assert [mail.to for mail in delivered(mail_server, after=claims.LEASE)] == ["lena@example.org"]


def start_tick(server: MailServer) -> "subprocess.Popen[bytes]":
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "privacyadmin.settings",
        "DATABASE_URL": database_url(),
        "DATA_DIR": str(configured.DATA_DIR),
        "SECRET_KEY": configured.SECRET_KEY,
        "FIELD_KEYS": ",".join(configured.FIELD_KEYS),
        "FINGERPRINT_KEY": configured.FINGERPRINT_KEY,
        "CALLBACK_KEYS": ",".join(configured.CALLBACK_KEYS),
        "REDIS_URL": "unix:///nowhere/broker.sock",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(server.port),
        "EMAIL_SECURITY": "none",
    }
    command = [sys.executable, "manage.py", "tick"]
    return subprocess.Popen(command, cwd=CHECKOUT, env=environment)  # noqa: S603 - our own.


def test_a_round_ends_after_its_time_and_when_the_end_is_asked_for(
    mail_server: MailServer, officer: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    suspend(officer, reviewer, at=timezone.now() - timedelta(minutes=1))
    assert send_due(is_over=lambda: True) == 0
    monkeypatch.setattr(mail_round, "ROUND_SECONDS", -1.0)
    assert send_due() == 0
    monkeypatch.undo()
    assert send_due() == 2


# The end of notices, and other ways out ---------------------------------------------------------------------


def test_what_was_sent_or_given_up_is_removed_after_a_month(mail_server: MailServer, officer: User) -> None:
    suspend(officer, at=NOW)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False) as clock:
        MailRound()()
        User.objects.filter(pk=officer.pk).update(email="")
        suspend(officer, first=2, at=NOW)
        MailRound()()
        clock.move_to(NOW + timedelta(days=30))
        MailRound()()
        assert [row.about for row in Notice.objects.all()] == ["PR-2099-000001/1"]
        clock.shift(timedelta(minutes=1))
        one_round = MailRound()
        one_round()
        assert not Notice.objects.exists()


@pytest.mark.parametrize(("after", "expected"), [(timedelta(hours=71), 1), (claims.GIVES_UP_AFTER, 0)])
def test_what_grew_too_old_while_there_was_no_mail_is_not_sent_when_there_is(
    mail_server: MailServer, settings: LazySettings, officer: User, after: timedelta, expected: int
) -> None:
    suspend(officer, at=NOW)
    host, settings.EMAIL_HOST = settings.EMAIL_HOST, ""
    with time_machine.travel(NOW + timedelta(hours=1), tick=False) as clock:
        MailRound()()
        assert Notice.objects.filter(next_attempt_at=NOW).exists(), "it waits for a mail server"
        settings.EMAIL_HOST = host
        clock.move_to(NOW + after)
        MailRound()()
    assert len(mails(mail_server)) == expected
    assert (standing().trouble, readiness()) == ("", "ok")


def test_what_was_tried_and_grew_too_old_stays_a_trouble(mail_server: MailServer, officer: User) -> None:
    mail_server.answers["DATA"] = "554 no"
    suspend(officer, at=NOW)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False) as clock:
        MailRound()()
        clock.move_to(NOW + claims.GIVES_UP_AFTER)
        MailRound()()
    assert (standing().waiting, standing().given_up) == (0, 1)
    assert Notice.objects.get().attempts == 1


def test_what_still_waits_is_not_removed(mail_server: MailServer, officer: User) -> None:
    mail_server.answers["DATA"] = "554 no"
    suspend(officer, at=NOW)
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        MailRound()()
    assert Notice.objects.filter(next_attempt_at__isnull=False).count() == 1


def test_the_console_is_a_way_out(
    settings: LazySettings, officer: User, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.EMAIL_DELIVERY = "console"
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    suspend(officer, at=timezone.now() - timedelta(minutes=1))
    assert send_due() == 1
    said = capsys.readouterr().out
    assert "To: lena@example.org" in said
    assert "Subject: Put on hold before it was sent: PR-2099-000001/1" in said
    assert "It goes on by itself when the hold is released" in " ".join(said.split())
    assert readiness() == "ok"


def test_without_a_way_out_nothing_is_stored_and_nothing_is_wrong(
    settings: LazySettings, officer: User
) -> None:
    settings.EMAIL_HOST = ""
    suspend(officer)
    assert not Notice.objects.exists()
    assert (send_due(), readiness(), standing().is_set_up) == (0, "not set up", False)
