"""From letter to letter in a real browser: registered, acknowledged, extended, corrected, answered."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from erasure import filing
from erasure.deadlines import long_date
from erasure.models import PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Desk:
    """An officer signed in, and the pages of one request."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    def opens(self, request: PrivacyRequest, name: str = "page") -> None:
        """Go to one of its pages."""
        self.page.goto(self.url + reverse(f"admin:request_{name}", args=[request.reference]))

    def presses(self, words: str | re.Pattern[str]) -> None:
        """A button, and what it leads to."""
        self.page.get_by_role("button", name=words).click()
        self.page.wait_for_load_state()

    def chooses_way(self, words: str) -> None:
        """One of the quiet ways below the facts."""
        self.page.get_by_role("navigation", name="What else can be done").get_by_role(
            "link", name=words
        ).click()
        self.page.wait_for_load_state()


@pytest.fixture
def desk(page: Page, live_server: LiveServer, officer: User, signed_in: made.SignIn) -> Iterator[Desk]:
    """The officer's desk; the test fails if a script of a page did."""
    session = signed_in(officer).cookies[settings.SESSION_COOKIE_NAME].value
    cookie: Any = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield Desk(page, live_server.url)
    page.goto("about:blank")
    assert complaints == []


def test_a_request_goes_from_the_letter_that_came_in_to_the_letter_that_goes_out(
    desk: Desk, officer: User
) -> None:
    page = desk.page
    page.goto(desk.url + reverse("admin:request_new"))
    page.get_by_label("Identifier", exact=True).first.fill("anna@example.org")
    page.locator("[name=identifier-0-kind]").select_option("email")
    page.locator("[name=regulation]").first.select_option("ccpa")
    page.locator("[name=received_on]").fill((made.today() - timedelta(days=6)).isoformat())
    page.locator("[name=channel]").select_option("email")
    page.locator("button[name=do][value=register]").click()
    page.wait_for_url(re.compile(r"/admin/requests/PR-\d{4}-\d{6}/$"))
    request = PrivacyRequest.objects.get()

    desk.chooses_way("Confirm receipt")
    expect(page.locator("#letter-body")).to_contain_text("authorised agent")
    page.get_by_label("How the confirmation went out").select_option("email")
    desk.presses("Record the confirmation")
    expect(page.locator("#facts")).to_contain_text("Receipt confirmed")

    desk.chooses_way("Extend")
    page.get_by_role("radio", name="The request is complex").check()
    page.get_by_label("Reason, as the person reads it").fill("Your data is in several systems.")
    expect(page.locator("#letter-body")).to_contain_text("Your data is in several systems.")
    desk.presses(re.compile("^Extend to"))
    expect(page.locator("#facts")).to_contain_text("A refusal is due by")

    desk.chooses_way("Correct receipt or regulation")
    page.get_by_label("Date of receipt").fill((made.today() - timedelta(days=7)).isoformat())
    page.get_by_label("Why it is corrected").fill("It came in a day sooner.")
    desk.presses("Show what would change")
    expect(page.locator("#turns")).to_contain_text("Statutory date")
    desk.presses("Correct it")
    expect(page.locator("#clock-moves")).to_contain_text("It came in a day sooner.")

    _carried_out_in_part(request)
    desk.opens(request)
    page.get_by_role("link", name="Answer").click()
    page.locator("[name=outcome-2]").select_option("refused")
    page.locator("[name=ground-2]").select_option(label="Needed to complete a transaction or contract")
    expect(page.locator("#letter-body")).to_contain_text("perform the contract between us")
    page.get_by_role("button", name="Copy the text").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "our contact-centre provider reported the erasure as done" in copied
    assert "We need the data concerned to complete the transaction" in copied
    page.get_by_label("How the answer went out").select_option("letter")
    desk.presses("Record the answer")
    expect(page.locator("#told")).to_contain_text("Needed to complete a transaction or contract")
    expect(page.get_by_text("Partly done").first).to_be_visible()
    request.refresh_from_db()
    assert (request.outcome, request.regulation) == ("partly_done", "ccpa")


def _carried_out_in_part(request: PrivacyRequest) -> None:
    """Sent for two CXone ids, of which CXone reported one done and the other failed."""
    sent = made.filing_of(
        "cust-2026-4471",
        "cust-2026-5582",
        regulation=request.regulation,
        received_on=request.received_on,
    )
    filing.send(request, sent, by=request.owner, send_delay=timedelta(0))
    made.completed(made.only(request, 1))
    made.failed(made.only(request, 2))


