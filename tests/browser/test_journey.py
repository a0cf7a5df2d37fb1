"""The main job, in a real browser against the real program: from sign-in to completed and answered."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.program]

AT_CXONE_MS = 30_000


def _fill_in(page: Page, identifier: str, *categories: str) -> None:
    page.get_by_label("Identifier", exact=True).first.fill(identifier)
    page.get_by_label("How did it come in?").select_option(label="E-mail")
    page.get_by_label(re.compile("^Identity check")).select_option(index=1)
    for category in categories:
        page.get_by_role("checkbox", name=category, exact=False).check()


def test_an_officer_files_an_erasure_watches_it_close_and_answers(visitor: Visitor) -> None:
    page = visitor.page
    visitor.signs_in("officer")
    page.get_by_role("link", name="File a request").first.click()
    expect(page.get_by_role("heading", name="Due date")).to_be_visible()
    _fill_in(page, "journey-2026-0001", "Contact Names", "Email")
    expect(page.locator("#payload, .pa-code").first).to_contain_text("journey-2026-0001")
    page.get_by_text("How was this date computed?").click()
    expect(page.get_by_text("The day itself does not count.").first).to_be_visible()

    page.get_by_role("button", name="File the request").click()
    page.wait_for_url(re.compile(r"/admin/requests/PR-\d{4}-\d{6}/$"))
    # Nothing is reloaded here: the page follows the work by itself.
    expect(page.get_by_text("CXone reported done").first).to_be_visible(timeout=AT_CXONE_MS)
    expect(page.get_by_text("Accepted by CXone").first).to_be_visible()
    expect(page.get_by_text("To be answered").first).to_be_visible()
    assert "journey-2026-0001" not in page.content()

    page.get_by_role("link", name=re.compile("^Answer")).first.click()
    page.get_by_role("radio", name="Done", exact=False).first.check()
    page.get_by_label("How the answer went out").select_option(label="E-mail")
    page.get_by_role("button", name="Record the answer").click()
    page.wait_for_url(re.compile(r"/admin/requests/PR-\d{4}-\d{6}/$"))
    expect(page.get_by_text("Answered in time").first).to_be_visible()


def test_a_filing_with_mistakes_names_them_all_beside_their_fields_and_keeps_what_was_typed(
    visitor: Visitor,
) -> None:
    page = visitor.page
    visitor.signs_in("officer")
    visitor.goes_to("/admin/requests/new/")
    page.get_by_label("Identifier", exact=True).first.fill("anna kovacs@example")
    page.get_by_role("button", name="File the request").click()
    expect(page.get_by_role("alert").first).to_contain_text("Nothing was filed yet")
    expect(page.get_by_label("Identifier", exact=True).first).to_have_value("anna kovacs@example")
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    assert page.locator(".pa-error").count() >= 3


def test_an_officer_finds_a_person_by_an_identifier_that_never_stands_in_an_address(visitor: Visitor) -> None:
    page = visitor.page
    visitor.signs_in("officer")
    box = page.get_by_placeholder("Paste a reference or an identifier")
    box.fill("cust-2026-4471")
    box.press("Enter")
    expect(page.get_by_text(re.compile(r"PR-\d{4}-000003")).first).to_be_visible()
    assert "4471" not in page.url


def test_a_held_part_waits_is_let_through_by_a_second_person_and_runs(visitor: Visitor) -> None:
    page = visitor.page
    visitor.signs_in("officer")
    visitor.goes_to("/admin/requests/new/")
    _fill_in(page, "journey-2026-0002", "Contact Names", "Analytics")
    page.get_by_role("button", name=re.compile("File")).first.click()
    page.wait_for_url(re.compile(r"/admin/requests/PR-\d{4}-\d{6}/$"))
    address = page.url.removeprefix(visitor.demo.url)
    page.get_by_role("link", name="Ask for an override").first.click()
    page.get_by_role("radio").first.check()
    page.get_by_label("In your own words").fill(
        "The parent has withdrawn consent; legal confirmed it in memo L-118."
    )
    page.get_by_role("button", name="Ask for the override").click()
    page.wait_for_load_state()

    page.context.clear_cookies()
    visitor.signs_in("reviewer")
    visitor.goes_to("/admin/overrides/")
    page.get_by_role("listitem").filter(has_text=re.compile(address.rstrip("/").split("/")[-1])).get_by_role(
        "link", name=re.compile("Look at it")
    ).click()
    page.get_by_label("Your reason").fill("The hold does not reach minors.")
    page.get_by_role("button", name="Approve").click()
    page.wait_for_load_state()
    visitor.goes_to(address)
    expect(page.locator(".pa-badge", has_text="CXone reported done")).to_have_count(2, timeout=AT_CXONE_MS)
