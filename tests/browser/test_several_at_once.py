"""Several requests or overrides at once, in a real browser: by keyboard, and without any script."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Demo, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.program]


def test_an_officer_ticks_requests_by_keyboard_and_reads_what_would_happen(visitor: Visitor) -> None:
    page = visitor.page
    visitor.signs_in("officer")
    visitor.goes_to("/admin/erasure/privacyrequest/")
    boxes = page.locator("#result_list .action-select")
    count = boxes.count()
    stop = page.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_hidden()
    for place in range(count):
        boxes.nth(place).focus()
        page.keyboard.press("Space")
    expect(stop).to_be_visible()
    # The bar follows the list: from the last row the keyboard comes to it and never past it.
    page.get_by_role("link", name=re.compile(r"^PR-")).last.focus()
    for _ in range(3):
        page.keyboard.press("Tab")
        if stop.evaluate("button => button === document.activeElement"):
            break
    expect(stop).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name=re.compile(rf"\d+ of {count} can be stopped"))).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile(rf"\d+ of {count} cannot be stopped"))).to_be_visible()
    violations = Axe().run(page).response["violations"]
    assert [found["id"] for found in violations if found["impact"] in {"serious", "critical"}] == []


def test_a_reviewer_decides_on_several_without_any_script_on_a_phone(demo: Demo, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo.url}/admin/login/")
    page.get_by_label("Username").fill("reviewer")
    page.get_by_label("Password").fill(demo.passwords["reviewer"])
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{demo.url}/admin/overrides/")
    page.get_by_role("checkbox", name=re.compile("^Choose PR-")).first.check()
    page.get_by_role("button", name="Decide on what is ticked").click()
    expect(page.get_by_role("heading", name="1 of 1 can be decided by you")).to_be_visible()
    # Without a reason nothing is decided, and the page says so beside the field.
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Give your reason.")).to_be_visible()
    context.close()
