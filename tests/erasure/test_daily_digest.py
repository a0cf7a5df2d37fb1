"""The daily summary: what it says to whom, once a day, at their hour, and later when no mail went."""

import signal
import threading
import time
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.trail import audited
from erasure import overrides
from erasure.choices import OverrideReason
from erasure.digests import DigestRound, digest_round, send_due
from erasure.digests.contents import Digest, digest_for
from erasure.models import DigestSent
from privacyadmin.models import User
from tests.audit.mail_server import MailServer, listening
from tests.cast import person
from tests.erasure import made_requests as made
from tests.erasure.made_holds import placed, proposed
from tests.erasure.mail_desk import WRITTEN, Mail, mails
from tests.erasure.test_notice_mail import start_tick

pytestmark = pytest.mark.django_db

#: A Saturday, eight o'clock in the controller's zone; the standing holds were placed before it.
EIGHT = datetime(2099, 11, 21, 8, 0, tzinfo=timezone.get_fixed_timezone(0))
LIST = "http://127.0.0.1:8000/admin/erasure/privacyrequest/"


def asks(*people: User, **facts: Any) -> None:
    """These people want the summary."""
    User.objects.filter(pk__in=[one.pk for one in people]).update(daily_digest=True, **facts)
    for one in people:
        one.refresh_from_db()


def arrives(server: MailServer, at: datetime) -> list[Mail]:
    """What comes when the tick looks then."""
    before = len(server.came)
    with time_machine.travel(at, tick=False):
        send_due(timezone.now())
    return mails(server)[before:]


@pytest.fixture
def overdue(officer: User) -> made.PrivacyRequest:
    """One of Lena's that is past its date, and one that moves by itself."""
    with time_machine.travel(EIGHT, tick=False):
        made.filed(officer, "c-1")
        return made.filed(officer, received_on=made.today() - timedelta(days=60))


def test_it_counts_with_references_dates_and_the_lists(
    mail_server: MailServer, officer: User, overdue: made.PrivacyRequest
) -> None:
    asks(officer)
    (mail,) = arrives(mail_server, EIGHT)
    assert (mail.to, mail.subject) == ("lena@example.org", "1 needs you, 1 overdue")
    assert mail.text.startswith("What needs you on 21 November 2099:\n\nOverdue: 1\n")
    assert f"- {overdue.reference}, due on {overdue.due_on:%-d %B %Y}\n" in mail.text
    assert f"{LIST}?need=overdue&owner=me\n" in mail.text
    assert "http://127.0.0.1:8000/admin/settings/" in mail.text
    assert "Everything else" not in mail.text
    row = DigestSent.objects.get()
    assert (row.person_id, row.day, row.items) == (officer.pk, EIGHT.date(), 1)


def test_its_links_lead_to_the_lists_it_counts(
    mail_server: MailServer, officer: User, overdue: made.PrivacyRequest, client: Client
) -> None:
    asks(officer)
    (mail,) = arrives(mail_server, EIGHT)
    (link,) = [line for line in mail.text.splitlines() if line.startswith(LIST)]
    with time_machine.travel(EIGHT, tick=False):
        client.force_login(officer)
        shown = client.get(link.removeprefix("http://127.0.0.1:8000")).context["cl"]
    assert [row.reference for row in shown.result_list] == [overdue.reference]


def test_it_comes_once_a_day(mail_server: MailServer, officer: User, overdue: made.PrivacyRequest) -> None:
    asks(officer)
    moments = [EIGHT + timedelta(hours=hours) for hours in (-2, 0, 1, 15, 22, 24, 25)]
    came = [len(arrives(mail_server, moment)) for moment in moments]
    assert came == [0, 1, 0, 0, 0, 1, 0]


def test_it_comes_in_the_morning_of_wherever_somebody_is(
    mail_server: MailServer, officer: User, overdue: made.PrivacyRequest, settings: LazySettings
) -> None:
    asks(officer, time_zone="Asia/Tokyo")
    # Seven o'clock of the 21st in Tokyo is 22:00 of the 20th in UTC.
    midnight = EIGHT - timedelta(hours=8)
    assert arrives(mail_server, midnight - timedelta(hours=2, minutes=1)) == []
    assert len(arrives(mail_server, midnight - timedelta(hours=2))) == 1
    assert DigestSent.objects.get().day == EIGHT.date()
    settings.DIGEST_HOUR = 20
    assert arrives(mail_server, midnight + timedelta(hours=24 + 10)) == []


