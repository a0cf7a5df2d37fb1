"""Filing what a hold forbids to erase: what goes, what waits, and asking for the override along with it."""

from django.contrib.auth.models import Permission
from django.test import Client

from audit.trail import events_of
from erasure import overrides
from erasure.choices import Category, OverrideReason
from erasure.models import Override, PrivacyRequest, Submission
from privacyadmin.models import User
from tests.erasure.filing_desk import NEW, SignIn, hold_on, person_of, said, text_of
from tests.erasure.request_form import request_form, words_at

WHY = "Counsel confirmed in writing that matter 12 does not reach these transcripts."


def test_the_page_marks_a_standing_hold(lena: Client) -> None:
    html = lena.get(NEW).content.decode()

    assert html.count("On hold") == 1
    assert "Analytics is held (RET-1)" in html
    assert 'data-standing="ANALYTICS "' in html


def test_the_held_part_waits_while_the_rest_goes(lena: Client) -> None:
    answer = lena.post(NEW, request_form(categories=["CONTACT", "ANALYTICS"]))

    free, held = Submission.objects.order_by("number")
    assert (free.status, free.categories) == ("queued", ["CONTACT"])
    assert (held.status, held.categories, held.held_by) == ("blocked", ["ANALYTICS"], ["RET-1"])
    assert "Held by RET-1: Analytics" in said(answer)
    assert not Override.objects.exists()


def test_all_waits_together_where_that_was_chosen(lena: Client) -> None:
    answer = lena.post(NEW, request_form(categories=["CONTACT", "ANALYTICS"], split_held="together"))

    submission = Submission.objects.get()
    assert (submission.status, submission.categories) == ("blocked", ["CONTACT", "ANALYTICS"])
    assert "nothing goes to CXone yet" in said(answer)


def test_the_override_is_asked_for_in_the_same_breath(lena: Client, officer: User) -> None:
    answer = lena.post(
        NEW,
        request_form(
            categories=["CONTACT", "ANALYTICS"],
            override_reason=OverrideReason.HOLD_DOES_NOT_REACH.value,
            justification=WHY,
        ),
    )

    override = Override.objects.get()
    assert override.submission.categories == ["ANALYTICS"]
    assert (override.asked_by, override.filed_by, override.justification) == (officer, officer, WHY)
    assert override.digest == overrides.digest(override.submission)
    assert "A reviewer was asked for an override" in said(answer)
    asked = events_of(override.submission.request.obj).filter(act="override.asked").get()
    assert WHY not in asked.body


def test_an_override_without_a_sentence_or_a_reason_is_refused_whole(lena: Client) -> None:
    form = request_form(categories=["ANALYTICS"], override_reason="matter_closed", justification="Closed.")
    html = lena.post(NEW, form).content.decode()
    assert "Write at least one sentence." in words_at(html, "id_justification")

    html = lena.post(NEW, request_form(categories=["ANALYTICS"], justification=WHY)).content.decode()
    assert "Choose why it may go in spite of the hold." in words_at(html, "id_override_reason")
    assert not PrivacyRequest.objects.exists()


def test_a_justification_where_nothing_is_held_asks_nothing_and_says_so(lena: Client) -> None:
    answer = lena.post(NEW, request_form(override_reason="matter_closed", justification=WHY))

    assert Submission.objects.get().status == "queued"
    assert not Override.objects.exists()
    assert "no override was asked for" in said(answer)


def test_a_hold_on_the_person_stops_everything(lena: Client) -> None:
    hold_on(person_of())

    lena.post(NEW, request_form())

    submission = Submission.objects.get()
    assert (submission.status, submission.held_by) == ("blocked", ["HOLD-7"])


def test_access_is_not_held(lena: Client) -> None:
    hold_on(person_of())

    answer = lena.post(NEW, request_form(type="ACCESS", categories=["ANALYTICS", "CONTACT"]))

    submission = Submission.objects.get()
    assert (submission.type, submission.status) == ("ACCESS", "queued")
    assert submission.categories == ["ANALYTICS", "CONTACT"]
    assert "Held" not in said(answer)


def test_access_may_name_every_category_with_every_scope(lena: Client) -> None:
    lena.post(NEW, request_form(type="ACCESS", scope="ALL", categories=Category.values))

    assert Submission.objects.get().status == "queued"


def test_a_form_without_its_rows_is_refused_and_says_so(lena: Client) -> None:
    answer = lena.post(NEW, request_form(without=["identifier-TOTAL_FORMS", "identifier-INITIAL_FORMS"]))

    assert "Open the page anew." in text_of(answer)
    assert not PrivacyRequest.objects.exists()


def test_who_may_not_ask_for_overrides_is_not_offered_it(
    a_saturday_in_november: None, stranger: User, signed_in: SignIn
) -> None:
    stranger.user_permissions.add(Permission.objects.get(codename="file_request"))
    client = signed_in(stranger)

    assert b"justification" not in client.get(NEW).content
    form = request_form(categories=["ANALYTICS"], override_reason="matter_closed", justification=WHY)
    assert client.post(NEW, form).status_code == 302
    assert Submission.objects.get().status == "blocked"
    assert not Override.objects.exists()
