"""The filing page and what stands beside the form: dates, payloads, what is known of the person."""

import uuid
from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from erasure import filing
from erasure.asked import Filing, Identifier
from erasure.models import PrivacyRequest, Submission
from privacyadmin.models import User
from tests.erasure.filing_desk import ID, NEW, SignIn, hold_on, person_of, text_of
from tests.erasure.request_form import request_form, words_at


def test_an_empty_page_shows_today_and_its_due_date(lena: Client) -> None:
    answer = lena.get(NEW)

    html = answer.content.decode()
    assert 'value="2099-11-21"' in html
    assert "Monday 21 December 2099" in html
    assert "Computed, not legal advice." in html
    assert [choice[0] for choice in answer.context["form"].fields["regulation"].choices] == [
        "gdpr",
        "uk-gdpr",
        "ccpa",
        "utah",
    ]


def test_today_is_the_controllers_today_wherever_the_officer_sits(
    a_saturday_in_november: None, officer: User, signed_in: SignIn
) -> None:
    """In Auckland it is Sunday the 22nd already; the controller sits in UTC, where it is the 21st."""
    officer.time_zone = "Pacific/Auckland"
    officer.save()
    client = signed_in(officer)

    with time_machine.travel(datetime(2099, 11, 21, 21, 0, tzinfo=UTC), tick=False):
        assert 'value="2099-11-21"' in client.get(NEW).content.decode()
        html = client.post(NEW, request_form(received_on="2099-11-22")).content.decode()
        assert "lies in the future" in words_at(html, "id_received_on")


def test_each_opening_of_the_page_has_its_own_token(lena: Client) -> None:
    tokens = [lena.get(NEW).context["form"]["form_token"].value() for _ in range(2)]

    assert tokens[0] != tokens[1]
    assert all(uuid.UUID(str(token)) for token in tokens)


def test_without_a_script_a_row_is_added_and_nothing_judged(lena: Client) -> None:
    form = request_form(("email", "anna@example.com"), do="add_row", channel="", note="Half done")
    answer = lena.post(NEW, form)

    html = answer.content.decode()
    assert 'name="identifier-1-value"' in html
    assert 'value="anna@example.com"' in html
    assert "Half done" in html
    assert "Nothing was filed yet" not in html
    assert form["form_token"] in html
    assert not PrivacyRequest.objects.exists()


def test_without_a_script_dates_payload_and_duplicates_are_shown_on_demand(lena: Client) -> None:
    lena.post(NEW, request_form())

    form = request_form(do="show", regulation="ccpa", categories=["SMS", "CONTACT", "ANALYTICS"])
    answer = lena.post(NEW, form)

    words = text_of(answer)
    assert "Confirm receipt by Friday 4 December 2099" in words
    assert "An open request for this identifier" in words
    now, later = answer.context["previews"]
    assert (now.caption, later.caption) == ("Now", "Only once the hold is overridden or released")
    assert '"categories": [\n    "CONTACT",\n    "SMS"\n  ]' in now.text
    assert '"categories": [\n    "ANALYTICS"\n  ]' in later.text


def test_a_line_break_is_one_character_in_the_preview_and_in_what_is_sent(lena: Client) -> None:
    """Browsers send two characters for it, and count it, as CXone's limit of 255 does, as one."""
    description = "a" * 127 + "\r\n" + "b" * 127
    preview = lena.post(NEW, request_form(do="show", description=description)).context["previews"][0]
    lena.post(NEW, request_form(description=description))

    assert "a\\nb" in preview.text
    assert Submission.objects.get().description == description.replace("\r", "")


def test_access_changes_the_words(lena: Client) -> None:
    html = lena.post(NEW, request_form(do="show", type="ACCESS")).content.decode()

    assert "pa-filing pa-access" in html


def test_the_clock_answers_with_dates_and_their_derivation(lena: Client) -> None:
    answer = lena.get("/admin/requests/clock/", {"regulation": "gdpr", "received": "2099-11-20"})

    words = text_of(answer)
    assert "Monday 21 December 2099" in words
    assert "That is a Sunday, so it moves to the next working day" in words
    assert "GDPR Art. 12(3)" in words
    assert "Computed, not legal advice." in words


