"""The dossier on the pages: who sees and takes it, what the page says, and that nothing of it is kept."""

import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from audit.events import Event
from audit.models import AuditEvent
from erasure.choices import Outcome
from erasure.models import PrivacyRequest
from privacyadmin.models import User
from tests.cast import PASSWORD
from tests.erasure import made_requests as made
from tests.erasure.days_passing import NOW
from tests.erasure.filing_desk import said, text_of
from tests.erasure.made_dossiers import told, unpacked
from tests.erasure.test_dossier import ended, rows, shredded

pytestmark = pytest.mark.django_db

PAGE, TAKE = "/admin/dossier/", "/admin/dossier/take/"
EVERYBODY = ("officer", "reviewer", "auditor", "operator", "stranger", "superuser")
TAKERS = {"officer", "superuser"}


@pytest.fixture
def lena(officer: User, signed_in: made.SignIn) -> Client:
    return signed_in(officer)


def typed(*values: str | tuple[str, str], do: str = "look") -> dict[str, str]:
    given = [one if isinstance(one, tuple) else ("cxone_id", one) for one in values]
    fields = {"identifier-TOTAL_FORMS": str(len(given)), "identifier-INITIAL_FORMS": "0", "do": do}
    for number, (kind, value) in enumerate(given):
        fields |= {f"identifier-{number}-kind": kind, f"identifier-{number}-value": value}
    return fields


def carried(answer: Any) -> str:
    found = re.search(r'name="carried" value="([^"]+)"', answer.content.decode())
    assert found is not None, text_of(answer)
    return found[1]


def looked(client: Client, *values: str | tuple[str, str]) -> Any:
    return client.post(PAGE, typed(*(values or (made.CXONE_ID,))))


def archive(answer: Any) -> dict[str, bytes]:
    return unpacked(b"".join(answer.streaming_content))


def taken_events() -> int:
    return AuditEvent.objects.filter(act=Event.DOSSIER_TAKEN).count()


# Who may --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_page_and_the_archive_are_for_officers(
    who: str, officer: User, signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    ended(officer)
    token = carried(looked(signed_in(officer)))
    client = signed_in(request.getfixturevalue(who))
    may = who in TAKERS
    assert client.get(PAGE).status_code == (200 if may else 403)
    assert client.post(PAGE, typed(made.CXONE_ID)).status_code == (200 if may else 403)
    answer = client.post(TAKE, {"carried": token})
    # What was carried for one person is no other's.
    assert answer.status_code == {"officer": 200, "superuser": 302}.get(who, 403)
    assert taken_events() == (1 if who == "officer" else 0)


def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_page() -> None:
    for answer in (Client().get(PAGE), Client().post(PAGE), Client().post(TAKE)):
        assert answer.status_code == 302
        assert "/admin/login/" in answer["Location"]


def test_a_form_of_elsewhere_takes_nothing(officer: User, lena: Client) -> None:
    ended(officer)
    token = carried(looked(lena))
    assert made.guarded(officer).post(TAKE, {"carried": token}).status_code == 403
    assert lena.get(TAKE).status_code == 405
    assert taken_events() == 0


# Looking --------------------------------------------------------------------------------------------------


def test_it_lists_what_would_go_in_and_takes_nothing(officer: User, lena: Client) -> None:
    done = ended(officer)
    shredded(done, 1)
    registered = made.registered(officer)
    answer = looked(lena)
    words = text_of(answer)
    assert answer.status_code == 200
    assert "2 requests go in" in words
    assert f"{done.reference} Erasure" in words
    assert "1 proof Opened by what is presented" in words
    assert "Identifiers and text" in words
    assert registered.reference in words
    assert "CXone reported nothing done" in words
    assert "nothing here leads from this identifier to them any more" in words
    assert taken_events() == 0


def test_the_identifier_is_masked_and_never_in_an_address(officer: User, lena: Client) -> None:
    made.registered(officer)
    answer = looked(lena)
    assert made.CXONE_ID not in answer.content.decode()
    assert made.CXONE_ID not in str(answer.request["QUERY_STRING"])


def test_looking_and_taking_store_nothing_of_it(officer: User, lena: Client) -> None:
    shredded(ended(officer), 1)
    before = rows()
    answer = lena.post(TAKE, {"carried": carried(looked(lena))})
    assert archive(answer)
    assert rows() == before
    assert all(made.CXONE_ID not in str(one.get_decoded()) for one in Session.objects.all())


def test_what_leads_nowhere_is_said_above_the_form_as_it_was_typed(lena: Client) -> None:
    answer = looked(lena, "cust-unknown", ("email", "a@example.org"))
    assert "Nothing here leads from these identifiers to a request" in text_of(answer)
    assert 'value="cust-unknown"' in answer.content.decode()


def test_two_people_are_refused_in_words(officer: User, lena: Client) -> None:
    made.registered(officer, "cust-1")
    made.registered(officer, "cust-2")
    assert "those of different people" in text_of(looked(lena, "cust-1", "cust-2"))


def test_a_row_more_keeps_what_was_typed(lena: Client) -> None:
    answer = lena.post(PAGE, typed("cust-1", do="add_row"))
    assert 'value="cust-1"' in answer.content.decode()
    assert 'name="identifier-1-value"' in answer.content.decode()


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({}, "did not arrive whole"),
        ({**typed("x" * 400)}, "at most 320 characters"),
        ({**typed(("passport", "1"))}, "Choose one of the kinds."),
        ({**typed("")}, "Give the identifier that the person presents"),
    ],
)
def test_what_cannot_be_read_is_said(posted: dict[str, str], words: str, lena: Client) -> None:
    answer = lena.post(PAGE, posted)
    assert answer.status_code == 200
    assert words in text_of(answer)


