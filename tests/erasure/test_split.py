"""Putting a held part apart: what nothing holds goes, what is held waits or is refused, both as filed."""

import re
import threading
from datetime import timedelta
from html import unescape

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.events import Event
from erasure import filing, lifecycle, overrides, suspending, together
from erasure.certificates import Copy, take
from erasure.models import LegalHold, PrivacyRequest, Submission
from erasure.reconcile import differences
from privacyadmin.models import User
from privacyadmin.roles import OFFICERS, REVIEWERS
from tests.cast import person
from tests.erasure.filing_desk import text_of
from tests.erasure.made_holds import GROUND, MATTER, placed, released
from tests.erasure.made_overrides import asked, decided, entries, patiently, revoked
from tests.erasure.made_requests import CXONE_ID, SignIn, completed, filed, guarded, only

pytestmark = pytest.mark.django_db

LATER = timedelta(minutes=15)
ALL_THREE = ["CONTACT", "EMAIL", "SMS"]


@pytest.fixture
def mixed(officer: User, reviewer: User) -> Submission:
    """Lena's submission of three categories, one of which Marek's hold on its person suspended."""
    request = filed(officer, delay=LATER, categories=ALL_THREE, description="As agreed")
    placed(reviewer, CXONE_ID, category="EMAIL")
    return only(request)


def rest_page(submission: Submission) -> str:
    return reverse("admin:submission_send_rest", args=[submission.request.reference, submission.number])


def request_page(request: PrivacyRequest) -> str:
    return reverse("admin:request_page", args=[request.reference])


def rows(request: PrivacyRequest) -> list[tuple[int, str, list[str], list[str]]]:
    submissions = request.submissions.order_by("number")
    return [(row.number, str(row.status), row.categories, row.held_by) for row in submissions]


# Sending the rest --------------------------------------------------------------------------------------


def test_the_page_says_what_goes_and_what_waits_and_a_click_does_it(
    mixed: Submission, other_officer: User, signed_in: SignIn, settings: LazySettings
) -> None:
    settings.SEND_DELAY_SECONDS = 900
    client, request = signed_in(other_officer), mixed.request
    page = client.get(request_page(request))
    assert "Nothing holds Contact, SMS : that can go now, while Email waits by itself." in text_of(page)
    assert rest_page(mixed) in page.content.decode()

    answer = text_of(client.post(rest_page(mixed), follow=True))

    assert f"{request.reference}/3 has what nothing holds: Contact, SMS. Goes to CXone at" in answer
    code = LegalHold.objects.get(category="EMAIL").code
    assert rows(request) == [
        (1, "cancelled", ALL_THREE, [code]),
        (2, "blocked", ["EMAIL"], [code]),
        (3, "queued", ["CONTACT", "SMS"], []),
    ]
    going = only(request, 3)
    assert going.next_attempt_at is not None
    assert going.next_attempt_at > timezone.now() + timedelta(minutes=14)
    assert (going.description, going.scope, going.identifier) == ("As agreed", "CONTACT", mixed.identifier)
    assert list(differences()) == []


def test_the_cards_and_the_timeline_say_what_took_the_place_of_what(
    mixed: Submission, officer: User, signed_in: SignIn
) -> None:
    filing.send_the_rest(mixed, by=officer, send_delay=LATER)
    page = text_of(signed_in(officer).get(request_page(mixed.request)))
    for words in (
        "Taken apart: submission 2 has what is held (Email), submission 3 the rest (Contact, SMS).",
        "Held part of submission 1.",
        "Part of submission 1 that nothing held.",
        "Taken apart: the held part is submission 2, the rest submission 3 (submission 1)",
        "Ended, since its parts take its place (submission 1)",
        "Suspended by a hold",
        "after this was filed and before it was sent. Nothing of this part (Email) was sent.",
    ):
        assert words in page
    assert "Filed anew" not in page


def test_who_filed_stays_the_filer_of_both_parts_whoever_has_the_request_and_splits_it(
    mixed: Submission,
) -> None:
    both = person("both", OFFICERS, REVIEWERS)
    together.take_over(mixed.request, by=both)
    filing.send_the_rest(mixed, by=both, send_delay=LATER)
    waiting, going = only(mixed.request, 2), only(mixed.request, 3)
    assert waiting.filed_by == going.filed_by == mixed.filed_by
    for event in entries(Event.REQUEST_FILED)[-2:]:
        assert event["actor"] == both.actor


