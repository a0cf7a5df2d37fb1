"""Revealing, and the person's certificate, ask for the password again some time after the last sign-in."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import trail
from audit.events import Event
from audit.models import AuditEvent
from audit.trail import LogNotReadyError
from erasure.models import PrivacyRequest
from privacyadmin.models import User
from tests.cast import PASSWORD
from tests.erasure import made_requests as made
from tests.erasure.filing_desk import text_of

pytestmark = pytest.mark.django_db
EMAIL = "anna.k@example.org"
SIGNED_OUT = "The password was wrong 5 times in a row, so you were signed out."


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as travelled:
        yield travelled


@pytest.fixture
def known(officer: User) -> PrivacyRequest:
    return made.filed(officer, made.CXONE_ID, ("email", EMAIL))


@pytest.fixture
def stale(clock: time_machine.Traveller, officer: User, signed_in: made.SignIn) -> Client:
    """Lena's browser, a quarter of an hour after she signed in."""
    client = signed_in(officer)
    clock.shift(timedelta(minutes=15))
    return client


def reveal(client: Client, request: PrivacyRequest, password: str | None = None, **options: Any) -> Any:
    posted = {} if password is None else {"password": password}
    return client.post(reverse("admin:identifier_reveal", args=[request.reference]), posted, **options)


def shows_it(answer: Any) -> bool:
    return EMAIL in answer.content.decode()


def count(act: Event) -> int:
    return AuditEvent.objects.filter(act=act).count()