def test_only_so_many_are_listed_and_all_go_in(
    officer: User, lena: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("erasure.admin.dossier.MOST_LISTED", 2)
    for _number in range(3):
        made.registered(officer)
    answer = looked(lena)
    assert "And 1 more; the dossier has them all." in text_of(answer)
    assert len(told(archive(lena.post(TAKE, {"carried": carried(answer)})))) == 3


# From a request -------------------------------------------------------------------------------------------


def test_a_requests_page_leads_to_the_dossier_of_its_person(officer: User, lena: Client) -> None:
    request = ended(officer, made.CXONE_ID, ("email", "ana@example.org"))
    page = lena.get(reverse("admin:request_page", args=[request.reference])).content.decode()
    assert f'name="request" value="{request.reference}" id="dossier"' in page
    answer = lena.post(PAGE, {"request": request.reference})
    assert "1 request goes in" in text_of(answer)
    assert "E-mail address" in text_of(answer)
    assert made.CXONE_ID not in answer.content.decode()


def test_a_shredded_request_asks_for_the_identifier(officer: User, lena: Client) -> None:
    request = ended(officer)
    shredded(request, 1)
    words = text_of(lena.post(PAGE, {"request": request.reference}))
    assert f"The identifiers of {request.reference} have been shredded" in words
    assert "What does the person present?" in words


def test_a_request_that_is_not_there_is_not_found(lena: Client) -> None:
    assert lena.post(PAGE, {"request": "PR-2026-999999"}).status_code == 404


def test_reviewers_and_auditors_are_not_shown_the_way(
    officer: User, reviewer: User, auditor: User, signed_in: made.SignIn
) -> None:
    request = ended(officer)
    for who in (reviewer, auditor):
        page = signed_in(who).get(reverse("admin:request_page", args=[request.reference]))
        assert 'id="dossier"' not in page.content.decode()


# Taking ---------------------------------------------------------------------------------------------------


def test_the_archive_is_streamed_and_kept_by_nobody(officer: User, lena: Client) -> None:
    ended(officer)
    answer = lena.post(TAKE, {"carried": carried(looked(lena)), "language": "de"})
    assert answer.streaming
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    event = AuditEvent.objects.get(act=Event.DOSSIER_TAKEN)
    assert answer["Content-Disposition"] == f'attachment; filename="dossier-{event.seq}.zip"'
    assert '<html lang="de">' in archive(answer)["dossier.html"].decode()


def test_a_language_that_is_none_of_ours_gives_the_readers(officer: User, lena: Client) -> None:
    made.registered(officer)
    answer = lena.post(TAKE, {"carried": carried(looked(lena)), "language": "xx"})
    assert '<html lang="en-gb">' in archive(answer)["dossier.html"].decode()


def test_it_asks_for_the_password_where_the_sign_in_is_a_while_ago(
    officer: User, settings: LazySettings
) -> None:
    settings.REVEAL_MINUTES = 0
    made.registered(officer)
    client = Client()
    client.force_login(officer)
    token = carried(looked(client))
    asked = client.post(TAKE, {"carried": token, "language": "de"})
    assert "Take the dossier of a person" in text_of(asked)
    assert taken_events() == 0
    assert 'name="carried"' in asked.content.decode()
    wrong = client.post(TAKE, {"carried": token, "language": "de", "password": "guess"})
    assert "That is not your password" in text_of(wrong)
    right = client.post(TAKE, {"carried": token, "language": "de", "password": PASSWORD})
    assert archive(right)
    assert taken_events() == 1


def test_a_page_that_was_open_too_long_takes_nothing(
    officer: User, signed_in: made.SignIn, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(NOW, tick=False)
    lena = signed_in(officer)
    made.registered(officer)
    token = carried(looked(lena))
    time_machine.shift(3601)
    answer = lena.post(TAKE, {"carried": token})
    assert answer["Location"] == PAGE
    assert "nothing was taken" in said(answer)
    for crafted in ("", "nonsense"):
        assert lena.post(TAKE, {"carried": crafted}).status_code == 302
    assert taken_events() == 0


def test_what_was_shredded_since_the_look_is_refused(officer: User, lena: Client) -> None:
    request = ended(officer)
    token = carried(looked(lena))
    shredded(request, 2)
    answer = lena.post(TAKE, {"carried": token})
    assert answer.status_code == 409
    assert "Nothing here leads from this identifier to a request" in text_of(answer)
    assert taken_events() == 0


def test_too_many_are_refused_with_when_the_next_is_possible(
    officer: User, lena: Client, settings: LazySettings
) -> None:
    settings.DOSSIERS_PER_HOUR = 1
    made.registered(officer)
    token = carried(looked(lena))
    assert archive(lena.post(TAKE, {"carried": token}))
    answer = lena.post(TAKE, {"carried": token})
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert "as many dossiers as one person may within an hour (1)" in text_of(answer)
    assert PrivacyRequest.objects.filter(outcome=Outcome.DONE).count() == 0


def test_whatever_else_is_posted_widens_nothing(officer: User, lena: Client) -> None:
    mine, anothers = made.registered(officer), made.registered(officer, "cust-other")
    more = {"request": anothers.reference, "subject": str(anothers.subject_id), "keys": str(anothers.pk)}
    more |= typed("cust-other")
    answer = lena.post(TAKE, {**more, "carried": carried(looked(lena))})
    assert [one["reference"] for one in told(archive(answer))] == [mine.reference]