def test_nothing_due_is_noted_and_nothing_sent(mail_server: MailServer, officer: User) -> None:
    with time_machine.travel(EIGHT, tick=False):
        made.filed(officer)
    asks(officer)
    assert arrives(mail_server, EIGHT) == []
    assert DigestSent.objects.get().items == 0


def test_only_those_who_asked_and_can_be_told_get_it(
    mail_server: MailServer, officer: User, other_officer: User, overdue: made.PrivacyRequest
) -> None:
    gone, silent = person("gone", "Privacy officers"), person("silent", "Privacy officers", email="")
    asks(gone, silent)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    assert arrives(mail_server, EIGHT) == []
    assert not DigestSent.objects.exists()


def test_colleagues_requests_are_not_in_it_and_what_nobody_has_is(
    mail_server: MailServer, officer: User, other_officer: User, overdue: made.PrivacyRequest
) -> None:
    asks(other_officer)
    assert arrives(mail_server, EIGHT) == []
    User.objects.filter(pk=officer.pk).update(is_active=False)
    (mail,) = arrives(mail_server, EIGHT + timedelta(days=1))
    assert "Nobody has it: 2\n" in mail.text
    assert f"{LIST}?owner=nobody\n" in mail.text


def test_a_reviewer_is_told_of_decisions_and_an_auditor_of_nothing(
    mail_server: MailServer, officer: User, reviewer: User, other_reviewer: User, auditor: User
) -> None:
    with time_machine.travel(EIGHT, tick=False):
        held = made.only(made.filed(officer, categories=["ANALYTICS"]))
        with audited() as log:
            overrides.ask(
                log,
                held,
                by=officer,
                reason=OverrideReason.MATTER_CLOSED,
                justification=WRITTEN,
                now=timezone.now(),
            )
        hold = placed(other_reviewer, "cust-2026-0001")
        proposed(hold, by=other_reviewer)
    asks(reviewer, auditor)
    (mail,) = arrives(mail_server, EIGHT)
    assert mail.to == "marek@example.org"
    assert mail.subject == "2 need you"
    assert f"Overrides to decide: 1\n- {held}, due on" in mail.text
    assert f"Releases of holds to decide: 1\n- {hold.code}, open until" in mail.text
    for page in ("overrides", "holds"):
        assert f"http://127.0.0.1:8000/admin/{page}/\n" in mail.text


def test_many_are_named_up_to_ten(mail_server: MailServer, officer: User) -> None:
    with time_machine.travel(EIGHT, tick=False):
        for number in range(12):
            made.registered(officer, ("email", f"p{number}@example.org"))
    asks(officer)
    (mail,) = arrives(mail_server, EIGHT)
    assert mail.subject == "12 need you"
    assert mail.text.count("\n- PR-") == 10
    assert "- and 2 more\n" in mail.text


def test_its_words_and_dates_are_in_the_persons_language(
    mail_server: MailServer, officer: User, overdue: made.PrivacyRequest
) -> None:
    asks(officer, language="de")
    (mail,) = arrives(mail_server, EIGHT)
    assert "21. November 2099" in mail.text


# When mail does not go --------------------------------------------------------------------------------------


def test_without_a_way_out_nothing_is_noted(
    officer: User, overdue: made.PrivacyRequest, settings: LazySettings
) -> None:
    settings.EMAIL_HOST, settings.EMAIL_DELIVERY = "", "smtp"
    asks(officer)
    assert send_due(EIGHT) == ""
    assert not DigestSent.objects.exists()


def test_it_comes_later_when_the_server_was_away(
    mail_server: MailServer, officer: User, overdue: made.PrivacyRequest, settings: LazySettings
) -> None:
    asks(officer)
    port = settings.EMAIL_PORT
    with listening() as other:
        gone = other.port
    settings.EMAIL_PORT = gone
    with time_machine.travel(EIGHT, tick=False):
        assert send_due(timezone.now()) == "unreachable"
    assert not DigestSent.objects.exists()
    settings.EMAIL_PORT = port
    assert len(arrives(mail_server, EIGHT + timedelta(minutes=5))) == 1