def test_a_filer_who_is_a_reviewer_too_gets_no_say_by_letting_another_split_it(
    other_officer: User, reviewer: User
) -> None:
    filer = person("both", OFFICERS, REVIEWERS)
    request = filed(filer, delay=LATER, categories=ALL_THREE)
    placed(reviewer, CXONE_ID, category="EMAIL")
    filing.send_the_rest(only(request), by=other_officer, send_delay=LATER)
    question = asked(only(request, 2), by=other_officer)
    with pytest.raises(overrides.DecisionBarred) as barred:
        decided(question, by=filer)
    assert barred.value.code == "filed_by"


def test_the_open_question_is_taken_back_and_can_be_asked_for_the_part(
    mixed: Submission, officer: User, signed_in: SignIn
) -> None:
    question = asked(mixed, by=officer)
    page = text_of(signed_in(officer).get(request_page(mixed.request)))
    assert "The open question is then taken back; ask again for the part that waits." in page
    filing.send_the_rest(mixed, by=officer, send_delay=LATER)
    question.refresh_from_db()
    assert question.decision == "withdrawn"
    assert asked(only(mixed.request, 2), by=officer).holds == only(mixed.request, 2).held_by


def test_a_hold_that_came_since_keeps_its_part_too(mixed: Submission, officer: User, reviewer: User) -> None:
    newer = placed(reviewer, CXONE_ID, category="SMS")
    older = LegalHold.objects.get(category="EMAIL")
    filing.send_the_rest(mixed, by=officer, send_delay=LATER)
    assert rows(mixed.request)[1:] == [
        (2, "blocked", ["EMAIL", "SMS"], [older.code, newer.code]),
        (3, "queued", ["CONTACT"], []),
    ]


def test_a_hold_that_was_released_keeps_nothing(mixed: Submission, officer: User, reviewer: User) -> None:
    newer = placed(reviewer, CXONE_ID, category="SMS")
    released(LegalHold.objects.get(category="EMAIL"))
    filing.send_the_rest(mixed, by=officer, send_delay=LATER)
    assert rows(mixed.request)[1:] == [
        (2, "blocked", ["SMS"], [newer.code]),
        (3, "queued", ["CONTACT", "EMAIL"], []),
    ]


def test_where_everything_is_held_there_is_no_rest(officer: User, reviewer: User, signed_in: SignIn) -> None:
    request = filed(officer, delay=LATER, categories=ALL_THREE)
    placed(reviewer, CXONE_ID)
    client = signed_in(officer)
    assert rest_page(only(request)) not in client.get(request_page(request)).content.decode()
    answer = client.post(rest_page(only(request)), follow=True)
    assert "has no part that could go by itself" in text_of(answer)
    assert [row[1] for row in rows(request)] == ["blocked"]


def test_sending_the_rest_twice_is_told(mixed: Submission, officer: User, signed_in: SignIn) -> None:
    client = signed_in(officer)
    client.post(rest_page(mixed))
    answer = client.post(rest_page(mixed), follow=True)
    assert "has no part that could go by itself" in text_of(answer)
    assert len(rows(mixed.request)) == 3