def test_a_half_written_comment_and_the_cursor_stay_while_the_page_follows(desk: Desk, officer: User) -> None:
    page, request = desk.page, made.filed(officer)
    desk.opens(request)
    box = page.get_by_role("textbox", name="Comment")
    box.type("She means the other")
    made.accepted(made.only(request))
    expect(page.locator(".pa-title .pa-badge")).to_contain_text("Under way at CXone")
    expect(box).to_have_value("She means the other")
    expect(box).to_be_focused()
    page.keyboard.type(" contract.")
    desk.presses("Write the comment")
    expect(page.locator(".pa-comments")).to_contain_text("She means the other contract.")


def test_another_language_of_a_letter_is_shown_and_copied_at_once(desk: Desk, officer: User) -> None:
    page, request = desk.page, made.registered(officer, ("email", "a@example.org"))
    page.goto(desk.url + reverse("admin:request_letter", args=[request.reference, "acknowledgement"]))
    expect(page.get_by_role("button", name="Show it")).to_be_hidden()
    page.get_by_label("Language of the letter").select_option("de")
    expect(page.locator("#letter-body")).to_contain_text("Sehr geehrte Damen und Herren")
    page.get_by_role("button", name="Copy the text").click()
    assert "Sehr geehrte Damen und Herren" in page.evaluate("navigator.clipboard.readText()")


def test_the_date_that_would_follow_keeps_in_step_with_the_day(desk: Desk, officer: User) -> None:
    day = made.today() - timedelta(days=2)
    request = made.registered(
        officer,
        ("email", "a@example.org"),
        type="ACCESS",
        regulation="uk-gdpr",
        received_on=made.today() - timedelta(days=10),
    )
    desk.opens(made.paused(request, officer), "pause")
    desk.page.get_by_label("The answer came on").fill(day.isoformat())
    desk.page.keyboard.press("Tab")
    expect(desk.page.locator("#new-dates")).to_contain_text(f"If the answer came on {long_date(day)}")


def test_a_choice_that_was_missing_is_red_only_until_it_is_made(desk: Desk, officer: User) -> None:
    page, request = desk.page, made.registered(officer, ("email", "a@example.org"))
    desk.opens(request, "answer")
    desk.presses("Record the answer")
    expect(page.locator("#problems")).to_be_focused()
    missing = page.get_by_text("Choose what the person was told.")
    expect(missing).to_be_visible()
    page.get_by_role("radio", name="Withdrawn by the person").check()
    expect(missing).to_be_hidden()


def test_on_paper_a_request_has_no_frame_and_says_of_when_it_is(desk: Desk, officer: User) -> None:
    page = desk.page
    desk.opens(made.filed(officer))
    as_of = page.get_by_text("PrivacyAdmin, as of")
    expect(as_of).to_be_hidden()
    page.emulate_media(media="print")
    expect(as_of).to_be_visible()
    for what in ("#nav-sidebar", "#dossier-heading"):
        expect(page.locator(what)).to_be_hidden()
    card = page.locator(".pa-card").first.bounding_box()
    assert card is not None
    assert card["x"] < 120


def test_without_scripts_the_letter_comes_by_its_button(
    browser: Any, live_server: LiveServer, officer: User, signed_in: made.SignIn
) -> None:
    request = made.registered(officer, ("email", "a@example.org"))
    context = browser.new_context(java_script_enabled=False)
    session = signed_in(officer).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + reverse("admin:request_answer", args=[request.reference]))
    page.get_by_role("radio", name="Refused").check()
    page.get_by_role("radio", name="Identity could not be established").check()
    page.get_by_role("button", name="Show the letter").click()
    expect(page.locator("#letter-body")).to_contain_text("We could not establish that you are the person")
    expect(page.get_by_role("radio", name="Refused")).to_be_checked()
    context.close()


def test_on_paper_a_request_is_a_form_without_menu_and_buttons(desk: Desk, officer: User) -> None:
    request = made.filed(officer)
    made.completed(made.only(request))
    desk.opens(request)
    desk.page.emulate_media(media="print")
    expect(desk.page.get_by_role("heading", name=request.reference, level=2)).to_be_visible()
    expect(desk.page.locator("#facts")).to_be_visible()
    expect(desk.page.get_by_text("How was this date computed?")).to_be_visible()
    for gone in ("#nav-sidebar", ".pa-ways", "#answer", "#comment-form", "#reveal"):
        expect(desk.page.locator(gone)).to_be_hidden()