def test_a_refused_address_keeps_nobody_else_and_is_not_tried_again_that_day(
    mail_server: MailServer, officer: User, other_officer: User, overdue: made.PrivacyRequest
) -> None:
    with time_machine.travel(EIGHT, tick=False):
        made.filed(other_officer, "c-5", received_on=made.today() - timedelta(days=60))
    asks(officer, other_officer)
    mail_server.answers["RCPT TO:<lena@example.org>"] = "550 not here"
    assert [mail.to for mail in arrives(mail_server, EIGHT)] == ["anna@example.org"]
    mail_server.answers.clear()
    assert arrives(mail_server, EIGHT + timedelta(hours=1)) == []
    assert len(arrives(mail_server, EIGHT + timedelta(days=1))) == 2


def test_a_server_that_is_away_is_asked_less_and_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    now = [0.0]

    def away(_now: datetime, **_options: Any) -> str:
        asked.append(now[0])
        return "unreachable"

    monkeypatch.setattr(digest_round, "send_due", away)
    monkeypatch.setattr(digest_round.time, "monotonic", lambda: now[0])
    one_round = DigestRound()
    for second in range(0, 24 * 3600, 10):
        now[0] = float(second)
        one_round()
    waits = [later - earlier for earlier, later in pairwise(asked)]
    assert waits[:4] == [120, 240, 480, 960]
    assert max(waits) == 3600
    assert len(asked) < 32


def test_old_rows_are_removed(officer: User) -> None:
    for days in (1, 31):
        moment = EIGHT - timedelta(days=days)
        DigestSent.objects.create(person=officer, day=moment.date(), items=1, handled_at=moment)
    send_due(EIGHT)
    assert DigestSent.objects.count() == 1


# Once, whatever happens -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_once_send_one(
    mail_server: MailServer, officer: User, overdue: made.PrivacyRequest
) -> None:
    asks(officer)
    both = threading.Barrier(2)

    def tick() -> None:
        both.wait()
        try:
            send_due(EIGHT)
        finally:
            connection.close()

    threads = [threading.Thread(target=tick) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mail_server.came) == 1
    assert DigestSent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_tick_that_is_killed_while_it_hands_one_over_sends_it_no_second_time(
    mail_server: MailServer, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.filed(officer, received_on=made.today() - timedelta(days=60))
    asks(officer)
    monkeypatch.setenv("DIGEST_HOUR", "0")
    mail_server.answers["DATA"] = "silence"
    process = start_tick(mail_server)
    try:
        until = time.monotonic() + 60
        while not DigestSent.objects.exists():
            assert process.poll() is None
            assert time.monotonic() < until, "the tick noted nothing"
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    mail_server.answers.clear()
    with time_machine.travel(timezone.now().replace(hour=23), tick=False):
        assert send_due(timezone.now()) == ""
    assert mail_server.came == []


def test_the_settings_page_says_where_no_mail_leaves(
    officer: User, client: Client, settings: LazySettings
) -> None:
    client.force_login(officer)
    settings.EMAIL_HOST, settings.EMAIL_DELIVERY = "", "smtp"
    assert "No mail leaves here just now" in client.get(reverse("admin:preferences")).content.decode()
    settings.EMAIL_HOST = "mail.example.org"
    page = client.get(reverse("admin:preferences")).content.decode()
    assert "No mail leaves here" not in page
    assert "from 07:00 on" in page


def test_a_summary_that_cannot_be_made_keeps_none_of_the_others_back(
    mail_server: MailServer,
    officer: User,
    other_officer: User,
    overdue: made.PrivacyRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asks(officer, other_officer)
    with time_machine.travel(EIGHT, tick=False):
        theirs = made.filed(other_officer, "c-9", received_on=made.today() - timedelta(days=60))

    def damaged(person: User, now: datetime) -> Digest:
        if person == min(officer, other_officer, key=lambda one: one.pk):
            raise ValueError
        return digest_for(person, now)

    monkeypatch.setattr(digest_round, "digest_for", damaged)
    (mail,) = arrives(mail_server, EIGHT)
    assert any(reference in mail.text for reference in (theirs.reference, overdue.reference))
