"""Legal holds in a real browser against the real program: placed, met, imported, released by two."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.test_journey import _fill_in

pytestmark = [pytest.mark.browser, pytest.mark.program]

AT_CXONE_MS = 60_000
ID = "held-2026-0001"
HEADER = "identifier;category;kind;matter;ground;until"
LIST = f"""{HEADER}
held-2026-0002;;litigation;Case 12 O 7/26;claims about a delivery;
held-2026-0003;;lawsuit;Case 12 O 7/26;claims about a delivery;31.12.2099
;IVR;statutory_retention;Policy 9;menus of a regulated service;2099-12-31
"""


def _is_sound(page: Page) -> None:
    """At both sizes nothing serious, and nothing too wide."""
    for width, height in ((390, 844), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        grave = [v for v in Axe().run(page).response["violations"] if v["impact"] in {"serious", "critical"}]
        assert grave == []
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0


def _signs_in_anew(visitor: Visitor, username: str) -> None:
    visitor.page.context.clear_cookies()
    visitor.signs_in(username)


def test_a_hold_stops_what_is_filed_until_two_reviewers_release_it(visitor: Visitor) -> None:
    page = visitor.page
    visitor.signs_in("reviewer")
    page.get_by_role("link", name="Legal holds").click()
    page.get_by_role("link", name="Place a hold").click()
    page.get_by_role("button", name="See what it would stop").click()
    expect(page.get_by_role("alert")).to_contain_text("4 things to put right")
    _is_sound(page)
    page.get_by_role("radio", name="Litigation").check()
    page.get_by_label("Matter").fill("Case 3 O 44/26")
    page.get_by_label("Ground").fill("claims about a refund")
    page.get_by_label("Identifier").fill(ID)
    page.get_by_label("Ground").press("Enter")
    expect(page.get_by_text("Nobody is on record with this identifier yet.")).to_be_visible()
    _is_sound(page)
    page.get_by_role("button", name="Place this hold").click()
    page.wait_for_url(re.compile(r"/admin/holds/\d+/$"))
    expect(page.get_by_text("Placed as LIT-")).to_be_visible()
    hold_address = page.url.removeprefix(visitor.demo.url)
    code = page.locator("#hold-code").inner_text()

    _signs_in_anew(visitor, "officer")
    visitor.goes_to("/admin/requests/new/")
    _fill_in(page, ID, "Contact Names")
    page.get_by_role("button", name="File the request").click()
    page.wait_for_url(re.compile(r"/admin/requests/PR-\d{4}-\d{6}/$"))
    request_address = page.url.removeprefix(visitor.demo.url)
    expect(page.get_by_role("heading", name=re.compile(f"On hold: {code}"))).to_be_visible()

    _signs_in_anew(visitor, "reviewer")
    visitor.goes_to(hold_address)
    expect(page.get_by_text("Releasing it lets 1 of 1 submission go to CXone.")).to_be_visible()
    page.get_by_label("Your reason").fill("The refund was paid.")
    page.get_by_role("button", name="Propose the release").click()
    expect(page.get_by_text("You proposed this release.")).to_be_visible()
    expect(page.get_by_role("button", name="Release the hold")).to_have_count(0)

    _signs_in_anew(visitor, "reviewer2")
    visitor.goes_to("/admin/holds/")
    waiting = page.locator(".pa-releases li").filter(has_text=code)
    expect(waiting).to_contain_text("Waits for your decision")
    waiting.get_by_role("link", name="Look at it").click()
    page.get_by_label("Your reason").fill("Accounting confirmed it.")
    page.get_by_role("button", name="Release the hold").click()
    expect(page.get_by_role("heading", name="This hold is over")).to_be_visible()
    _is_sound(page)
    visitor.goes_to(request_address)
    expect(page.get_by_text("CXone reported done").first).to_be_visible(timeout=AT_CXONE_MS)


def test_a_list_is_looked_at_row_by_row_and_then_placed_once(visitor: Visitor) -> None:
    page = visitor.page
    visitor.signs_in("reviewer")
    _chooses(visitor, LIST)
    expect(page.get_by_role("heading", name="2 holds would be placed")).to_be_visible()
    expect(page.get_by_text("Write one of litigation, statutory_retention, investigation.")).to_be_visible()
    expect(page.get_by_role("heading", name="1 of these holds concerns everybody")).to_be_visible()
    assert "held-2026-0002" not in page.content()
    _is_sound(page)
    page.get_by_role("button", name="Place 2 holds").click()
    expect(page.get_by_role("heading", name="2 holds placed")).to_be_visible()
    _is_sound(page)
    _chooses(visitor, LIST)
    expect(page.get_by_role("heading", name="Nothing would be placed")).to_be_visible()
    expect(page.get_by_text("In force already as LIT-")).to_be_visible()


def _chooses(visitor: Visitor, text: str) -> None:
    visitor.goes_to("/admin/holds/import/")
    chosen: dict[str, object] = {"name": "holds.csv", "mimeType": "text/csv", "buffer": text.encode()}
    visitor.page.get_by_label("CSV file").set_input_files(chosen)  # type: ignore[arg-type]
    visitor.page.get_by_role("button", name="See what it would do").click()