@pytest.mark.parametrize("who", ["reviewer", "auditor", "operator", "stranger"])
def test_only_officers_send_the_rest(
    mixed: Submission, signed_in: SignIn, request: pytest.FixtureRequest, who: str
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert rest_page(mixed) not in client.get(request_page(mixed.request)).content.decode()
    assert client.post(rest_page(mixed)).status_code == 403
    assert len(rows(mixed.request)) == 1


def test_it_is_posted_with_the_forms_token_for_a_submission_that_exists(
    mixed: Submission, officer: User, signed_in: SignIn, client: Client
) -> None:
    assert signed_in(officer).get(rest_page(mixed)).status_code == 405
    assert guarded(officer).post(rest_page(mixed)).status_code == 403
    assert client.post(rest_page(mixed))["Location"].startswith(reverse("admin:login"))
    nowhere = reverse("admin:submission_send_rest", args=[mixed.request.reference, 9])
    assert signed_in(officer).post(nowhere).status_code == 404
    assert len(rows(mixed.request)) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_send_the_rest_at_once_one_does(mixed: Submission, officer: User) -> None:
    start, told = threading.Barrier(2), []

    def send() -> None:
        start.wait(timeout=10)
        try:
            patiently(lambda: filing.send_the_rest(mixed, by=officer, send_delay=LATER))
            told.append("")
        except lifecycle.MoveRefused as refusal:
            told.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(told) == ["", f"{mixed} has no part that could go by itself."]
    assert len(rows(mixed.request)) == 3


# Denying -----------------------------------------------------------------------------------------------


def test_a_denial_of_a_mixed_submission_refuses_only_what_was_held(
    mixed: Submission, officer: User, other_reviewer: User, signed_in: SignIn, settings: LazySettings
) -> None:
    settings.SEND_DELAY_SECONDS = 900
    question, client = asked(mixed, by=officer), signed_in(other_reviewer)
    page = reverse("admin:override_decide", args=[question.pk])
    assert "Denying refuses what is held (Email); what nothing holds (Contact, SMS) goes" in text_of(
        client.get(page)
    )

    answer = text_of(client.post(page, {"decision": "deny", "reason": "No."}, follow=True))

    assert f"Denied. Email of {mixed} is refused, and nothing of it goes to CXone." in answer
    assert "Contact, SMS, which nothing holds, goes in 15 minutes." in answer
    assert [(row[1], row[2]) for row in rows(mixed.request)] == [
        ("cancelled", ALL_THREE),
        ("refused", ["EMAIL"]),
        ("queued", ["CONTACT", "SMS"]),
    ]
    assert {row.filed_by for row in mixed.request.submissions.all()} == {officer}
    question.refresh_from_db()
    assert question.decision == "denied"
    assert list(differences()) == []
    shown = text_of(signed_in(officer).get(request_page(mixed.request)))
    assert shown.count("Override denied by Ines Duarte") == 2


def test_a_denial_does_not_refuse_what_a_later_hold_keeps(
    mixed: Submission, officer: User, reviewer: User, other_reviewer: User
) -> None:
    question = asked(mixed, by=officer)
    newer = placed(reviewer, CXONE_ID, category="SMS")
    decided(question, by=other_reviewer, approve=False)
    assert [(row[1], row[2]) for row in rows(mixed.request)[1:]] == [
        ("refused", ["EMAIL"]),
        ("blocked", ["CONTACT", "SMS"]),
    ]
    assert rows(mixed.request)[2][1:] == ("blocked", ["CONTACT", "SMS"], [newer.code])


def test_a_denial_of_what_is_held_as_a_whole_takes_nothing_apart(
    officer: User, reviewer: User, other_reviewer: User
) -> None:
    request = filed(officer, delay=LATER, categories=ALL_THREE)
    placed(reviewer, CXONE_ID)
    decided(asked(only(request), by=officer), by=other_reviewer, approve=False)
    assert [row[1] for row in rows(request)] == ["refused"]
    assert entries(Event.REQUEST_SPLIT) == []


def test_a_question_asked_anew_names_the_hold_that_came_since(
    mixed: Submission, officer: User, reviewer: User, other_reviewer: User
) -> None:
    older, newer = LegalHold.objects.get(category="EMAIL"), placed(reviewer, CXONE_ID, category="SMS")
    question = asked(mixed, by=officer)
    assert question.holds == [older.code, newer.code]
    decided(question, by=other_reviewer)
    assert rows(mixed.request)[0][1] == "queued"
    suspending.suspend_held(timezone.now())
    assert rows(mixed.request)[0][1] == "queued"


def test_an_approval_of_a_mixed_submission_that_is_taken_back_holds_it_whole_again(
    mixed: Submission, officer: User, other_reviewer: User
) -> None:
    question = decided(asked(mixed, by=officer), by=other_reviewer)
    revoked(question, by=other_reviewer)
    assert [(row[1], row[2]) for row in rows(mixed.request)] == [("blocked", ALL_THREE)]


# The person's certificate ------------------------------------------------------------------------------


def report_of(request: PrivacyRequest, by: User) -> str:
    """What the person reads in their report."""
    certificate = take(PrivacyRequest.objects.get(pk=request.pk), copy=Copy.PERSON, by=by, via="zip")
    page = re.sub(r"<style>.*?</style>", " ", certificate.files["report.html"].decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split()).replace(" .", ".")


def test_the_persons_certificate_shows_the_parts_with_their_ground_and_nothing_of_the_old_one(
    mixed: Submission, officer: User, other_reviewer: User
) -> None:
    decided(asked(mixed, by=officer), by=other_reviewer, approve=False)
    completed(only(mixed.request, 3))

    report = report_of(mixed.request, officer)

    assert "Contact, SMS" in report
    assert "Email: Refused: nothing was sent to CXone." in report
    assert report.count(GROUND) == 1
    assert "Contact, Email, SMS" not in report
    assert "Stopped before it was sent" not in report
    for secret in (MATTER, "LIT-", "Marek", "Ines", "Lena", "Counsel confirmed it"):
        assert secret not in report


def test_what_still_waits_after_a_split_is_named_with_its_ground(mixed: Submission, officer: User) -> None:
    filing.send_the_rest(mixed, by=officer, send_delay=timedelta(0))
    completed(only(mixed.request, 3))
    report = report_of(mixed.request, officer)
    assert "Email: On hold: nothing was sent to CXone." in report
    assert report.count(GROUND) == 1
    assert "Stopped before it was sent" not in report