def test_soon_after_signing_in_nothing_is_asked(
    clock: time_machine.Traveller, known: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    client = signed_in(officer)
    clock.shift(timedelta(minutes=14, seconds=59))
    assert shows_it(reveal(client, known))


def test_later_the_password_is_asked_for_and_nothing_is_shown(stale: Client, known: PrivacyRequest) -> None:
    answer = reveal(stale, known)
    assert answer.status_code == 200
    assert "Confirm that it is you" in text_of(answer)
    assert f"Reveal the identifiers of {known.reference}" in text_of(answer)
    assert not shows_it(answer)
    assert count(Event.SUBJECT_REVEALED) == 0


def test_the_right_password_reveals_at_once_and_is_good_for_a_while(
    stale: Client, known: PrivacyRequest, clock: time_machine.Traveller
) -> None:
    reveal(stale, known)
    assert shows_it(reveal(stale, known, PASSWORD))
    clock.shift(timedelta(minutes=14))
    assert shows_it(reveal(stale, known))
    clock.shift(timedelta(minutes=1))
    assert not shows_it(reveal(stale, known))
    assert count(Event.SUBJECT_REVEALED) == 2


def test_a_wrong_password_is_told_beside_the_field_and_put_on_record(
    stale: Client, known: PrivacyRequest, officer: User
) -> None:
    answer = reveal(stale, known, "wrong")
    assert "That is not your password." in text_of(answer)
    assert "wrong" not in answer.context["form"]["password"].as_widget()
    event = AuditEvent.objects.get(act=Event.USER_SIGN_IN_FAILED)
    assert (event.actor, event.obj) == (officer.actor, f"user:{officer.staff_id}")
    assert (event.facts, event.result) == ({"method": "confirmation"}, "failed")
    assert count(Event.SUBJECT_REVEALED) == 0
    assert shows_it(reveal(stale, known, PASSWORD))


def test_an_empty_field_is_no_wrong_password(stale: Client, known: PrivacyRequest) -> None:
    for _ in range(6):
        assert "Type the password with which you sign in." in text_of(reveal(stale, known, ""))
    assert count(Event.USER_SIGN_IN_FAILED) == 0


def test_after_five_wrong_ones_in_a_row_the_session_is_over(stale: Client, known: PrivacyRequest) -> None:
    for _ in range(4):
        assert "That is not your password." in text_of(reveal(stale, known, "wrong"))
    answer = reveal(stale, known, "wrong", follow=True)
    assert answer.redirect_chain == [(reverse("admin:login"), 302)]
    assert SIGNED_OUT in text_of(answer)
    assert reveal(stale, known, PASSWORD).status_code == 302
    assert count(Event.USER_SIGN_IN_FAILED) == 5
    assert count(Event.SUBJECT_REVEALED) == 0


def test_a_right_one_in_between_begins_the_count_anew(
    stale: Client, known: PrivacyRequest, clock: time_machine.Traveller
) -> None:
    for _ in range(2):
        for _ in range(4):
            reveal(stale, known, "wrong")
        assert shows_it(reveal(stale, known, PASSWORD))
        clock.shift(timedelta(minutes=16))


def test_with_zero_minutes_it_is_asked_every_time(
    known: PrivacyRequest, officer: User, signed_in: made.SignIn, settings: LazySettings
) -> None:
    settings.REVEAL_MINUTES = 0
    client = signed_in(officer)
    assert "asked for every time" in text_of(reveal(client, known))
    assert shows_it(reveal(client, known, PASSWORD))
    assert not shows_it(reveal(client, known))


def test_a_session_from_before_a_clock_was_set_back_is_asked(
    clock: time_machine.Traveller, known: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    client = signed_in(officer)
    clock.shift(timedelta(minutes=-5))
    assert not shows_it(reveal(client, known))


def test_another_persons_password_is_a_wrong_one(
    stale: Client, known: PrivacyRequest, other_officer: User
) -> None:
    other_officer.set_password("another one altogether")
    other_officer.save()
    assert "That is not your password." in text_of(reveal(stale, known, "another one altogether"))


def test_an_account_without_a_password_is_told_the_way(
    stale: Client, known: PrivacyRequest, officer: User
) -> None:
    hash_in_the_session = officer.password
    officer.set_unusable_password()
    officer.save()
    session = stale.session
    session["_auth_user_hash"] = officer.get_session_auth_hash()
    session.save()
    answer = reveal(stale, known)
    assert hash_in_the_session != officer.password
    assert "Your account has no password" in text_of(answer)
    assert b'name="password"' not in answer.content
    assert not shows_it(reveal(stale, known, ""))
    assert not shows_it(reveal(stale, known, PASSWORD))


def test_a_failure_that_cannot_be_written_down_is_still_one(
    stale: Client, known: PrivacyRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_entries: object, **_how: object) -> None:
        raise LogNotReadyError("The head of the audit log is damaged.")

    monkeypatch.setattr(trail, "_append", fail)
    assert "That is not your password." in text_of(reveal(stale, known, "wrong"))


def test_the_permission_comes_before_the_password(
    clock: time_machine.Traveller, known: PrivacyRequest, auditor: User, signed_in: made.SignIn
) -> None:
    client = signed_in(auditor)
    clock.shift(timedelta(hours=1))
    assert reveal(client, known, PASSWORD).status_code == 403


def test_it_is_posted_with_the_forms_token(
    clock: time_machine.Traveller, known: PrivacyRequest, officer: User
) -> None:
    client = made.guarded(officer)
    clock.shift(timedelta(hours=1))
    assert reveal(client, known, PASSWORD).status_code == 403
    assert count(Event.SUBJECT_REVEALED) == 0


# The person's certificate ---------------------------------------------------------------------------------


@pytest.fixture
def done(officer: User) -> PrivacyRequest:
    request = made.filed(officer)
    made.completed(made.only(request))
    return made.answered(request, officer)


def take(client: Client, request: PrivacyRequest, copy: str = "person", **posted: str) -> Any:
    return client.post(reverse(f"admin:certificate_take_{copy}", args=[request.reference]), posted)


def test_the_persons_certificate_asks_too_and_remembers_which_form_was_wanted(
    stale: Client, done: PrivacyRequest
) -> None:
    question = take(stale, done, **{"as": "report"})
    assert f"Take the certificate of {done.reference}" in text_of(question)
    assert b'<input type="hidden" name="as" value="report">' in question.content
    assert count(Event.REQUEST_CERTIFIED) == 0
    taken = take(stale, done, **{"as": "report", "password": PASSWORD})
    assert made.CXONE_ID in taken.content.decode()
    assert count(Event.REQUEST_CERTIFIED) == 1


def test_for_the_files_it_says_that_they_are_downloaded(stale: Client, done: PrivacyRequest) -> None:
    assert "The files are then downloaded; this page stays." in text_of(take(stale, done))
    assert take(stale, done, password=PASSWORD)["Content-Type"] == "application/zip"


def test_a_request_that_is_not_there_is_404_before_the_password(stale: Client) -> None:
    for name in ("identifier_reveal", "certificate_take_person"):
        assert stale.post(reverse(f"admin:{name}", args=["PR-2026-999999"])).status_code == 404


def test_the_auditors_copy_names_nobody_and_asks_for_nothing(
    clock: time_machine.Traveller, done: PrivacyRequest, auditor: User, signed_in: made.SignIn
) -> None:
    client = signed_in(auditor)
    clock.shift(timedelta(hours=1))
    assert take(client, done, "audit")["Content-Type"] == "application/zip"
