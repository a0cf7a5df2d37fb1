"""Three people in a real browser: what is held goes on by somebody else's word alone, and it is all told."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.test_holds import _signs_in_anew
from tests.browser.test_journey import AT_CXONE_MS, _fill_in

pytestmark = [pytest.mark.browser, pytest.mark.program]

WHY = "The parent has withdrawn consent; legal confirmed it in memo L-118."
#: Sends what no button of the page sends, with the token of a form that is there.
CRAFTED_POST = """async ([address, fields]) => {
    const token = document.querySelector('[name=csrfmiddlewaretoken]').value;
    const body = new URLSearchParams({...fields, csrfmiddlewaretoken: token});
    const answer = await fetch(address, {method: 'POST', body, redirect: 'manual'});
    return [answer.status, await answer.text()];
}"""
APPROVE = {"decision": "approve", "reason": "I say so."}


def _crafts(visitor: Visitor, address: str, **fields: str) -> None:
    """Post what the page has no button for; refused, with the one complaint that a browser makes of a 403."""
    status, _text = visitor.page.evaluate(CRAFTED_POST, [address, {**fields, **APPROVE}])
    assert status == 403
    refused = [line for line in visitor.complaints if "403" in line]
    assert len(refused) == 1
    visitor.complaints.remove(refused[0])


def _asks(page: Page) -> None:
    page.get_by_role("link", name="Ask for an override").first.click()
    page.get_by_role("radio").first.check()
    page.get_by_label("In your own words").fill(WHY)
    page.get_by_role("button", name="Ask for the override").click()
    page.wait_for_url(re.compile(r"/admin/requests/PR-\d{4}-\d{6}/$"))


def test_only_somebody_else_lets_a_held_part_through(visitor: Visitor) -> None:
    page = visitor.page
    visitor.signs_in("officer")
    visitor.goes_to("/admin/requests/new/")
    _fill_in(page, "three-2026-0001", "Contact Names", "Analytics")
    page.get_by_role("button", name=re.compile("File")).first.click()
    page.wait_for_url(re.compile(r"/admin/requests/PR-\d{4}-\d{6}/$"))
    address = page.url.removeprefix(visitor.demo.url)
    expect(page.get_by_text("CXone reported done").first).to_be_visible(timeout=AT_CXONE_MS)
    expect(page.get_by_role("heading", name=re.compile("On hold: RET-1"))).to_be_visible()
    _asks(page)

    # By the page there is nothing to press, and it says why; what is sent all the same is refused.
    page.get_by_role("link", name="Look at the question").click()
    page.wait_for_url(re.compile(r"/admin/overrides/\d+/$"))
    override = page.url.removeprefix(visitor.demo.url)
    expect(page.get_by_text("You filed this request. Somebody else has to decide on it.")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    _crafts(visitor, override)
    _crafts(visitor, "/admin/overrides/together/", override=override.rstrip("/").split("/")[-1])

    _signs_in_anew(visitor, "reviewer")
    visitor.goes_to(override)
    expect(page.get_by_text(WHY)).to_be_visible()
    page.get_by_label("Your reason").fill("The hold does not reach minors.")
    page.get_by_role("button", name="Approve").click()
    page.wait_for_load_state()

    _signs_in_anew(visitor, "auditor")
    visitor.goes_to(address)
    expect(page.locator(".pa-badge", has_text="CXone reported done")).to_have_count(2, timeout=AT_CXONE_MS)
    refused = "A decision on the override was refused: who filed a request does not decide on it"
    expect(page.get_by_text(refused)).to_have_count(2)
    for words in ("Override approved", "Free to be sent: an override was approved", "Override asked for"):
        expect(page.get_by_text(re.compile(words)).first).to_be_visible()
    assert "L-118" not in page.content()
    assert "three-2026-0001" not in page.content()
    # Each refusal is an entry of the log, to be opened from here.
    page.locator("li", has_text=refused).first.get_by_role("link").click()
    expect(page.get_by_text("override.refused").first).to_be_visible()
