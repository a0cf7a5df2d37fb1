"""Registering a request as it came in, and sending it later, when the CXone id is known."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.trail import audited, events_of
from erasure import lifecycle
from erasure.choices import Channel, Outcome
from erasure.models import Override, PrivacyRequest, Submission
from privacyadmin.models import User
from tests.erasure.filing_desk import ID, NEW, SignIn, hold_on, person_of, said, text_of
from tests.erasure.request_form import request_form, sending_form, words_at

MAIL = ("email", "anna@example.com")
NOTHING_TO_SEND = {"categories": [], "identity_check": ""}


@pytest.fixture
def registered(lena: Client) -> PrivacyRequest:
    """What arrived by e-mail, and nothing more."""
    lena.post(NEW, request_form(MAIL, do="register", **NOTHING_TO_SEND))
    return PrivacyRequest.objects.get()


def to_send(*identifiers: tuple[str, str], **changes: Any) -> dict[str, Any]:
    return {"do": "send", "form_token": str(uuid.uuid4()), **sending_form(*identifiers), **changes}


def address(request: PrivacyRequest) -> str:
    return f"/admin/requests/{request.reference}/send/"


def answer_it(request: PrivacyRequest, officer: User) -> None:
    with audited() as log:
        lifecycle.answer(
            log,
            request,
            by=officer,
            told=[lifecycle.Told(submission=None, outcome=Outcome.WITHDRAWN)],
            channel=Channel.EMAIL,
            answered_on=timezone.localdate(),
            note="",
            now=timezone.now(),
        )


# To register -----


def test_what_arrived_is_enough_to_register(lena: Client) -> None:
    answer = lena.post(NEW, request_form(MAIL, do="register", **NOTHING_TO_SEND))

    request = PrivacyRequest.objects.get()
    assert answer["Location"] == reverse("admin:request_page", args=[request.reference])
    assert (request.due_on.isoformat(), request.identity_check) == ("2099-12-21", "")
    assert request.subject.identifiers.get().value == "anna@example.com"
    assert not Submission.objects.exists()
    assert [event.act for event in events_of(request.obj)] == ["request.registered"]
    assert "is registered, and nothing is sent yet" in said(answer)
    assert "answered by Monday 21 December 2099" in said(answer)


@pytest.mark.parametrize(
    ("changes", "element", "words"),
    [
        ({"identifier-0-value": ""}, "id_identifier-0-value", "Who is the request about?"),
        ({"received_on": "2099-11-22"}, "id_received_on", "lies in the future"),
        ({"received_on": ""}, "id_received_on", "Give the day on which it arrived."),
        ({"channel": ""}, "id_channel", "Choose how it came in."),
        ({"regulation": "other"}, "id_regulation", "Choose one of the laws of the list."),
    ],
)
def test_what_registering_needs_is_asked_for(
    lena: Client, changes: dict[str, str], element: str, words: str
) -> None:
    html = lena.post(NEW, request_form(MAIL, **{"do": "register", **changes})).content.decode()

    assert words in words_at(html, element)
    assert "1 thing to put right" in html
    assert not PrivacyRequest.objects.exists()


def test_a_late_receipt_is_registered_all_the_same(lena: Client) -> None:
    lena.post(NEW, request_form(MAIL, do="register", received_on="2099-09-01"))

    assert PrivacyRequest.objects.get().due_on.isoformat() == "2099-10-01"


def test_the_same_form_twice_registers_once(lena: Client) -> None:
    form = request_form(MAIL, do="register")
    lena.post(NEW, form)

    assert "Nothing was filed a second time" in said(lena.post(NEW, form))
    assert PrivacyRequest.objects.count() == 1


def test_an_open_request_needs_a_reason_here_too(lena: Client, registered: PrivacyRequest) -> None:
    html = lena.post(NEW, request_form(("email", "ANNA@example.com"), do="register")).content.decode()

    assert registered.reference in words_at(html, "id_duplicate_reason")
    assert PrivacyRequest.objects.count() == 1


def test_what_was_typed_for_cxone_is_kept_in_the_note(lena: Client) -> None:
    form = request_form(MAIL, do="register", note="Called.", description="Ticket 9", justification="Closed.")
    lena.post(NEW, form)

    assert PrivacyRequest.objects.get().note == (
        "Called.\nDescription meant for CXone: Ticket 9\nReason meant for an override: Closed."
    )


# To send it later -----


def test_the_page_shows_the_person_masked(lena: Client) -> None:
    lena.post(NEW, request_form(MAIL, ("cxone_id", ID), do="register"))
    request = PrivacyRequest.objects.get()

    answer = lena.get(address(request))

    html = answer.content.decode()
    assert "a•••@•••" in html
    assert ID not in html
    assert "anna@" not in html
    assert request.subject.identifiers.get(kind="cxone_id").masked in answer.context["previews"][0].text
    assert 'name="regulation"' not in html
    assert "Register only" not in html


def test_the_dates_stay_as_they_were_computed_at_the_registration(lena: Client) -> None:
    lena.post(NEW, request_form(MAIL, do="register", regulation="ccpa"))
    request = PrivacyRequest.objects.get()
    PrivacyRequest.objects.update(due_on="2100-01-11")

    words = text_of(lena.get(address(request)))

    assert "Monday 11 January 2100" in words
    assert "Confirm receipt by Friday 4 December 2099" in words


def test_a_registered_request_is_sent_with_the_id_looked_up(
    lena: Client, registered: PrivacyRequest, settings: LazySettings
) -> None:
    settings.SEND_DELAY_SECONDS = 900

    answer = lena.post(address(registered), to_send(("cxone_id", ID), note="Found her."))

    assert answer["Location"] == reverse("admin:request_page", args=[registered.reference])
    submission = Submission.objects.get()
    assert (submission.request, submission.identifier.value) == (registered, ID)
    assert submission.identifier.subject == registered.subject
    registered.refresh_from_db()
    assert (registered.categories, registered.identity_check) == (["CONTACT", "CHAT"], "signed_in")
    assert registered.note == "Found her."
    assert "until then Stop takes it back" in said(answer)


def test_other_identifiers_become_the_persons_too(lena: Client, registered: PrivacyRequest) -> None:
    lena.post(address(registered), to_send(("cxone_id", ID), ("phone", "+36 1 234 5678")))

    assert set(registered.subject.identifiers.values_list("kind", flat=True)) == {
        "email",
        "cxone_id",
        "phone",
    }
    assert Submission.objects.count() == 1


def test_a_known_id_is_sent_without_being_typed_again(lena: Client) -> None:
    lena.post(NEW, request_form(MAIL, ("cxone_id", ID), do="register"))
    request = PrivacyRequest.objects.get()
    known = request.subject.identifiers.get(kind="cxone_id")

    lena.post(address(request), to_send(("cxone_id", ""), known_ids=[str(known.pk)]))

    assert Submission.objects.get().identifier == known


def test_somebody_elses_id_cannot_be_ticked(lena: Client, registered: PrivacyRequest) -> None:
    stranger = person_of("other-1").identifiers.get()

    answer = lena.post(address(registered), to_send(("cxone_id", ID), known_ids=[str(stranger.pk)]))

    assert answer.status_code == 200
    assert not Submission.objects.exists()


def test_somebody_elses_id_typed_is_refused(lena: Client, registered: PrivacyRequest) -> None:
    person_of("other-1")

    html = lena.post(address(registered), to_send(("cxone_id", "other-1"))).content.decode()

    assert "different people" in words_at(html, "id_identifier-0-value")
    assert not Submission.objects.exists()


def test_sending_needs_an_id_an_identity_and_categories(lena: Client, registered: PrivacyRequest) -> None:
    html = lena.post(address(registered), to_send(("cxone_id", ""), **NOTHING_TO_SEND)).content.decode()

    assert "Nothing was filed yet: 3 things to put right" in html
    assert "There is no CXone id to send." in words_at(html, "id_identifier-0-value")
    assert not Submission.objects.exists()


def test_an_id_that_was_registered_wrong_is_said_beside_the_known_ones(lena: Client) -> None:
    lena.post(NEW, request_form(("cxone_id", "bad id!"), do="register"))
    request = PrivacyRequest.objects.get()
    known = request.subject.identifiers.get()

    html = lena.post(address(request), to_send(("cxone_id", ""), known_ids=[str(known.pk)])).content.decode()

    assert "contains a space and a “!”" in words_at(html, "id_known_ids")
    assert "bad id!" not in html


def test_the_same_form_twice_sends_once(lena: Client, registered: PrivacyRequest) -> None:
    form = to_send(("cxone_id", ID))
    lena.post(address(registered), form)

    answer = lena.post(address(registered), form)

    assert Submission.objects.count() == 1
    assert "Nothing was filed a second time" in said(answer)


def test_what_is_on_its_way_is_not_sent_again(lena: Client, registered: PrivacyRequest) -> None:
    lena.post(address(registered), to_send(("cxone_id", ID)))

    answer = lena.post(address(registered), to_send(("cxone_id", ID), categories=["CHAT", "SMS"]))

    assert Submission.objects.count() == 1
    assert f"{registered.reference}/1 is still open and asks for some of this already" in said(answer)


def test_another_category_is_sent_beside_it(lena: Client, registered: PrivacyRequest) -> None:
    lena.post(address(registered), to_send(("cxone_id", ID)))
    lena.post(address(registered), to_send(("cxone_id", ID), categories=["SMS"]))

    assert [one.categories for one in Submission.objects.order_by("number")] == [["CONTACT", "CHAT"], ["SMS"]]


def test_an_answered_request_is_closed(lena: Client, registered: PrivacyRequest, officer: User) -> None:
    answer_it(registered, officer)

    for answer in (lena.get(address(registered)), lena.post(address(registered), to_send(("cxone_id", ID)))):
        assert answer["Location"] == reverse("admin:request_page", args=[registered.reference])
        assert "is answered. Register what the person asks now anew." in said(answer)
    assert not Submission.objects.exists()


def test_a_hold_on_the_person_is_known_before_an_id_is(lena: Client, registered: PrivacyRequest) -> None:
    hold_on(registered.subject)

    assert "This person is held: nothing may be erased (HOLD-7)" in text_of(lena.get(address(registered)))


def test_the_override_is_asked_for_along_with_the_sending(lena: Client, registered: PrivacyRequest) -> None:
    lena.post(
        address(registered),
        to_send(
            ("cxone_id", ID),
            categories=["ANALYTICS"],
            override_reason="evidence_preserved",
            justification="The transcripts are kept by counsel, sealed.",
        ),
    )

    assert Override.objects.get().submission.request == registered


def test_the_check_knows_the_person_of_the_request(lena: Client, registered: PrivacyRequest) -> None:
    hold_on(registered.subject)

    form = {**to_send(("cxone_id", "")), "about": registered.reference}
    answer = lena.post("/admin/requests/check/", form)

    assert "This person is held" in text_of(answer)
    assert "An open request" not in text_of(answer)
    assert lena.post("/admin/requests/check/", {**form, "about": "PR-2099-999999"}).status_code == 404


@pytest.mark.parametrize("who", ["reviewer", "auditor", "operator", "stranger"])
def test_only_officers_send(
    who: str, registered: PrivacyRequest, request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    client = signed_in(request.getfixturevalue(who))

    assert client.get(address(registered)).status_code == 403
    assert client.post(address(registered), to_send(("cxone_id", ID))).status_code == 403
    assert not Submission.objects.exists()


def test_nobody_sends_unsigned(registered: PrivacyRequest, client: Client) -> None:
    answer = client.post(address(registered), to_send(("cxone_id", ID)))

    assert answer["Location"].startswith("/admin/login/")
    assert not Submission.objects.exists()


def test_a_reference_that_is_nobodys_is_not_found(lena: Client) -> None:
    assert lena.get("/admin/requests/PR-2099-999999/send/").status_code == 404


@pytest.mark.parametrize("do", ["register", "send"])
@pytest.mark.parametrize(
    ("kind", "value", "what"),
    [
        ("email", "not an email", "an e-mail address"),
        ("phone", "by phone", "a phone number"),
        ("phone", "( ) - - -", "a phone number"),
    ],
)
def test_what_is_no_address_is_refused_beside_its_field(
    lena: Client, do: str, kind: str, value: str, what: str
) -> None:
    answer = lena.post(NEW, request_form(("cxone_id", ID), (kind, value), do=do))
    rows = answer.context["form"].rows.forms
    assert [len(row.errors.get("value", [])) for row in rows] == [0, 1]
    assert f"That does not look like {what}. Correct it" in text_of(answer)
    assert not PrivacyRequest.objects.exists()


def test_what_is_no_address_is_refused_when_it_comes_with_the_sending(
    lena: Client, registered: PrivacyRequest
) -> None:
    answer = lena.post(address(registered), to_send(("cxone_id", ID), ("email", "not an email")))
    assert "That does not look like an e-mail address." in text_of(answer)
    assert not Submission.objects.exists()


def test_one_that_is_late_already_says_since_when_and_what_to_do(lena: Client) -> None:
    received_on = timezone.localdate() - timedelta(days=60)
    answer = lena.post(
        NEW,
        request_form(MAIL, do="register", received_on=received_on.isoformat(), **NOTHING_TO_SEND),
        follow=True,
    )
    request = PrivacyRequest.objects.get()
    late = (timezone.localdate() - request.due_on).days
    page = text_of(answer)
    assert f"{request} was due on" in page
    assert f", {late} days overdue: answer now, and record why." in page
    assert "must be answered by" not in page
