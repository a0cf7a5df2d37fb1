"""Filing a request in the browser: everything at hand, one page, one click."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from audit.trail import events_of
from erasure import filing
from erasure.choices import SubmissionStatus
from erasure.models import PrivacyRequest, Submission
from privacyadmin.models import User
from tests.erasure.filing_desk import ID, NEW, SignIn, said
from tests.erasure.request_form import request_form, words_at


def test_it_files_a_request_and_leads_to_its_page(lena: Client, officer: User) -> None:
    answer = lena.post(
        NEW, request_form(description="Ticket 9", external_reference="T-9", note="Called twice.")
    )

    request = PrivacyRequest.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("admin:request_page", args=[request.reference])
    assert (request.type, request.regulation, request.channel) == ("ERASURE", "gdpr", "email")
    assert (request.received_on.isoformat(), request.due_on.isoformat()) == ("2099-11-20", "2099-12-21")
    assert (request.filed_by, request.owner, request.note) == (officer, officer, "Called twice.")
    assert request.external_reference == "T-9"
    submission = request.submissions.get()
    assert (submission.status, submission.categories, submission.scope) == (
        SubmissionStatus.QUEUED,
        ["CONTACT", "CHAT"],
        "CONTACT",
    )
    assert (submission.identifier.value, submission.description) == (ID, "Ticket 9")
    assert [event.act for event in events_of(request.obj)] == ["request.registered", "request.filed"]


def test_a_browser_filing_can_be_stopped_until_the_send_delay_ends(
    lena: Client, settings: LazySettings
) -> None:
    settings.SEND_DELAY_SECONDS = 900

    answer = lena.post(NEW, request_form())

    assert Submission.objects.get().next_attempt_at == timezone.now() + timedelta(minutes=15)
    assert "It goes to CXone at 21 Nov 2099, 10:15 (UTC); until then Stop takes it back." in said(answer)


def test_without_a_delay_it_says_that_it_is_on_its_way(lena: Client) -> None:
    assert "It is on its way to CXone" in said(lena.post(NEW, request_form()))


def test_several_cxone_ids_become_one_submission_each(lena: Client) -> None:
    lena.post(NEW, request_form(("cxone_id", "A-1"), ("email", "anna@example.com"), ("cxone_id", " A-2 ")))

    request = PrivacyRequest.objects.get()
    assert [one.identifier.value for one in request.submissions.order_by("number")] == ["A-1", "A-2"]
    assert request.subject.identifiers.count() == 3


def test_an_id_typed_twice_is_sent_once(lena: Client) -> None:
    lena.post(NEW, request_form(("cxone_id", "A-1"), ("cxone_id", "A-1 ")))

    assert Submission.objects.count() == 1


def test_no_personal_data_stands_in_addresses_and_messages(lena: Client) -> None:
    answer = lena.post(NEW, request_form(("cxone_id", ID), ("email", "anna@example.com")))

    for text in (answer["Location"], said(answer)):
        assert ID not in text
        assert "anna" not in text


def test_the_same_form_sent_twice_is_the_one_request(lena: Client) -> None:
    form = request_form()
    first, second = lena.post(NEW, form), lena.post(NEW, form)

    assert first["Location"] == second["Location"]
    assert PrivacyRequest.objects.count() == Submission.objects.count() == 1
    assert "Nothing was filed a second time" in said(second)


def test_of_two_that_come_at_once_the_database_lets_in_one(
    lena: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one looks before the first is stored, and then meets it."""
    form = request_form(duplicate_reason="Asked again by letter.")
    lena.post(NEW, form)
    looks = iter([None, None])
    found = filing.filed_with
    monkeypatch.setattr(filing, "filed_with", lambda token: next(looks, found(token)))

    answer = lena.post(NEW, form)

    assert PrivacyRequest.objects.count() == 1
    assert answer["Location"] == reverse("admin:request_page", args=[PrivacyRequest.objects.get().reference])


def test_one_that_comes_at_once_is_no_duplicate_of_itself(
    lena: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = request_form()
    lena.post(NEW, form)
    looks = iter([None])
    found = filing.filed_with
    monkeypatch.setattr(filing, "filed_with", lambda token: next(looks, found(token)))

    answer = lena.post(NEW, form)

    assert answer.status_code == 302
    assert PrivacyRequest.objects.count() == 1


def test_an_open_request_for_the_same_identifier_is_named(lena: Client) -> None:
    lena.post(NEW, request_form())
    earlier = PrivacyRequest.objects.get()

    html = lena.post(NEW, request_form()).content.decode()

    assert f"There is an open request for this identifier: {earlier.reference}." in words_at(
        html, "id_duplicate_reason"
    )
    assert f'href="{reverse("admin:request_page", args=[earlier.reference])}"' in html
    assert PrivacyRequest.objects.count() == 1


def test_with_a_reason_another_one_is_filed_and_the_reason_kept_in_the_note_alone(lena: Client) -> None:
    lena.post(NEW, request_form())
    earlier = PrivacyRequest.objects.get()
    reason = "She wrote again after she moved."

    lena.post(NEW, request_form(duplicate_reason=reason, note="Urgent."))

    request = PrivacyRequest.objects.exclude(pk=earlier.pk).get()
    assert request.note == f"Urgent.\nFiled beside {earlier.reference}: {reason}"
    assert request.subject == earlier.subject
    assert not any(reason in event.body for event in AuditEvent.objects.all())


@pytest.mark.parametrize("who", ["reviewer", "auditor", "operator", "stranger"])
def test_only_officers_file(who: str, request: pytest.FixtureRequest, signed_in: SignIn) -> None:
    client = signed_in(request.getfixturevalue(who))

    assert client.get(NEW).status_code == 403
    assert client.post(NEW, request_form()).status_code == 403
    assert client.get("/admin/requests/clock/", {"regulation": "gdpr"}).status_code == 403
    assert client.post("/admin/requests/check/", request_form()).status_code == 403
    assert not PrivacyRequest.objects.exists()


def test_nobody_files_unsigned(client: Client, db: None) -> None:
    for address in (NEW, "/admin/requests/clock/", "/admin/requests/check/"):
        answer = client.post(address, request_form())
        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/login/")
    assert not PrivacyRequest.objects.exists()


def test_a_filing_from_elsewhere_is_refused(officer: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)

    assert client.post(NEW, request_form()).status_code == 403
    assert client.post("/admin/requests/check/", request_form()).status_code == 403


@pytest.mark.parametrize(
    ("method", "address"),
    [("put", NEW), ("delete", NEW), ("post", "/admin/requests/clock/"), ("get", "/admin/requests/check/")],
)
def test_other_methods_are_not_allowed(lena: Client, method: str, address: str) -> None:
    assert getattr(lena, method)(address).status_code == 405