def test_a_late_receipt_says_that_no_extension_is_possible_any_more(lena: Client) -> None:
    answer = lena.get("/admin/requests/clock/", {"regulation": "gdpr", "received": "2099-10-01"})

    words = "Already overdue by 19 days: no extension is possible. Answer now, and record why."
    assert words in text_of(answer)
    assert "pa-banner pa-danger" in answer.content.decode()


def test_a_receipt_whose_time_is_nearly_over_says_so(lena: Client) -> None:
    answer = lena.get("/admin/requests/clock/", {"regulation": "gdpr", "received": "2099-10-25"})

    assert "Due in 4 days: see to it first." in text_of(answer)
    assert "pa-banner pa-warning" in answer.content.decode()


def test_the_last_day_is_not_overdue(lena: Client) -> None:
    answer = lena.get("/admin/requests/clock/", {"regulation": "ccpa", "received": "2099-10-07"})

    assert "Due today: see to it first." in text_of(answer)


def test_a_date_far_off_gets_no_warning(lena: Client) -> None:
    html = lena.get("/admin/requests/clock/", {"regulation": "gdpr", "received": "2099-11-20"})

    assert "pa-banner" not in html.content.decode()
    assert "Due in 30 days" in text_of(html)


def test_the_public_holidays_of_the_establishment_move_the_date_by_name(
    lena: Client, settings: LazySettings
) -> None:
    settings.HOLIDAYS = "DE-BY"
    answer = lena.get("/admin/requests/clock/", {"regulation": "gdpr", "received": "2099-10-06"})
    assert "Friday 6 November 2099" in text_of(answer)
    settings.HOLIDAYS = "US"
    answer = lena.get("/admin/requests/clock/", {"regulation": "gdpr", "received": "2099-10-11"})
    assert "public holiday (Veterans Day)" in text_of(answer)


def test_a_law_that_is_switched_on_is_offered_at_once(lena: Client, settings: LazySettings) -> None:
    settings.REGULATIONS_ON = ["us-va", "gdpr"]
    form = lena.get(NEW).context["form"]
    assert [choice[0] for choice in form.fields["regulation"].choices] == ["gdpr", "us-va"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"regulation": "gdpr", "received": "2099-11-22"}, "lies in the future"),
        ({"regulation": "gdpr", "received": "2099-02-30"}, "Give the day on which it arrived"),
        ({"regulation": "gdpr"}, "Give the day on which it arrived"),
        ({"regulation": "lgpd", "received": "2099-11-20"}, "is off until counsel confirms it"),
        ({"received": "2099-11-20"}, "There is no regulation"),
    ],
)
def test_the_clock_says_why_there_is_no_date(lena: Client, query: dict[str, str], words: str) -> None:
    answer = lena.get("/admin/requests/clock/", query)

    assert answer.status_code == 200
    assert words in text_of(answer)


def test_the_check_names_open_requests_and_holds_of_the_person(lena: Client) -> None:
    hold_on(person_of(), category="EMAIL")
    filing.register(
        Filing(
            identifiers=[Identifier("cxone_id", ID)],
            type="ACCESS",
            regulation="gdpr",
            received_on=timezone.localdate(),
            channel="phone",
        ),
        by=User.objects.get(username="lena"),
    )

    answer = lena.post("/admin/requests/check/", request_form())

    html, words = answer.content.decode(), text_of(answer)
    assert "data-duplicates" in html
    assert 'data-held="ANALYTICS EMAIL"' in html
    assert f"An open request for this identifier: {PrivacyRequest.objects.get().reference}" in words
    assert "Email of this person is held (HOLD-7)" in words
    assert "Litigation: A dispute is pending." in words
    assert "Kovacs" not in html
    assert ID not in html


def test_the_check_of_somebody_unknown_names_only_what_holds_for_everybody(lena: Client) -> None:
    html = lena.post("/admin/requests/check/", request_form(("cxone_id", "new-1"))).content.decode()

    assert 'data-held="ANALYTICS"' in html
    assert "pa-banner pa-warning" not in html
