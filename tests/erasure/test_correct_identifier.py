"""A submission with the wrong identifier is filed anew with the right one; the date of receipt stays."""

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.trail import audited, events_of
from erasure import lifecycle
from erasure.models import PrivacyRequest, Submission
from privacyadmin.models import User
from tests.erasure.filing_desk import ID, NEW, SignIn, hold_on, person_of, said
from tests.erasure.request_form import request_form, words_at

RIGHT = "cust-2026-4472"


@pytest.fixture
def failed(lena: Client) -> Submission:
    """CXone refused it: it knows nobody by that id."""
    lena.post(NEW, request_form(description="Ticket 9"))
    submission = Submission.objects.get()
    with audited() as log:
        lifecycle.begin_sending(log, submission, payload="{}", now=timezone.now())
        lifecycle.fail(log, submission, code="400", message="Unknown subject.", now=timezone.now())
    return submission


def address(submission: Submission) -> str:
    return f"/admin/requests/{submission.request.reference}/{submission.number}/correct/"


def test_the_page_shows_the_old_identifier_masked(lena: Client, failed: Submission) -> None:
    html = lena.get(address(failed)).content.decode()

    assert failed.identifier.masked in html
    assert ID not in html


def test_the_right_id_is_filed_as_a_new_submission(
    lena: Client, failed: Submission, settings: LazySettings
) -> None:
    settings.SEND_DELAY_SECONDS = 900

    answer = lena.post(address(failed), {"value": f" {RIGHT} "})

    request = PrivacyRequest.objects.get()
    assert answer["Location"] == reverse("admin:request_page", args=[request.reference])
    new = request.submissions.get(number=2)
    assert (new.replaces, new.identifier.value, new.status) == (failed, RIGHT, "queued")
    assert (new.categories, new.scope, new.description) == (failed.categories, failed.scope, "Ticket 9")
    assert request.received_on.isoformat() == "2099-11-20"
    assert "until then Stop takes it back" in said(answer)
    assert RIGHT not in said(answer) + answer["Location"]
    assert "request.corrected" in [event.act for event in events_of(request.obj)]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "Give the CXone id."),
        ("anna@example.com", "CXone takes its own id here."),
        ("bad id!", "contains a space and a “!”"),
        ("x" * 321, "320"),
    ],
)
def test_an_id_that_cxone_would_not_take_is_refused_beside_the_field(
    lena: Client, failed: Submission, value: str, words: str
) -> None:
    html = lena.post(address(failed), {"value": value}).content.decode()

    assert words in words_at(html, "id_value")
    assert "Nothing was filed yet" in html
    assert Submission.objects.count() == 1


def test_it_is_filed_anew_once(lena: Client, failed: Submission) -> None:
    lena.post(address(failed), {"value": RIGHT})

    answer = lena.post(address(failed), {"value": RIGHT})

    assert Submission.objects.count() == 2
    assert f"{failed} was filed anew already" in said(answer)
    assert lena.get(address(failed)).status_code == 302


def test_what_is_still_open_is_not_filed_anew(lena: Client) -> None:
    lena.post(NEW, request_form())
    submission = Submission.objects.get()

    for answer in (lena.get(address(submission)), lena.post(address(submission), {"value": RIGHT})):
        assert answer.status_code == 302
        assert "is still open" in said(answer)
    assert Submission.objects.count() == 1


def test_a_held_person_is_held_under_the_right_id_too(lena: Client, failed: Submission) -> None:
    hold_on(person_of(RIGHT))

    answer = lena.post(address(failed), {"value": RIGHT})

    assert Submission.objects.get(number=2).status == "blocked"
    assert "Held by HOLD-7" in said(answer)


@pytest.mark.parametrize("who", ["reviewer", "auditor", "operator", "stranger"])
def test_only_officers_correct(
    who: str, failed: Submission, request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    client = signed_in(request.getfixturevalue(who))

    assert client.get(address(failed)).status_code == 403
    assert client.post(address(failed), {"value": RIGHT}).status_code == 403
    assert Submission.objects.count() == 1


def test_nobody_corrects_unsigned(failed: Submission, client: Client) -> None:
    assert client.post(address(failed), {"value": RIGHT})["Location"].startswith("/admin/login/")
    assert Submission.objects.count() == 1


def test_a_submission_that_is_not_there_is_not_found(lena: Client, failed: Submission, officer: User) -> None:
    assert lena.get(f"/admin/requests/{failed.request.reference}/9/correct/").status_code == 404
